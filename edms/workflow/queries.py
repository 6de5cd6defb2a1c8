"""Reads of the workflow: its part of a document's page, and the desk of a position."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from edms.documents.access import visible_to
from edms.documents.model import Document, DocumentState
from edms.documents.queries import refused, refused_documents, waiting_for, with_numbers
from edms.documents.views import AssignmentView, Desk, DirectiveView, DocumentRow, PositionChoice
from edms.organisation.actor import Actor
from edms.organisation.model import Appointment, Capacity, Person, Position, Unit
from edms.registers.queries import numbers_of
from edms.web.formats import SOON_DAYS
from edms.web.translations import mark
from edms.workflow.model import Assignment, Directive
from edms.workflow.rules import ROLE_LABELS, STATE_LABELS

_SOON = timedelta(days=SOON_DAYS)

DESK_GROUPS: tuple[tuple[str, DocumentState], ...] = (
    ("Văn bản đến chờ vào sổ", DocumentState.ARRIVED),
    ("Văn bản đến chờ chỉ đạo", DocumentState.REGISTERED),
    ("Việc mới được giao", DocumentState.ASSIGNED),
    ("Việc đang xử lý", DocumentState.IN_PROGRESS),
    ("Dự thảo chờ ký hoặc chỉnh sửa", DocumentState.DRAFT),
    ("Văn bản đã ký, chờ cấp số và đóng dấu", DocumentState.SIGNED),
    ("Văn bản đã cấp số, chờ đóng dấu", DocumentState.NUMBERED),
    ("Văn bản chờ phát hành", DocumentState.SEALED),
)
"""Heading → state, in the order of the desk."""

REFUSED_GROUP = mark("Văn bản bị nơi nhận từ chối")
"""Heading of what was sent and came to nothing at a recipient; it stands first."""


def desk(session: Session, actor: Actor, today: date) -> Desk:
    """Return what waits for the actor's position, grouped by what must be done; empty groups are left out.

    `counts`: `all`, `overdue` (before `today`), `due_soon` (within `SOON_DAYS`), `unread`.
    """
    refusals = refused_documents(session, actor)
    waiting = waiting_for(session, actor, [state for _, state in DESK_GROUPS], limit=200)
    numbers = numbers_of(session, [row.id for row in (*refusals, *waiting)])
    found = with_numbers(waiting, numbers)
    groups: list[tuple[str, tuple[DocumentRow, ...]]] = [(REFUSED_GROUP, tuple(with_numbers(refusals, numbers)))]
    groups += [(heading, tuple(row for row in found if row.state == state)) for heading, state in DESK_GROUPS]
    due = [row.due_on for row in found if row.due_on is not None]
    counts = {
        "all": len(refusals) + len(found),
        "overdue": sum(day < today for day in due),
        "due_soon": sum(today <= day <= today + _SOON for day in due),
        "unread": sum(row.unread for row in found),
    }
    return Desk("Việc cần làm", tuple(group for group in groups if group[1]), counts)


def page_part(session: Session, actor: Actor, document_id: UUID, at: datetime) -> Mapping[str, Any]:
    """Contribute directives, assignments and assignable positions to a document's page."""
    directives = session.scalars(
        select(Directive).where(Directive.document_id == document_id).order_by(Directive.given_at)
    ).all()
    return {
        "directives": tuple(
            DirectiveView(d.given_by["person_name"], d.given_by.get("position_title", ""), d.given_at, d.text, d.due_on)
            for d in directives
        ),
        "assignments": _assignments(session, document_id, at),
        "assignable": assignable(session, actor, at),
        "more_actions": _more_actions(session, actor, document_id),
    }


def _assignments(session: Session, document_id: UUID, at: datetime) -> tuple[AssignmentView, ...]:
    query = (
        select(Assignment, Position.title, Person.full_name)
        .join(Position, Position.id == Assignment.position_id)
        .outerjoin(Appointment, (Appointment.position_id == Position.id) & Appointment.in_force(at))
        .outerjoin(Person, Person.id == Appointment.person_id)
        .where(Assignment.document_id == document_id)
        .order_by(Assignment.assigned_at, Assignment.role.desc())
    )
    return tuple(
        AssignmentView(
            id=one.id,
            position_title=title,
            person_name=name or "",
            role_label=ROLE_LABELS[one.role],
            state=one.state.value,
            state_label=STATE_LABELS[one.state],
            due_on=one.due_on,
            result=one.result,
        )
        for one, title, name in session.execute(query)
    )


def assignable(session: Session, actor: Actor, at: datetime) -> tuple[PositionChoice, ...]:
    """Return the positions of the agency that a leader may give work to, with who holds them now."""
    if actor.capacity != Capacity.LEADER:
        return ()
    query = (
        select(Position.id, Position.title, Unit.name, Person.full_name)
        .join(Unit, Unit.id == Position.unit_id)
        .outerjoin(Appointment, (Appointment.position_id == Position.id) & Appointment.in_force(at))
        .outerjoin(Person, Person.id == Appointment.person_id)
        .where(Unit.agency_id == actor.agency_id, Position.in_force(at), Position.capacity != Capacity.CLERK)
        .order_by(Unit.name, Position.title)
    )
    return tuple(
        PositionChoice(str(row.id), row.title, row.full_name or "", row.name)
        for row in session.execute(query)
        if row.id != actor.position_id
    )


def _more_actions(session: Session, actor: Actor, document_id: UUID) -> list[str]:
    """Whoever works on an incoming document may draft its answer."""
    document = session.get_one(Document, document_id)
    works_on_it = document.responsible_position_id == actor.position_id and document.state == DocumentState.IN_PROGRESS
    return ["reply"] if works_on_it else []


def versions_to_direct(session: Session, actor: Actor) -> dict[UUID, int]:
    """Return the documents that wait for the actor's direction, with the version that a quick directive answers."""
    query = select(Document.id, Document.version).where(
        visible_to(actor),
        Document.responsible_position_id == actor.position_id,
        Document.state == DocumentState.REGISTERED,
    )
    return {row.id: row.version for row in session.execute(query)}


def waiting_count(session: Session, actor: Actor) -> int:
    """Return how many documents wait for the actor's position, refused ones among them."""
    refusals = session.scalar(select(func.count()).select_from(Document).where(refused(actor))) or 0
    query = select(func.count()).where(
        Document.agency_id == actor.agency_id,
        Document.responsible_position_id == actor.position_id,
        Document.state.in_([state for _, state in DESK_GROUPS]),
    )
    return refusals + (session.scalar(query) or 0)
