"""Handing a position over: who may, what is frozen, what it costs, and what everybody sees afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from edms.accounts.commands import IssueToken, NewAccount
from edms.accounts.service import AccountService
from edms.audit.queries import history
from edms.documents.access import visible_to as documents_visible_to
from edms.documents.model import Document
from edms.handover.commands import Accept, Confirm, Prepare, Withdraw
from edms.handover.errors import (
    AlreadyOpen,
    HandoverNotFound,
    HandoverProblem,
    InventoryChanged,
    MinutesNotReady,
    NobodyLeaves,
    NotAllowed,
    ObjectionInvalid,
    SuccessorElsewhere,
    SuccessorIsLeaver,
    WrongStep,
)
from edms.handover.model import Handover, HandoverState
from edms.handover.queries import concerning, handover_page
from edms.handover.service import HandoverService
from edms.organisation.actor import Actor
from edms.organisation.commands import Appoint, EndAppointment
from edms.organisation.errors import PositionTaken
from edms.organisation.model import Appointment, AppointmentKind
from edms.organisation.queries import appointments_of, holder_of
from edms.organisation.service import OrganisationService
from storage.canonical import digest
from storage.clock import ManualClock
from storage.unit_of_work import Database
from tests.builders import SPECIALIST, VACANT, Office, open_office
from tests.edms.handover.desk import put_documents, statements, writes
from tests.provoked import provokes


def prepared(handovers: HandoverService, office: Office, to: str = "dung", path: str = SPECIALIST) -> UUID:
    command = Prepare(office.position(path), office.person(to), "chuyển công tác", "Quyết định số 12/QĐ-UBND")
    return handovers.prepare(office.actor("an"), command)


def confirmed(handovers: HandoverService, office: Office) -> UUID:
    handover_id = prepared(handovers, office)
    handovers.confirm(office.actor("chi"), handover_id, Confirm("Hồ sơ giấy ở tủ số 2."))
    return handover_id


def shown_digest(handovers: HandoverService, handover_id: UUID) -> str:
    with handovers.database.reading() as session:
        return session.get_one(Handover, handover_id).inventory_sha256


def accept(handovers: HandoverService, office: Office, handover_id: UUID, **objections: str) -> None:
    command = Accept(shown_digest(handovers, handover_id), {key[1:]: text for key, text in objections.items()})
    handovers.accept(office.actor("dung"), handover_id, command)


def acting_in(database: Database, person_id: UUID, position_id: UUID) -> Actor:
    """The person acting in one position now."""
    with database.reading() as session:
        standing = appointments_of(session, person_id, database.clock.now())
        (found,) = [one.appointment_id for one in standing if one.position_id == position_id]
        return Actor.of(session.get_one(Appointment, found))


def seen_documents(database: Database, actor: Actor) -> set[UUID]:
    with database.reading() as session:
        return set(session.scalars(select(Document.id).where(documents_visible_to(actor))))


def test_the_whole_handover(
    handovers: HandoverService, office: Office, edms_database: Database, clock: ManualClock
) -> None:
    post = office.position(SPECIALIST)
    put_documents(office, post, 3)
    before = seen_documents(edms_database, office.actor("chi"))
    handover_id = confirmed(handovers, office)
    assert not seen_documents(edms_database, office.actor("dung"))
    clock.advance(timedelta(hours=1))
    accept(handovers, office, handover_id, o2="Chưa nhận được bản giấy.")

    successor = acting_in(edms_database, office.person("dung"), post)
    assert seen_documents(edms_database, successor) == before
    assert len(before) == 3
    with edms_database.reading() as session:
        now = clock.now()
        holder = holder_of(session, post, now)
        assert holder is not None
        assert (holder.person_name, holder.since, holder.stands_in) == ("Phạm Tiến Dũng", now, False)
        assert holder_of(session, post, now - timedelta(microseconds=1)).person_name == "Lê Thị Chi"  # type: ignore[union-attr]
        assert appointments_of(session, office.person("chi"), now) == []
        page = handover_page(session, successor, handover_id, now)
        told = [(view.act, view.sentence()) for view in history(session, "handover", handover_id)]
    assert page.state is HandoverState.ACCEPTED
    assert [item.objection for group in page.groups for item in group.items] == ["", "Chưa nhận được bản giấy.", ""]
    assert (page.remarks, page.from_person, page.to_person) == ("Hồ sơ giấy ở tủ số 2.", "Lê Thị Chi", "Phạm Tiến Dũng")
    assert [act for act, _ in told] == ["handover.prepared", "handover.confirmed", "handover.accepted"]
    assert told[0][1] == (
        "Nguyễn Văn An (Chủ tịch, Ủy ban nhân dân ubnd-xa-b) đã lập bàn giao vị trí Chuyên viên"
        " từ Lê Thị Chi cho Phạm Tiến Dũng, 3 mục."
    )
    assert told[2][1].endswith("đã nhận bàn giao vị trí Chuyên viên, 1 mục có ý kiến.")


def test_sessions_and_tokens_of_the_former_holder_end_at_the_cut_off_second(
    handovers: HandoverService, accounts: AccountService, office: Office, clock: ManualClock
) -> None:
    accounts.create_account(office.system(), NewAccount(office.person("chi"), "chi", "hoa dã quỳ vàng"))
    session_token = accounts.sign_in("chi", "hoa dã quỳ vàng", "").token
    bearer = accounts.issue_token(office.actor("chi"), IssueToken("máy quét"))
    handover_id = confirmed(handovers, office)
    clock.advance(timedelta(hours=1))
    accept(handovers, office, handover_id)
    cut_off, just_before = clock.now(), clock.now() - timedelta(microseconds=1)
    assert accounts.authenticate_session(session_token, just_before) is not None
    assert accounts.authenticate_token(bearer, just_before) is not None
    assert accounts.authenticate_session(session_token, cut_off) is None
    assert accounts.authenticate_token(bearer, cut_off) is None


def test_what_is_written_does_not_grow_with_the_inventory(handovers: HandoverService, edms_database: Database) -> None:
    written = []
    for key, count in (("xa-nho", 10), ("xa-lon", 2000)):
        office = open_office(edms_database, key, identifier=f"H36.{key}")
        put_documents(office, office.position(SPECIALIST), count)
        handover_id = prepared(handovers, office)
        with statements(edms_database.engine) as confirming:
            handovers.confirm(office.actor("chi"), handover_id, Confirm())
        with statements(edms_database.engine) as accepting:
            accept(handovers, office, handover_id)
        assert len(handover_items(edms_database, handover_id)) == count
        written.append((len(confirming), writes(confirming), len(accepting), writes(accepting)))
    small, large = written
    assert small == large
    assert sum(rows for _, rows in small[3]) == 7


def handover_items(database: Database, handover_id: UUID) -> list[object]:
    with database.reading() as session:
        return session.get_one(Handover, handover_id).inventory


def test_the_inventory_is_drawn_again_and_frozen_when_it_is_confirmed(
    handovers: HandoverService, office: Office, edms_database: Database
) -> None:
    handover_id = prepared(handovers, office)
    put_documents(office, office.position(SPECIALIST), 2)
    handovers.confirm(office.actor("chi"), handover_id, Confirm())
    put_documents(office, office.position(SPECIALIST), 5)
    items = handover_items(edms_database, handover_id)
    with edms_database.reading() as session:
        frozen = history(session, "handover", handover_id)[-1].data["inventory_sha256"]
    assert len(items) == 2
    assert digest(items) == frozen == shown_digest(handovers, handover_id)
    accept(handovers, office, handover_id)
    assert handover_items(edms_database, handover_id) == items


@provokes("handover.inventory-changed", "handover.objection-invalid")
def test_the_successor_accepts_only_the_inventory_that_was_shown(handovers: HandoverService, office: Office) -> None:
    handover_id = confirmed(handovers, office)
    with pytest.raises(InventoryChanged):
        handovers.accept(office.actor("dung"), handover_id, Accept("0" * 64))
    with pytest.raises(ObjectionInvalid):
        accept(handovers, office, handover_id, o1="không có mục nào")


def test_each_step_belongs_to_one_person(handovers: HandoverService, office: Office) -> None:
    command = Prepare(office.position(SPECIALIST), office.person("dung"), "nghỉ hưu")
    with pytest.raises(NotAllowed):
        handovers.prepare(office.actor("chi"), command)
    with pytest.raises(NotAllowed):
        handovers.prepare(office.system(), command)
    handover_id = prepared(handovers, office)
    with pytest.raises(NotAllowed):
        handovers.confirm(office.actor("an"), handover_id, Confirm())
    with pytest.raises(HandoverNotFound):
        handovers.confirm(office.actor("binh"), handover_id, Confirm())
    with pytest.raises(WrongStep):
        accept(handovers, office, handover_id)
    handovers.confirm(office.actor("chi"), handover_id, Confirm())
    with pytest.raises(WrongStep):
        handovers.confirm(office.actor("chi"), handover_id, Confirm())
    with pytest.raises(NotAllowed):
        handovers.accept(office.actor("an"), handover_id, Accept(shown_digest(handovers, handover_id)))
    with pytest.raises(MinutesNotReady):
        handovers.open_minutes(office.actor("an"), handover_id)


def test_a_leader_of_another_agency_has_no_say(
    handovers: HandoverService, office: Office, edms_database: Database
) -> None:
    other = open_office(edms_database, "ubnd-xa-c", identifier="H36.01.03")
    command = Prepare(office.position(SPECIALIST), office.person("dung"), "nghỉ hưu")
    with pytest.raises(NotAllowed):
        handovers.prepare(other.actor("an"), command)
    handover_id = prepared(handovers, office)
    with pytest.raises(HandoverNotFound):
        handovers.withdraw(other.actor("an"), handover_id, Withdraw("nhầm"))
    with edms_database.reading() as session:
        assert concerning(session, other.actor("an"), edms_database.clock.now()) == []


@provokes(by="refusal")
@pytest.mark.parametrize(
    ("to", "path", "refusal"),
    [
        ("chi", SPECIALIST, SuccessorIsLeaver),
        ("stranger", SPECIALIST, SuccessorElsewhere),
    ],
)
def test_successors_that_cannot_be(
    handovers: HandoverService,
    office: Office,
    edms_database: Database,
    to: str,
    path: str,
    refusal: type[HandoverProblem],
) -> None:
    other = open_office(edms_database, "ubnd-xa-c", identifier="H36.01.03")
    person = other.person("dung") if to == "stranger" else office.person(to)
    with pytest.raises(refusal):
        handovers.prepare(office.actor("an"), Prepare(office.position(path), person, "nghỉ hưu"))


@provokes("handover.already-open", "handover.wrong-step")
def test_one_open_handover_for_a_position(handovers: HandoverService, office: Office) -> None:
    first = prepared(handovers, office)
    with pytest.raises(AlreadyOpen):
        prepared(handovers, office, to="binh")
    handovers.withdraw(office.actor("an"), first, Withdraw("chọn nhầm người nhận"))
    with pytest.raises(WrongStep):
        handovers.confirm(office.actor("chi"), first, Confirm())
    prepared(handovers, office, to="binh")


def test_accepting_twice_at_once_passes_the_position_on_once(
    handovers: HandoverService, office: Office, edms_database: Database
) -> None:
    handover_id = confirmed(handovers, office)
    shown, successor = shown_digest(handovers, handover_id), office.actor("dung")

    def try_it(_: int) -> str:
        try:
            handovers.accept(successor, handover_id, Accept(shown))
        except WrongStep:
            return "too late"
        return "accepted"

    with ThreadPoolExecutor(3) as pool:
        outcomes = sorted(pool.map(try_it, range(3)))
    assert outcomes == ["accepted", "too late", "too late"]
    with edms_database.reading() as session:
        assert len(appointments_of(session, office.person("dung"), edms_database.clock.now())) == 2


def test_a_leader_confirms_for_a_person_who_has_gone(
    handovers: HandoverService, office: Office, edms_database: Database
) -> None:
    chi = office.actor("chi")
    OrganisationService(edms_database).end_appointment(
        office.actor("an"), EndAppointment(chi.appointment_id or UUID(int=0))
    )
    handover_id = prepared(handovers, office)
    handovers.confirm(office.actor("an"), handover_id, Confirm("Bà Chi đã nghỉ từ hôm nay."))
    accept(handovers, office, handover_id)
    with edms_database.reading() as session:
        holder = holder_of(session, office.position(SPECIALIST), edms_database.clock.now())
    assert holder is not None
    assert holder.person_name == "Phạm Tiến Dũng"


@provokes("handover.not-allowed")
def test_a_leader_confirms_for_a_person_whose_account_is_locked(
    handovers: HandoverService, accounts: AccountService, office: Office
) -> None:
    account = accounts.create_account(office.system(), NewAccount(office.person("chi"), "chi", "hoa dã quỳ vàng"))
    handover_id = prepared(handovers, office)
    with pytest.raises(NotAllowed):
        handovers.confirm(office.actor("an"), handover_id, Confirm())
    accounts.lock_account(office.actor("an"), account)
    handovers.confirm(office.actor("an"), handover_id, Confirm())


@provokes("handover.nobody-leaves")
def test_a_position_that_nobody_held_has_nothing_to_hand_over(handovers: HandoverService, office: Office) -> None:
    with pytest.raises(NobodyLeaves):
        prepared(handovers, office, path=VACANT)


def test_a_third_person_appointed_meanwhile_is_not_pushed_out(
    handovers: HandoverService, office: Office, edms_database: Database, clock: ManualClock
) -> None:
    handover_id = confirmed(handovers, office)
    organisation, chi = OrganisationService(edms_database), office.actor("chi")
    organisation.end_appointment(office.actor("an"), EndAppointment(chi.appointment_id or UUID(int=0)))
    organisation.appoint(office.actor("an"), Appoint(office.person("binh"), office.position(SPECIALIST)))
    clock.advance(timedelta(minutes=1))
    with pytest.raises(PositionTaken):
        accept(handovers, office, handover_id)


def test_the_successor_s_standing_in_ends_as_the_holding_begins(
    handovers: HandoverService, office: Office, edms_database: Database
) -> None:
    organisation = OrganisationService(edms_database)
    post = office.position(SPECIALIST)
    organisation.appoint(office.actor("an"), Appoint(office.person("dung"), post, AppointmentKind.ACTING))
    handover_id = confirmed(handovers, office)
    accept(handovers, office, handover_id)
    with edms_database.reading() as session:
        standing = appointments_of(session, office.person("dung"), edms_database.clock.now())
    assert [one.kind for one in standing if one.position_id == post] == [AppointmentKind.HOLDER]


def test_the_list_tells_whose_turn_it_is(handovers: HandoverService, office: Office, edms_database: Database) -> None:
    handover_id = prepared(handovers, office)

    def waiting() -> list[str]:
        now = edms_database.clock.now()
        with edms_database.reading() as session:
            return [
                short
                for short in ("an", "chi", "dung")
                if any(row.waits_for_me for row in concerning(session, office.actor(short), now))
            ]

    assert waiting() == ["chi"]
    handovers.confirm(office.actor("chi"), handover_id, Confirm())
    assert waiting() == ["dung"]
    with edms_database.reading() as session:
        assert concerning(session, office.actor("binh"), edms_database.clock.now()) == []
