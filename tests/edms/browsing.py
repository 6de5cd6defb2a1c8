"""A person at the whole application: signed in, with a form token at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.edms.ground import HERE, PASSWORD
from tests.edms.shell import form_token, sign_in


@dataclass
class Person:
    """Somebody's browser."""

    client: FlaskClient
    token: str

    def get(self, path: str, **more: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(path, **more)

    def post(self, path: str, **form: Any) -> TestResponse:
        """Send a form of a page."""
        return self.client.post(path, data={"csrf_token": self.token, **form})


def person(site: Flask, short: str, key: str = HERE) -> Person:
    """Sign in; see `tests.edms.ground.Town.actor` for the short names."""
    client = site.test_client()
    assert sign_in(client, f"{short}.{key}", PASSWORD).status_code == 303
    return Person(client, form_token(client, "/tokens"))
