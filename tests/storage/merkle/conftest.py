from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from storage.clock import ManualClock
from storage.database import open_engine
from storage.embedded import EmbeddedPostgres
from storage.migrations import STORAGE
from storage.unit_of_work import Database
from tests.postgres import FreshDatabase, as_owner
from tests.storage.merkle.notes import make_table


@pytest.fixture
def notes(postgres_url: FreshDatabase, postgres_server: EmbeddedPostgres) -> Iterator[Database]:
    """A database with the storage tables and the table of notes."""
    url = postgres_url(STORAGE)
    make_table(as_owner(postgres_server, url))
    engine = open_engine(url, pool_size=20)
    database = Database(engine, ManualClock(datetime(2026, 11, 20, 2, 0, tzinfo=UTC)))
    yield database
    engine.dispose()
