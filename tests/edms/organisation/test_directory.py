"""Loading directories, appointing, and asking who stands where on any day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from edms.audit.model import JournalEntry
from edms.commands import InputInvalid, decode
from edms.organisation.commands import (
    AgencyEntry,
    Appoint,
    AppointmentEntry,
    EndAppointment,
    IdentifierEntry,
    OrganisationFile,
    UnitEntry,
)
from edms.organisation.errors import (
    AppointmentClosed,
    AppointmentUnknown,
    FileInconsistent,
    IdentifierTaken,
    NotAllowed,
    OrganisationProblem,
    PeriodReversed,
    PersonUnknown,
    PositionTaken,
    PositionUnknown,
)
from edms.organisation.model import Appointment, AppointmentKind, IdentifierScheme
from edms.organisation.queries import (
    agency,
    agency_by_identifier,
    agency_names,
    appointments_of,
    holder_of,
    leaders_of,
    people_of_agency,
    position,
    positions_of_agency,
)
from edms.organisation.service import OrganisationService
from storage.clock import VIETNAM, ManualClock
from storage.identifiers import new_id
from storage.unit_of_work import Database
from tests.builders import CHAIRMAN, CLERK, SPECIALIST, VACANT, Office, commune, open_office, renamed
from tests.provoked import provokes


@pytest.fixture
def organisation(edms_database: Database) -> OrganisationService:
    return OrganisationService(edms_database)


def entries(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(select(func.count()).select_from(JournalEntry)).one()


def with_agency(file: OrganisationFile, **changes: Any) -> OrganisationFile:
    return replace(file, agencies=(replace(file.agencies[0], **changes),))


def test_a_file_is_loaded_once_and_again_changes_nothing(
    organisation: OrganisationService, edms_database: Database, clock: ManualClock
) -> None:
    first = organisation.load_directory(None, commune())
    told = entries(edms_database)
    clock.advance(timedelta(days=30))
    again = organisation.load_directory(None, commune())
    assert "position ubnd-xa-b/van-phong/van-thu" in first.created
    assert (again.created, again.corrected) == ((), ())
    assert entries(edms_database) == told


def test_a_file_says_the_same_as_json(organisation: OrganisationService) -> None:
    document = msgspec.json.decode(msgspec.json.encode(commune()))
    assert decode(OrganisationFile, document) == commune()
    with pytest.raises(InputInvalid, match="agencies"):
        decode(OrganisationFile, {**document, "agencies": []})


def test_a_corrected_name_is_journalled_with_what_it_was(
    organisation: OrganisationService, edms_database: Database, office: Office
) -> None:
    loaded = organisation.load_directory(None, renamed(commune(), "Ủy ban nhân dân xã B"))
    assert loaded.corrected == ("agency ubnd-xa-b",)
    with edms_database.reading() as session:
        assert agency_names(session, [office.agency_id]) == {office.agency_id: "Ủy ban nhân dân xã B"}
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "organisation.corrected")).one()
    assert entry.data["before"] == {"name": "Ủy ban nhân dân ubnd-xa-b"}


def test_loading_again_does_not_undo_what_was_done_since(
    organisation: OrganisationService, office: Office, edms_database: Database, clock: ManualClock
) -> None:
    appointment = office.actor("chi").appointment_id
    assert appointment is not None
    organisation.end_appointment(office.actor("an"), EndAppointment(appointment))
    organisation.appoint(office.actor("an"), Appoint(office.person("dung"), office.position(SPECIALIST)))
    organisation.load_directory(None, commune())
    with edms_database.reading() as session:
        holder = holder_of(session, office.position(SPECIALIST), clock.now())
    assert holder is not None
    assert holder.person_name == "Phạm Tiến Dũng"


def test_a_file_may_end_an_appointment_and_an_identifier(
    organisation: OrganisationService, office: Office, edms_database: Database, clock: ManualClock
) -> None:
    file = commune()
    old = IdentifierEntry(IdentifierScheme.QD20, "H36.01.02", primary=True, until=date(2026, 2, 1))
    new = IdentifierEntry(IdentifierScheme.QCVN102, "000.01.02.H36", primary=True, since=date(2026, 2, 1))
    file = with_agency(file, identifiers=(old, new))
    ended = AppointmentEntry("ubnd-xa-b.chi", f"ubnd-xa-b/{SPECIALIST}", until=date(2026, 2, 1))
    loaded = organisation.load_directory(None, replace(file, appointments=(ended,)))
    assert loaded.created == ("identifier 000.01.02.H36",)
    assert loaded.corrected == ("identifier H36.01.02", f"appointment ubnd-xa-b.chi ubnd-xa-b/{SPECIALIST}")
    turn = datetime(2026, 2, 1, tzinfo=VIETNAM)
    with edms_database.reading() as session:
        found = agency(session, office.agency_id, clock.now())
        assert found is not None
        assert (found.primary_identifier, found.identifiers) == ("000.01.02.H36", ("000.01.02.H36",))
        assert [one.position_title for one in appointments_of(session, office.person("chi"), turn)] == []
        assert len(appointments_of(session, office.person("chi"), turn - timedelta(microseconds=1))) == 1
    assert organisation.load_directory(None, replace(file, appointments=(ended,))).corrected == ()


def test_an_identifier_given_up_stays_resolvable_and_the_present_holder_comes_first(
    organisation: OrganisationService, office: Office, edms_database: Database, clock: ManualClock
) -> None:
    old = IdentifierEntry(IdentifierScheme.QD20, "H36.01.02", primary=True, until=date(2026, 2, 1))
    organisation.load_directory(None, with_agency(commune(), identifiers=(old,)))
    with edms_database.reading() as session:
        found = agency_by_identifier(session, "H36.01.02", clock.now())
        assert found is not None
        assert found.id == office.agency_id
        assert agency_by_identifier(session, "h36.01.02", clock.now()) is None
    heir = commune("ubnd-xa-c")
    fresh = IdentifierEntry(IdentifierScheme.QD20, "H36.01.02", primary=True, since=date(2026, 2, 15))
    organisation.load_directory(None, with_agency(heir, identifiers=(fresh,)))
    with edms_database.reading() as session:
        now = agency_by_identifier(session, "H36.01.02", clock.now())
        then = agency_by_identifier(session, "H36.01.02", datetime(2026, 1, 20, tzinfo=VIETNAM))
        between = agency_by_identifier(session, "H36.01.02", datetime(2026, 2, 10, tzinfo=VIETNAM))
    assert now is not None
    assert then is not None
    assert between is not None
    assert now.name == "Ủy ban nhân dân ubnd-xa-c"
    assert then.id == between.id == office.agency_id


def _twice(file: OrganisationFile) -> OrganisationFile:
    return replace(file, people=(*file.people, file.people[0]))


def _unknown_superior(file: OrganisationFile) -> OrganisationFile:
    return with_agency(file, superior="ubnd-tinh")


def _unknown_parent(file: OrganisationFile) -> OrganisationFile:
    return with_agency(file, units=(UnitEntry("to-1", "Tổ 1", parent="phong-1"),))


def _unknown_position(file: OrganisationFile) -> OrganisationFile:
    return replace(file, appointments=(AppointmentEntry("ubnd-xa-b.an", "ubnd-xa-b/van-phong/lai-xe"),))


def _reversed(file: OrganisationFile) -> OrganisationFile:
    entry = replace(file.appointments[0], since=date(2026, 5, 1), until=date(2026, 4, 1))
    return replace(file, appointments=(entry,))


def _second_holder(file: OrganisationFile) -> OrganisationFile:
    entry = AppointmentEntry("ubnd-xa-b.dung", f"ubnd-xa-b/{CLERK}", since=date(2026, 2, 1))
    return replace(file, appointments=(*file.appointments, entry))


@provokes(by="refusal")
@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        (_twice, FileInconsistent),
        (_unknown_superior, FileInconsistent),
        (_unknown_parent, FileInconsistent),
        (_unknown_position, FileInconsistent),
        (_reversed, PeriodReversed),
        (_second_holder, PositionTaken),
    ],
)
def test_an_inconsistent_file_writes_nothing(
    organisation: OrganisationService, edms_database: Database, spoil: Any, refusal: type[OrganisationProblem]
) -> None:
    with pytest.raises(refusal):
        organisation.load_directory(None, spoil(commune()))
    assert entries(edms_database) == 0


@provokes("organisation.identifier-taken")
def test_an_identifier_in_use_elsewhere_is_refused(organisation: OrganisationService, office: Office) -> None:
    with pytest.raises(IdentifierTaken):
        organisation.load_directory(None, commune("ubnd-xa-c", identifier="H36.01.02"))


def test_agencies_stand_under_their_superiors(organisation: OrganisationService, edms_database: Database) -> None:
    lower = commune().agencies[0]
    upper = replace(lower, key="ubnd-tinh", name="Ủy ban nhân dân tỉnh", identifiers=(), units=())
    file = OrganisationFile(date(2026, 1, 1), (upper, replace(lower, superior="ubnd-tinh", identifiers=())))
    organisation.load_directory(None, file)
    with edms_database.reading() as session:
        found = agency(session, Office(edms_database, "ubnd-xa-b").agency_id, edms_database.clock.now())
    assert found is not None
    assert found.superior_id == Office(edms_database, "ubnd-tinh").agency_id


@provokes("organisation.appointment-closed", "organisation.not-allowed")
def test_who_may_appoint_and_dismiss(
    organisation: OrganisationService, office: Office, edms_database: Database
) -> None:
    other = open_office(edms_database, "ubnd-xa-c", identifier="H36.01.03")
    command = Appoint(office.person("dung"), office.position(VACANT))
    for actor in (office.actor("binh"), other.actor("an"), other.system()):
        with pytest.raises(NotAllowed):
            organisation.appoint(actor, command)
    appointment = organisation.appoint(office.actor("an"), command)
    with pytest.raises(NotAllowed):
        organisation.end_appointment(other.actor("an"), EndAppointment(appointment))
    organisation.end_appointment(office.system(), EndAppointment(appointment))
    with pytest.raises(AppointmentClosed):
        organisation.end_appointment(office.system(), EndAppointment(appointment))


@provokes(
    "organisation.appointment-unknown",
    "organisation.period-reversed",
    "organisation.person-unknown",
    "organisation.position-taken",
    "organisation.position-unknown",
)
def test_appointments_that_cannot_be(organisation: OrganisationService, office: Office, clock: ManualClock) -> None:
    an, now = office.actor("an"), clock.now()
    vacant, dung = office.position(VACANT), office.person("dung")
    with pytest.raises(PositionUnknown):
        organisation.appoint(an, Appoint(dung, new_id()))
    with pytest.raises(PersonUnknown):
        organisation.appoint(an, Appoint(new_id(), vacant))
    with pytest.raises(PeriodReversed):
        organisation.appoint(an, Appoint(dung, vacant, since=now, until=now - timedelta(days=1)))
    with pytest.raises(AppointmentUnknown):
        organisation.end_appointment(an, EndAppointment(new_id()))
    with pytest.raises(PeriodReversed):
        organisation.end_appointment(an, EndAppointment(an.appointment_id or new_id(), now - timedelta(days=1)))
    organisation.appoint(an, Appoint(dung, vacant, since=now + timedelta(days=9)))
    with pytest.raises(PositionTaken):
        organisation.appoint(an, Appoint(office.person("binh"), vacant))
    organisation.appoint(an, Appoint(office.person("binh"), vacant, until=now + timedelta(days=9)))


def test_the_database_itself_refuses_a_second_holder_even_for_a_past_period(
    edms_database: Database, office: Office
) -> None:
    row = {
        "id": new_id(),
        "person_id": office.person("dung"),
        "position_id": office.position(CLERK),
        "kind": AppointmentKind.HOLDER,
        "valid_from": datetime(2026, 1, 10, tzinfo=VIETNAM),
        "valid_to": datetime(2026, 1, 20, tzinfo=VIETNAM),
    }
    with pytest.raises(IntegrityError, match="ex_appointment_holder"), edms_database.begin() as tx:
        tx.session.execute(insert(Appointment), [row])


def test_who_answers_for_a_position(
    organisation: OrganisationService, office: Office, edms_database: Database, clock: ManualClock
) -> None:
    def answering(path: str) -> tuple[str, bool]:
        with edms_database.reading() as session:
            found = holder_of(session, office.position(path), clock.now())
        assert found is not None
        return found.person_name, found.stands_in

    assert answering(CLERK) == ("Trần Thị Bình", False)
    assert answering(VACANT) == ("Nguyễn Văn An", True)
    an = office.actor("an")
    interim = Appoint(office.person("binh"), office.position(VACANT), AppointmentKind.INTERIM)
    organisation.appoint(an, interim)
    assert answering(VACANT) == ("Trần Thị Bình", False)
    organisation.appoint(an, replace(interim, person_id=office.person("chi"), kind=AppointmentKind.ACTING))
    assert answering(VACANT) == ("Lê Thị Chi", False)
    organisation.appoint(an, replace(interim, person_id=office.person("dung"), kind=AppointmentKind.HOLDER))
    assert answering(VACANT) == ("Phạm Tiến Dũng", False)


def test_the_nearest_leader_answers_and_heads_come_before_deputies(
    organisation: OrganisationService, edms_database: Database, clock: ManualClock
) -> None:
    document = msgspec.json.decode(msgspec.json.encode(commune()))
    agency_entry = document["agencies"][0]
    agency_entry["units"][1]["positions"] += [
        {"key": "pho", "title": "Phó Chánh Văn phòng", "capacity": "leader", "signs_as": "KT. CHÁNH VĂN PHÒNG"},
        {"key": "chanh", "title": "Chánh Văn phòng", "capacity": "leader", "signs_as": "CHÁNH VĂN PHÒNG"},
    ]
    agency_entry["units"].append(
        {
            "key": "to-luu-tru",
            "name": "Tổ Lưu trữ",
            "parent": "van-phong",
            "positions": [{"key": "luu-tru", "title": "Lưu trữ", "capacity": "specialist"}],
        }
    )
    document["appointments"] += [
        {"person": "ubnd-xa-b.dung", "position": "ubnd-xa-b/van-phong/pho"},
        {"person": "ubnd-xa-b.chi", "position": "ubnd-xa-b/van-phong/chanh"},
    ]
    organisation.load_directory(None, decode(OrganisationFile, document))
    office = Office(edms_database, "ubnd-xa-b")
    with edms_database.reading() as session:
        found = holder_of(session, office.position("to-luu-tru/luu-tru"), clock.now())
        titles = [one.position_title for one in leaders_of(session, office.agency_id, clock.now())]
    assert found is not None
    assert (found.position_title, found.stands_in) == ("Chánh Văn phòng", True)
    assert titles[-1] == "Phó Chánh Văn phòng"


def test_lists_for_forms(office: Office, edms_database: Database, clock: ManualClock) -> None:
    with edms_database.reading() as session:
        held = {one.title: one.holder for one in positions_of_agency(session, office.agency_id, clock.now())}
        people = [name for _, name in people_of_agency(session, office.agency_id, clock.now())]
        chairman = position(session, office.position(CHAIRMAN), clock.now())
        with pytest.raises(PositionUnknown):
            position(session, new_id(), clock.now())
    assert held["Văn thư"] == "Trần Thị Bình"
    assert held["Kế toán"] == ""
    assert people == sorted(people)
    assert len(people) == 4
    assert (chairman.signs_as, chairman.holder) == ("CHỦ TỊCH", "Nguyễn Văn An")


@settings(max_examples=25, deadline=None)
@given(
    start=st.integers(0, 40),
    length=st.none() | st.integers(0, 40),
    asked=st.integers(-5, 90),
)
def test_a_period_holds_from_its_first_moment_to_before_its_last(start: int, length: int | None, asked: int) -> None:
    base = datetime(2026, 1, 1, tzinfo=VIETNAM)
    until = None if length is None else base + timedelta(days=start + length)
    appointment = Appointment(valid_from=base + timedelta(days=start), valid_to=until)
    inside = asked >= start and (length is None or asked < start + length)
    assert appointment.holds_at(base + timedelta(days=asked)) == inside


def test_keys_are_names_and_not_texts() -> None:
    with pytest.raises(InputInvalid):
        decode(AgencyEntry, {"key": "UBND xã", "kind": "communal", "name": "x", "abbreviation": "x", "place_name": "x"})
