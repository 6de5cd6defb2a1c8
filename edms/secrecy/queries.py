"""Reads of incidents, for whoever answers for state secrets in the agency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from edms.organisation.actor import Actor
from edms.organisation.model import Capacity, Position, Unit
from edms.secrecy.errors import IncidentNotFound
from edms.secrecy.model import IncidentKind, SecrecyIncident
from edms.web.translations import mark

KIND_LABELS: Mapping[IncidentKind, str] = {
    IncidentKind.DRAFT: mark("Dự thảo khai độ mật, đã từ chối"),
    IncidentKind.UPLOAD: mark("Tệp khai độ mật, đã từ chối"),
    IncidentKind.MESSAGE: mark("Gói tin khai độ mật, đã từ chối và báo trục liên thông"),
    IncidentKind.MARK: mark("Văn bản đến có dấu chỉ độ mật, đang giữ chờ kiểm tra"),
}
"""Vietnamese messages; pages translate them."""


@dataclass(frozen=True)
class IncidentRow:
    """One incident as its page lists it."""

    id: UUID
    kind_label: str
    level: str
    at: datetime
    who: str
    position: str
    sender_organ_id: str
    message_id: str
    sha256: str
    document_id: UUID | None
    outcome: str
    acknowledged_at: datetime | None
    acknowledged_by: str
    note: str


def is_guard(session: Session, actor: Actor, at: datetime) -> bool:
    """Tell whether incidents of the agency are the actor's business.

    The position that carries the duty; where an agency has given it to nobody, its leaders, who answer for it by law.
    """
    if actor.is_security_officer:
        return True
    if actor.capacity != Capacity.LEADER:
        return False
    officer = (
        exists()
        .where(Position.unit_id == Unit.id, Unit.agency_id == actor.agency_id)
        .where(Position.is_security_officer, Position.in_force(at))
    )
    return not session.scalar(select(officer))


def open_incidents(session: Session, actor: Actor, at: datetime) -> int:
    """Return how many incidents wait for the actor to acknowledge them; 0 for whom they are no business."""
    if not is_guard(session, actor, at):
        return 0
    query = select(func.count()).where(
        SecrecyIncident.agency_id == actor.agency_id, SecrecyIncident.acknowledged_at.is_(None)
    )
    return session.scalar(query) or 0


def incidents(session: Session, actor: Actor, at: datetime, limit: int = 200) -> list[IncidentRow]:
    """Return the agency's incidents, those that wait first, then the newest. Raises `IncidentNotFound` for others."""
    if not is_guard(session, actor, at):
        raise IncidentNotFound
    query = (
        select(SecrecyIncident)
        .where(SecrecyIncident.agency_id == actor.agency_id)
        .order_by(SecrecyIncident.acknowledged_at.is_not(None), SecrecyIncident.at.desc())
        .limit(limit)
    )
    return [
        IncidentRow(
            id=one.id,
            kind_label=KIND_LABELS[one.kind],
            level=one.level,
            at=one.at,
            who=str(one.by.get("person_name", "")),
            position=str(one.by.get("position_title", "")),
            sender_organ_id=one.sender_organ_id,
            message_id=one.message_id,
            sha256=one.sha256,
            document_id=one.document_id,
            outcome=one.outcome,
            acknowledged_at=one.acknowledged_at,
            acknowledged_by=str(one.acknowledged_by.get("person_name", "")),
            note=one.note,
        )
        for one in session.scalars(query)
    ]
