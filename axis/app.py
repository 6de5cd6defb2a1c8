"""The hub as a Flask application."""

from __future__ import annotations

from flask import Flask

from axis.bootstrap import build_hub
from axis.config import Settings, load
from axis.http.health import database_check, health_blueprint
from axis.http.problems import install_problems
from axis.http.request_id import install_request_ids
from axis.http.security import install_security
from axis.hub.api import checkpoints, deliveries, directory, messages
from axis.hub.api.caller import attach_hub
from axis.hub.parts import Hub
from storage.embedded_use import with_database

_SMALL_BODY_BYTES = 64 * 1024
"""For every request but a message."""

_NO_PAGES = "default-src 'none'; frame-ancestors 'none'"


def create_app(settings: Settings, hub: Hub | None = None) -> Flask:
    """Return the application over `hub`, or over the one that `settings` describe."""
    app = Flask("axis", static_folder=None)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # an attribute of the default provider
    hub = hub or build_hub(settings)
    attach_hub(app, hub)
    install_request_ids(app)
    install_security(app, body_limit_bytes=_SMALL_BODY_BYTES, content_security_policy=_NO_PAGES)
    install_problems(app)
    app.register_blueprint(health_blueprint({"database": database_check(hub.database.engine), "blobs": hub.blobs.ping}))
    for part in (messages, deliveries, directory, checkpoints):
        app.register_blueprint(part.blueprint)
    return app


def application() -> Flask:
    """Return the application over the settings of the environment; what the server's workers call."""
    return create_app(with_database(load(), "axis"))
