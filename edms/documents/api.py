"""REST of documents: lists, one document, and attachments of drafts, for an agency's own programs."""

from __future__ import annotations

from http import HTTPStatus
from typing import BinaryIO, cast
from uuid import UUID

import msgspec
from flask import Blueprint, Response, jsonify, request

from edms.accounts.authentication import current_actor
from edms.commands import decode_form
from edms.documents.commands import ListDocuments, NewAttachment
from edms.documents.model import Direction
from edms.documents.pages import DocumentPages
from edms.documents.queries import listed, page_of, with_numbers


def blueprint(needs: DocumentPages) -> Blueprint:
    """Return the resources under `/api/v1/documents`."""
    api = Blueprint("documents_api", __name__, url_prefix="/api/v1/documents")

    @api.get("/<any(incoming, outgoing):direction>")
    def index(direction: str) -> Response:
        command = decode_form(ListDocuments, request.args)
        with needs.service.database.reading() as session:
            found, total = listed(session, current_actor(), Direction(direction), command)
            found = with_numbers(found, needs.numbers(session, [row.id for row in found]))
        return jsonify(items=msgspec.to_builtins(found), total=total, page=command.page)

    @api.get("/<uuid:document_id>")
    def show(document_id: UUID) -> Response:
        actor = current_actor()
        database = needs.service.database
        with database.reading() as session:
            page = page_of(session, actor, document_id, needs.contributors, database.clock.now())
        needs.service.record_reading(actor, document_id)
        return jsonify(msgspec.to_builtins(page))

    @api.post("/<uuid:document_id>/attachments")
    def attach(document_id: UUID) -> tuple[Response, int]:
        """Take the body as a file; secrecy and name stand in the address, so that they are known before it is read."""
        actor = current_actor()
        command = decode_form(NewAttachment, request.args)
        file_id = needs.attachments.attach(actor, document_id, command, cast("BinaryIO", request.stream))
        return jsonify(id=file_id), HTTPStatus.CREATED

    @api.delete("/<uuid:document_id>/attachments/<uuid:file_id>")
    def detach(document_id: UUID, file_id: UUID) -> tuple[str, int]:
        needs.attachments.remove(current_actor(), document_id, file_id)
        return "", HTTPStatus.NO_CONTENT

    return api
