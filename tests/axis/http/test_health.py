"""Liveness does not depend on anything; readiness names what failed."""

from __future__ import annotations

from flask import Flask

from axis.http.health import database_check, health_blueprint
from storage.database import open_engine


def broken() -> None:
    raise ConnectionError("secret address 10.0.0.5")


def test_ready_when_every_check_passes() -> None:
    app = Flask(__name__)
    app.register_blueprint(health_blueprint({"blobs": lambda: None}))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "checks": {"blobs": "ok"}})


def test_not_ready_names_the_part_but_not_the_reason() -> None:
    app = Flask(__name__)
    nowhere = open_engine("postgresql://nobody@127.0.0.1:1/none?connect_timeout=1")
    app.register_blueprint(
        health_blueprint({"blobs": broken, "database": database_check(nowhere), "clock": lambda: None})
    )
    client = app.test_client()
    answer = client.get("/readyz")
    expected = {"blobs": "failed", "database": "failed", "clock": "ok"}
    assert (answer.status_code, answer.json and answer.json["checks"]) == (503, expected)
    assert b"10.0.0.5" not in answer.data
    assert client.get("/healthz").status_code == 200
