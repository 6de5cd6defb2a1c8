"""What an account may see of the messages that its agencies sent or received."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from axis.http.errors import NotFound
from axis.hub.directory.model import Account
from axis.hub.directory.queries import day_of, mandated_agencies
from axis.hub.model import BusinessState, Delivery, Message, MessageConflict, MessageTarget, Receipt


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
        "meaning": message.meaning,
        "recipients": message.recipients,
        "sha256": message.sha256,
        "size_bytes": message.size_bytes,
        "received_at": message.received_at.isoformat(),
        "signature_verdict": message.signature_verdict,
        "signature_report": message.signature_report,
        "findings": message.findings,
        "superseded_effect": message.superseded_effect,
        "effect": message.effect,
        "target": _target(session, message),
        "targets": _targets(session, message),
        "deliveries": [_delivery(session, one) for one in deliveries],
        "receipts": [_receipt(one) for one in _receipts(session, message, deliveries)],
    }


def message_receipts(session: Session, account: Account, message_id: UUID, now: datetime) -> list[dict[str, Any]]:
    """Return the receipts that the account may see, oldest first, each with its XML text. Raises `NotFound`."""
    message, deliveries = _visible(session, account, message_id, now)
    receipts = _receipts(session, message, deliveries)
    return [_receipt(one) | {"xml": one.xml.decode()} for one in receipts]


def conflicts(session: Session, account: Account, message_id: UUID, now: datetime) -> list[dict[str, Any]]:
    """Return the digests of other bytes that came under the message's identity, oldest first.

    Only who may send for its sender sees them. Raises `NotFound`.
    """
    _sent(session, account, message_id, now)
    query = (
        select(MessageConflict)
        .where(MessageConflict.message_id == message_id)
        .order_by(MessageConflict.received_at, MessageConflict.id)
    )
    return [
        {"sha256": one.sha256, "size_bytes": one.size_bytes, "received_at": one.received_at.isoformat()}
        for one in session.scalars(query)
    ]


def conflicting(session: Session, account: Account, message_id: UUID, sha256: str, now: datetime) -> MessageConflict:
    """Return the record of one of `conflicts`. Raises `NotFound`."""
    _sent(session, account, message_id, now)
    query = select(MessageConflict).where(MessageConflict.message_id == message_id, MessageConflict.sha256 == sha256)
    found = session.scalar(query)
    if found is None:
        raise NotFound(f"conflict {sha256[:64]}")
    return found


def visible_message(session: Session, account: Account, message_id: UUID, now: datetime) -> Message:
    """Return a message that the account's agencies sent or were offered. Raises `NotFound`."""
    return _visible(session, account, message_id, now)[0]


def _sent(session: Session, account: Account, message_id: UUID, now: datetime) -> None:
    message = session.get(Message, message_id)
    if message is None or message.sender_agency_id not in mandated_agencies(session, account.id, day_of(now)):
        raise NotFound(f"message {message_id}")


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


def _target(session: Session, message: Message) -> dict[str, Any] | None:
    if message.kind != "status":
        return None
    resolved = message.target_message_id
    return {
        "document_id": message.target_document_id,
        "message_id": str(resolved) if resolved else None,
        "state": "resolved" if resolved else "unresolved",
        "business_state": _business_state(session, resolved, message.party_agency_id),
    }


def _targets(session: Session, message: Message) -> list[dict[str, Any]]:
    """What a revocation, an update or a replacement names, with the message that brought it, if the hub carried one."""
    brought = aliased(Message)
    query = (
        select(MessageTarget.document_id, brought.id)
        .outerjoin(
            brought,
            and_(
                brought.kind == "document",
                brought.sender_agency_id == MessageTarget.agency_id,
                brought.document_id == MessageTarget.document_id,
                brought.id != MessageTarget.message_id,
            ),
        )
        .where(MessageTarget.message_id == message.id)
        .order_by(MessageTarget.document_id, brought.business != "new", brought.received_at, brought.id)
    )
    first: dict[str, UUID | None] = {}
    for document_id, found in session.execute(query):
        first.setdefault(document_id, found)
    return [
        {
            "document_id": document_id,
            "message_id": str(found) if found else None,
            "state": "resolved" if found else "unresolved",
        }
        for document_id, found in first.items()
    ]


def _business_state(session: Session, message_id: UUID | None, agency_id: UUID | None) -> dict[str, Any]:
    """What was reached at one recipient; nothing said yet looks like a document that nobody spoke of."""
    state = session.get(BusinessState, (message_id, agency_id)) if message_id and agency_id else None
    return {
        "handling": (state.handling or None) if state else None,
        "request": (state.request or None) if state else None,
        "changed_at": state.changed_at.isoformat() if state else None,
    }


def _events(session: Session, delivery: Delivery) -> list[dict[str, Any]]:
    """What was said of the document at this recipient, in the order in which the hub heard it."""
    query = (
        select(Message)
        .where(Message.target_message_id == delivery.message_id, Message.party_agency_id == delivery.agency_id)
        .order_by(Message.received_at, Message.id)
    )
    return [
        {
            "message_id": str(one.id),
            "status_code": one.status_code,
            "sender_organ_id": one.sender_organ_id,
            "received_at": one.received_at.isoformat(),
            "meaning": one.meaning,
            "effect": one.effect,
        }
        for one in session.scalars(query)
    ]


def _delivery(session: Session, delivery: Delivery) -> dict[str, Any]:
    return {
        "delivery_id": str(delivery.id),
        "recipient_organ_id": delivery.recipient_organ_id,
        "transport_status": delivery.transport_status,
        "offered_at": delivery.offered_at.isoformat(),
        "done_at": delivery.done_at.isoformat() if delivery.done_at else None,
        "fail_reason": delivery.fail_reason,
        "business_state": _business_state(session, delivery.message_id, delivery.agency_id)
        | {"events": _events(session, delivery)},
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
