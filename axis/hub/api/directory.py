"""`/v1/agencies` and `/v1/quarantine`."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from axis.hub.api.caller import authenticate, caller, limit_argument, the_hub
from axis.hub.directory.queries import day_of, directory
from axis.hub.quarantine import quarantined_of

blueprint = Blueprint("directory", __name__, url_prefix="/v1")
blueprint.before_request(authenticate)


@blueprint.get("/agencies")
def agencies() -> Response:
    """Return all agencies with their identifiers, old and new."""
    hub = the_hub()
    with hub.database.reading() as session:
        return jsonify(agencies=directory(session, day_of(hub.database.clock.now())))


@blueprint.get("/quarantine")
def quarantine() -> Response:
    """Return what was refused of this account's messages, newest first."""
    with the_hub().database.reading() as session:
        return jsonify(quarantine=quarantined_of(session, caller().id, limit_argument()))
