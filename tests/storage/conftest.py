from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from storage.clock import ManualClock
from storage.database import open_engine
from storage.migrations import STORAGE
from storage.unit_of_work import Database
from tests.postgres import FreshDatabase


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 20, 2, 0, tzinfo=UTC))


@pytest.fixture
def database(each_url: FreshDatabase, clock: ManualClock) -> Iterator[Database]:
    """On each server, a database with the storage tables and a clock that the test moves."""
    engine = open_engine(each_url(STORAGE), pool_size=20)
    yield Database(engine, clock)
    engine.dispose()
