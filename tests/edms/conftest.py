"""Fixtures of the EDMS's tests: a migrated database with the journal wired, and an agency with people in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from edms.accounts.passwords import Passwords
from edms.accounts.service import AccountService
from edms.audit import journal
from edms.tables import HISTORY
from storage.clock import VIETNAM, ManualClock
from storage.database import open_engine
from storage.unit_of_work import Database
from tests.builders import Office, open_office
from tests.edms.ground import ground, town
from tests.postgres import FreshDatabase

__all__ = ["ground", "town"]


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at nine on a working day until a test moves it."""
    return ManualClock(datetime(2026, 3, 2, 9, tzinfo=VIETNAM))


@pytest.fixture
def edms_database(postgres_url: FreshDatabase, clock: ManualClock) -> Iterator[Database]:
    """An empty, migrated database of the EDMS; acts are journalled."""
    engine = open_engine(postgres_url(HISTORY), pool_size=4)
    yield Database(engine, clock, recorders=[journal.write])
    engine.dispose()


@pytest.fixture
def office(edms_database: Database) -> Office:
    """A commune's People's Committee with a chairman, a clerk and two specialists; see `builders.commune`."""
    return open_office(edms_database)


@pytest.fixture
def accounts(edms_database: Database) -> AccountService:
    """The accounts service at the lowest cost of passwords."""
    return AccountService(edms_database, Passwords(PasswordHasher.from_parameters(CHEAPEST)))
