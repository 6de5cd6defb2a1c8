"""The Celery application of a service: one task, `drain`, which a wake-up calls with the name of a topic.

Celery carries wake-ups only. Whatever it loses or doubles, the outbox row stays the truth: a poller in the worker finds
rows that are due (retries, recurring work, rows whose wake-up was lost, leases of dead workers).
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.signals import worker_ready, worker_shutting_down
from sqlalchemy.engine import make_url

from storage.outbox.relay import Relay

log = logging.getLogger(__name__)

TASK = "outbox.drain"


@dataclass(frozen=True)
class Broker:
    """Where wake-ups travel.

    `url` is `pgmq://` (in the service's own database, named by `database_url`) or any broker that Celery knows
    (`amqp://…`). `queue` keeps services apart that share a broker.
    """

    url: str
    queue: str
    database_url: str


def make_celery(broker: Broker) -> Celery:
    """Return the Celery application; no connection is opened before the first message.

    Late acknowledgement and redelivery on a lost worker: a wake-up survives a kill, and a doubled one finds nothing due.
    """
    app = Celery(broker.queue, broker=_broker_url(broker), set_as_current=False)
    app.conf.update(
        task_default_queue=broker.queue,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options=_transport_options(broker),
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0.1},
    )
    return app


def prepare_broker(broker: Broker) -> None:
    """Install the queue tables of `pgmq://` in the service's database; nothing to do for other brokers. Idempotent."""
    if not broker.url.startswith("pgmq:"):
        return
    import psycopg  # noqa: PLC0415 - only this broker needs it
    from pgmq.install import get_embedded_install_sql, install_pgmq_sql  # noqa: PLC0415 - as above

    with psycopg.connect(_dsn(broker.database_url)) as connection:
        installed = connection.execute("SELECT to_regclass('pgmq.meta')").fetchone()
        if installed is None or installed[0] is None:
            install_pgmq_sql(get_embedded_install_sql(), conn=connection)


class Waker:
    """Sends the wake-up of a topic; given to `Database(wake=...)`."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def __call__(self, topic: str) -> None:
        """Send one wake-up. Broker errors reach the caller, which logs them and goes on."""
        self._app.send_task(TASK, [topic])


class Poller(threading.Thread):
    """Looks for due rows every `every` and drains them itself, whatever the broker does."""

    def __init__(self, relay: Relay, every: timedelta) -> None:
        super().__init__(name="outbox-poller", daemon=True)
        self._relay = relay
        self._every_seconds = every.total_seconds()
        self._stopping = threading.Event()

    def run(self) -> None:
        """Poll until `stop()`; a database that is away is logged and asked again."""
        while not self._stopping.wait(self._every_seconds):
            try:
                for topic in self._relay.due_topics():
                    self._relay.drain(topic)
            except Exception:
                log.exception("polling the outbox failed; trying again in %s s", self._every_seconds)

    def stop(self) -> None:
        """Ask the thread to end after its present round."""
        self._stopping.set()


def run_worker(app: Celery, relay: Relay, *, concurrency: int, poll_every: timedelta) -> int:
    """Run a worker in this process until it is told to stop (SIGTERM); return its exit status."""

    @app.task(name=TASK)
    def drain(topic: str) -> None:
        if topic in relay.topics:
            relay.drain(topic)
        else:
            log.error("no handler for topic %s", topic)

    poller = Poller(relay, poll_every)

    def start(**_: Any) -> None:
        poller.start()

    def stop(**_: Any) -> None:
        poller.stop()

    worker_ready.connect(start, weak=False)
    worker_shutting_down.connect(stop, weak=False)
    worker = app.Worker(
        pool="threads", concurrency=concurrency, loglevel="INFO", without_gossip=True, without_mingle=True
    )
    worker.start()
    return int(worker.exitcode or 0)


def _broker_url(broker: Broker) -> str:
    return "pgmq://localhost/" if broker.url.startswith("pgmq:") else broker.url


def _transport_options(broker: Broker) -> dict[str, Any]:
    if not broker.url.startswith("pgmq:"):
        return {}
    return {
        "conn_string": _dsn(broker.database_url),
        "init_extension": False,
        "use_notify": True,
        "notify_throttle_interval_ms": 0,
        "wait_time_seconds": 0,
        "polling_interval": 1,
        "visibility_timeout": 15,
        "pool_size": 4,
    }


def _dsn(database_url: str) -> str:
    """Return the libpq connection string of an SQLAlchemy URL."""
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - only this broker needs it

    url = make_url(database_url)
    host = url.query.get("host", url.host)
    parts = {
        "host": host,
        "port": url.port,
        "user": url.username,
        "password": url.password,
        "dbname": url.database,
    }
    return make_conninfo(**{k: v for k, v in parts.items() if v is not None})  # type: ignore[arg-type]
