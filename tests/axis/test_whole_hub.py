"""The hub as an operator runs it: real commands, real processes, a live PKI, and two systems that exchange signed messages."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from lxml import etree

from axis.client import AxisClient, AxisRefused, InboxItem
from axis.http.tokens import NewToken, new_token
from schemas.reader import parse
from signing.demo_pki import DemoPki, Holder
from signing.demo_pki.issuing import make_pki
from signing.providers.pkcs12 import Pkcs12Folder
from signing.verdicts import Verdict
from signing.xml import sign_envelope, verify_xml
from storage.embedded import EmbeddedPostgres
from tests.axis.hub.messages import document
from tests.postgres import APPLICATION, OWNER
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(400)  # six processes start, on machines that do other things too

ROOT = Path(__file__).parents[2]
PASSWORD = "mật khẩu thử"
PDF = b"%PDF-1.4 noi dung"


@dataclass
class Exchange:
    """A running hub with a province and a commune on it."""

    url: str
    pki: DemoPki
    tokens: dict[str, NewToken]
    serving: subprocess.Popen[bytes]

    def client(self, organ_id: str) -> AxisClient:
        return AxisClient(self.url, self.tokens[organ_id].token)

    def signed(self, raw: bytes, stem: str) -> bytes:
        with Pkcs12Folder(self.pki.directory).open(f"{stem}.p12", PASSWORD) as key:
            return etree.tostring(sign_envelope(etree.fromstring(raw), key), encoding="UTF-8", xml_declaration=True)

    def send(self, organ_id: str, raw: bytes) -> str:
        """Return the code of the refusal, or an empty text."""
        with self.client(organ_id) as client:
            try:
                client.send(lambda: io.BytesIO(raw), len(raw))
            except AxisRefused as refusal:
                return refusal.hub_code
        return ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def system(stem: str, organ_id: str, revoked_at: datetime | None = None) -> Holder:
    return Holder(
        kind="system",
        label=stem,
        common_name=f"He thong {stem}",
        organization=f"Co quan {stem}",
        organization_identifier=organ_id,
        file_stem=stem,
        password=PASSWORD,
        revoked_at=revoked_at,
    )


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPki]:
    holders = [
        system("hub", ""),
        system("province", "H99"),
        system("commune", "H99.101"),
        system("revoked", "H99", revoked_at=datetime.now(UTC) - timedelta(days=2)),
    ]
    made = make_pki(
        tmp_path_factory.mktemp("hub") / "pki", free_port(), holders, Path("no font: systems have no image")
    )
    command = [sys.executable, "-m", "signing.demo_pki", "serve", str(made.directory)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert b"ready" in process.stdout.readline()
        yield made
        process.terminate()


@pytest.fixture(scope="module")
def exchange(
    pki: DemoPki, postgres_server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Exchange]:
    urls = postgres_server.provide("whole_hub", owner=OWNER, application=APPLICATION)
    folder = tmp_path_factory.mktemp("axis")
    port = free_port()
    environ = os.environ | {
        "AXIS_ENVIRONMENT": "demo",
        "AXIS_DATABASE_URL": urls.application,
        "AXIS_DATABASE_OWNER_URL": urls.owner,
        "AXIS_RECEIPT_KEY_FILE": str(pki.directory / "hub.p12"),
        "AXIS_RECEIPT_KEY_PASSWORD": PASSWORD,
        "AXIS_TRUST_ROOTS_FILE": str(pki.directory / "root.pem"),
        "AXIS_TRUST_INTERMEDIATES_FILE": str(pki.directory / "ca.pem"),
        "AXIS_ALLOWED_REVOCATION_HOSTS": pki.host,
        "AXIS_BLOB_URL": f"file:{folder / 'blobs'}",
        "AXIS_PORT": str(port),
        "AXIS_POLL_SECONDS": "0.2",
    }
    tokens = {"H99": new_token(), "H99.101": new_token()}
    (folder / "directory.json").write_text(json.dumps(directory(tokens)))
    axis = [sys.executable, "-m", "axis.cli"]
    for arguments in (["migrate"], ["config", "check"], ["directory", "import", str(folder / "directory.json")]):
        subprocess.run([*axis, *arguments], cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)
    with (
        (folder / "serve.log").open("wb") as log,
        subprocess.Popen([*axis, "serve"], cwd=ROOT, env=environ, stdout=log, stderr=log) as serving,
    ):
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until(lambda: ready(url), "the hub is ready")
            yield Exchange(url, pki, tokens, serving)
        finally:
            serving.terminate()


def directory(tokens: dict[str, NewToken]) -> dict[str, object]:
    names = {"H99": "Ủy ban nhân dân tỉnh Sông Vân", "H99.101": "Ủy ban nhân dân xã Bến Lau"}
    since = "2020-01-01"
    return {
        "version": 1,
        "agencies": [
            {"name": name, "identifiers": [{"scheme": "QD20", "value": organ_id, "from": since, "primary": True}]}
            for organ_id, name in names.items()
        ],
        "accounts": [
            {
                "name": organ_id,
                "token_sha256": token.sha256,
                "mandates": [{"agency": organ_id, "from": since}],
            }
            for organ_id, token in tokens.items()
        ],
    }


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_web_and_worker_do_not_know_the_owner_of_the_tables(exchange: Exchange) -> None:
    environs = [
        (Path("/proc") / child / "environ").read_bytes()
        for child in Path(f"/proc/{exchange.serving.pid}/task/{exchange.serving.pid}/children").read_text().split()
    ]
    assert len(environs) == 2
    assert all(b"AXIS_DATABASE_URL=" in one and b"AXIS_DATABASE_OWNER_URL=" not in one for one in environs)


def test_a_signed_message_goes_from_one_system_to_another_and_leaves_signed_receipts(exchange: Exchange) -> None:
    raw = exchange.signed(document(recipients=["H99.101"], contents=[PDF], promised=[PDF]), "province")
    with exchange.client("H99") as sender, exchange.client("H99.101") as recipient:
        sent = sender.send(lambda: io.BytesIO(raw), len(raw))
        items: list[InboxItem] = []

        def arrived() -> bool:
            items.extend(recipient.inbox())
            return bool(items)

        wait_until(arrived, "the message waits for the commune")
        target = io.BytesIO()
        recipient.fetch(items[0].delivery_id, target, expected_sha256=items[0].sha256)
        recipient.acknowledge(items[0].delivery_id, "done")
        assert target.getvalue() == raw
        assert sender.message(sent.message_id)["signature_verdict"] == "valid"
        receipts = sender.receipts(sent.message_id)
    assert receipts[0] == sent.receipt_xml
    assert len(receipts) == 2
    for receipt in receipts:
        trust, now = exchange.pki.trust(), datetime.now(UTC)
        assert verify_xml(parse(receipt), trust, now).verdict is Verdict.VALID
        forged = receipt.replace(b"H99.101", b"H99.102")
        assert verify_xml(parse(forged), trust, now).verdict is Verdict.INVALID


def test_what_is_not_signed_by_the_sender_is_refused(exchange: Exchange) -> None:
    raw = document(recipients=["H99.101"], document_id="H99,2026/11/20,16/UBND")
    good = exchange.signed(raw, "province")
    assert exchange.send("H99", raw) == "exchange.signature-required"
    assert exchange.send("H99", good.replace("trục".encode(), "trúc".encode())) == "exchange.signature-invalid"
    assert exchange.send("H99", exchange.signed(raw, "revoked")) == "exchange.signature-invalid"
    assert exchange.send("H99", exchange.signed(raw, "commune")) == "exchange.certificate-of-another"
    assert exchange.send("H99.101", good) == "exchange.sender-mismatch"
    assert exchange.send("H99", good) == ""


def test_the_command_ends_well_with_all_its_processes(exchange: Exchange) -> None:
    """Last in the module: it stops the hub."""
    exchange.serving.send_signal(signal.SIGTERM)
    assert exchange.serving.wait(60) == 0
    assert not ready(exchange.url)
