"""A real worker is killed while it holds a claim; another one completes the work, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from axis.hub.tables import HISTORY
from storage.embedded import EmbeddedPostgres
from storage.outbox.worker import Broker, prepare_broker
from tests.axis.hub.messages import document
from tests.axis.hub.world import World, settings_for
from tests.postgres import FreshDatabase, as_owner
from tests.waiting import wait_until

ROOT = Path(__file__).parents[3]


class Workers:
    """Starts `axis worker` processes on one database."""

    def __init__(self, url: str, folder: Path) -> None:
        self._environ = os.environ | {
            "AXIS_ENVIRONMENT": "test",
            "AXIS_DATABASE_URL": url,
            "AXIS_RECEIPT_KEY_FILE": str(folder / "none.p12"),
            "AXIS_RECEIPT_KEY_PASSWORD": "none",
            "AXIS_TRUST_ROOTS_FILE": str(folder / "none.pem"),
            "AXIS_BLOB_URL": f"file:{folder / 'blobs'}",
            "AXIS_OUTBOX_LEASE_SECONDS": "2",
            "AXIS_POLL_SECONDS": "0.2",
        }
        self._log = (folder / "workers.log").open("ab")
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "axis.cli", "worker"]
        process = subprocess.Popen(command, cwd=ROOT, env=self._environ, stdout=self._log, stderr=self._log)
        self._running.append(process)
        return process

    def close(self) -> None:
        for process in self._running:
            process.kill()
            process.wait()
        self._log.close()


@pytest.fixture
def url(postgres_url: FreshDatabase, postgres_server: EmbeddedPostgres) -> str:
    url = postgres_url(HISTORY)
    prepare_broker(Broker("pgmq://", "axis", url), as_owner(postgres_server, url))
    return url


@pytest.fixture
def workers(url: str, tmp_path: Path) -> Iterator[Workers]:
    workers = Workers(url, tmp_path)
    yield workers
    workers.close()


def value(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def test_a_worker_killed_between_claim_and_settlement_loses_nothing_and_doubles_nothing(
    url: str, workers: Workers, tmp_path: Path
) -> None:
    world = World(settings_for(url, tmp_path))
    world.post("province", document(recipients=["H99.01", "H99.101"]))
    world.hub.close()
    with psycopg.connect(url) as holding, psycopg.connect(url, autocommit=True) as watching:
        holding.execute("SELECT 1 FROM message FOR UPDATE")  # the handler waits for this row, with its claim in hand
        first = workers.start()
        wait_until(
            lambda: value(watching, "SELECT state FROM outbox WHERE topic = 'message.accepted'") == "claimed",
            "the first worker claims the row",
        )
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        holding.rollback()
        assert value(watching, "SELECT count(*) FROM delivery") == 0
        workers.start()
        wait_until(
            lambda: value(watching, "SELECT state FROM outbox WHERE topic = 'message.accepted'") == "done",
            "the second worker settles the row",
        )
        assert value(watching, "SELECT count(*) FROM delivery") == 2
        assert value(watching, "SELECT attempts FROM outbox WHERE topic = 'message.accepted'") == 2
