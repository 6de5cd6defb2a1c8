"""Brings the directory to what an organisation file says, inside one unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from edms.organisation import commands as names
from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.organisation.appointments import close_appointment, lock_position, open_appointment
from edms.organisation.commands import (
    AgencyEntry,
    AppointmentEntry,
    IdentifierEntry,
    OrganisationFile,
    PositionEntry,
    UnitEntry,
)
from edms.organisation.errors import FileInconsistent, PeriodReversed
from edms.organisation.model import Agency, AgencyIdentifier, Appointment, Person, Position, Unit
from storage.clock import VIETNAM
from storage.unit_of_work import Transaction

Row = TypeVar("Row", Agency, Unit, Position, Person)


@dataclass(frozen=True)
class Loaded:
    """What loading a file did: labels such as `unit ubnd-xa-b/van-phong` of what was created and what was corrected."""

    created: tuple[str, ...]
    corrected: tuple[str, ...]


class DirectoryLoader:
    """Loads one file; made for one transaction."""

    def __init__(self, tx: Transaction, actor: Actor | None, file: OrganisationFile) -> None:
        self._tx = tx
        self._session = tx.session
        self._given_actor = actor
        self._file = file
        self._created: list[str] = []
        self._corrected: list[str] = []
        self._known: dict[UUID, Any] = {}

    def load(self) -> Loaded:
        """Create and correct; see `OrganisationService.load_directory`."""
        _refuse_repeated([entry.key for entry in self._file.agencies], "agencies")
        _refuse_repeated([entry.key for entry in self._file.people], "people")
        self._look_up()
        for agency in self._file.agencies:
            self._agency(agency)
        for person in self._file.people:
            values = {"full_name": person.full_name, "email": person.email}
            actor = self._actor_for(self._file.agencies[0].key)
            self._keep(Person, names.person_id(person.key), f"person {person.key}", actor, values)
        self._session.flush()
        for appointment in self._file.appointments:
            self._appointment(appointment)
        return Loaded(tuple(self._created), tuple(self._corrected))

    def _look_up(self) -> None:
        """Read what is there already, one query for each table."""
        agencies = [names.agency_id(agency.key) for agency in self._file.agencies]
        self._remember(select(Agency).where(Agency.id.in_(agencies)))
        self._remember(select(Unit).where(Unit.agency_id.in_(agencies)))
        self._remember(select(Position).join(Position.unit).where(Unit.agency_id.in_(agencies)))
        people = [names.person_id(person.key) for person in self._file.people]
        self._remember(select(Person).where(Person.id.in_(people)))

    def _remember(self, statement: Any) -> None:
        self._known |= {row.id: row for row in self._session.scalars(statement).unique()}

    def _agency(self, entry: AgencyEntry) -> None:
        superior = None
        if entry.superior:
            superior = names.agency_id(entry.superior)
            if superior not in self._known and self._session.get(Agency, superior) is None:
                raise FileInconsistent(f"agency {entry.key}: superior {entry.superior} must stand earlier in the file")
        values = {
            "kind": entry.kind,
            "name": entry.name,
            "abbreviation": entry.abbreviation,
            "place_name": entry.place_name,
            "superior_id": superior,
            "issued_under": entry.issued_under,
        }
        agency = self._keep(Agency, names.agency_id(entry.key), f"agency {entry.key}", None, values)
        for identifier in entry.identifiers:
            self._identifier(agency, identifier)
        _refuse_repeated([unit.key for unit in entry.units], f"units of {entry.key}")
        for unit in entry.units:
            self._unit(agency, entry.key, unit)

    def _identifier(self, agency: Agency, entry: IdentifierEntry) -> None:
        since, until = self._period(entry.since, entry.until)
        label = f"identifier {entry.value}"
        actor = self._given_actor or Actor.system(agency)
        same = [one for one in agency.identifiers if (one.scheme, one.value) == (entry.scheme, entry.value)]
        if not same:
            agency.identifiers.append(
                AgencyIdentifier(
                    scheme=entry.scheme,
                    value=entry.value,
                    is_primary=entry.primary,
                    valid_from=since,
                    valid_to=until,
                )
            )
            self._session.flush()
            self._created.append(label)
            self._record("organisation.added", actor, agency.id, {"what": label})
            return
        if until is not None and same[-1].valid_to is None:
            same[-1].valid_to = until
            self._session.flush()
            self._corrected.append(label)
            self._record("organisation.corrected", actor, agency.id, {"what": label, "until": until.isoformat()})

    def _unit(self, agency: Agency, agency_key: str, entry: UnitEntry) -> None:
        path = f"{agency_key}/{entry.key}"
        parent = names.unit_id(f"{agency_key}/{entry.parent}") if entry.parent else None
        if parent is not None and parent not in self._known:
            raise FileInconsistent(f"unit {path}: parent {entry.parent} must stand earlier in the file")
        values = {
            "agency_id": agency.id,
            "parent_id": parent,
            "name": entry.name,
            "abbreviation": entry.abbreviation,
        }
        actor = self._actor_for(agency_key)
        unit = self._keep(Unit, names.unit_id(path), f"unit {path}", actor, values)
        _refuse_repeated([position.key for position in entry.positions], f"positions of {path}")
        for position in entry.positions:
            self._position(unit, path, actor, position)

    def _position(self, unit: Unit, unit_path: str, actor: Actor, entry: PositionEntry) -> None:
        path = f"{unit_path}/{entry.key}"
        values = {
            "unit_id": unit.id,
            "title": entry.title,
            "capacity": entry.capacity,
            "signs_as": entry.signs_as,
            "is_security_officer": entry.security_officer,
        }
        self._keep(Position, names.position_id(path), f"position {path}", actor, values)

    def _keep(self, kind: type[Row], row_id: UUID, label: str, actor: Actor | None, values: dict[str, Any]) -> Row:
        row: Row | None = self._known.get(row_id)
        if row is None:
            beginning = {} if kind is Person else {"valid_from": _midnight(self._file.effective_on)}
            row = kind(id=row_id, **beginning, **values)
            self._session.add(row)
            self._session.flush()
            self._known[row_id] = row
            self._created.append(label)
            self._record("organisation.added", actor or self._actor_of(row), row_id, {"what": label})
            return row
        changes = {name: value for name, value in values.items() if getattr(row, name) != value}
        if changes:
            before = {name: _plain(getattr(row, name)) for name in changes}
            for name, value in changes.items():
                setattr(row, name, value)
            self._corrected.append(label)
            after = {name: _plain(value) for name, value in changes.items()}
            data = {"what": label, "before": before, "after": after}
            self._record("organisation.corrected", actor or self._actor_of(row), row_id, data)
        return row

    def _appointment(self, entry: AppointmentEntry) -> None:
        person, position_id = names.person_id(entry.person), names.position_id(entry.position)
        since, until = self._period(entry.since, entry.until)
        if person not in self._known or position_id not in self._known:
            raise FileInconsistent(f"appointment of {entry.person} to {entry.position}: not in this file")
        position = lock_position(self._tx, position_id)
        actor = self._given_actor or Actor.system(position.unit.agency)
        statement = select(Appointment).where(
            Appointment.person_id == person,
            Appointment.position_id == position_id,
            Appointment.kind == entry.kind,
        )
        found = self._session.scalars(statement.order_by(Appointment.valid_from)).unique().all()
        same = [one for one in found if entry.since is None or _meets(one, since, until)]
        label = f"appointment {entry.person} {entry.position}"
        if not same:
            open_appointment(self._tx, actor, position, person, since=since, until=until, kind=entry.kind)
            self._created.append(label)
        elif until is not None and same[0].valid_to is None:
            close_appointment(self._tx, actor, same[0], until)
            self._corrected.append(label)

    def _period(self, since: date | None, until: date | None) -> tuple[datetime, datetime | None]:
        beginning = _midnight(since or self._file.effective_on)
        end = None if until is None else _midnight(until)
        if end is not None and end < beginning:
            raise PeriodReversed(f"{since} – {until}")
        return beginning, end

    def _actor_for(self, agency_key: str) -> Actor:
        return self._given_actor or Actor.system(self._known[names.agency_id(agency_key)])

    def _actor_of(self, row: object) -> Actor:
        if self._given_actor is not None:
            return self._given_actor
        if not isinstance(row, Agency):
            raise TypeError(f"{type(row).__name__} needs an actor")
        return Actor.system(row)

    def _record(self, act: str, actor: Actor, subject_id: UUID, data: dict[str, Any]) -> None:
        self._tx.record(Act(act, actor, "organisation", subject_id, data))


def _meets(appointment: Appointment, since: datetime, until: datetime | None) -> bool:
    begins_inside = until is None or appointment.valid_from < until
    ends_inside = appointment.valid_to is None or appointment.valid_to > since
    return appointment.valid_from == since or (begins_inside and ends_inside)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _refuse_repeated(keys: Sequence[str], where: str) -> None:
    repeated = sorted({key for key in keys if keys.count(key) > 1})
    if repeated:
        raise FileInconsistent(f"{where}: {', '.join(repeated)} given twice")
