"""A hub as it is run in production, on loopback: two web nodes, two workers, one database, certificates of a PKI of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import psycopg
from lxml import etree

from axis.client import AxisClient
from axis.http.tokens import NewToken, new_token
from demo.servers.ceph import Ceph
from demo.servers.rabbitmq import RabbitMq
from signing.demo_pki import DemoPki, Holder
from signing.demo_pki.issuing import make_pki
from signing.providers.pkcs12 import Pkcs12Folder
from signing.xml import sign_envelope
from storage.blobs.opening import open_store
from storage.blobs.port import sha256_of
from storage.embedded import EmbeddedPostgres
from storage.errors import BlobDamaged, BlobMissing
from tests.faults.parts import ROOT, Part, children, free_ports, python
from tests.faults.plan import RECIPIENTS, SENDERS
from tests.waiting import wait_until

PASSWORD = "mật khẩu thử"
OUTBOX_LEASE_SECONDS = 4
INBOX_LEASE_SECONDS = 5
WAIT_SECONDS = 120.0
BUCKET = "axis"


class World:
    """A running hub; `start` begins it, leaving the context ends everything. `settings` are more of the hub's variables.

    `broker` and `store` are running servers that the caller ends; without them wake-ups lie in the database, blobs in a folder.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        *,
        nodes: int = 2,
        broker: RabbitMq | None = None,
        store: Ceph | None = None,
    ) -> None:
        self.broker = broker
        self.store = store
        self.folder = folder
        self.points = folder / "points"
        self.blobs = folder / "blobs"
        self.ports = free_ports(nodes + 1)
        self.tokens: dict[str, NewToken] = {"senders": new_token(), "all": new_token()}
        self.tokens |= {f"receivers-{number}": new_token() for number in (1, 2)}
        self.postgres = EmbeddedPostgres(folder / "postgres")
        self.pki: DemoPki
        self.environ: dict[str, str] = {}
        self.parts: dict[str, Part] = {}
        self._settings = dict(settings or {})
        self._resources = contextlib.ExitStack()

    def __enter__(self) -> Self:
        for folder in (self.folder, self.points, self.blobs):
            folder.mkdir(parents=True, exist_ok=True)
        self.postgres.start()
        self._resources.callback(self.postgres.stop)
        self._resources.callback(self._stop_parts)
        self._make_keys()
        self.environ = self._environment()
        self.command("migrate")
        directory = self.folder / "directory.json"
        directory.write_text(json.dumps(self._directory(), ensure_ascii=False))
        self.command("directory", "import", str(directory))
        for number, port in enumerate(self.ports[:-1], 1):
            self.add(f"web-{number}", python("axis.cli", "web"), {**self.environ, "AXIS_PORT": str(port)})
            self.add(f"worker-{number}", python("axis.cli", "worker"), self.environ)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._resources.close()

    def add(self, name: str, command: list[str], environ: Mapping[str, str], *, lasting: bool = True) -> Part:
        """Add a process; it starts with `keep`."""
        self.parts[name] = Part(name, command, environ, self.folder, lasting=lasting)
        return self.parts[name]

    def keep(self) -> None:
        """Start every part that is due."""
        for part in self.parts.values():
            part.keep()

    def start(self) -> None:
        """Start every part, and return when each web node answers that it is ready."""
        for port in self.ports[:-1]:
            self.wait(partial(ready, port), f"node {port} is ready")

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Return as soon as `condition()` holds, starting what died meanwhile, as an operator's supervisor does."""

        def holds() -> bool:
            self.keep()
            return condition()

        wait_until(holds, what, WAIT_SECONDS)

    def url(self, node: int = 1) -> str:
        """The address of a web node."""
        return f"http://127.0.0.1:{self.ports[node - 1]}"

    def client(self, account: str, node: int = 1) -> AxisClient:
        """Return a client for an account: `senders`, `receivers-1`, `receivers-2`, or `all` with both's mandates."""
        return AxisClient(self.url(node), self.tokens[account].token, timeout_seconds=30)

    def command(self, *arguments: str) -> None:
        """Run one of the hub's commands to its end."""
        subprocess.run(
            python("axis.cli", *arguments), cwd=ROOT, env=os.environ | self.environ, check=True, capture_output=True
        )

    def signed(self, raw: bytes) -> bytes:
        """Return the message with the senders' signature."""
        signed = sign_envelope(etree.fromstring(raw), self._sender_key)
        return etree.tostring(signed, encoding="UTF-8", xml_declaration=True)

    def wish(self, point: str, number: int | None = None) -> None:
        """Let the process that next reaches a crash point (in this round) die."""
        with tempfile.NamedTemporaryFile("w", dir=self.folder, delete=False) as wish:
            wish.write("" if number is None else str(number))
        Path(wish.name).rename(self.points / point)

    def wished(self) -> list[str]:
        """Return the points at which nobody died yet."""
        return sorted(path.name for path in self.points.iterdir())

    def connect(self) -> psycopg.Connection[Any]:
        """Return a connection to the hub's database; the caller closes it."""
        return psycopg.connect(self.environ["AXIS_DATABASE_URL"], autocommit=True)

    def value(self, query: str, *arguments: object) -> Any:
        """Return the first value of the first row."""
        with self.connect() as connection:
            row = connection.execute(query.encode(), arguments).fetchone()
        return row[0] if row else None

    def blob_sha256(self, sha256: str) -> str:
        """Return what the bytes of a blob hash to, empty when there are none."""
        try:
            with open_store(self.environ["AXIS_BLOB_URL"]).open(sha256) as stream:
                return sha256_of(stream)
        except BlobMissing:
            return ""
        except BlobDamaged:
            return "damaged"

    def kill_database(self) -> None:
        """End the server and every process it started as a power cut would, and start it again."""
        postmaster = self.postgres._process
        backends = children(postmaster.pid) if postmaster is not None else []
        self.postgres.kill()
        for pid in backends:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def cut_connections(self) -> None:
        """End every connection of the hub to its database."""
        with self.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def _stop_parts(self) -> None:
        for part in self.parts.values():
            part.signal(signal.SIGTERM)
        for part in self.parts.values():
            part.stop()

    def _make_keys(self) -> None:
        holders = [_system("hub", ""), _system("sender", SENDERS[0])]
        self.pki = make_pki(self.folder / "pki", self.ports[-1], holders, Path("no font: systems have no image"))
        key = Pkcs12Folder(self.pki.directory).open("sender.p12", PASSWORD)
        self._sender_key = self._resources.enter_context(key)

    def _environment(self) -> dict[str, str]:
        keys = self.pki.directory
        return {
            "AXIS_ENVIRONMENT": "test",
            "AXIS_DATABASE_URL": self.postgres.url("axis"),
            "AXIS_RECEIPT_KEY_FILE": str(keys / "hub.p12"),
            "AXIS_RECEIPT_KEY_PASSWORD": PASSWORD,
            "AXIS_TRUST_ROOTS_FILE": str(keys / "root.pem"),
            "AXIS_TRUST_INTERMEDIATES_FILE": str(keys / "ca.pem"),
            "AXIS_BLOB_URL": f"file:{self.blobs}",
            "AXIS_CRASH_POINT_DIR": str(self.points),
            "AXIS_LEASE_SECONDS": str(INBOX_LEASE_SECONDS),
            "AXIS_OUTBOX_LEASE_SECONDS": str(OUTBOX_LEASE_SECONDS),
            "AXIS_POLL_SECONDS": "0.5",
            **({"AXIS_BROKER_URL": self.broker.url} if self.broker else {}),
            **({"AXIS_BLOB_URL": self.store.url(BUCKET)} if self.store else {}),
            **self._settings,
        }

    def _directory(self) -> dict[str, object]:
        half = len(RECIPIENTS) // 2
        mandates = {
            "senders": SENDERS,
            "receivers-1": RECIPIENTS[:half],
            "receivers-2": RECIPIENTS[half:],
            "all": RECIPIENTS,
        }
        certificate = (self.pki.directory / "sender.pem").read_text()
        return {
            "version": 1,
            "agencies": [
                _agency(organ_id) | ({"certificates": [{"pem": certificate}]} if organ_id in SENDERS else {})
                for organ_id in (*SENDERS, *RECIPIENTS)
            ],
            "accounts": [
                {
                    "name": name,
                    "token_sha256": self.tokens[name].sha256,
                    "accept_unverifiable": True,  # the PKI's revocation servers do not run: nobody can say "not revoked"
                    "mandates": [{"agency": organ_id, "from": "2020-01-01"} for organ_id in organ_ids],
                }
                for name, organ_ids in mandates.items()
            ],
        }


def ready(port: int) -> bool:
    """Tell whether a node answers that it can serve."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=10).status_code == 200
    except httpx.TransportError:
        return False


def _agency(organ_id: str) -> dict[str, Any]:
    identifier = {"scheme": "QD20", "value": organ_id, "from": "2020-01-01", "primary": True}
    return {"name": f"Cơ quan {organ_id}", "identifiers": [identifier]}


def _system(stem: str, organ_id: str) -> Holder:
    return Holder(
        kind="system",
        label=stem,
        common_name=f"He thong {stem}",
        organization=f"Co quan {stem}",
        organization_identifier=organ_id,
        file_stem=stem,
        password=PASSWORD,
    )
