"""Errors become problem details, whatever raised them, and people may be shown something else."""

from __future__ import annotations

import io
import json
import logging

import pytest
from flask import Flask, Response, abort, request
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from axis.http.errors import NotFound
from axis.http.logs import configure_logging
from axis.http.problems import MEDIA_TYPE, ProblemDetails, install_problems, problem_json
from axis.http.request_id import install_request_ids
from axis.http.security import allow_body, install_security
from schemas.problems import Problem
from storage.errors import BlobStoreUnavailable, BlobTooLarge, Conflict, Duplicate
from tests.provoked import provokes


class RegisterClosed(Problem):
    """A refusal made for these tests."""

    code = "test.register-closed"
    status = 409
    message_vi = "Sổ đã khóa. Hãy chọn sổ của năm hiện tại."
    message_en = "The register is closed. Choose the register of this year."


ERRORS: dict[str, Exception] = {
    "problem": RegisterClosed("sổ 2025", register="VB-2025", status=200, title="forged"),
    "not-found": NotFound(),
    "conflict": Conflict("version 3"),
    "duplicate": Duplicate("uq_message_identity"),
    "too-large": BlobTooLarge("more than 5 bytes"),
    "blob-store": BlobStoreUnavailable("AccessDenied at 10.0.0.5"),
    "database": OperationalError("SELECT secret_column", {}, Exception("connection refused at 10.0.0.5")),
    "bug": ZeroDivisionError("internal wording"),
}


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    install_request_ids(app)
    install_security(app, body_limit_bytes=10)
    install_problems(app)

    @app.get("/raise/<name>")
    def fail(name: str) -> Response:
        raise ERRORS[name]

    @app.get("/abort/<int:status>")
    def refuse(status: int) -> Response:
        abort(status)

    @app.post("/body")
    def body() -> str:
        return str(len(request.stream.read()))

    @app.post("/large-body")
    def large_body() -> str:
        allow_body(100)
        return str(len(request.stream.read()))

    return app


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("problem", 409, "test.register-closed"),
        ("not-found", 404, "http.not-found"),
        ("conflict", 409, "http.concurrent-change"),
        ("blob-store", 503, "http.unavailable"),
        ("duplicate", 409, "http.concurrent-change"),
        ("too-large", 413, "http.body-too-large"),
        ("database", 503, "http.unavailable"),
        ("bug", 500, "http.internal"),
    ],
)
def test_every_error_has_status_code_and_both_languages(client: FlaskClient, name: str, status: int, code: str) -> None:
    answer = client.get(f"/raise/{name}", headers={"X-Request-Id": "request-0001"})
    document = json.loads(answer.data)
    assert answer.status_code == status
    assert answer.content_type == MEDIA_TYPE
    assert document["type"] == f"urn:lienthong:problem:{code}"
    assert (document["code"], document["status"], document["request_id"]) == (code, status, "request-0001")
    assert document["title"]
    assert document["title_en"]


def test_facts_are_members_but_never_replace_the_standard_ones(client: FlaskClient) -> None:
    document = json.loads(client.get("/raise/problem").data)
    assert document["register"] == "VB-2025"
    assert document["detail"] == "sổ 2025"
    assert document["status"] == 409
    assert document["title"] == RegisterClosed.message_vi


@pytest.mark.parametrize("name", ["bug", "database"])
def test_a_fault_of_ours_tells_nothing_outside_and_everything_in_the_log(
    client: FlaskClient, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get(f"/raise/{name}")
    assert b"internal wording" not in answer.data
    assert b"secret_column" not in answer.data
    assert ("internal wording" if name == "bug" else "secret_column") in caplog.text


@provokes("http.unavailable")
def test_away_for_now_says_when_to_come_back(client: FlaskClient) -> None:
    assert client.get("/raise/database").headers["Retry-After"] == "5"


def test_no_token_names_the_scheme(client: FlaskClient) -> None:
    answer = client.get("/abort/401")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@provokes("http.method-not-allowed", "http.not-found")
def test_wrong_method_keeps_allow_and_unknown_address_is_a_problem(client: FlaskClient) -> None:
    wrong = client.delete("/body")
    assert (wrong.status_code, wrong.json and wrong.json["code"]) == (405, "http.method-not-allowed")
    assert "POST" in wrong.headers["Allow"]
    missing = client.get("/nowhere")
    assert (missing.status_code, json.loads(missing.data)["code"]) == (404, "http.not-found")


@pytest.mark.parametrize(("path", "limit"), [("/body", 10), ("/large-body", 100)])
def test_body_limit_holds_with_and_without_a_declared_length(client: FlaskClient, path: str, limit: int) -> None:
    assert client.post(path, data=b"x" * limit).data == str(limit).encode()
    declared = client.post(path, data=b"x" * (limit + 1))
    chunked = client.post(
        path, input_stream=io.BytesIO(b"x" * (limit + 1)), environ_overrides={"wsgi.input_terminated": True}
    )
    for answer in (declared, chunked):
        assert (answer.status_code, json.loads(answer.data)["code"]) == (413, "http.body-too-large")


def test_headers_of_security_stand_on_answers_and_on_errors(client: FlaskClient) -> None:
    for path in ("/raise/bug", "/nowhere"):
        headers = client.get(path, headers={"Authorization": "Bearer x"}).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


@provokes("http.not-found")
def test_a_service_for_people_may_render_a_page() -> None:
    app = Flask(__name__)
    install_request_ids(app)

    def render(details: ProblemDetails) -> Response:
        if request.accept_mimetypes.best == "text/html":
            return Response(f"<p>{details.title}</p>", status=details.status, content_type="text/html; charset=utf-8")
        return problem_json(details)

    install_problems(app, render)
    client = app.test_client()
    page = client.get("/x", headers={"Accept": "text/html"})
    assert (page.status_code, page.text) == (404, f"<p>{NotFound.message_vi}</p>")
    assert client.get("/x", headers={"Accept": "application/json"}).content_type == MEDIA_TYPE


@pytest.mark.parametrize("offered", ["short", "x" * 65, "line\u2028break-12345", "with space 12345"])
def test_an_implausible_request_id_is_replaced(client: FlaskClient, offered: str) -> None:
    answer = client.get("/nowhere", headers={"X-Request-Id": offered})
    assert answer.headers["X-Request-Id"] != offered
    assert len(answer.headers["X-Request-Id"]) == 32


@provokes("http.internal")
def test_a_log_record_is_one_line_and_carries_the_request_id(app: Flask) -> None:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    try:
        configure_logging("INFO", stream)
        client = app.test_client()
        client.get("/raise/bug", headers={"X-Request-Id": "request-0002"})
        logging.getLogger("x").info("forged\n2026-01-01 INFO")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3
    assert "[request-0002] http.internal ⏎ Traceback" in lines[0]
    assert "ZeroDivisionError" in lines[0]
    assert "[request-0002] GET /raise/bug 500" in lines[1]
    assert "[-] forged ⏎ 2026" in lines[2]


@pytest.mark.parametrize("status", [400, 408, 417, 428])
@provokes("http.bad-request")
def test_what_http_itself_refuses_keeps_its_status(client: FlaskClient, status: int) -> None:
    answer = client.get(f"/abort/{status}")
    assert (answer.status_code, answer.json and answer.json["code"]) == (status, "http.bad-request")
