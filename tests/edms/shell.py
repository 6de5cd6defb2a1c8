"""A small application around the pages under test, with the shell and the edge that the service uses."""

from __future__ import annotations

import re

from flask import Blueprint, Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from axis.http.security import install_security
from edms import problems
from edms.accounts import authentication
from edms.accounts import pages as account_pages
from edms.accounts.service import AccountService
from edms.web import shell


def application(service: AccountService, *pages: Blueprint, secure: bool = False) -> Flask:
    """Return an application with the pages of accounts and `pages`, in the real layout without a navigation."""
    app = Flask("tests")
    problems.install(app)
    install_security(app, body_limit_bytes=1024 * 1024)
    shell.install(app, service.database.clock, lambda: None)
    authentication.install(app, service, secure_cookies=secure)
    app.register_blueprint(account_pages.blueprint(service))
    for blueprint in pages:
        app.register_blueprint(blueprint)
    return app


def sign_in(client: FlaskClient, login: str, password: str, **form: str) -> TestResponse:
    """Send the sign-in form."""
    return client.post("/sign-in", data={"login": login, "password": password, **form})


def form_token(client: FlaskClient, path: str) -> str:
    """Return the form token that the page at `path` carries."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found is not None, f"no form token on {path}"
    return found.group(1)
