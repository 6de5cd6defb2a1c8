"""Register books: each document its number, once, in one run from 1 a year, whatever happens at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from edms.audit import journal
from edms.audit.queries import history
from edms.documents.errors import DocumentNotFound, NotYours, WrongState
from edms.documents.model import Direction, Document, DocumentState, ParticipantRole
from edms.registers import books
from edms.registers.errors import AlreadyRegistered
from edms.registers.model import RegisterBook, RegisterEntry
from edms.registers.queries import numbers_of
from edms.registers.service import RegisterService, ReturnCause, ReturnDocument
from storage.clock import VIETNAM, ManualClock
from storage.unit_of_work import Database, Transaction
from tests.builders import CHAIRMAN, SPECIALIST, Office, open_office
from tests.edms.filing_cabinet import let_see, place, place_many
from tests.provoked import provokes


@pytest.fixture
def registers(edms_database: Database) -> RegisterService:
    return RegisterService(edms_database)


def standing(database: Database, document_id: UUID) -> Document:
    with database.reading() as session:
        document = session.get_one(Document, document_id)
        session.expunge(document)
        return document


def test_an_arrived_document_gets_the_next_number_and_goes_to_the_leader(
    registers: RegisterService, office: Office
) -> None:
    numbers = [registers.register_incoming(office.actor("binh"), place(office)) for _ in range(3)]
    document_id = place(office)
    assert numbers == [1, 2, 3]
    assert registers.register_incoming(office.actor("binh"), document_id) == 4
    document = standing(office.database, document_id)
    assert (document.state, document.responsible_position_id) == (DocumentState.REGISTERED, office.position(CHAIRMAN))
    with office.database.reading() as session:
        (act,) = history(session, "document", document_id)
    assert (act.act, act.data["number"]) == ("document.registered", 4)


def test_registering_twice_changes_nothing(registers: RegisterService, office: Office) -> None:
    document_id = place(office)
    assert registers.register_incoming(office.actor("binh"), document_id) == 1
    with pytest.raises(WrongState):
        registers.register_incoming(office.actor("binh"), document_id)
    assert registers.register_incoming(office.actor("binh"), place(office)) == 2


@provokes("registers.already-registered")
def test_a_document_stands_in_a_book_once_though_its_state_were_lost(office: Office) -> None:
    document_id = place(office)
    for attempt in range(2):
        with office.database.begin() as tx:
            document = tx.session.get_one(Document, document_id)
            if attempt == 0:
                books.enter(tx, office.actor("binh"), document)
            else:
                with pytest.raises(AlreadyRegistered):
                    books.enter(tx, office.actor("binh"), document)


def test_sixteen_threads_register_sixty_documents_without_gap_or_double(
    registers: RegisterService, office: Office
) -> None:
    waiting, clerk = place_many(office, 60), office.actor("binh")
    with ThreadPoolExecutor(16) as pool:
        given = list(pool.map(lambda one: registers.register_incoming(clerk, one), waiting))
    assert sorted(given) == list(range(1, 61))
    with office.database.reading() as session:
        assert numbers_of(session, waiting) == dict(zip(waiting, given, strict=True))
        assert len(session.scalars(select(RegisterBook)).all()) == 1


@provokes("documents.wrong-state")
def test_sixteen_wishes_for_one_document_give_it_one_number(registers: RegisterService, office: Office) -> None:
    document_id, clerk = place(office), office.actor("binh")

    def register(_: int) -> int:
        try:
            return registers.register_incoming(clerk, document_id)
        except WrongState:
            return 0

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(register, range(16))) == [0] * 15 + [1]


def test_what_is_rolled_back_leaves_no_gap(edms_database: Database, office: Office, clock: ManualClock) -> None:
    def refuse(tx: Transaction, act: object) -> None:
        raise OSError("the journal's disk is full")

    document_id = place(office)
    failing = RegisterService(Database(edms_database.engine, clock, recorders=[refuse]))
    with pytest.raises(OSError, match="disk is full"):
        failing.register_incoming(office.actor("binh"), document_id)
    assert standing(edms_database, document_id).state is DocumentState.ARRIVED
    working = RegisterService(Database(edms_database.engine, clock, recorders=[journal.write]))
    assert working.register_incoming(office.actor("binh"), document_id) == 1


def test_each_agency_direction_and_year_counts_by_itself(
    registers: RegisterService, office: Office, clock: ManualClock
) -> None:
    other = open_office(office.database, "ubnd-xa-d", identifier="H36.01.09")
    for each in (office, other):
        assert registers.register_incoming(each.actor("binh"), place(each)) == 1
    outgoing = place(office, DocumentState.SIGNED, Direction.OUTGOING, notation="UBND")
    given = registers.number_outgoing(office.actor("binh"), outgoing)
    assert (given.number, given.issued_on) == ("01", clock.now().astimezone(VIETNAM).date())
    assert registers.number_outgoing(office.actor("binh"), outgoing) == given
    assert registers.register_incoming(office.actor("binh"), place(office)) == 2


def test_the_year_turns_at_midnight_in_viet_nam(registers: RegisterService, office: Office, clock: ManualClock) -> None:
    last_second = datetime(2026, 12, 31, 23, 59, 59, tzinfo=VIETNAM)
    clock.advance(last_second - clock.now())
    clerk = office.actor("binh")
    assert [registers.register_incoming(clerk, place(office)) for _ in range(2)] == [1, 2]
    outgoing = [place(office, DocumentState.SIGNED, Direction.OUTGOING) for _ in range(2)]
    assert registers.number_outgoing(clerk, outgoing[0]).issued_on.year == 2026
    clock.advance(timedelta(seconds=1))
    assert registers.register_incoming(clerk, place(office)) == 1
    given = registers.number_outgoing(clerk, outgoing[1])
    assert (given.number, given.issued_on.isoformat()) == ("01", "2027-01-01")
    with office.database.reading() as session:
        years = session.scalars(select(RegisterBook.year).order_by(RegisterBook.year)).all()
        assert years == [2026, 2026, 2027, 2027]


def test_a_returned_document_gets_no_number_and_stays_readable(registers: RegisterService, office: Office) -> None:
    document_id, clerk = place(office), office.actor("binh")
    registers.return_incoming(clerk, document_id, ReturnDocument(ReturnCause.WRONG_ADDRESSEE))
    document = standing(office.database, document_id)
    assert (document.state, document.responsible_position_id) == (DocumentState.RETURNED, None)
    with pytest.raises(WrongState):
        registers.register_incoming(clerk, document_id)
    with office.database.reading() as session:
        assert session.scalars(select(RegisterEntry)).all() == []


def test_only_the_clerk_registers_returns_and_numbers(registers: RegisterService, office: Office) -> None:
    arrived, signed = place(office), place(office, DocumentState.SIGNED, Direction.OUTGOING)
    for short, problem in (("an", NotYours), ("chi", DocumentNotFound)):
        for attempt in (
            lambda actor: registers.register_incoming(actor, arrived),
            lambda actor: registers.return_incoming(actor, arrived, ReturnDocument(ReturnCause.WRONG_ADDRESSEE)),
            lambda actor: registers.number_outgoing(actor, signed),
        ):
            with pytest.raises(problem):
                attempt(office.actor(short))
    let_see(office, arrived, SPECIALIST, ParticipantRole.INFORMED)
    with pytest.raises(NotYours):
        registers.register_incoming(office.actor("chi"), arrived)
