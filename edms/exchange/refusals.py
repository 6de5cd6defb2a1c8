"""What a sender does about a recipient's refusal (02): it is shown until somebody notes how it was settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from msgspec import Meta
from sqlalchemy import func, select

from edms.documents.access import find
from edms.documents.errors import NotYours, WrongState
from edms.documents.model import Document
from edms.exchange.errors import DeliveryNotFound
from edms.exchange.model import Delivery
from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.organisation.model import Capacity
from storage.unit_of_work import Database, Transaction

REFUSED = "02"


@dataclass(frozen=True)
class SettleRefusal:
    """What was done about a refusal: sent to the right addressee, told the drafter, nothing needed."""

    note: Annotated[str, Meta(min_length=3, max_length=500, title="Đã xử lý thế nào")]


class RefusalService:
    """Settles refusals."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def settle(self, actor: Actor, document_id: UUID, delivery_id: UUID, command: SettleRefusal) -> None:
        """Note what was done about one recipient's refusal; the document is no longer highlighted for it.

        Raises `DocumentNotFound`, `DeliveryNotFound`, `NotYours` (a clerk does it), `WrongState` (nothing was refused, or it is
        settled already).
        """
        with self.database.begin() as tx:
            document = find(tx.session, actor, document_id, lock=True)
            delivery = tx.session.get(Delivery, delivery_id, with_for_update=True)
            if delivery is None or delivery.document_id != document.id:
                raise DeliveryNotFound(str(delivery_id))
            if actor.capacity != Capacity.CLERK:
                raise NotYours("settle")
            if delivery.business_status != REFUSED or delivery.settled_at is not None:
                raise WrongState(delivery.business_status)
            delivery.settled_at, delivery.settled_by = tx.now, actor.snapshot()
            delivery.settled_note = command.note
            count_refusals(tx, document.id)
            data = {"organ": delivery.name, "note": command.note}
            tx.record(Act("document.refusal-settled", actor, "document", document.id, data))


def count_refusals(tx: Transaction, document_id: UUID) -> None:
    """Write on the document how many recipients refused it about whom nothing was done; its row is locked for that."""
    tx.session.flush()
    document = tx.session.get_one(Document, document_id, with_for_update=True)
    query = select(func.count()).where(
        Delivery.document_id == document_id, Delivery.business_status == REFUSED, Delivery.settled_at.is_(None)
    )
    document.refusals = tx.session.scalar(query) or 0
