"""Liveness and readiness for load balancers and supervisors; both are open and say nothing about the inside."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from flask import Blueprint, Response, jsonify
from sqlalchemy import Engine, text

log = logging.getLogger(__name__)

Check = Callable[[], None]
"""Returns when the part works, raises anything when it does not."""


def health_blueprint(checks: Mapping[str, Check]) -> Blueprint:
    """Return `GET /healthz` (the process lives) and `GET /readyz` (each of `checks` passes, else 503 naming the failed)."""
    blueprint = Blueprint("health", __name__)

    def healthz() -> Response:
        return jsonify(status="ok")

    def readyz() -> tuple[Response, int]:
        states = {name: _passes(name, check) for name, check in checks.items()}
        ready = all(states.values())
        parts = {name: "ok" if passed else "failed" for name, passed in states.items()}
        return jsonify(status="ok" if ready else "failed", checks=parts), 200 if ready else 503

    blueprint.add_url_rule("/healthz", view_func=healthz)
    blueprint.add_url_rule("/readyz", view_func=readyz)
    return blueprint


def database_check(engine: Engine) -> Check:
    """Return a check that the database answers a query."""

    def check() -> None:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    return check


def _passes(name: str, check: Check) -> bool:
    try:
        check()
    except Exception:
        log.exception("readiness check %s failed", name)
        return False
    return True
