"""The migrated database is the one that the classes declare, in both directions."""

from __future__ import annotations

from sqlalchemy import func, select

from edms.documents.model import Document, Operation, SecrecyHold
from edms.organisation.model import Position
from edms.tables import HISTORY
from storage.database import open_engine
from storage.embedded import EmbeddedPostgres
from storage.migrations import current, differences, downgrade, head, upgrade
from storage.unit_of_work import Database
from tests.edms.ground import Ground, RunningClock
from tests.postgres import FreshDatabase, as_owner


def test_goes_up_down_and_up_again(postgres_url: FreshDatabase) -> None:
    url = postgres_url(None)
    upgrade(url, HISTORY)
    assert differences(url, HISTORY) == []
    downgrade(url, HISTORY)
    assert current(url, HISTORY) is None
    upgrade(url, HISTORY)
    assert current(url, HISTORY) == head(HISTORY)
    assert differences(url, HISTORY) == []


def test_documents_of_before_are_ordinary_new_and_unrefused(ground: Ground, postgres_server: EmbeddedPostgres) -> None:
    """Rows that stood there before the secrecy columns came get what they always were."""
    url = as_owner(postgres_server, ground.copy("template_town", f"town_{next(ground.numbers)}"))
    downgrade(url, HISTORY, to="edms_0003")
    upgrade(url, HISTORY)
    assert differences(url, HISTORY) == []
    engine = open_engine(url, pool_size=1)
    with Database(engine, RunningClock()).reading() as session:
        (letter, _) = session.scalars(select(Document).order_by(Document.created_at)).all()
        assert (letter.operation, letter.operation_targets) == (Operation.NEW, [])
        assert (letter.secrecy_hold, letter.refusals) == (SecrecyHold.NONE, 0)
        assert session.scalar(select(func.count()).where(Position.is_security_officer)) == 0
    engine.dispose()
