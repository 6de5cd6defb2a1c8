"""Reads of the exchange: its part of a document's page, and the quarantine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from edms.documents.access import SEES_THE_AGENCY
from edms.documents.errors import NotYours
from edms.documents.views import RecipientView, StatusView
from edms.exchange.model import ArrivedMessage, Delivery, StatusEvent
from edms.exchange.refusals import REFUSED
from edms.exchange.rules import status_label
from edms.organisation.actor import Actor
from edms.organisation.model import Capacity
from edms.organisation.roles import identifiers_of


@dataclass(frozen=True)
class QuarantineRow:
    """A message that was kept but not filed."""

    id: UUID
    arrived_at: datetime
    kind: str
    code: str
    detail: str
    size_bytes: int
    sha256: str


def page_part(session: Session, actor: Actor, document_id: UUID, at: datetime) -> Mapping[str, Any]:
    """Contribute statuses, and for a dispatched document its recipients with theirs, to a document's page."""
    del at
    is_clerk = actor.capacity == Capacity.CLERK
    statuses = _statuses(session, document_id)
    part: dict[str, Any] = {"statuses": statuses}
    deliveries = session.scalars(
        select(Delivery).where(Delivery.document_id == document_id).order_by(Delivery.name)
    ).all()
    if deliveries:
        part["recipients"] = tuple(
            RecipientView(
                name=d.name,
                organ_id=d.organ_id,
                business_status=d.business_status,
                status_label=status_label(d.business_status),
                updated_at=d.updated_at,
                delivery_id=d.id,
                statuses=_reported_by(session, d.organ_id, statuses),
                settled_at=d.settled_at,
                settled_by=str(d.settled_by.get("person_name", "")),
                settled_note=d.settled_note,
                may_settle=is_clerk and d.business_status == REFUSED and d.settled_at is None,
            )
            for d in deliveries
        )
    return part


def quarantine(session: Session, actor: Actor, limit: int = 100) -> list[QuarantineRow]:
    """Return the newest messages of the actor's agency that could not be filed.

    Raises `NotYours` for whoever does not see the whole agency: nobody knows yet whom they concern.
    """
    if actor.capacity not in SEES_THE_AGENCY:
        raise NotYours("quarantine")
    query = (
        select(ArrivedMessage)
        .where(ArrivedMessage.agency_id == actor.agency_id, ArrivedMessage.quarantine_code != "")
        .order_by(ArrivedMessage.arrived_at.desc())
        .limit(limit)
    )
    return [
        QuarantineRow(m.id, m.arrived_at, m.kind, m.quarantine_code, m.quarantine_detail, m.size_bytes, m.sha256)
        for m in session.scalars(query)
    ]


def _reported_by(session: Session, organ_id: str, statuses: Sequence[StatusView]) -> tuple[StatusView, ...]:
    """Return what a recipient reported, under whichever of its identifiers."""
    names = identifiers_of(session, organ_id)
    return tuple(one for one in statuses if one.direction == "in" and one.organ in names)


def _statuses(session: Session, document_id: UUID) -> tuple[StatusView, ...]:
    query = (
        select(StatusEvent)
        .where(StatusEvent.document_id == document_id)
        .order_by(StatusEvent.occurred_at, StatusEvent.code)
    )
    return tuple(
        StatusView(
            code=one.code,
            label=status_label(one.code),
            direction=one.direction,
            organ=one.organ_id,
            at=one.occurred_at,
            person=one.staff_name,
            position=one.staff_position,
            description=one.description,
        )
        for one in session.scalars(query)
    )
