"""Pages of handovers: the list, one handover, the form that prepares one."""

from __future__ import annotations

from contextlib import ExitStack
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from edms.accounts.authentication import current_actor
from edms.commands import decode, decode_form
from edms.handover.commands import Accept, Confirm, Prepare, Withdraw
from edms.handover.queries import concerning, handover_page
from edms.handover.rules import may_prepare
from edms.handover.service import HandoverService
from edms.organisation.queries import people_of_agency, positions_of_agency
from storage.blobs.port import read_chunks

OBJECTION_FIELD = "objection-"
"""Form fields are named `objection-<ordinal>`."""


def blueprint(service: HandoverService) -> Blueprint:
    """Return the pages under `/handovers`."""
    pages = Blueprint("handover", __name__, url_prefix="/handovers")
    _reading(pages, service)
    _preparing(pages, service)
    _steps(pages, service)
    return pages


def _reading(pages: Blueprint, service: HandoverService) -> None:
    database = service.database

    @pages.get("")
    def index() -> str:
        actor = current_actor()
        with database.reading() as session:
            rows = concerning(session, actor, database.clock.now())
        return render_template("handover/list.html", rows=rows, may_prepare=may_prepare(actor, actor.agency_id))

    @pages.get("/<uuid:handover_id>")
    def show(handover_id: UUID) -> str:
        with database.reading() as session:
            page = handover_page(session, current_actor(), handover_id, database.clock.now())
        return render_template("handover/show.html", page=page, objection_field=OBJECTION_FIELD)

    @pages.get("/<uuid:handover_id>/minutes.pdf")
    def minutes(handover_id: UUID) -> Response:
        opened = ExitStack()  # held and closed by the response, after the last chunk
        stream = opened.enter_context(service.open_minutes(current_actor(), handover_id))
        response = Response(read_chunks(stream), mimetype="application/pdf")
        response.call_on_close(opened.close)
        response.headers.set("Content-Disposition", "inline", filename="bien-ban-ban-giao.pdf")
        return response


def _preparing(pages: Blueprint, service: HandoverService) -> None:
    database = service.database

    @pages.get("/new")
    def new() -> str:
        actor, now = current_actor(), database.clock.now()
        with database.reading() as session:
            positions = positions_of_agency(session, actor.agency_id, now)
            people = people_of_agency(session, actor.agency_id, now)
        chosen = request.args.get("position_id", "")
        return render_template("handover/prepare.html", positions=positions, people=people, position_id=chosen)

    @pages.post("/new")
    def prepare() -> BaseResponse:
        return _back(service.prepare(current_actor(), decode_form(Prepare, request.form)))


def _steps(pages: Blueprint, service: HandoverService) -> None:
    @pages.post("/<uuid:handover_id>/confirm")
    def confirm(handover_id: UUID) -> BaseResponse:
        service.confirm(current_actor(), handover_id, decode_form(Confirm, request.form))
        return _back(handover_id)

    @pages.post("/<uuid:handover_id>/accept")
    def accept(handover_id: UUID) -> BaseResponse:
        objections = {
            name.removeprefix(OBJECTION_FIELD): text
            for name, text in request.form.items()
            if name.startswith(OBJECTION_FIELD)
        }
        values = {"inventory_sha256": request.form.get("inventory_sha256"), "objections": objections}
        service.accept(current_actor(), handover_id, decode(Accept, values))
        return _back(handover_id)

    @pages.post("/<uuid:handover_id>/withdraw")
    def withdraw(handover_id: UUID) -> BaseResponse:
        service.withdraw(current_actor(), handover_id, decode_form(Withdraw, request.form))
        return _back(handover_id)


def _back(handover_id: UUID) -> BaseResponse:
    return redirect(url_for("handover.show", handover_id=handover_id), 303)
