"""Builders: small, real organisations and people for tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from edms.organisation import commands as names
from edms.organisation.actor import Actor
from edms.organisation.commands import (
    AgencyEntry,
    AppointmentEntry,
    IdentifierEntry,
    OrganisationFile,
    PersonEntry,
    PositionEntry,
    UnitEntry,
)
from edms.organisation.model import Agency, AgencyKind, Appointment, Capacity, IdentifierScheme
from edms.organisation.service import OrganisationService
from storage.unit_of_work import Database

CHAIRMAN = "lanh-dao/chu-tich"
CLERK = "van-phong/van-thu"
SPECIALIST = "van-phong/chuyen-vien"
VACANT = "van-phong/ke-toan"


def commune(key: str = "ubnd-xa-b", *, identifier: str = "H36.01.02") -> OrganisationFile:
    """Return the file of a commune's People's Committee: chairman An, clerk Bình, specialists Chi and Dũng.

    Dũng holds a second specialist post, so that he can sign in and succeed somebody. Nobody is the
    accountant.
    """
    office = UnitEntry(
        "van-phong",
        "Văn phòng",
        "VP",
        positions=(
            PositionEntry("van-thu", "Văn thư", Capacity.CLERK),
            PositionEntry("chuyen-vien", "Chuyên viên", Capacity.SPECIALIST),
            PositionEntry("ke-toan", "Kế toán", Capacity.SPECIALIST),
            PositionEntry("chuyen-vien-2", "Chuyên viên tổng hợp", Capacity.SPECIALIST),
        ),
    )
    leaders = UnitEntry(
        "lanh-dao", "Lãnh đạo Ủy ban", positions=(PositionEntry("chu-tich", "Chủ tịch", Capacity.LEADER, "CHỦ TỊCH"),)
    )
    agency = AgencyEntry(
        key,
        AgencyKind.COMMUNAL,
        f"Ủy ban nhân dân {key}",
        "UBND",
        "Xã B",
        identifiers=(IdentifierEntry(IdentifierScheme.QD20, identifier, primary=True),),
        units=(leaders, office),
    )
    people = {
        "an": "Nguyễn Văn An",
        "binh": "Trần Thị Bình",
        "chi": "Lê Thị Chi",
        "dung": "Phạm Tiến Dũng",
    }
    return OrganisationFile(
        effective_on=date(2026, 1, 1),
        agencies=(agency,),
        people=tuple(PersonEntry(f"{key}.{short}", name) for short, name in people.items()),
        appointments=(
            AppointmentEntry(f"{key}.an", f"{key}/{CHAIRMAN}"),
            AppointmentEntry(f"{key}.binh", f"{key}/{CLERK}"),
            AppointmentEntry(f"{key}.chi", f"{key}/{SPECIALIST}"),
            AppointmentEntry(f"{key}.dung", f"{key}/van-phong/chuyen-vien-2"),
        ),
    )


@dataclass(frozen=True)
class Office:
    """A loaded commune; names its rows by the short keys of `commune`."""

    database: Database
    key: str

    @property
    def agency_id(self) -> UUID:
        """Id of the agency."""
        return names.agency_id(self.key)

    def position(self, path: str) -> UUID:
        """Id of the position at `unit/position`."""
        return names.position_id(f"{self.key}/{path}")

    def person(self, short: str) -> UUID:
        """Id of the person."""
        return names.person_id(f"{self.key}.{short}")

    def actor(self, short: str) -> Actor:
        """The person acting in the oldest appointment in force now."""
        with self.database.reading() as session:
            query = session.query(Appointment).filter(
                Appointment.person_id == self.person(short), Appointment.in_force(self.database.clock.now())
            )
            return Actor.of(query.order_by(Appointment.valid_from).first())  # type: ignore[arg-type]

    def system(self) -> Actor:
        """The system acting for the agency."""
        with self.database.reading() as session:
            return Actor.system(session.get_one(Agency, self.agency_id))


def open_office(database: Database, key: str = "ubnd-xa-b", *, identifier: str = "H36.01.02") -> Office:
    """Load the commune `key` and return it."""
    OrganisationService(database).load_directory(None, commune(key, identifier=identifier))
    return Office(database, key)


def renamed(file: OrganisationFile, name: str) -> OrganisationFile:
    """Return `file` with another name for its first agency."""
    return replace(file, agencies=(replace(file.agencies[0], name=name), *file.agencies[1:]))
