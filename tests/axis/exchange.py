"""A hub as an operator runs it, on a live PKI, with two systems that exchange signed messages; for a whole module of tests."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from lxml import etree

from axis.client import AxisClient, AxisRefused
from axis.http.tokens import NewToken, new_token
from signing.demo_pki import DemoPki, Holder
from signing.demo_pki.issuing import make_pki
from signing.providers.pkcs12 import Pkcs12Folder
from signing.xml import sign_envelope
from storage.embedded import EmbeddedPostgres
from tests.postgres import APPLICATION, OWNER
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
PASSWORD = "mật khẩu thử"
START_SECONDS = 400
"""Six processes start, on machines that do other things too."""


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


def system(
    stem: str,
    organ_id: str,
    *,
    revoked_at: datetime | None = None,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> Holder:
    return Holder(
        kind="system",
        label=stem,
        common_name=f"He thong {stem}",
        organization=f"Co quan {stem}",
        organization_identifier=organ_id,
        file_stem=stem,
        password=PASSWORD,
        revoked_at=revoked_at,
        valid_from=valid_from,
        valid_to=valid_to,
    )


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPki]:
    holders = [
        system("hub", ""),
        system("province", "H99"),
        system("commune", "H99.101"),
        system("revoked", "H99", revoked_at=datetime.now(UTC) - timedelta(days=2)),
        system("early", "H99", valid_from=datetime.now(UTC) + timedelta(days=2)),
        system("late", "H99", valid_to=datetime.now(UTC) - timedelta(days=2)),
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
    urls = postgres_server.provide(f"hub_{uuid4().hex}", owner=OWNER, application=APPLICATION)
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
        "AXIS_TIMESTAMP_URL": pki.timestamp_url,
        "AXIS_CHECKPOINT_SECONDS": "1",
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
