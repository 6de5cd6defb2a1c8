"""`embedded:` shared by processes: started by whoever comes first, stopped by whoever leaves last, also after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from storage.embedded import EmbeddedPostgres
from storage.embedded_use import EmbeddedUse
from storage.outbox.pgmq_broker import dsn

ROOT = Path(__file__).parents[2]

USER = """
import sys
from dataclasses import dataclass
from storage.embedded_use import with_database
from storage.settings import Secret

@dataclass(frozen=True)
class Settings:
    database_url: Secret
    database_owner_url: Secret | None = None

found = with_database(Settings(Secret("embedded:" + sys.argv[1])), sys.argv[2])
print(found.database_url.reveal(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "postgres"
    EmbeddedPostgres(tmp_path / "postgres").stop()


class User:
    """A process that uses the server until it is told to leave."""

    def __init__(self, folder: Path, service: str) -> None:
        command = [sys.executable, "-c", USER, str(folder), service]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.communicate()
        assert self.process.returncode == 0

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.communicate()


def answers(url: str) -> bool:
    try:
        psycopg.connect(dsn(url)).close()
    except psycopg.OperationalError:
        return False
    return True


def test_two_services_share_a_server_that_the_last_one_stops(folder: Path) -> None:
    edms = User(folder, "edms")
    axis = User(folder, "axis")
    assert answers(edms.url)
    assert edms.url != axis.url
    edms.leave()
    assert answers(axis.url)
    axis.leave()
    assert not answers(axis.url)


def test_a_killed_user_counts_no_more_and_its_server_is_taken_over(folder: Path) -> None:
    killed = User(folder, "edms")
    killed.kill()
    assert answers(killed.url)
    heir = User(folder, "axis")
    assert answers(heir.url)
    heir.leave()
    assert not answers(heir.url)


def test_leaving_without_having_entered_stops_nobodys_server(folder: Path) -> None:
    user = User(folder, "edms")
    EmbeddedUse(EmbeddedPostgres(folder)).leave()
    assert answers(user.url)
    user.leave()
