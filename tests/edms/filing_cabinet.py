"""Builders of documents that stand somewhere on their way, for tests that need no file of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from edms.documents.model import Direction, Document, DocumentState, ParticipantRole
from edms.documents.participants import take_part
from storage.unit_of_work import Transaction
from tests.builders import CHAIRMAN, CLERK, SPECIALIST, Office

_HOLDERS = {
    DocumentState.ARRIVED: CLERK,
    DocumentState.REGISTERED: CHAIRMAN,
    DocumentState.ASSIGNED: SPECIALIST,
    DocumentState.IN_PROGRESS: SPECIALIST,
    DocumentState.DRAFT: CHAIRMAN,
    DocumentState.SIGNED: CLERK,
}


def place(
    office: Office, state: DocumentState = DocumentState.ARRIVED, direction: Direction = Direction.INCOMING, **more: Any
) -> UUID:
    """Put a document of `office` into `state`, in the hands of whoever acts on it there; return its id."""
    with office.database.begin() as tx:
        return _placed(tx, office, state, direction, more).id


def place_many(office: Office, count: int) -> list[UUID]:
    """Put `count` arrived documents before the clerk of `office`."""
    with office.database.begin() as tx:
        return [_placed(tx, office, DocumentState.ARRIVED, Direction.INCOMING, {}).id for _ in range(count)]


def let_see(office: Office, document_id: UUID, position: str, role: ParticipantRole) -> None:
    """Give a position its part in a document."""
    with office.database.begin() as tx:
        take_part(tx, document_id, office.position(position), role)


def _placed(
    tx: Transaction, office: Office, state: DocumentState, direction: Direction, more: dict[str, Any]
) -> Document:
    values: dict[str, Any] = {
        "agency_id": office.agency_id,
        "direction": direction,
        "state": state,
        "responsible_position_id": office.position(_HOLDERS[state]),
        "type_name": "Công văn",
        "issuer_name": "Sở Tài chính tỉnh Mẫu",
        "subject": "Về việc báo cáo thu ngân sách",
        "body": {},
        "created_at": tx.now,
    }
    document = Document(**(values | more))
    tx.session.add(document)
    tx.session.flush()
    return document
