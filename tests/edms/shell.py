"""A small application around the pages under test, with the edge that the service uses and a bare layout."""

from __future__ import annotations

import re
from datetime import date, datetime

from flask import Blueprint, Flask
from flask.testing import FlaskClient
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader, StrictUndefined
from werkzeug.test import TestResponse

from axis.http.problems import install_problems
from axis.http.security import install_security
from edms.accounts import authentication
from edms.accounts import pages as account_pages
from edms.accounts.service import AccountService
from storage.clock import VIETNAM

_LAYOUT = "<title>{% block title %}{% endblock %}</title>{% block content %}{% endblock %}"


def application(service: AccountService, *pages: Blueprint, secure: bool = False) -> Flask:
    """Return an application with the pages of accounts and `pages`; dates print as the web shell prints them."""
    app = Flask("tests")
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.jinja_env.undefined = StrictUndefined
    app.jinja_loader = ChoiceLoader([DictLoader({"layout.html": _LAYOUT}), FileSystemLoader([])])
    app.jinja_env.globals["_"] = lambda text, **values: text % values if values else text
    app.jinja_env.filters |= {"date": _date, "moment": _moment}
    install_problems(app)
    install_security(app, body_limit_bytes=1024 * 1024)
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


def _date(value: date | datetime | None) -> str:
    if value is None:
        return "–"
    return f"{value.astimezone(VIETNAM) if isinstance(value, datetime) else value:%d/%m/%Y}"


def _moment(value: datetime | None) -> str:
    return "–" if value is None else f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
