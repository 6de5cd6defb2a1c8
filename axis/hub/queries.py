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
from axis.hub.evidence import inclusion
from axis.hub.model import BusinessState, Delivery, Message, MessageConflict, MessageTarget, Receipt


def message_state(session: Session, account: Account, message_id: UUID, now: datetime) -> dict[str, Any]:
    """Return the message with its deliveries and the digests of its receipts, as plain data.

    The sender sees every delivery, a recipient its own. Raises `NotFound` when the account acts for neither.
    """
    message, deliveries = _visible(session, account, message_id, now)
    states = _business_states(session, message)
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
        "deliveries": [_delivery(one, states) for one in deliveries],
        "receipts": [_receipt(one) for one in _receipts(session, message, deliveries)],
    }


def message_receipts(session: Session, account: Account, message_id: UUID, now: datetime) -> list[dict[str, Any]]:
    """Return the receipts that the account may see, oldest first, each with its XML text and its proof. Raises `NotFound`."""
    message, deliveries = _visible(session, account, message_id, now)
    receipts = _receipts(session, message, deliveries)
    return [_receipt(one) | {"xml": one.xml.decode(), "inclusion": inclusion(session, one.id)} for one in receipts]


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
        "business_state": _state(session.get(BusinessState, (resolved, message.party_agency_id)) if resolved else None),
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


def _state(row: BusinessState | None) -> dict[str, Any]:
    """What was reached at one recipient; without a row nobody said anything."""
    return {
        "handling": (row.handling or None) if row else None,
        "request": (row.request or None) if row else None,
        "changed_at": row.changed_at.isoformat() if row else None,
    }


def _business_states(session: Session, message: Message) -> dict[UUID, dict[str, Any]]:
    """What was reached at each recipient of whom anything was heard, by agency, with what was said, oldest first."""
    if message.kind != "document":
        return {}
    rows = session.scalars(select(BusinessState).where(BusinessState.message_id == message.id))
    states = {row.agency_id: _state(row) | {"events": []} for row in rows}
    said = select(Message).where(Message.target_message_id == message.id).order_by(Message.received_at, Message.id)
    for status in session.scalars(said):
        if status.party_agency_id is not None:
            at = states.setdefault(status.party_agency_id, _state(None) | {"events": []})
            at["events"].append(_event(status))
    return states


def _event(status: Message) -> dict[str, Any]:
    return {
        "message_id": str(status.id),
        "status_code": status.status_code,
        "sender_organ_id": status.sender_organ_id,
        "received_at": status.received_at.isoformat(),
        "meaning": status.meaning,
        "effect": status.effect,
    }


def _delivery(delivery: Delivery, states: dict[UUID, dict[str, Any]]) -> dict[str, Any]:
    return {
        "delivery_id": str(delivery.id),
        "recipient_organ_id": delivery.recipient_organ_id,
        "transport_status": delivery.transport_status,
        "offered_at": delivery.offered_at.isoformat(),
        "done_at": delivery.done_at.isoformat() if delivery.done_at else None,
        "fail_reason": delivery.fail_reason,
        "business_state": states.get(delivery.agency_id, _state(None) | {"events": []}),
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
