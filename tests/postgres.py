"""A real PostgreSQL for the tests: one embedded server a session, one cheap database a test.

Use by importing the fixtures in a `conftest.py`. A migrated template is made once a history; a database is a copy of it,
which costs some 50 ms. Migrated databases are handed out as the application sees them: with its role and no other right
than the migrations grant, so that every test proves the grants too.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from demo.servers import postgresql
from storage.embedded import EmbeddedPostgres
from storage.migrations import History, upgrade

OWNER = "owner"
APPLICATION = "application"

FreshDatabase = Callable[[History | None], str]
"""Returns the URL of a new database: migrated to the head of the history, for the application's role; or empty, for the owner."""

UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""Durability is off, because no test of these servers loses power."""


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One server for the session."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"))
    server.start(settings=UNSAFE)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: EmbeddedPostgres) -> FreshDatabase:
    """Make a database of one's own each time it is called; close your engines, or a template cannot be copied."""
    return databases_of(postgres_server)


@pytest.fixture(scope="session")
def distribution_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """The distribution's server over TCP, as in production; skipped where it is not installed."""
    if postgresql.missing():
        pytest.skip(f"not installed: {', '.join(postgresql.missing())}")
    server = postgresql.on_loopback(tmp_path_factory.mktemp("postgresql"))
    server.start(settings=UNSAFE)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def distribution_url(distribution_server: EmbeddedPostgres) -> FreshDatabase:
    """Make a database on the distribution's server."""
    return databases_of(distribution_server)


@pytest.fixture(params=["postgres", "distribution"])
def each_server(request: pytest.FixtureRequest) -> EmbeddedPostgres:
    """The embedded server once, the distribution's once."""
    server: EmbeddedPostgres = request.getfixturevalue(f"{request.param}_server")
    return server


@pytest.fixture
def each_url(each_server: EmbeddedPostgres, request: pytest.FixtureRequest) -> FreshDatabase:
    """Make a database on `each_server`."""
    kind = "distribution" if each_server.port else "postgres"
    fresh: FreshDatabase = request.getfixturevalue(f"{kind}_url")
    return fresh


def databases_of(server: EmbeddedPostgres) -> FreshDatabase:
    """Return what makes databases on `server`."""
    templates: dict[str, str] = {}
    numbers = itertools.count(1)

    def fresh(history: History | None) -> str:
        name = f"test_{next(numbers)}"
        if history is None:
            return server.provide(name, owner=OWNER, application=APPLICATION).owner
        if history.name not in templates:
            templates[history.name] = f"template_{history.name}"
            migrated(server, templates[history.name], history)
        return copied(server, templates[history.name], name)

    return fresh


def migrated(server: EmbeddedPostgres, name: str, history: History) -> str:
    """Make database `name` at the head of `history` and return the application's URL."""
    urls = server.provide(name, owner=OWNER, application=APPLICATION)
    upgrade(urls.owner, history, application_url=urls.application)
    return urls.application


def copied(server: EmbeddedPostgres, template: str, name: str) -> str:
    """Copy a database, to which nothing is connected, and return the application's URL of the copy."""
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(copy.format(*map(sql.Identifier, (name, template, OWNER))))
    return server.role_url(name, APPLICATION)


def as_owner(server: EmbeddedPostgres, application_url: str) -> str:
    """Return the owner's URL of the same database, for what only the owner may do."""
    return server.role_url(str(make_url(application_url).database), OWNER)
