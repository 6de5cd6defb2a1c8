"""The security officer's page of incidents."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from edms.accounts.authentication import current_actor
from edms.commands import InputRefused, decode_form
from edms.secrecy.queries import incidents
from edms.secrecy.service import AcknowledgeIncident, SecrecyService


def blueprint(service: SecrecyService) -> Blueprint:
    """Return the pages under `/secrecy`."""
    pages = Blueprint("secrecy", __name__, url_prefix="/secrecy", template_folder="templates")

    def page(wrong_id: UUID | None = None) -> str:
        actor, now = current_actor(), service.database.clock.now()
        with service.database.reading() as session:
            rows = incidents(session, actor, now)
        return render_template("secrecy/incidents.html", rows=rows, wrong_id=wrong_id)

    @pages.get("")
    def index() -> str:
        return page()

    @pages.post("/<uuid:incident_id>/acknowledge")
    def acknowledge(incident_id: UUID) -> Response:
        try:
            service.acknowledge(current_actor(), incident_id, decode_form(AcknowledgeIncident, request.form))
        except InputRefused:
            return make_response(page(incident_id), HTTPStatus.UNPROCESSABLE_ENTITY)
        return redirect(url_for("secrecy.index"), 303)

    return pages
