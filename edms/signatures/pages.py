"""The leader's signature and the clerk's seal, from a document's page."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from edms.accounts.authentication import current_actor
from edms.commands import decode_form
from edms.signatures.service import GivePin, SignatureService


def blueprint(service: SignatureService) -> Blueprint:
    """Return the actions under `/documents/<id>`."""
    pages = Blueprint("signatures", __name__, url_prefix="/documents/<uuid:document_id>")

    @pages.post("/sign")
    def sign(document_id: UUID) -> Response:
        service.sign(current_actor(), document_id, decode_form(GivePin, request.form))
        return redirect(url_for("documents.show", document_id=document_id), 303)

    @pages.post("/number-and-seal")
    def number_and_seal(document_id: UUID) -> Response:
        service.number_and_seal(current_actor(), document_id, decode_form(GivePin, request.form))
        return redirect(url_for("documents.show", document_id=document_id), 303)

    return pages
