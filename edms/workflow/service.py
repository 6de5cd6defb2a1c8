"""Use cases of the workflow: the leader directs and assigns, the lead starts and completes."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select

from edms.documents.access import find, require
from edms.documents.model import Document, DocumentState, ParticipantRole
from edms.documents.participants import take_part
from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.organisation.model import Position, Unit
from edms.workflow.commands import CompleteWork, GiveDirective
from edms.workflow.errors import AssigneeUnknown, DeadlinePast
from edms.workflow.model import Assignment, AssignmentState, Directive
from edms.workflow.rules import may_follow
from storage.clock import VIETNAM
from storage.unit_of_work import Database, Transaction


class WorkflowService:
    """Directives and assignments."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def direct(self, actor: Actor, document_id: UUID, command: GiveDirective) -> None:
        """Write a directive and assign the work; the lead position becomes the one responsible.

        Raises `WrongState`, `NotYours`, `AssigneeUnknown`, `DeadlinePast`.
        """
        with self.database.begin() as tx:
            document = find(tx.session, actor, document_id, lock=True)
            require(actor, document, "direct")
            if command.due_on is not None and command.due_on < tx.now.astimezone(VIETNAM).date():
                raise DeadlinePast(command.due_on.isoformat())
            parts = dict(_parts(command))
            titles = _titles(tx, actor, list(parts))
            directive = Directive(
                document_id=document.id,
                text=command.text,
                due_on=command.due_on,
                given_at=tx.now,
                given_by=actor.snapshot(),
            )
            tx.session.add(directive)
            tx.session.flush()
            for position_id, role in parts.items():
                _assign(tx, directive, position_id, role)
            document.state = DocumentState.ASSIGNED
            document.responsible_position_id = command.lead_position_id
            document.due_on = command.due_on or document.due_on
            tx.record(Act("document.directed", actor, "document", document.id, {"text": command.text}))
            data = {"lead": titles[command.lead_position_id], "due_on": str(command.due_on or "")}
            tx.record(Act("document.assigned", actor, "document", document.id, data))

    def start(self, actor: Actor, document_id: UUID) -> None:
        """The lead begins. Raises `WrongState`, `NotYours`."""
        with self.database.begin() as tx:
            document = find(tx.session, actor, document_id, lock=True)
            require(actor, document, "start")
            _move(tx, document, actor.position(), AssignmentState.IN_PROGRESS)
            document.state = DocumentState.IN_PROGRESS
            tx.record(Act("work.started", actor, "document", document.id))

    def complete(self, actor: Actor, document_id: UUID, command: CompleteWork) -> None:
        """The lead reports the result; the document is finished. Raises `WrongState`, `NotYours`."""
        with self.database.begin() as tx:
            document = find(tx.session, actor, document_id, lock=True)
            require(actor, document, "complete")
            assignment = _move(tx, document, actor.position(), AssignmentState.DONE)
            assignment.result = command.result
            document.state = DocumentState.COMPLETED
            document.responsible_position_id = None
            document.completed_at = tx.now
            tx.record(Act("work.completed", actor, "document", document.id, {"result": command.result}))


def _parts(command: GiveDirective) -> Iterator[tuple[UUID, ParticipantRole]]:
    """Yield each position once, the weightiest role winning: later entries overwrite earlier ones."""
    for position_id in command.informed_position_ids:
        yield position_id, ParticipantRole.INFORMED
    for position_id in command.co_ordinating_position_ids:
        yield position_id, ParticipantRole.CO_ORDINATING
    yield command.lead_position_id, ParticipantRole.LEAD


def _titles(tx: Transaction, actor: Actor, position_ids: list[UUID]) -> dict[UUID, str]:
    query = (
        select(Position.id, Position.title)
        .join(Unit, Unit.id == Position.unit_id)
        .where(Position.id.in_(position_ids), Unit.agency_id == actor.agency_id, Position.in_force(tx.now))
    )
    titles = {row.id: row.title for row in tx.session.execute(query)}
    if len(titles) != len(position_ids):
        raise AssigneeUnknown
    return titles


def _assign(tx: Transaction, directive: Directive, position_id: UUID, role: ParticipantRole) -> None:
    tx.session.add(
        Assignment(
            document_id=directive.document_id,
            directive_id=directive.id,
            position_id=position_id,
            role=role,
            state=AssignmentState.OPEN,
            due_on=directive.due_on,
            assigned_at=tx.now,
        )
    )
    take_part(tx, directive.document_id, position_id, role)


def _move(tx: Transaction, document: Document, position_id: UUID, wanted: AssignmentState) -> Assignment:
    query = (
        select(Assignment)
        .where(
            Assignment.document_id == document.id,
            Assignment.position_id == position_id,
            Assignment.role == ParticipantRole.LEAD,
        )
        .order_by(Assignment.assigned_at.desc())
        .limit(1)
    )
    assignment = tx.session.scalars(query).one()
    if may_follow(assignment.state, wanted):
        assignment.state = wanted
        if wanted == AssignmentState.DONE:
            assignment.done_at = tx.now
        else:
            assignment.started_at = tx.now
    return assignment
