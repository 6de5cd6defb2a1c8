"""The desk of a position, the leader's desk, and the acts on an incoming document's page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from edms.accounts.authentication import current_actor
from edms.commands import decode_form
from edms.documents.access import find
from edms.secrecy.queries import open_incidents
from edms.web.translations import mark
from edms.workflow.commands import CompleteWork, GiveDirective
from edms.workflow.queries import assignable, desk, versions_to_direct
from edms.workflow.service import WorkflowService
from storage.clock import VIETNAM


def blueprint(service: WorkflowService) -> Blueprint:
    """Return the desks and the actions under `/documents/<id>`."""
    pages = Blueprint("workflow", __name__, template_folder="templates")
    _desks(pages, service)
    _actions(pages, service)
    return pages


def _desks(pages: Blueprint, service: WorkflowService) -> None:
    @pages.get("/")
    def my_desk() -> str:
        actor, now = current_actor(), service.database.clock.now()
        with service.database.reading() as session:
            found = desk(session, actor, _today(service))
            return render_template("documents/desk.html", desk=found, incidents=open_incidents(session, actor, now))

    @pages.get("/leader")
    def leader_desk() -> str:
        actor = current_actor()
        with service.database.reading() as session:
            found = desk(session, actor, _today(service))
            return render_template(
                "workflow/leader_desk.html",
                desk=replace(found, title=mark("Bàn làm việc của lãnh đạo")),
                incidents=open_incidents(session, actor, service.database.clock.now()),
                positions=assignable(session, actor, service.database.clock.now()),
                quick=versions_to_direct(session, actor),
            )


def _today(service: WorkflowService) -> date:
    return service.database.clock.now().astimezone(VIETNAM).date()


def _actions(pages: Blueprint, service: WorkflowService) -> None:
    @pages.get("/documents/<uuid:document_id>/direct")
    def direct_form(document_id: UUID) -> str:
        actor = current_actor()
        with service.database.reading() as session:
            document = find(session, actor, document_id)
            positions = assignable(session, actor, service.database.clock.now())
            return render_template("workflow/direct_form.html", document=document, positions=positions)

    @pages.post("/documents/<uuid:document_id>/direct")
    def direct(document_id: UUID) -> Response:
        service.direct(current_actor(), document_id, decode_form(GiveDirective, request.form))
        return _back(document_id)

    @pages.post("/documents/<uuid:document_id>/start")
    def start(document_id: UUID) -> Response:
        service.start(current_actor(), document_id)
        return _back(document_id)

    @pages.post("/documents/<uuid:document_id>/complete")
    def complete(document_id: UUID) -> Response:
        service.complete(current_actor(), document_id, decode_form(CompleteWork, request.form))
        return _back(document_id)


def _back(document_id: UUID) -> Response:
    return redirect(url_for("documents.show", document_id=document_id), 303)
