"""Dispatch from a document's page, and the list of quarantined messages."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from edms.accounts.authentication import current_actor
from edms.commands import decode_form
from edms.exchange.dispatch import DispatchService
from edms.exchange.queries import quarantine
from edms.exchange.refusals import RefusalService, SettleRefusal


def blueprint(service: DispatchService, refusals: RefusalService) -> Blueprint:
    """Return the pages of the exchange."""
    pages = Blueprint("exchange", __name__, template_folder="templates")

    @pages.post("/documents/<uuid:document_id>/dispatch")
    def dispatch(document_id: UUID) -> Response:
        service.dispatch(current_actor(), document_id)
        return redirect(url_for("documents.show", document_id=document_id), 303)

    @pages.post("/documents/<uuid:document_id>/deliveries/<uuid:delivery_id>/settle")
    def settle(document_id: UUID, delivery_id: UUID) -> Response:
        refusals.settle(current_actor(), document_id, delivery_id, decode_form(SettleRefusal, request.form))
        return redirect(url_for("documents.show", document_id=document_id), 303)

    @pages.get("/quarantine")
    def show_quarantine() -> str:
        with service.database.reading() as session:
            return render_template("exchange/quarantine.html", rows=quarantine(session, current_actor()))

    return pages
