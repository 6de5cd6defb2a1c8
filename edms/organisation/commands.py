"""Inputs of the organisation's use cases, and the organisation file that is loaded as a whole.

The file names everything by keys that its author chooses once and keeps: a key becomes the row's id for ever, so loading the
same file again finds the same rows. A position is named by its path `agency/unit/position`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID, uuid5

from msgspec import Meta

from edms.organisation.model import AgencyKind, AppointmentKind, Capacity, IdentifierScheme

_NAMESPACE = UUID("6f2b1c1e-6a0f-5d7c-9a53-3c0f6b7f4f10")

Key = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]{0,59}$")]
"""Lower-case letters, digits, dots and hyphens; unique among its siblings; never given to another thing later."""
Path = Annotated[str, Meta(pattern=r"^[a-z0-9.-]+/[a-z0-9.-]+/[a-z0-9.-]+$")]
"""`agency/unit/position`, each a key."""
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Short = Annotated[str, Meta(max_length=20)]
Title = Annotated[str, Meta(min_length=1, max_length=100)]


@dataclass(frozen=True)
class Appoint:
    """Put a person into a position. `since` None means now; `until` None means open-ended."""

    person_id: UUID
    position_id: UUID
    kind: AppointmentKind = AppointmentKind.HOLDER
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class EndAppointment:
    """End an appointment. `at` None means now; an end to come is allowed, one in the past is not."""

    appointment_id: UUID
    at: datetime | None = None


@dataclass(frozen=True)
class IdentifierEntry:
    """One identifier of an agency. `until` closes it; a closed one stays resolvable (QĐ 20/2020, QCVN 102)."""

    scheme: IdentifierScheme
    value: Annotated[str, Meta(min_length=1, max_length=35)]
    primary: bool = False
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class PositionEntry:
    """One post of a unit; see `model.Position` for the fields."""

    key: Key
    title: Title
    capacity: Capacity
    signs_as: Annotated[str, Meta(max_length=200)] = ""
    security_officer: bool = False


@dataclass(frozen=True)
class UnitEntry:
    """One unit of an agency. `parent` is the key of a unit that stands earlier in the list."""

    key: Key
    name: Name
    abbreviation: Short = ""
    parent: str = ""
    positions: tuple[PositionEntry, ...] = ()


@dataclass(frozen=True)
class AgencyEntry:
    """One agency. `superior` is the key of an agency that stands earlier in the list; see `model.Agency` for the rest."""

    key: Key
    kind: AgencyKind
    name: Name
    abbreviation: Short
    place_name: Title
    superior: str = ""
    issued_under: Annotated[str, Meta(max_length=200)] = ""
    identifiers: tuple[IdentifierEntry, ...] = ()
    units: tuple[UnitEntry, ...] = ()


@dataclass(frozen=True)
class PersonEntry:
    """One person; the key is unique in the whole installation."""

    key: Key
    full_name: Title
    email: Annotated[str, Meta(max_length=100)] = ""


@dataclass(frozen=True)
class AppointmentEntry:
    """A person stands in a position, from the beginning of day `since` to the beginning of day `until` in Vietnam."""

    person: Key
    position: Path
    kind: AppointmentKind = AppointmentKind.HOLDER
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class OrganisationFile:
    """Agencies with their units and positions, people, and who stands where.

    `effective_on` is the beginning of whatever names no `since` of its own.
    """

    effective_on: date
    agencies: Annotated[tuple[AgencyEntry, ...], Meta(min_length=1)]
    people: tuple[PersonEntry, ...] = ()
    appointments: tuple[AppointmentEntry, ...] = ()


def agency_id(key: str) -> UUID:
    """Return the id of the agency that an organisation file calls `key`."""
    return uuid5(_NAMESPACE, f"agency:{key}")


def unit_id(path: str) -> UUID:
    """Return the id of the unit at `agency/unit`."""
    return uuid5(_NAMESPACE, f"unit:{path}")


def position_id(path: str) -> UUID:
    """Return the id of the position at `agency/unit/position`."""
    return uuid5(_NAMESPACE, f"position:{path}")


def person_id(key: str) -> UUID:
    """Return the id of the person that an organisation file calls `key`."""
    return uuid5(_NAMESPACE, f"person:{key}")
