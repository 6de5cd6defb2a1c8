"""Which position of an agency takes work of a kind, when no person has named one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from edms.organisation.model import Capacity, Position, Unit


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
