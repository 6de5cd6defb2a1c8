"""A directive, its assignments, and who may start and complete the work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from edms.audit.queries import history
from edms.documents.errors import DocumentNotFound, NotYours, WrongState
from edms.documents.model import Document, DocumentState, ParticipantRole
from edms.organisation.actor import Actor
from edms.organisation.commands import Appoint, EndAppointment
from edms.organisation.model import Appointment
from edms.organisation.service import OrganisationService
from edms.workflow.commands import CompleteWork, GiveDirective
from edms.workflow.errors import AssigneeUnknown, DeadlinePast
from edms.workflow.model import Assignment, AssignmentState
from edms.workflow.queries import assignable, desk, versions_to_direct, waiting_count
from edms.workflow.service import WorkflowService
from storage.clock import VIETNAM, ManualClock
from storage.unit_of_work import Database
from tests.builders import SPECIALIST, Office, open_office
from tests.edms.filing_cabinet import place
from tests.provoked import provokes

BESIDE = "van-phong/chuyen-vien-2"
DONE = CompleteWork("Đã gửi báo cáo số 12/BC-UBND.")


@pytest.fixture
def workflow(edms_database: Database) -> WorkflowService:
    return WorkflowService(edms_database)


@pytest.fixture
def registered(office: Office) -> UUID:
    return place(office, DocumentState.REGISTERED)


def directive(office: Office, **changes: Any) -> GiveDirective:
    values: dict[str, Any] = {"text": "Giao chuyên viên tham mưu.", "lead_position_id": office.position(SPECIALIST)}
    return GiveDirective(**(values | changes))


def parts(office: Office, document_id: UUID) -> dict[UUID, tuple[ParticipantRole, AssignmentState]]:
    with office.database.reading() as session:
        rows = session.scalars(select(Assignment).where(Assignment.document_id == document_id)).all()
        return {row.position_id: (row.role, row.state) for row in rows}


def standing(office: Office, document_id: UUID) -> Document:
    with office.database.reading() as session:
        document = session.get_one(Document, document_id)
        session.expunge(document)
        return document


def test_from_directive_to_result(workflow: WorkflowService, office: Office, registered: UUID) -> None:
    lead, beside = office.position(SPECIALIST), office.position(BESIDE)
    due = workflow.database.clock.now().astimezone(VIETNAM).date() + timedelta(days=5)
    command = directive(office, co_ordinating_position_ids=[beside, lead], informed_position_ids=[beside], due_on=due)
    workflow.direct(office.actor("an"), registered, command)
    assert parts(office, registered) == {
        lead: (ParticipantRole.LEAD, AssignmentState.OPEN),
        beside: (ParticipantRole.CO_ORDINATING, AssignmentState.OPEN),
    }, "each position once, in its weightiest role"
    document = standing(office, registered)
    assert (document.state, document.responsible_position_id, document.due_on) == (DocumentState.ASSIGNED, lead, due)
    workflow.start(office.actor("chi"), registered)
    workflow.complete(office.actor("chi"), registered, DONE)
    document = standing(office, registered)
    assert (document.state, document.responsible_position_id) == (DocumentState.COMPLETED, None)
    assert document.completed_at == workflow.database.clock.now()
    assert parts(office, registered)[lead] == (ParticipantRole.LEAD, AssignmentState.DONE)
    with workflow.database.reading() as session:
        acts = [act.act for act in history(session, "document", registered)]
    assert acts == ["document.directed", "document.assigned", "work.started", "work.completed"]


def test_only_the_leader_whose_it_is_directs(workflow: WorkflowService, office: Office, registered: UUID) -> None:
    for short, problem in (("binh", NotYours), ("chi", DocumentNotFound)):
        with pytest.raises(problem):
            workflow.direct(office.actor(short), registered, directive(office))
    workflow.direct(office.actor("an"), registered, directive(office))
    with pytest.raises(WrongState):
        workflow.direct(office.actor("an"), registered, directive(office))


def test_only_the_lead_starts_and_completes_and_in_that_order(
    workflow: WorkflowService, office: Office, registered: UUID
) -> None:
    beside = office.position(BESIDE)
    workflow.direct(office.actor("an"), registered, directive(office, co_ordinating_position_ids=[beside]))
    with pytest.raises(WrongState):
        workflow.complete(office.actor("chi"), registered, DONE)
    for short in ("an", "binh", "dung"):
        with pytest.raises(NotYours):
            workflow.start(office.actor(short), registered)
    workflow.start(office.actor("chi"), registered)
    with pytest.raises(WrongState):
        workflow.start(office.actor("chi"), registered)
    for short in ("an", "binh", "dung"):
        with pytest.raises(NotYours):
            workflow.complete(office.actor(short), registered, DONE)
    workflow.complete(office.actor("chi"), registered, DONE)
    with pytest.raises(WrongState):
        workflow.complete(office.actor("chi"), registered, DONE)


@provokes("workflow.assignee-unknown", "workflow.deadline-past")
def test_work_goes_to_positions_of_the_agency_and_to_days_to_come(
    workflow: WorkflowService, office: Office, registered: UUID
) -> None:
    other = open_office(office.database, "ubnd-xa-d", identifier="H36.01.09")
    today = workflow.database.clock.now().astimezone(VIETNAM).date()
    for changes, problem in (
        ({"lead_position_id": other.position(SPECIALIST)}, AssigneeUnknown),
        ({"informed_position_ids": [UUID(int=1)]}, AssigneeUnknown),
        ({"due_on": today - timedelta(days=1)}, DeadlinePast),
    ):
        with pytest.raises(problem):
            workflow.direct(office.actor("an"), registered, directive(office, **changes))
    assert standing(office, registered).state is DocumentState.REGISTERED
    workflow.direct(office.actor("an"), registered, directive(office, due_on=today))


def test_a_deadline_of_today_holds_until_midnight_in_viet_nam(
    workflow: WorkflowService, office: Office, registered: UUID, clock: ManualClock
) -> None:
    today = clock.now().astimezone(VIETNAM).date()
    clock.advance(timedelta(hours=14, minutes=59))  # 23:59, when it is still yesterday's afternoon in UTC
    workflow.direct(office.actor("an"), registered, directive(office, due_on=today))


def test_the_successor_finds_the_work_and_the_predecessor_does_not(
    workflow: WorkflowService, office: Office, registered: UUID
) -> None:
    workflow.direct(office.actor("an"), registered, directive(office))
    workflow.start(office.actor("chi"), registered)
    leaver = office.actor("chi")
    assert leaver.appointment_id is not None
    organisation = OrganisationService(office.database)
    organisation.end_appointment(office.actor("an"), EndAppointment(leaver.appointment_id))
    acting = organisation.appoint(office.actor("an"), Appoint(office.person("dung"), office.position(SPECIALIST)))
    successor = appointed(office, acting)
    with office.database.reading() as session:
        today = office.database.clock.now().date()
        assert [row.id for _, rows in desk(session, successor, today).groups for row in rows] == [registered]
        assert waiting_count(session, successor) == 1
    workflow.complete(successor, registered, DONE)


def test_the_leader_chooses_among_all_positions_but_clerks_and_himself(office: Office, registered: UUID) -> None:
    now = office.database.clock.now()
    with office.database.reading() as session:
        offered = {choice.id for choice in assignable(session, office.actor("an"), now)}
        specialists = (SPECIALIST, BESIDE, "van-phong/ke-toan")
        assert offered == {str(office.position(one)) for one in specialists}
        assert assignable(session, office.actor("chi"), now) == ()
        assert versions_to_direct(session, office.actor("an")) == {registered: 1}
        assert versions_to_direct(session, office.actor("binh")) == {}


def appointed(office: Office, appointment_id: UUID) -> Actor:
    """Whoever acts by an appointment."""
    with office.database.reading() as session:
        return Actor.of(session.get_one(Appointment, appointment_id))
