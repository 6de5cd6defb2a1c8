from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from storage.clock import ManualClock
from storage.database import open_engine
from storage.migrations import STORAGE
from storage.unit_of_work import Database
from tests.postgres import FreshDatabase
from tests.storage.merkle.notes import make_table


@pytest.fixture
def notes(postgres_url: FreshDatabase) -> Iterator[Database]:
    """A database with the storage tables and the table of notes."""
    engine = open_engine(postgres_url(STORAGE), pool_size=20)
    database = Database(engine, ManualClock(datetime(2026, 11, 20, 2, 0, tzinfo=UTC)))
    make_table(database)
    yield database
    engine.dispose()
