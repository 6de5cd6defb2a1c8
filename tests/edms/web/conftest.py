"""The gallery, and a server for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.edms.web import gallery


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the parent's name
        """Say nothing of a request."""


@pytest.fixture(scope="session")
def gallery_app() -> Flask:
    """The application that shows every page; its tests do not change it."""
    return gallery.create_app()


@pytest.fixture
def visitor(gallery_app: Flask) -> FlaskClient:
    """A browser without scripts, with its own cookies."""
    return gallery_app.test_client()


@pytest.fixture(scope="session")
def gallery_url(gallery_app: Flask) -> Iterator[str]:
    """Serve the gallery on loopback and return its address."""
    server = make_server("127.0.0.1", 0, gallery_app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
