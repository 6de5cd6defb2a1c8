"""Real documents on the desks of positions, and the contributor that tells of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, event, insert, select
from sqlalchemy.orm import Session

from edms.documents.model import Direction, Document, DocumentState, Priority
from edms.organisation.inventory import InventoryItem
from storage.identifiers import new_id
from tests.builders import Office


def on_the_desk(session: Session, position_id: UUID, _at: datetime) -> list[InventoryItem]:
    """What the position must still do with documents."""
    statement = select(Document).where(Document.responsible_position_id == position_id)
    return [
        InventoryItem("Văn bản đến đang giải quyết", one.code, one.subject, one.due_on, one.state.value)
        for one in session.scalars(statement)
    ]


def put_documents(office: Office, position_id: UUID, count: int) -> None:
    """Put `count` arrived documents on the desk of a position."""
    now = office.database.clock.now()
    rows = [
        {
            "id": new_id(),
            "version": 1,
            "agency_id": office.agency_id,
            "direction": Direction.INCOMING,
            "state": DocumentState.ASSIGNED,
            "responsible_position_id": position_id,
            "type_name": "Công văn",
            "number": f"{number:04d}",
            "notation": "STC-VP",
            "issuer_name": "Sở Tài chính",
            "subject": f"V/v cung cấp số liệu thu ngân sách, đợt {number}",
            "due_on": date(2026, 4, 1) + timedelta(days=number % 30),
            "priority": Priority.NORMAL,
            "body": {},
            "created_at": now,
        }
        for number in range(1, count + 1)
    ]
    with office.database.begin() as tx:
        tx.session.execute(insert(Document), rows)


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, int]]]:
    """Collect the statements sent in the block, each with how many rows it touched."""
    seen: list[tuple[str, int]] = []

    def note(_connection: object, cursor: object, statement: str, *_: object) -> None:
        seen.append((statement, getattr(cursor, "rowcount", -1)))

    event.listen(engine, "after_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "after_cursor_execute", note)


def writes(seen: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Of those, the ones that write."""
    return [one for one in seen if one[0].lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]
