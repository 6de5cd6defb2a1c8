"""`/v1/messages`: send a message, see what became of it."""

from __future__ import annotations

from typing import BinaryIO, cast
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.exceptions import UnsupportedMediaType

from axis.http.security import allow_body
from axis.hub.api.caller import authenticate, caller, the_hub
from axis.hub.queries import message_receipts, message_state
from axis.hub.receipts import MEDIA_TYPE

MESSAGE_ID_HEADER = "Lt-Message-Id"
SHA256_HEADER = "Lt-Message-Sha256"
"""Lower-case hex SHA-256 of the message's bytes."""

blueprint = Blueprint("messages", __name__, url_prefix="/v1/messages")
blueprint.before_request(authenticate)


@blueprint.post("")
def send() -> Response:
    """Accept the edXML message in the body: 201 with the signed receipt, 200 with the same receipt when repeated."""
    if request.mimetype not in ("application/xml", "text/xml"):
        raise UnsupportedMediaType
    hub = the_hub()
    allow_body(hub.settings.message_limit_bytes)
    with hub.admission.admitted():
        accepted = hub.acceptance.accept(caller(), cast("BinaryIO", request.stream))
    response = Response(accepted.receipt_xml, 200 if accepted.replayed else 201, content_type=MEDIA_TYPE)
    response.headers[MESSAGE_ID_HEADER] = str(accepted.message_id)
    response.headers[SHA256_HEADER] = accepted.sha256
    response.headers["Location"] = url_for("messages.state", message_id=accepted.message_id)
    return response


@blueprint.get("/<uuid:message_id>")
def state(message_id: UUID) -> Response:
    """Return the message, its deliveries and its receipts."""
    hub = the_hub()
    with hub.database.reading() as session:
        return jsonify(message_state(session, caller(), message_id, hub.database.clock.now()))


@blueprint.get("/<uuid:message_id>/receipts")
def receipts(message_id: UUID) -> Response:
    """Return the receipts with their XML."""
    hub = the_hub()
    with hub.database.reading() as session:
        found = message_receipts(session, caller(), message_id, hub.database.clock.now())
    return jsonify(receipts=found)
