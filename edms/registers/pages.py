"""What the clerk does from an incoming document's page: enter it in the book, or send it back."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from edms.accounts.authentication import current_actor
from edms.commands import decode_form
from edms.registers.service import RegisterService, ReturnDocument


def blueprint(service: RegisterService) -> Blueprint:
    """Return the actions under `/documents/<id>`."""
    pages = Blueprint("registers", __name__, url_prefix="/documents/<uuid:document_id>")

    @pages.post("/register")
    def register(document_id: UUID) -> Response:
        service.register_incoming(current_actor(), document_id)
        return redirect(url_for("documents.show", document_id=document_id), 303)

    @pages.post("/return")
    def return_document(document_id: UUID) -> Response:
        service.return_incoming(current_actor(), document_id, decode_form(ReturnDocument, request.form))
        return redirect(url_for("documents.show", document_id=document_id), 303)

    return pages
