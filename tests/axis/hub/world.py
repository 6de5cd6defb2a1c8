"""A hub for tests: real database, real blobs, real web application; the two keys are fakes of our own ports."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from axis.app import create_app
from axis.bootstrap import build_hub, build_relay
from axis.config import Settings
from axis.hub.directory.file import DirectoryFile
from axis.hub.directory.importing import import_directory
from axis.hub.parts import Hub
from axis.hub.ports import SignatureReport
from axis.hub.routing import TOPIC
from schemas.reader import local_name
from storage.clock import ManualClock
from storage.settings import Secret

NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
"""Noon in Viet Nam."""

DIRECTORY: dict[str, Any] = {
    "version": 1,
    "agencies": [
        {
            "name": "Ủy ban nhân dân tỉnh Sông Vân",
            "identifiers": [
                {"scheme": "QD20", "value": "H99", "from": "2020-09-15", "primary": True},
                {"scheme": "QCVN102", "value": "000.00.00.H99", "from": "2016-10-01"},
            ],
        },
        {
            "name": "Sở Nội vụ tỉnh Sông Vân",
            "identifiers": [
                {"scheme": "QD20", "value": "H99.01", "from": "2020-09-15", "primary": True},
                {"scheme": "QCVN102", "value": "000.00.01.H99", "from": "2016-10-01", "to": "2021-12-31"},
            ],
        },
        {
            "name": "Ủy ban nhân dân xã Bến Lau",
            "identifiers": [{"scheme": "QD20", "value": "H99.101", "from": "2025-07-01", "primary": True}],
        },
    ],
    "accounts": [
        {"name": name, "token_sha256": hashlib.sha256(f"token-{name}".encode()).hexdigest(), "mandates": mandates}
        for name, mandates in {
            "province": [{"agency": "H99", "from": "2026-01-01"}],
            "department": [{"agency": "H99.01", "from": "2026-01-01", "to": "2026-11-20"}],
            "commune": [{"agency": "H99.101", "from": "2026-01-01"}],
        }.items()
    ],
}


@dataclass
class StubVerifier:
    """Says what it is told to say; without that, that the sender itself signed."""

    told: SignatureReport | None = None

    def verify(self, envelope: etree._Element, when: datetime) -> SignatureReport:
        """Answer without looking at any signature."""
        if self.told is not None:
            return self.told
        sender = next(one for one in envelope.iter() if local_name(one) == "OrganId")
        return SignatureReport("valid", organization_identifier=(sender.text or "").strip())


class StubSigner:
    """Serialises without a signature."""

    def sign(self, root: etree._Element) -> bytes:
        """Return the tree in UTF-8."""
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def settings_for(database_url: str, folder: Path, **changes: Any) -> Settings:
    """Return settings for a hub in `folder`; the key and trust files need not exist when stubs are used."""
    values: dict[str, Any] = {
        "database_url": Secret(database_url),
        "receipt_key_file": folder / "hub.p12",
        "receipt_key_password": Secret("test"),
        "trust_roots_file": folder / "root.pem",
        "environment": "test",
        "broker_url": Secret("memory://"),
        "blob_url": Secret(f"file:{folder / 'blobs'}"),
        "lease_seconds": 60,
    }
    return Settings(**(values | changes))


@dataclass
class World:
    """A running hub and the systems that speak with it."""

    settings: Settings
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    verifier: StubVerifier = field(default_factory=StubVerifier)
    hub: Hub = field(init=False)
    app: Flask = field(init=False)
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.hub = build_hub(self.settings, clock=self.clock, verifier=self.verifier, signer=StubSigner())
        self.app = create_app(self.settings, self.hub)
        self.client = self.app.test_client()
        self.import_directory(DIRECTORY)

    @property
    def blob_dir(self) -> Path:
        """Folder in which the hub's blobs lie."""
        return Path(self.settings.blob_url.reveal().removeprefix("file:"))

    def import_directory(self, content: dict[str, Any]) -> None:
        """Bring the directory to `content`."""
        import_directory(self.hub.database, msgspec.convert(content, DirectoryFile))

    def post(self, account: str, message: bytes) -> TestResponse:
        """Send `message` as `account`."""
        headers = bearer(account) | {"Content-Type": "application/xml"}
        return self.client.post("/v1/messages", data=message, headers=headers)

    def get(self, account: str, path: str) -> TestResponse:
        """Ask as `account`."""
        return self.client.get(path, headers=bearer(account))

    def report(self, account: str, delivery_id: str, status: str, reason: str = "") -> TestResponse:
        """Report a delivery's state as `account`."""
        path = f"/v1/deliveries/{delivery_id}/status"
        return self.client.post(path, json={"status": status, "reason": reason}, headers=bearer(account))

    def inbox(self, account: str, query: str = "") -> list[dict[str, Any]]:
        """Lease what waits for `account`."""
        answer = self.get(account, f"/v1/inbox{query}")
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        found: list[dict[str, Any]] = answer.json["deliveries"]
        return found

    def work(self) -> int:
        """Do what the worker does, once; return how many rows it handled."""
        return build_relay(self.settings, self.hub.database).drain(TOPIC)

    def deliver(self, sender: str, message: bytes) -> UUID:
        """Have a message accepted and routed; return its id."""
        answer = self.post(sender, message)
        assert answer.status_code == 201, answer.text
        self.work()
        return UUID(answer.headers["Lt-Message-Id"])


def bearer(account: str) -> dict[str, str]:
    """Return the header with which `account` (a name in `DIRECTORY`) signs in."""
    return {"Authorization": f"Bearer token-{account}"}
