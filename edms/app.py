"""The EDMS as a Flask application: authentication, shell, problems, and the pages and API of the slices."""

from __future__ import annotations

from flask import Flask

from axis.http.health import database_check, health_blueprint
from axis.http.request_id import install_request_ids
from axis.http.security import install_security
from edms import feedback, problems
from edms.accounts import authentication
from edms.accounts import pages as account_pages
from edms.bootstrap import CONFINEMENT, Services, build
from edms.config import load
from edms.documents import api as document_api
from edms.documents import pages as document_pages
from edms.exchange import pages as exchange_pages
from edms.handover import pages as handover_pages
from edms.navigation import frame_of
from edms.registers import pages as register_pages
from edms.secrecy import door
from edms.secrecy import pages as secrecy_pages
from edms.signatures import pages as signature_pages
from edms.web import shell
from edms.workflow import pages as workflow_pages
from storage.embedded_use import with_database


def create_app(services: Services) -> Flask:
    """Return the application over wired services."""
    settings = services.settings
    app = Flask("edms", static_folder=None)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # an attribute of the default provider
    install_request_ids(app)
    install_security(app, body_limit_bytes=settings.upload_limit_bytes)
    problems.install(app)
    demonstration = settings.environment == "demo"
    shell.install(app, services.database.clock, lambda: frame_of(services), demonstration=demonstration)
    feedback.install(app, services.database, secure_cookies=settings.secure_cookies)
    door.install(app, services.secrecy, takers=document_pages.TAKE_FILES)
    authentication.install(app, services.accounts, secure_cookies=settings.secure_cookies)
    app.register_blueprint(
        health_blueprint({"database": database_check(services.database.engine), "blobs": services.blobs.ping})
    )
    for blueprint in (
        account_pages.blueprint(services.accounts),
        workflow_pages.blueprint(services.workflow),
        document_pages.blueprint(services.document_pages),
        document_api.blueprint(services.document_pages),
        register_pages.blueprint(services.registers),
        signature_pages.blueprint(services.signatures),
        exchange_pages.blueprint(services.dispatches, services.refusals),
        secrecy_pages.blueprint(services.secrecy),
        handover_pages.blueprint(services.handovers),
    ):
        app.register_blueprint(blueprint)
    return app


def application() -> Flask:
    """Return the application over the settings of the environment; what the server's workers call."""
    CONFINEMENT.warm()
    return create_app(build(with_database(load(), "edms")))
