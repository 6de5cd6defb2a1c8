"""A real server: large bodies without a declared length, graceful stop, no orphan when the main process is killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.axis.http.test_supervisor import DEADLINE_SECONDS, wait_for_end

ROOT = Path(__file__).parents[3]

SERVER = textwrap.dedent("""
    import os, sys
    from flask import Flask, request
    from axis.http.logs import configure_logging
    from axis.http.problems import install_problems
    from axis.http.request_id import install_request_ids
    from axis.http.security import install_security
    from axis.http.serve import Listen, serve

    def factory():
        app = Flask("served")
        install_request_ids(app)
        install_security(app, body_limit_bytes=1_000_000)
        install_problems(app)
        app.add_url_rule("/length", view_func=lambda: str(len(request.stream.read())), methods=["POST"])
        print("worker", os.getpid(), flush=True)
        return app

    configure_logging()
    serve(factory, Listen("127.0.0.1", int(sys.argv[1])))
""")


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(port: int) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The main process and the pid of its only worker."""
    command = [sys.executable, "-c", SERVER, str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        words = process.stdout.readline().split()
        assert words[0] == b"worker"
        yield process, int(words[1])
        process.kill()


def client(port: int) -> httpx.Client:
    return httpx.Client(
        base_url=f"http://127.0.0.1:{port}", transport=httpx.HTTPTransport(retries=20), timeout=DEADLINE_SECONDS
    )


@pytest.mark.usefixtures("server")
def test_a_chunked_body_is_read_whole_and_limited(port: int) -> None:
    with client(port) as http:
        assert http.post("/length", content=iter([b"x" * 500_000, b"y" * 500_000])).text == "1000000"
        refused = http.post("/length", content=iter([b"x" * 500_000, b"y" * 500_001]))
        assert (refused.status_code, refused.json()["code"]) == (413, "http.body-too-large")


@pytest.mark.usefixtures("server")
def test_a_body_that_is_cut_on_the_way_is_not_taken_for_a_whole_one(port: int) -> None:
    with client(port) as http:
        http.post("/length", content=b"")
    with socket.create_connection(("127.0.0.1", port), DEADLINE_SECONDS) as line:
        line.sendall(b"POST /length HTTP/1.1\r\nHost: hub\r\nContent-Length: 10\r\n\r\n123456789")
        line.shutdown(socket.SHUT_WR)
        answer = line.makefile("rb").readline()
    assert b" 408 " in answer


def test_it_stops_on_sigterm(server: tuple[subprocess.Popen[bytes], int], port: int) -> None:
    main, worker = server
    with client(port) as http:
        http.post("/length", content=b"")
    main.terminate()
    assert main.wait(DEADLINE_SECONDS) == 0
    assert wait_for_end(worker)


def test_the_worker_ends_when_the_main_process_is_killed(server: tuple[subprocess.Popen[bytes], int]) -> None:
    main, worker = server
    os.kill(main.pid, signal.SIGKILL)
    assert wait_for_end(worker)
