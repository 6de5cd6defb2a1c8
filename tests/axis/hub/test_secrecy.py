"""State secrets: refused, told to the security officer, and nothing of them kept anywhere."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, inspect, select, text

from axis.bootstrap import build_relay
from axis.hub.model import Message, Quarantined, SecurityIncident
from axis.hub.security import TOPIC
from axis.hub.tables import HISTORY
from storage.outbox.model import OutboxRow
from storage.settings import Secret
from tests.axis.hub.messages import document, status
from tests.axis.hub.world import World, settings_for
from tests.messages.wire import message
from tests.postgres import FreshDatabase
from tests.provoked import provokes

MARK = "Kẻ-Gỗ-7351"
"""Stands in the subject and in the file of what must not be kept."""
SECRET = document(
    document_id="H99,2026/11/20,9/ML", subject=f"[TỐI MẬT] Về việc {MARK}", contents=[f"%PDF-1.4 {MARK}".encode()]
)
OWN_ELEMENT = document(subject=f"Về {MARK}").replace(
    b"<edXML:Subject>", "<edXML:DoMat>Tuyệt mật</edXML:DoMat><edXML:Subject>".encode()
)
SECRETS: dict[str, bytes] = {
    "mark before the subject": SECRET,
    "element of its own": OWN_ELEMENT,
    "from somebody without a mandate": document(sender="H99.101", subject=f"[MẬT] {MARK}"),
    "to nobody": document(recipients=[], subject=f"[MẬT] {MARK}"),
    "cut short": SECRET[: SECRET.index(b"<edXML:TraceHeaderList>")],
    "in the second of two headers": message(
        "<edXML:edXMLHeader><edXML:MessageHeader><edXML:From><edXML:OrganId>H99</edXML:OrganId></edXML:From>"
        "</edXML:MessageHeader><edXML:MessageHeader>"
        f"<edXML:Subject>(MẬT) {MARK}</edXML:Subject></edXML:MessageHeader></edXML:edXMLHeader>"
    ),
}


def everything_in(world: World) -> str:
    """Return every value of every table as text; the service's role may not read which revision the tables have."""
    with world.hub.database.reading() as session:
        names = inspect(session.connection()).get_table_names()
        tables = [name for name in names if not name.startswith("alembic_version")]
        return "\n".join(
            str(row) for table in tables for row in session.execute(text(f'SELECT t::text FROM "{table}" AS t'))
        )


def holding(folder: Path, mark: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and mark in path.read_bytes()]


@pytest.mark.parametrize("name", SECRETS)
def test_a_declared_secret_is_refused_and_nothing_of_it_stays(
    world: World, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    caplog.set_level(logging.DEBUG)
    answer = world.post("province", SECRETS[name])
    problem = answer.get_json(force=True)
    assert (answer.status_code, problem["code"]) == (422, "exchange.secret")
    assert "quarantine_id" not in problem
    for said in (answer.text, caplog.text, everything_in(world)):
        assert MARK not in said
        assert "MẬT" not in said
    assert holding(tmp_path, MARK.encode()) == []
    assert [path for path in world.blob_dir.rglob("*") if path.is_file()] == []
    assert list(temporary.iterdir()) == []
    with world.hub.database.reading() as session:
        incident = session.scalars(select(SecurityIncident)).one()
        assert session.scalar(select(func.count()).select_from(Quarantined)) == 0
        assert session.scalar(select(func.count()).select_from(Message)) == 0
    assert incident.sha256 == hashlib.sha256(SECRETS[name]).hexdigest()
    assert str(incident.id) == problem["incident_id"]
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.name for record in errors] == ["axis.hub.security"]


@provokes("exchange.secret")
def test_the_record_says_who_sent_which_document_when(world: World) -> None:
    world.post("province", SECRET)
    world.clock.advance(timedelta(hours=1))
    world.post("province", SECRET)
    with world.hub.database.reading() as session:
        incident = session.scalars(select(SecurityIncident)).one()
        alerts = session.scalars(select(OutboxRow).where(OutboxRow.topic == TOPIC)).all()
    assert (incident.sender_organ_id, incident.document_id) == ("H99", "H99,2026/11/20,9/ML")
    assert incident.at == world.clock.now() - timedelta(hours=1)
    assert [row.payload for row in alerts] == [{"incident_id": str(incident.id)}]


OPEN = {
    "a stamp in running text": document(subject="Về việc sử dụng dấu chỉ mức độ MẬT, TỐI MẬT trong văn thư"),
    "a word of the subject": document(subject="Bảo mật hệ thống thông tin"),
    "a mark that is none": document(subject="[Hỏa tốc] Về việc bí mật nhà nước"),
    "a status": status(description="Văn bản có dấu MẬT"),
}


@pytest.mark.parametrize("name", OPEN)
def test_words_in_running_text_declare_nothing(world: World, name: str) -> None:
    account = "department" if name == "a status" else "province"
    assert world.post(account, OPEN[name]).status_code == 201


class _Officer(BaseHTTPRequestHandler):
    """The security officer's system: answers what it is told to and keeps what it got."""

    got: list[dict[str, Any]]
    answers: list[int]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append(json.loads(body))
        self.send_response(self.answers.pop(0))
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def officer() -> Iterator[tuple[str, type[_Officer]]]:
    handler = type("Officer", (_Officer,), {"got": [], "answers": [500, 204]})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/alert", handler
        server.shutdown()
        thread.join()


def test_the_officer_is_told_until_it_is_taken(
    postgres_url: FreshDatabase, tmp_path: Path, officer: tuple[str, type[_Officer]]
) -> None:
    url, handler = officer
    world = World(settings_for(postgres_url(HISTORY), tmp_path, security_alert_url=Secret(url)))
    try:
        world.post("province", SECRET)
        relay = build_relay(world.settings, world.hub.database)
        assert relay.drain(TOPIC) == 1
        with world.hub.database.reading() as session:
            assert session.scalars(select(SecurityIncident)).one().alerted_at is None
        world.clock.advance(timedelta(minutes=1))
        assert relay.drain(TOPIC) == 1
        with world.hub.database.reading() as session:
            incident = session.scalars(select(SecurityIncident)).one()
        assert incident.alerted_at == world.clock.now()
        assert handler.got[0] == handler.got[1]
        assert handler.got[0] == {
            "kind": "state-secret-refused",
            "hub": "lien-thong",
            "incident_id": str(incident.id),
            "at": incident.at.isoformat(),
            "account": "province",
            "sender_organ_id": "H99",
            "document_id": "H99,2026/11/20,9/ML",
            "sha256": hashlib.sha256(SECRET).hexdigest(),
        }
        assert relay.drain(TOPIC) == 0
    finally:
        world.hub.close()


def test_without_an_address_the_list_alone_tells(world: World) -> None:
    world.post("province", SECRET)
    assert build_relay(world.settings, world.hub.database).drain(TOPIC) == 1
    environ = os.environ | {
        "AXIS_DATABASE_URL": world.settings.database_url.reveal(),
        "AXIS_RECEIPT_KEY_FILE": "none.p12",
        "AXIS_RECEIPT_KEY_PASSWORD": "x",
        "AXIS_TRUST_ROOTS_FILE": "none.pem",
    }
    command = [sys.executable, "-m", "axis.cli", "security-incidents"]
    listed = subprocess.run([*command, "--json"], env=environ, capture_output=True, check=True, text=True)
    ((one),) = json.loads(listed.stdout)
    assert (one["account"], one["sender_organ_id"], one["alerted_at"]) == ("province", "H99", None)
    for_people = subprocess.run(command, env=environ, capture_output=True, check=True, text=True)
    assert "chưa báo" in for_people.stdout


def test_a_hub_that_keeps_secrets_would_be_noticed(world: World) -> None:
    """What the first test looks for is found where an open message is kept."""
    world.post("province", document(subject=f"Về {MARK}"))
    assert MARK in everything_in(world)
    assert holding(world.blob_dir, MARK.encode()) != []
