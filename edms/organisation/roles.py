"""Which position of an agency takes work of a kind, and under which identifiers an agency is known."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from edms.organisation.model import AgencyIdentifier, Capacity, Position, Unit


def position_with(session: Session, agency_id: UUID, capacity: Capacity, at: datetime) -> Position | None:
    """Return the agency's first position in force with `capacity` (the oldest), or None.

    Work goes to the position whether or not somebody stands in it now: the next holder finds it there.
    """
    query = (
        select(Position)
        .join(Unit, Unit.id == Position.unit_id)
        .where(Unit.agency_id == agency_id, Position.capacity == capacity, Position.in_force(at))
        .order_by(Position.valid_from, Position.id)
        .limit(1)
    )
    return session.scalars(query).first()


def identifiers_of(session: Session, organ_id: str) -> list[str]:
    """Return every identifier, past and present, of the agency that `organ_id` names; just itself when it is unknown here."""
    owner = select(AgencyIdentifier.agency_id).where(AgencyIdentifier.value == organ_id)
    names = session.scalars(select(AgencyIdentifier.value).where(AgencyIdentifier.agency_id.in_(owner))).all()
    return [*names, organ_id]
