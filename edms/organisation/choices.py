"""Options of forms: agencies that may receive, positions that may sign."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from edms.organisation.model import Agency, AgencyIdentifier, Appointment, Capacity, Person, Position, Unit


def recipient_agencies(session: Session, own_agency_id: UUID, at: datetime) -> list[tuple[str, str]]:
    """Return (identifier, name) of every other agency that has a primary identifier at `at`, by name."""
    query = (
        select(AgencyIdentifier.value, Agency.name)
        .join(Agency, Agency.id == AgencyIdentifier.agency_id)
        .where(
            Agency.id != own_agency_id,
            Agency.in_force(at),
            AgencyIdentifier.in_force(at),
            AgencyIdentifier.is_primary.is_(True),
        )
        .order_by(Agency.name)
    )
    return [(row.value, row.name) for row in session.execute(query)]


def signing_positions(session: Session, agency_id: UUID, at: datetime) -> list[tuple[str, str, str, str]]:
    """Return (position id, title, holder, unit) of the agency's positions that may sign and are held at `at`."""
    query = (
        select(Position.id, Position.title, Person.full_name, Unit.name)
        .join(Unit, Unit.id == Position.unit_id)
        .join(Appointment, (Appointment.position_id == Position.id) & Appointment.in_force(at))
        .join(Person, Person.id == Appointment.person_id)
        .where(Unit.agency_id == agency_id, Position.in_force(at))
        .where(Position.capacity == Capacity.LEADER, Position.signs_as != "")
        .order_by(Position.title)
    )
    return [(str(row.id), row.title, row.full_name, row.name) for row in session.execute(query)]
