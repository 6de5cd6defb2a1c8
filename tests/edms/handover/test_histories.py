"""Whatever people do to appointments and handovers, history stays and every position has one answerable person."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from edms.accounts.commands import IssueToken, NewAccount
from edms.accounts.service import AccountService
from edms.audit.journal import digest_of
from edms.audit.model import JournalEntry
from edms.handover.commands import Accept, Confirm, Prepare
from edms.handover.errors import SuccessorElsewhere, SuccessorIsLeaver
from edms.handover.model import Handover
from edms.handover.service import HandoverService
from edms.organisation.actor import Actor
from edms.organisation.commands import Appoint, EndAppointment
from edms.organisation.errors import PositionTaken
from edms.organisation.model import Appointment, AppointmentKind
from edms.organisation.queries import StandingView, appointments_of, holder_of
from edms.organisation.service import OrganisationService
from storage.clock import ManualClock
from storage.unit_of_work import Database
from tests.builders import CLERK, SPECIALIST, Office, open_office
from tests.edms.handover.desk import on_the_desk, put_documents

POSTS = st.sampled_from([CLERK, SPECIALIST, "van-phong/chuyen-vien-2"])
PEOPLE = st.sampled_from(["binh", "chi", "dung"])
MOMENT = timedelta(microseconds=1)


@dataclass
class Held:
    """One holding, as the model remembers it."""

    person: str
    since: datetime
    until: datetime | None = None

    def covers(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


class Histories(RuleBasedStateMachine):
    """Random appointments and handovers in one office, checked against a plain list of who held what."""

    numbers = itertools.count(1)

    def __init__(self, handovers: HandoverService, accounts: AccountService) -> None:
        super().__init__()
        self.handovers, self.accounts = handovers, accounts
        self.database: Database = handovers.database
        self.organisation = OrganisationService(self.database)
        clock = self.database.clock
        assert isinstance(clock, ManualClock)
        self.clock = clock
        number = next(self.numbers)
        self.office: Office = open_office(self.database, f"xa-{number}", identifier=f"H36.{number}")
        start = self.office_start()
        self.held = {CLERK: [Held("binh", start)], SPECIALIST: [Held("chi", start)]}
        self.held["van-phong/chuyen-vien-2"] = [Held("dung", start)]
        self.tokens: list[tuple[str, UUID, UUID]] = []
        self.journal: list[tuple[UUID, str]] = []
        for short in ("an", "binh", "chi", "dung"):
            account = NewAccount(self.office.person(short), f"{short}-{number}", "hoa dã quỳ vàng")
            accounts.create_account(self.office.system(), account)
            self.issue_tokens(short)
        put_documents(self.office, self.office.position(SPECIALIST), 2)

    def office_start(self) -> datetime:
        with self.database.reading() as session:
            found = holder_of(session, self.office.position(CLERK), self.clock.now())
            assert found is not None
            return found.since

    def standing(self, short: str) -> list[StandingView]:
        with self.database.reading() as session:
            return appointments_of(session, self.office.person(short), self.clock.now())

    def actor(self, appointment_id: UUID) -> Actor:
        with self.database.reading() as session:
            return Actor.of(session.get_one(Appointment, appointment_id))

    def issue_tokens(self, short: str) -> None:
        """Make a token in each appointment of the person that has none yet."""
        known = {appointment for _, appointment, _ in self.tokens}
        for one in self.standing(short):
            if one.appointment_id not in known:
                token = self.accounts.issue_token(self.actor(one.appointment_id), IssueToken("máy"))
                self.tokens.append((token, one.appointment_id, one.position_id))

    def holder(self, post: str, at: datetime) -> str | None:
        found = [held.person for held in self.held[post] if held.covers(at)]
        assert len(found) <= 1
        return found[0] if found else None

    def close(self, post: str) -> None:
        for held in self.held[post]:
            if held.until is None:
                held.until = self.clock.now()

    @rule(seconds=st.integers(0, 3))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    @rule(post=POSTS)
    def the_holder_is_dismissed(self, post: str) -> None:
        holder = self.holder(post, self.clock.now())
        if holder is None:
            return
        mine = [one for one in self.standing(holder) if one.position_id == self.office.position(post)]
        (appointment,) = [one.appointment_id for one in mine if one.kind is AppointmentKind.HOLDER]
        self.organisation.end_appointment(self.office.actor("an"), EndAppointment(appointment))
        self.close(post)

    @rule(post=POSTS, short=PEOPLE)
    def somebody_is_appointed(self, post: str, short: str) -> None:
        taken = self.holder(post, self.clock.now()) is not None
        command = Appoint(self.office.person(short), self.office.position(post))
        try:
            self.organisation.appoint(self.office.actor("an"), command)
        except PositionTaken:
            assert taken
            return
        assert not taken
        self.held[post].append(Held(short, self.clock.now()))
        self.issue_tokens(short)

    @rule(post=POSTS, short=PEOPLE)
    def somebody_stands_in(self, post: str, short: str) -> None:
        command = Appoint(self.office.person(short), self.office.position(post), AppointmentKind.ACTING)
        self.organisation.appoint(self.office.actor("an"), command)
        self.issue_tokens(short)

    @rule(post=POSTS, short=PEOPLE, seconds=st.integers(0, 2))
    def the_position_is_handed_over(self, post: str, short: str, seconds: int) -> None:
        leader = self.office.actor("an")
        leaver = self.holder(post, self.clock.now()) or self.held[post][-1].person
        command = Prepare(self.office.position(post), self.office.person(short), "chuyển công tác")
        try:
            handover_id = self.handovers.prepare(leader, command)
        except SuccessorIsLeaver:
            assert short == leaver
            return
        except SuccessorElsewhere:
            assert not self.standing(short)
            return
        present = self.standing(leaver)
        confirming = self.actor(present[0].appointment_id) if present else leader
        self.handovers.confirm(confirming, handover_id, Confirm())
        self.clock.advance(timedelta(seconds=seconds))
        with self.database.reading() as session:
            shown = session.get_one(Handover, handover_id).inventory_sha256
        self.handovers.accept(self.actor(self.standing(short)[0].appointment_id), handover_id, Accept(shown))
        self.close(post)
        self.held[post].append(Held(short, self.clock.now()))
        self.issue_tokens(short)
        self.successor_has_the_desk(post, short)

    def successor_has_the_desk(self, post: str, short: str) -> None:
        position = self.office.position(post)
        assert position in {one.position_id for one in self.standing(short)}
        with self.database.reading() as session:
            waiting = on_the_desk(session, position, self.clock.now())
        assert len(waiting) == (2 if post == SPECIALIST else 0)

    @invariant()
    def the_journal_only_grows(self) -> None:
        statement = select(JournalEntry).where(JournalEntry.agency_id == self.office.agency_id)
        with self.database.reading() as session:
            entries = session.scalars(statement.order_by(JournalEntry.place)).all()
        now = [(entry.id, entry.digest) for entry in entries]
        assert now[: len(self.journal)] == self.journal
        assert all(entry.digest == digest_of(entry) for entry in entries[len(self.journal) :])
        self.journal = now

    def teardown(self) -> None:
        """At the end, look back at every turn of events and at the moments just before and after."""
        with self.database.reading() as session:
            for post, holdings in self.held.items():
                turns = {held.since for held in holdings} | {held.until for held in holdings if held.until}
                for at in {moment + shift for moment in turns for shift in (-MOMENT, timedelta(0), MOMENT)}:
                    self.check_holder(session, post, at)
            periods = {row.id: (row.valid_from, row.valid_to) for row in session.scalars(select(Appointment)).unique()}
        for token, appointment_id, position_id in self.tokens:
            self.check_token(token, position_id, *periods[appointment_id])

    def check_holder(self, session: Session, post: str, at: datetime) -> None:
        """One holder, the one that the model says; and somebody of the office answers even while the post is vacant."""
        position = self.office.position(post)
        statement = select(Appointment.person_id).where(
            Appointment.position_id == position,
            Appointment.kind == AppointmentKind.HOLDER,
            Appointment.in_force(at),
        )
        expected = self.holder(post, at)
        assert list(session.scalars(statement)) == ([self.office.person(expected)] if expected else [])
        answering = holder_of(session, position, at)
        if at >= self.held[post][0].since:
            assert answering is not None
            assert expected is None or answering.person_id == self.office.person(expected)
        else:
            assert answering is None

    def check_token(self, token: str, position_id: UUID, since: datetime, until: datetime | None) -> None:
        """A token opens exactly while its appointment holds."""
        now = self.clock.now()
        found = self.accounts.authenticate_token(token, now)
        assert (found is not None) == (until is None or now < until)
        assert found is None or found.actor.position_id == position_id
        if until is not None:
            assert self.accounts.authenticate_token(token, until) is None
            just_before = self.accounts.authenticate_token(token, until - MOMENT)
            assert (just_before is not None) == (since < until)


def test_random_histories(handovers: HandoverService, accounts: AccountService) -> None:
    class InThisDatabase(Histories):
        def __init__(self) -> None:
            super().__init__(handovers, accounts)

    run_state_machine_as_test(
        InThisDatabase,
        settings=settings(
            max_examples=10,
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
