"""Reads of the organisation, as of any moment. `at` is aware; what is returned is frozen and plain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from edms.organisation.errors import PositionUnknown
from edms.organisation.model import (
    Agency,
    AgencyIdentifier,
    AgencyKind,
    Appointment,
    AppointmentKind,
    Capacity,
    Position,
    Unit,
)

_STANDING = (AppointmentKind.HOLDER, AppointmentKind.ACTING, AppointmentKind.INTERIM)
_MAX_UNIT_DEPTH = 20
"""Units nest less deeply than this; it only ends a search in damaged data."""


@dataclass(frozen=True)
class AgencyView:
    """An agency. `primary_identifier` is the one messages leave under; `identifiers` are all that hold now."""

    id: UUID
    kind: AgencyKind
    name: str
    abbreviation: str
    place_name: str
    issued_under: str
    superior_id: UUID | None
    primary_identifier: str
    identifiers: tuple[str, ...]


@dataclass(frozen=True)
class PositionView:
    """A position and who holds it; `holder` is empty when nobody does."""

    id: UUID
    title: str
    capacity: Capacity
    signs_as: str
    unit_id: UUID
    unit_name: str
    agency_id: UUID
    agency_name: str
    holder: str = ""


@dataclass(frozen=True)
class StandingView:
    """A person in a position: one appointment."""

    appointment_id: UUID
    kind: AppointmentKind
    person_id: UUID
    person_name: str
    position_id: UUID
    position_title: str
    capacity: Capacity
    signs_as: str
    unit_id: UUID
    unit_name: str
    agency_id: UUID
    agency_name: str
    since: datetime
    until: datetime | None
    stands_in: bool = False
    """True where the position asked about is vacant and this person, its head, answers for it."""

    @property
    def label(self) -> str:
        """`Chánh Văn phòng, Văn phòng, UBND xã B`: how a person recognises one of several positions."""
        return ", ".join(part for part in (self.position_title, self.unit_name, self.agency_name) if part)


def agency(session: Session, agency_id: UUID, at: datetime) -> AgencyView | None:
    """Return one agency, or None."""
    found = session.get(Agency, agency_id)
    return None if found is None else _agency_view(found, at)


def agency_by_identifier(session: Session, value: str, at: datetime) -> AgencyView | None:
    """Return the agency that `value` names: the one that holds it at `at`, else the one that held it last.

    An identifier that an agency gave up stays resolvable; letters count as written (QCVN 102 codes are upper case).
    """
    statement = select(AgencyIdentifier).where(AgencyIdentifier.value == value, AgencyIdentifier.valid_from <= at)
    found = session.scalars(statement).unique().all()
    if not found:
        return None
    best = max(found, key=lambda one: (one.holds_at(at), one.valid_from, one.id))
    return _agency_view(best.agency, at)


def agency_names(session: Session, agency_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of agencies by id; unknown ids are left out."""
    rows = session.execute(select(Agency.id, Agency.name).where(Agency.id.in_(list(agency_ids))))
    return {row.id: row.name for row in rows}


def position(session: Session, position_id: UUID, at: datetime) -> PositionView:
    """Return one position with its holder at `at`. Raises `PositionUnknown`."""
    found = session.get(Position, position_id)
    if found is None:
        raise PositionUnknown
    standing = _standings(session, _in_force(at).where(Appointment.position_id == position_id))
    return _position_view(found, standing)


def positions_of_agency(session: Session, agency_id: UUID, at: datetime) -> list[PositionView]:
    """Return the positions that exist at `at`, by unit and title, each with its holder: what a select list offers."""
    statement = (
        select(Position)
        .join(Position.unit)
        .where(Unit.agency_id == agency_id, Position.in_force(at), Unit.in_force(at))
    )
    found = session.scalars(statement.order_by(Unit.name, Position.title, Position.id)).unique().all()
    standing = _standings(session, _in_force(at).where(Unit.agency_id == agency_id))
    return [_position_view(one, standing) for one in found]


def appointments_of(session: Session, person_id: UUID, at: datetime) -> list[StandingView]:
    """Return the positions that a person may act in at `at`: held ones first, then acting ones; oldest first."""
    return _standings(session, _in_force(at).where(Appointment.person_id == person_id))


def people_of_agency(session: Session, agency_id: UUID, at: datetime) -> list[tuple[UUID, str]]:
    """Return id and name of everybody who stands in a position of the agency at `at`, by name."""
    standing = _standings(session, _in_force(at).where(Unit.agency_id == agency_id))
    return sorted({(one.person_id, one.person_name) for one in standing}, key=lambda one: (one[1], one[0]))


def leaders_of(session: Session, agency_id: UUID, at: datetime) -> list[StandingView]:
    """Return who leads the agency's units at `at`, heads before deputies (those who sign `KT.`)."""
    statement = _in_force(at).where(Unit.agency_id == agency_id, Position.capacity == Capacity.LEADER)
    return sorted(_standings(session, statement), key=_is_deputy)


def holder_of(session: Session, position_id: UUID, at: datetime) -> StandingView | None:
    """Return who answers for a position at `at`.

    The holder; else whoever acts in it, then the interim; else, the position being vacant, a leader of its unit, of the units
    above it, of the agency (`stands_in` is then True). None only where the whole agency has no leader. Raises `PositionUnknown`.
    """
    found = session.get(Position, position_id)
    if found is None:
        raise PositionUnknown
    standing = _standings(session, _in_force(at).where(Appointment.position_id == position_id))
    if standing:
        return standing[0]
    leaders = leaders_of(session, found.unit.agency_id, at)
    if not leaders:
        return None
    units = _units_upwards(session, found.unit)
    nearest = min(leaders, key=lambda one: units.index(one.unit_id) if one.unit_id in units else len(units))
    return replace(nearest, stands_in=True)


def last_holder_of(session: Session, position_id: UUID, at: datetime) -> StandingView | None:
    """Return who holds the position at `at` as its holder, else who held it last before; None if nobody ever did.

    Of holdings that began in the same moment the one that lasts counts, then the one that was written last.
    """
    statement = (
        _appointments()
        .where(Appointment.position_id == position_id, Appointment.kind == AppointmentKind.HOLDER)
        .where(Appointment.valid_from <= at)
        .order_by(Appointment.valid_from.desc(), Appointment.valid_to.desc().nulls_first(), Appointment.id.desc())
        .limit(1)
    )
    found = session.scalars(statement).unique().first()
    return None if found is None else _standing_view(found)


def _appointments() -> Select[Appointment]:
    return select(Appointment).join(Appointment.position).join(Position.unit)


def _in_force(at: datetime) -> Select[Appointment]:
    return _appointments().where(Appointment.in_force(at))


def _standings(session: Session, statement: Select[Appointment]) -> list[StandingView]:
    found = session.scalars(statement).unique().all()
    ordered = sorted(found, key=lambda one: (_STANDING.index(one.kind), one.valid_from, one.id))
    return [_standing_view(one) for one in ordered]


def _standing_view(appointment: Appointment) -> StandingView:
    post, person = appointment.position, appointment.person
    return StandingView(
        appointment_id=appointment.id,
        kind=appointment.kind,
        person_id=person.id,
        person_name=person.full_name,
        position_id=post.id,
        position_title=post.title,
        capacity=post.capacity,
        signs_as=post.signs_as,
        unit_id=post.unit_id,
        unit_name=post.unit.name,
        agency_id=post.unit.agency_id,
        agency_name=post.unit.agency.name,
        since=appointment.valid_from,
        until=appointment.valid_to,
    )


def _position_view(post: Position, standing: Sequence[StandingView]) -> PositionView:
    holders = [one.person_name for one in standing if one.position_id == post.id]
    return PositionView(
        id=post.id,
        title=post.title,
        capacity=post.capacity,
        signs_as=post.signs_as,
        unit_id=post.unit_id,
        unit_name=post.unit.name,
        agency_id=post.unit.agency_id,
        agency_name=post.unit.agency.name,
        holder=holders[0] if holders else "",
    )


def _agency_view(found: Agency, at: datetime) -> AgencyView:
    return AgencyView(
        id=found.id,
        kind=found.kind,
        name=found.name,
        abbreviation=found.abbreviation,
        place_name=found.place_name,
        issued_under=found.issued_under,
        superior_id=found.superior_id,
        primary_identifier=found.primary_identifier(at),
        identifiers=tuple(sorted(one.value for one in found.identifiers if one.holds_at(at))),
    )


def _units_upwards(session: Session, unit: Unit) -> list[UUID]:
    ids = [unit.id]
    above = unit.parent_id
    while above is not None and above not in ids and len(ids) < _MAX_UNIT_DEPTH:
        ids.append(above)
        above = session.scalars(select(Unit.parent_id).where(Unit.id == above)).one()
    return ids


def _is_deputy(leader: StandingView) -> bool:
    return leader.signs_as.upper().startswith("KT")
