"""Opening and closing appointments inside a unit of work: for this slice's services and for the handover.

Every writer locks the position first, so that who holds it is decided by one transaction at a time.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.organisation.errors import (
    AppointmentClosed,
    NotAllowed,
    PeriodReversed,
    PersonUnknown,
    PositionTaken,
    PositionUnknown,
)
from edms.organisation.model import Appointment, AppointmentKind, Capacity, Person, Position, Unit
from storage.unit_of_work import Transaction


def lock_position(tx: Transaction, position_id: UUID) -> Position:
    """Return the position and hold it until `tx` ends. Raises `PositionUnknown`."""
    statement = select(Position).where(Position.id == position_id).with_for_update(of=Position)
    position = tx.session.scalars(statement).one_or_none()
    if position is None:
        raise PositionUnknown
    return position


def require_authority(actor: Actor, position: Position) -> None:
    """Refuse with `NotAllowed` unless `actor` is the system or a leader, of the position's own agency."""
    if actor.agency_id != position.unit.agency_id:
        raise NotAllowed
    if not actor.is_system and actor.capacity is not Capacity.LEADER:
        raise NotAllowed


def open_appointment(
    tx: Transaction,
    actor: Actor,
    position: Position,
    person_id: UUID,
    *,
    since: datetime,
    until: datetime | None = None,
    kind: AppointmentKind = AppointmentKind.HOLDER,
) -> Appointment:
    """Put a person into `position`, which `tx` has locked, and record the act `appointment.opened`.

    Raises `PersonUnknown`, `PeriodReversed`, `PositionTaken`.
    """
    person = tx.session.get(Person, person_id)
    if person is None:
        raise PersonUnknown
    if until is not None and until < since:
        raise PeriodReversed
    if kind is AppointmentKind.HOLDER:
        _refuse_second_holder(tx, position, since, until)
    appointment = Appointment(person=person, position=position, kind=kind, valid_from=since, valid_to=until)
    tx.session.add(appointment)
    tx.session.flush()
    tx.record(_act("appointment.opened", actor, appointment))
    return appointment


def close_appointment(tx: Transaction, actor: Actor, appointment: Appointment, at: datetime) -> None:
    """End an open appointment at `at`, the first moment at which it no longer holds; record `appointment.ended`.

    One that would only begin after `at` ends as it begins: it never held. Raises `AppointmentClosed`.
    """
    if appointment.valid_to is not None and appointment.valid_to <= tx.now:
        raise AppointmentClosed
    appointment.valid_to = max(at, appointment.valid_from)
    tx.session.flush()
    tx.record(_act("appointment.ended", actor, appointment))


def appointments_in(tx: Transaction, position: Position, at: datetime) -> list[Appointment]:
    """Return the appointments in force at `at` in `position`, holder first."""
    statement = select(Appointment).where(Appointment.position_id == position.id, Appointment.in_force(at))
    found = tx.session.scalars(statement).unique().all()
    return sorted(found, key=lambda one: (one.kind is not AppointmentKind.HOLDER, one.valid_from, one.id))


def has_appointment_in(tx: Transaction, person_id: UUID, agency_id: UUID, at: datetime) -> bool:
    """Tell whether a person stands in any position of an agency at `at`."""
    statement = (
        select(Appointment.id)
        .join(Appointment.position)
        .join(Position.unit)
        .where(Appointment.person_id == person_id, Unit.agency_id == agency_id, Appointment.in_force(at))
    )
    return tx.session.execute(statement.limit(1)).first() is not None


def _refuse_second_holder(tx: Transaction, position: Position, since: datetime, until: datetime | None) -> None:
    wanted = func.tstzrange(since, until)
    held = func.tstzrange(Appointment.valid_from, Appointment.valid_to)
    statement = select(Appointment).where(
        Appointment.position_id == position.id,
        Appointment.kind == AppointmentKind.HOLDER,
        held.op("&&")(wanted),
    )
    other = tx.session.scalars(statement.limit(1)).first()
    if other is not None:
        raise PositionTaken(f"{other.person.full_name}, {position.title}, {other.valid_from:%Y-%m-%d}")


def _act(name: str, actor: Actor, appointment: Appointment) -> Act:
    position = appointment.position
    data = {
        "appointment_id": str(appointment.id),
        "person_id": str(appointment.person_id),
        "person": appointment.person.full_name,
        "position": position.title,
        "unit": position.unit.name,
        "kind": appointment.kind.value,
        "since": appointment.valid_from.isoformat(),
    }
    if appointment.valid_to is not None:
        data["until"] = appointment.valid_to.isoformat()
    return Act(name, actor, "position", position.id, data)
