"""`/v1/messages`: send a message, see what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import BinaryIO, cast
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.exceptions import UnsupportedMediaType

from axis.http.security import allow_body
from axis.hub.api.caller import authenticate, caller, the_hub
from axis.hub.queries import conflicting, message_receipts, message_state, visible_message
from axis.hub.queries import conflicts as conflicts_of
from axis.hub.receipts import MEDIA_TYPE
from storage.blobs.port import read_chunks

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


@blueprint.get("/<uuid:message_id>/content")
def content(message_id: UUID) -> Response:
    """Return the bytes of the message as they were accepted."""
    hub = the_hub()
    with hub.database.reading() as session:
        found = visible_message(session, caller(), message_id, hub.database.clock.now())
    return bytes_of(found.id, found.sha256, found.size_bytes)


@blueprint.get("/<uuid:message_id>/conflicts")
def conflicts(message_id: UUID) -> Response:
    """Return what else came under the message's identity."""
    hub = the_hub()
    with hub.database.reading() as session:
        found = conflicts_of(session, caller(), message_id, hub.database.clock.now())
    return jsonify(conflicts=found)


@blueprint.get("/<uuid:message_id>/conflicts/<sha256>")
def conflict(message_id: UUID, sha256: str) -> Response:
    """Return the bytes that were refused because others had been accepted under their identity."""
    hub = the_hub()
    with hub.database.reading() as session:
        found = conflicting(session, caller(), message_id, sha256, hub.database.clock.now())
    return bytes_of(found.message_id, found.sha256, found.size_bytes)


def bytes_of(message_id: UUID, sha256: str, size_bytes: int) -> Response:
    """Return a blob that came for a message, streamed as it lies; the caller holds one of its downloads meanwhile."""
    hub = the_hub()
    with ExitStack() as held:
        give_back = hub.downloads.take(caller().id)
        held.callback(give_back)
        stream = held.enter_context(hub.blobs.open(sha256))
        response = Response(_passed_on(stream, give_back), content_type=MEDIA_TYPE)
        response.call_on_close(held.pop_all().close)
    response.content_length = size_bytes
    response.headers[MESSAGE_ID_HEADER] = str(message_id)
    response.headers[SHA256_HEADER] = sha256
    return response


def _passed_on(stream: BinaryIO, give_back: Callable[[], None]) -> Iterator[bytes]:
    """Yield what `stream` holds; the place is free with the last of it, however long the answer is kept open."""
    yield from read_chunks(stream)
    give_back()
