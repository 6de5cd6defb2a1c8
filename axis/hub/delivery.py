"""Inbox and hand-over: agencies fetch what waits for them, and say how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from axis.http.errors import NotFound
from axis.hub.directory.model import Account
from axis.hub.directory.queries import day_of, mandated_agencies, resolve
from axis.hub.errors import DeliveryClosed
from axis.hub.model import OPEN_STATES, Delivery, Message, Receipt
from axis.hub.receipts import ReceiptFacts, ReceiptOffice, Step
from storage.identifiers import new_id
from storage.unit_of_work import Database, Transaction

TransportStatus = Literal["processing", "done", "fail"]
REASON_CHARS = 1000

_LEASE = text("""
WITH due AS (
    SELECT id FROM delivery
    WHERE agency_id IN :agencies AND transport_status IN ('initial', 'processing')
      AND (lease_until IS NULL OR lease_until <= :now)
    ORDER BY offered_at, id LIMIT :limit FOR UPDATE SKIP LOCKED)
UPDATE delivery SET lease_until = :lease_until FROM due WHERE delivery.id = due.id
RETURNING delivery.id
""").bindparams(bindparam("agencies", expanding=True))


@dataclass(frozen=True)
class Settled:
    """How a delivery stands after a status was reported; `receipt_sha256` is empty while it is open."""

    delivery_id: UUID
    transport_status: str
    receipt_sha256: str


class DeliveryDesk:
    """What an account may do with the deliveries of its agencies.

    Deliveries of agencies for which the account has no mandate today do not exist for it (`NotFound`).
    """

    def __init__(self, database: Database, receipts: ReceiptOffice, lease: timedelta) -> None:
        self._database = database
        self._receipts = receipts
        self._lease = lease

    def inbox(self, account: Account, *, organ_id: str | None, limit: int) -> list[dict[str, Any]]:
        """Lease up to `limit` waiting deliveries and return them as plain data, oldest first.

        With `organ_id` only those of the agency that it identifies (`NotFound` when that is none of the account's). A
        delivery leased to one fetcher is offered to the next when the lease has ended and it is still open.
        """
        with self._database.begin() as tx:
            agencies = self._agencies(tx.session, account, organ_id, tx.now)
            if not agencies:
                return []
            values = {"agencies": sorted(agencies), "now": tx.now, "lease_until": tx.now + self._lease, "limit": limit}
            ids = list(tx.session.scalars(_LEASE, values))
            query = (
                select(Delivery, Message)
                .join(Message, Message.id == Delivery.message_id)
                .where(Delivery.id.in_(ids))
                .order_by(Delivery.offered_at, Delivery.id)
            )
            return [_item(delivery, message) for delivery, message in tx.session.execute(query)]

    def message_of(self, account: Account, delivery_id: UUID) -> Message:
        """Return the message of a delivery, whose bytes the account may have. Raises `NotFound`."""
        with self._database.reading() as session:
            return self._find(session, account, delivery_id, self._database.clock.now())[1]

    def report(self, account: Account, delivery_id: UUID, status: TransportStatus, reason: str) -> Settled:
        """Record how the delivery goes: `processing` renews the lease, `done` and `fail` end it and issue a receipt.

        Reporting the same end again gives the same answer. Raises `NotFound`, and `DeliveryClosed` for another state after
        the end.
        """
        now = self._database.clock.now()
        with self._database.reading() as session:
            delivery, message = self._find(session, account, delivery_id, now)
            accepted = select(Receipt.sha256).where(Receipt.message_id == message.id, Receipt.step == "accepted")
            previous_sha256 = session.scalars(accepted).one()
        receipt = None
        if status != "processing" and delivery.transport_status in OPEN_STATES:
            receipt = self._receipt(delivery, message, previous_sha256, status, reason, now)
        with self._database.begin() as tx:
            return self._settle(tx, delivery_id, status, reason, receipt)

    def _settle(
        self, tx: Transaction, delivery_id: UUID, status: TransportStatus, reason: str, receipt: Receipt | None
    ) -> Settled:
        delivery = tx.session.get_one(Delivery, delivery_id, with_for_update=True)
        if delivery.transport_status not in OPEN_STATES:
            return self._already(tx.session, delivery, status)
        delivery.transport_status = status
        if receipt is None:
            delivery.lease_until = tx.now + self._lease
            return Settled(delivery.id, status, "")
        delivery.lease_until = None
        delivery.done_at = receipt.at
        delivery.fail_reason = reason or None
        tx.session.add(receipt)
        return Settled(delivery.id, status, receipt.sha256)

    def _already(self, session: Session, delivery: Delivery, status: TransportStatus) -> Settled:
        if delivery.transport_status != status:
            raise DeliveryClosed(
                f"{delivery.id}: {delivery.transport_status}", transport_status=delivery.transport_status
            )
        sha256 = session.scalar(select(Receipt.sha256).where(Receipt.delivery_id == delivery.id))
        return Settled(delivery.id, delivery.transport_status, sha256 or "")

    def _receipt(
        self, delivery: Delivery, message: Message, previous: str, status: TransportStatus, reason: str, now: datetime
    ) -> Receipt:
        step: Step = "delivered" if status == "done" else "refused"
        facts = ReceiptFacts(
            step=step,
            message_id=message.id,
            identity=message.identity,
            sha256=message.sha256,
            size_bytes=message.size_bytes,
            sender=message.sender_organ_id,
            recipients=(delivery.recipient_organ_id,),
            at=now,
            previous_sha256=previous,
            reason=reason,
        )
        signed = self._receipts.issue(facts)
        return Receipt(
            id=new_id(),
            message_id=message.id,
            delivery_id=delivery.id,
            step=step,
            xml=signed.xml,
            sha256=signed.sha256,
            at=now,
            previous_sha256=previous,
        )

    def _agencies(self, session: Session, account: Account, organ_id: str | None, now: datetime) -> set[UUID]:
        mandated = mandated_agencies(session, account.id, day_of(now))
        if organ_id is None:
            return mandated
        agency_id = resolve(session, [organ_id], day_of(now)).get(organ_id)
        if agency_id not in mandated:
            raise NotFound(f"organ_id {organ_id}")
        return {agency_id}

    def _find(self, session: Session, account: Account, delivery_id: UUID, now: datetime) -> tuple[Delivery, Message]:
        query = (
            select(Delivery, Message).join(Message, Message.id == Delivery.message_id).where(Delivery.id == delivery_id)
        )
        found = session.execute(query).one_or_none()
        if found is None or found[0].agency_id not in mandated_agencies(session, account.id, day_of(now)):
            raise NotFound(f"delivery {delivery_id}")
        return found[0], found[1]


def _item(delivery: Delivery, message: Message) -> dict[str, Any]:
    return {
        "delivery_id": str(delivery.id),
        "message_id": str(message.id),
        "kind": message.kind,
        "business": message.business,
        "status_code": message.status_code,
        "sender_organ_id": message.sender_organ_id,
        "recipient_organ_id": delivery.recipient_organ_id,
        "document_id": message.document_id,
        "subject": message.subject,
        "meaning": message.meaning,
        "sha256": message.sha256,
        "size_bytes": message.size_bytes,
        "signature_verdict": message.signature_verdict,
        "superseded_effect": message.superseded_effect,
        "effect": message.effect,
        "transport_status": delivery.transport_status,
        "offered_at": delivery.offered_at.isoformat(),
        "lease_until": delivery.lease_until.isoformat() if delivery.lease_until else None,
    }
