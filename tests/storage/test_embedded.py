from __future__ import annotations

import os
import signal
import stat
import threading
from pathlib import Path

import psycopg
import pytest

from storage.embedded import EmbeddedPostgres
from tests.waiting import wait_until


def test_a_killed_server_recovers_what_was_committed(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres")
    server.start()
    try:
        with psycopg.connect(server.url("books"), autocommit=True) as connection:
            connection.execute("CREATE TABLE entry (number int)")
            connection.execute("INSERT INTO entry VALUES (12)")
        server.kill()
        server.start()
        with psycopg.connect(server.url("books")) as connection:
            assert connection.execute("SELECT number FROM entry").fetchall() == [(12,)]
    finally:
        server.stop()


def test_a_killed_server_starts_again_though_its_children_take_their_time(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres")
    server.start()
    connection = psycopg.connect(server.url("books"), autocommit=True)
    backend = connection.info.backend_pid
    os.kill(backend, signal.SIGSTOP)  # a child that cannot notice that its server has gone
    try:
        server.kill()
        log = tmp_path / "postgres" / "server.log"
        starter = threading.Thread(target=server.start)
        starter.start()
        wait_until(lambda: "pre-existing shared memory block" in log.read_text(errors="replace"), "a refused start")
        os.kill(backend, signal.SIGKILL)
        starter.join()
        with psycopg.connect(server.url("books")) as again:
            assert again.execute("SELECT 1").fetchall() == [(1,)]
    finally:
        connection.close()
        server.stop()


def test_a_server_left_running_is_taken_over_and_stopped(tmp_path: Path) -> None:
    first = EmbeddedPostgres(tmp_path / "postgres")
    first.start()
    second = EmbeddedPostgres(tmp_path / "postgres")
    second.start()
    url = second.url("books")
    second.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    first.stop()


def test_only_its_owner_may_enter_and_nobody_without_the_password(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres")
    server.start()
    try:
        assert stat.S_IMODE((tmp_path / "postgres").stat().st_mode) == 0o700
        url = server.url("books")
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(url.replace(url.split(":")[2].split("@")[0], "wrong"))
    finally:
        server.stop()
