"""`/v1/inbox` and `/v1/deliveries`: fetch what waits, and say how it ended."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from flask import Blueprint, Response, jsonify, request

from axis.http.errors import RequestInvalid
from axis.hub.api.caller import authenticate, caller, decode_json, limit_argument, the_hub
from axis.hub.api.messages import bytes_of
from axis.hub.delivery import REASON_CHARS

blueprint = Blueprint("deliveries", __name__, url_prefix="/v1")
blueprint.before_request(authenticate)


class StatusReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a status report; `fail` needs a reason."""

    status: Literal["processing", "done", "fail"]
    reason: Annotated[str, msgspec.Meta(max_length=REASON_CHARS)] = ""


@blueprint.get("/inbox")
def inbox() -> Response:
    """Lease and return what waits for the account's agencies, or for `organ_id` alone; at most `limit`, oldest first."""
    organ_id = request.args.get("organ_id")
    return jsonify(deliveries=the_hub().desk.inbox(caller(), organ_id=organ_id, limit=limit_argument()))


@blueprint.get("/deliveries/<uuid:delivery_id>/message")
def message(delivery_id: UUID) -> Response:
    """Return the bytes of the message as they were sent."""
    found = the_hub().desk.message_of(caller(), delivery_id)
    return bytes_of(found.id, found.sha256, found.size_bytes)


@blueprint.post("/deliveries/<uuid:delivery_id>/status")
def status(delivery_id: UUID) -> Response:
    """Record how the delivery goes."""
    report = decode_json(StatusReport)
    if report.status == "fail" and not report.reason.strip():
        raise RequestInvalid("reason: needed with fail")
    settled = the_hub().desk.report(caller(), delivery_id, report.status, report.reason.strip())
    return jsonify(
        delivery_id=str(settled.delivery_id),
        transport_status=settled.transport_status,
        receipt_sha256=settled.receipt_sha256 or None,
    )
