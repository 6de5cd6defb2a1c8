"""Turns an accepted message into deliveries: the outbox topic `message.accepted`.

One transaction per message holds the deliveries, the links between statuses and documents, and the settlement of the outbox
row, so a worker that dies leaves all of it or nothing.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from axis.hub.directory.queries import day_of, resolve
from axis.hub.model import Delivery, Message
from storage.crash_points import reached
from storage.identifiers import new_id
from storage.outbox.relay import Claim, GiveUp
from storage.unit_of_work import Database, Transaction

TOPIC = "message.accepted"


class Routing:
    """The handler of the topic."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, claim: Claim) -> None:
        """Route the message named by the claim and settle the claim. Running twice changes nothing.

        Raises `GiveUp` when a recipient is in the directory no more: an administrator decides.
        """
        message_id = UUID(str(claim.payload["message_id"]))
        with self._database.begin() as tx:
            route(tx, message_id)
            claim.settle(tx)
            reached("axis.routing.settled")
        reached("axis.routing.committed")


def route(tx: Transaction, message_id: UUID) -> None:
    """Offer the message to each recipient's present agency and link what speaks of one another. Raises `GiveUp`."""
    message = tx.session.get(Message, message_id, with_for_update=True)
    if message is None:
        raise GiveUp(f"no message {message_id}")
    agencies = resolve(tx.session, message.recipients, day_of(tx.now))
    missing = [organ_id for organ_id in message.recipients if organ_id not in agencies]
    if missing:
        raise GiveUp(f"recipients no longer in the directory: {', '.join(missing)}")
    for number, organ_id in enumerate(message.recipients, 1):
        row = {
            "id": new_id(),
            "message_id": message.id,
            "agency_id": agencies[organ_id],
            "recipient_organ_id": organ_id,
            "transport_status": "initial",
            "offered_at": tx.now,
        }
        tx.session.execute(
            insert(Delivery).values(row).on_conflict_do_nothing(constraint="uq_delivery_message_id_agency_id")
        )
        reached("axis.routing.recipient-offered", number)
    if message.kind == "status":
        message.target_message_id = _document(tx.session, message)
    else:
        _link_waiting_statuses(tx.session, message)


def _document(session: Session, status: Message) -> UUID | None:
    """The newest document that the status speaks of, if the hub carried it."""
    query = (
        select(Message.id)
        .where(
            Message.kind == "document",
            Message.sender_agency_id == status.target_agency_id,
            Message.document_id == status.target_document_id,
        )
        .order_by(Message.received_at.desc(), Message.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def _link_waiting_statuses(session: Session, document: Message) -> None:
    """Statuses may overtake their document on the way through other systems."""
    session.execute(
        update(Message)
        .where(
            Message.kind == "status",
            Message.target_message_id.is_(None),
            Message.target_agency_id == document.sender_agency_id,
            Message.target_document_id == document.document_id,
        )
        .values(target_message_id=document.id)
    )
