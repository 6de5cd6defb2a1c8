"""Wake-ups over a real RabbitMQ: the quorum queue, workers killed, the broker emptied, killed, silent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from amqp import Connection
from amqp.exceptions import AMQPError, PreconditionFailed

from demo.servers.rabbitmq import RabbitMq
from storage.clock import SystemClock
from storage.database import open_engine
from storage.migrations import STORAGE
from storage.outbox.repair import backlog
from storage.outbox.worker import Broker, Waker, make_celery
from storage.unit_of_work import Database
from tests.postgres import FreshDatabase
from tests.rabbitmq import rabbit
from tests.waiting import wait_until

__all__ = ["rabbit"]

ROOT = Path(__file__).parents[2]
NEVER = "3600"

StartWorker = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def url(postgres_url: FreshDatabase) -> str:
    return postgres_url(STORAGE)


@pytest.fixture
def database(url: str, rabbit: RabbitMq) -> Iterator[Database]:
    """A database whose commits wake workers over RabbitMQ; its queue is empty."""
    purge(rabbit)
    engine = open_engine(url)
    yield Database(engine, SystemClock(), wake=Waker(make_celery(Broker(rabbit.url, "letters", url))))
    engine.dispose()


@pytest.fixture
def start_worker(url: str, rabbit: RabbitMq, tmp_path: Path) -> Iterator[StartWorker]:
    """Start a worker; `poll` says how often it looks for rows whose wake-up was lost."""
    running: list[subprocess.Popen[bytes]] = []
    with (tmp_path / "workers.log").open("ab") as log:

        def start(*, poll: str, lease: str = "2") -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", "tests.storage.letters_worker", url, rabbit.url, lease, poll]
            running.append(subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log))
            return running[-1]

        yield start
        for process in running:
            process.kill()
            process.wait()


def publish(database: Database, numbers: range) -> None:
    with database.begin() as tx:
        for number in numbers:
            tx.publish("letters", {"n": number})


@contextmanager
def channel(rabbit: RabbitMq) -> Iterator[Any]:
    userid, password = rabbit.url.removeprefix("amqp://").split("@")[0].split(":")
    with Connection(f"127.0.0.1:{rabbit.port}", userid=userid, password=password) as connection:
        yield connection.channel()


def purge(rabbit: RabbitMq) -> None:
    with channel(rabbit) as at:
        at.queue_declare("letters", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        at.queue_purge("letters")


def waiting(rabbit: RabbitMq) -> int:
    """How many wake-ups wait in the queue."""
    with channel(rabbit) as at:
        return int(at.queue_declare("letters", passive=True).message_count)


def consumers(rabbit: RabbitMq) -> int:
    """How many workers listen."""
    with channel(rabbit) as at:
        return int(at.queue_declare("letters", passive=True).consumer_count)


def all_done_once(database: Database, url: str, count: int) -> None:
    """Wait until every row is done; then each must have had its effect once."""
    wait_until(lambda: backlog(database) == {"done": count}, f"{count} rows done")
    with psycopg.connect(url) as connection:
        effects = connection.execute("SELECT series, value FROM counter").fetchall()
    assert sorted(effects) == sorted((f"letter {n}", 1) for n in range(count))


def test_the_queue_is_a_durable_quorum_queue(database: Database, rabbit: RabbitMq) -> None:
    with channel(rabbit) as at:
        at.queue_delete("letters")
    publish(database, range(1))
    wait_until(lambda: _exists(rabbit) and waiting(rabbit) == 1, "the wake-up made its queue and waits in it")
    with channel(rabbit) as at, pytest.raises(PreconditionFailed, match=r"x-queue-type.*current is.*quorum"):
        at.queue_declare("letters", durable=True, auto_delete=False, arguments={"x-queue-type": "classic"})
    with channel(rabbit) as at, pytest.raises(PreconditionFailed, match="durable"):
        at.queue_declare("letters", durable=False, auto_delete=False)


def _exists(rabbit: RabbitMq) -> bool:
    try:
        return waiting(rabbit) >= 0
    except (OSError, AMQPError):
        return False


def test_one_wake_up_brings_many_rows(
    database: Database, url: str, rabbit: RabbitMq, start_worker: StartWorker
) -> None:
    start_worker(poll=NEVER, lease="60")
    wait_until(lambda: consumers(rabbit) == 1, "the worker listens")
    publish(database, range(150))
    all_done_once(database, url, 150)


def test_a_worker_killed_in_the_middle_of_a_row_loses_and_doubles_nothing(
    database: Database, url: str, rabbit: RabbitMq, start_worker: StartWorker
) -> None:
    with psycopg.connect(url) as holding:
        holding.execute("INSERT INTO counter (series, value) VALUES ('letter 0', 0)")  # the handler waits for this row
        first = start_worker(poll="0.2")
        publish(database, range(1))
        wait_until(lambda: backlog(database) == {"claimed": 1}, "the first worker claims the row")
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        holding.rollback()
    start_worker(poll="0.2")
    all_done_once(database, url, 1)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT attempts FROM outbox").fetchall() == [(2,)]
    wait_until(lambda: waiting(rabbit) == 0, "the wake-up that was redelivered is settled")


def test_an_emptied_queue_loses_nothing(
    database: Database, url: str, rabbit: RabbitMq, start_worker: StartWorker
) -> None:
    publish(database, range(30))
    wait_until(lambda: waiting(rabbit) == 1, "the wake-up arrives")
    purge(rabbit)
    assert waiting(rabbit) == 0
    start_worker(poll="0.2")
    all_done_once(database, url, 30)


def test_a_broker_killed_with_all_its_data_loses_and_doubles_nothing(
    database: Database, url: str, rabbit: RabbitMq, start_worker: StartWorker
) -> None:
    start_worker(poll="0.5", lease="60")
    wait_until(lambda: consumers(rabbit) == 1, "the worker listens")
    with psycopg.connect(url) as holding:
        holding.execute(
            "INSERT INTO counter (series, value) VALUES ('letter 0', 0)"
        )  # the first row waits for this one
        publish(database, range(20))
        wait_until(lambda: backlog(database).get("claimed", 0) == 20, "the rows are claimed by the wake-up")
        rabbit.kill()
        rabbit.wipe()
        publish(database, range(20, 40))
        rabbit.start()
        holding.rollback()
    all_done_once(database, url, 40)
    wait_until(lambda: _exists(rabbit) and consumers(rabbit) == 1, "the worker listens to the new broker")


def test_nobody_who_commits_waits_for_a_broker_that_is_silent_or_away(
    database: Database, url: str, rabbit: RabbitMq, start_worker: StartWorker
) -> None:
    publish(database, range(1))
    wait_until(lambda: waiting(rabbit) == 1, "a connection is kept from now on")
    rabbit.pause()  # it holds the connection and answers nothing: whoever waited for it would wait until the next line
    publish(database, range(1, 2))
    assert "outbox-waker" in {thread.name for thread in threading.enumerate()}  # it waits, and nobody else
    rabbit.resume()
    rabbit.stop()
    publish(database, range(2, 3))
    try:
        start_worker(poll="0.2")
        all_done_once(database, url, 3)  # done while no broker is there
    finally:
        rabbit.start()
