"""What an account may see of the messages that its agencies sent or received."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from axis.http.errors import NotFound
from axis.hub.directory.model import Account
from axis.hub.directory.queries import day_of, mandated_agencies
from axis.hub.evidence import inclusion
from axis.hub.model import Delivery, Message, Receipt


def message_state(session: Session, account: Account, message_id: UUID, now: datetime) -> dict[str, Any]:
    """Return the message with its deliveries and the digests of its receipts, as plain data.

    The sender sees every delivery, a recipient its own. Raises `NotFound` when the account acts for neither.
    """
    message, deliveries = _visible(session, account, message_id, now)
    return {
        "message_id": str(message.id),
        "kind": message.kind,
        "business": message.business,
        "status_code": message.status_code,
        "sender_organ_id": message.sender_organ_id,
        "document_id": message.document_id,
        "subject": message.subject,
        "recipients": message.recipients,
        "sha256": message.sha256,
        "size_bytes": message.size_bytes,
        "received_at": message.received_at.isoformat(),
        "signature_verdict": message.signature_verdict,
        "signature_report": message.signature_report,
        "findings": message.findings,
        "superseded_effect": message.superseded_effect,
        "target": _target(message),
        "deliveries": [_delivery(one) for one in deliveries],
        "receipts": [_receipt(one) for one in _receipts(session, message, deliveries)],
    }


def message_receipts(session: Session, account: Account, message_id: UUID, now: datetime) -> list[dict[str, Any]]:
    """Return the receipts that the account may see, oldest first, each with its XML text and its proof. Raises `NotFound`."""
    message, deliveries = _visible(session, account, message_id, now)
    receipts = _receipts(session, message, deliveries)
    return [_receipt(one) | {"xml": one.xml.decode(), "inclusion": inclusion(session, one.id)} for one in receipts]


def _visible(session: Session, account: Account, message_id: UUID, now: datetime) -> tuple[Message, list[Delivery]]:
    own = mandated_agencies(session, account.id, day_of(now))
    message = session.get(Message, message_id)
    query = select(Delivery).where(Delivery.message_id == message_id).order_by(Delivery.offered_at, Delivery.id)
    deliveries = list(session.scalars(query))
    if message is not None and message.sender_agency_id in own:
        return message, deliveries
    received = [one for one in deliveries if one.agency_id in own]
    if message is None or not received:
        raise NotFound(f"message {message_id}")
    return message, received


def _receipts(session: Session, message: Message, deliveries: list[Delivery]) -> list[Receipt]:
    visible = {one.id for one in deliveries}
    query = select(Receipt).where(Receipt.message_id == message.id).order_by(Receipt.at, Receipt.id)
    return [one for one in session.scalars(query) if one.delivery_id is None or one.delivery_id in visible]


def _target(message: Message) -> dict[str, Any] | None:
    if message.kind != "status":
        return None
    resolved = message.target_message_id
    return {
        "document_id": message.target_document_id,
        "message_id": str(resolved) if resolved else None,
        "state": "resolved" if resolved else "unresolved",
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "delivery_id": str(delivery.id),
        "recipient_organ_id": delivery.recipient_organ_id,
        "transport_status": delivery.transport_status,
        "offered_at": delivery.offered_at.isoformat(),
        "done_at": delivery.done_at.isoformat() if delivery.done_at else None,
        "fail_reason": delivery.fail_reason,
    }


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "receipt_id": str(receipt.id),
        "step": receipt.step,
        "at": receipt.at.isoformat(),
        "sha256": receipt.sha256,
        "previous_sha256": receipt.previous_sha256 or None,
        "delivery_id": str(receipt.delivery_id) if receipt.delivery_id else None,
    }
