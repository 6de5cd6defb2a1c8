"""Fixtures of every test: one real PostgreSQL a session, a fresh database a test."""

from __future__ import annotations

from tests.postgres import distribution_server, distribution_url, each_server, each_url, postgres_server, postgres_url

pytest_plugins = ["tests.provoked"]

__all__ = ["distribution_server", "distribution_url", "each_server", "each_url", "postgres_server", "postgres_url"]
