"""`/v1/checkpoints`: what the hub states about its log of evidence, for everybody to keep."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from axis.http.errors import RequestInvalid
from axis.hub.api.caller import authenticate, limit_argument, the_hub
from axis.hub.evidence import checkpoints

blueprint = Blueprint("checkpoints", __name__, url_prefix="/v1")
blueprint.before_request(authenticate)

_SINCE_DIGITS = 18


@blueprint.get("/checkpoints")
def show() -> Response:
    """Return the newest checkpoints; with `since`, also the proof that the newest follows the one of that size."""
    since = request.args.get("since")
    if since is not None and not (since.isascii() and since.isdigit() and len(since) <= _SINCE_DIGITS):
        raise RequestInvalid("since: a number of leaves")
    with the_hub().database.reading() as session:
        return jsonify(checkpoints(session, limit_argument(), None if since is None else int(since)))
