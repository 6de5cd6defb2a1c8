"""A real PostgreSQL for the tests: one embedded server a session, one cheap database a test.

Use by importing the fixtures in a `conftest.py`. A migrated template is made once a history; a database is a copy of it,
which costs some 50 ms.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql

from storage.embedded import EmbeddedPostgres
from storage.migrations import History, upgrade

FreshDatabase = Callable[[History | None], str]
"""Returns the URL of a new database: migrated to the head of the history, or empty without one."""


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One server for the session; durability is off, because no test of it loses power."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"))
    server.start(settings=("fsync=off", "synchronous_commit=off", "full_page_writes=off"))
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: EmbeddedPostgres) -> FreshDatabase:
    """Make a database of one's own each time it is called; close your engines, or a template cannot be copied."""
    templates: dict[str, str] = {}
    numbers = itertools.count(1)

    def fresh(history: History | None) -> str:
        name = f"test_{next(numbers)}"
        if history is None:
            return postgres_server.url(name)
        if history.name not in templates:
            upgrade(postgres_server.url(f"template_{history.name}"), history)
            templates[history.name] = f"template_{history.name}"
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
            connection.execute(copy.format(sql.Identifier(name), sql.Identifier(templates[history.name])))
        return postgres_server.url(name)

    return fresh
