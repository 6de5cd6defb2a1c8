"""Who acts, in which position: the first argument of every service, and what history keeps of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from edms.organisation.model import Agency, Appointment, Capacity


@dataclass(frozen=True)
class Actor:
    """A person acting in a position, or the system acting for an agency.

    Names and titles are those of the moment; `snapshot()` freezes them into history.
    """

    agency_id: UUID
    agency_name: str
    person_id: UUID | None = None
    person_name: str = "Hệ thống"
    appointment_id: UUID | None = None
    position_id: UUID | None = None
    position_title: str = ""
    unit_id: UUID | None = None
    unit_name: str = ""
    capacity: Capacity | None = None
    """None for the system, which no person's permission is asked for."""
    is_security_officer: bool = False
    """Whether the position watches over state secrets."""

    @classmethod
    def of(cls, appointment: Appointment) -> Actor:
        """Return the actor that `appointment` makes of its person."""
        position = appointment.position
        return cls(
            agency_id=position.unit.agency.id,
            agency_name=position.unit.agency.name,
            person_id=appointment.person_id,
            person_name=appointment.person.full_name,
            appointment_id=appointment.id,
            position_id=position.id,
            position_title=position.title,
            unit_id=position.unit_id,
            unit_name=position.unit.name,
            capacity=Capacity(position.capacity),
            is_security_officer=position.is_security_officer,
        )

    @classmethod
    def system(cls, agency: Agency) -> Actor:
        """Return the system acting for `agency`."""
        return cls(agency_id=agency.id, agency_name=agency.name)

    @property
    def is_system(self) -> bool:
        """Whether no person stands behind the act."""
        return self.person_id is None

    def position(self) -> UUID:
        """Return the position acted in. Raises `TypeError` for the system, which holds none (a programming error)."""
        if self.position_id is None:
            raise TypeError("the system acts in no position")
        return self.position_id

    def snapshot(self) -> dict[str, Any]:
        """Return names, titles and ids as plain JSON, for history."""
        return {key: str(value) for key, value in asdict(self).items() if value not in (None, False)}
