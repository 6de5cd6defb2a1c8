"""The Celery application of a service: one task, `drain`, which a wake-up calls with the name of a topic.

Celery carries wake-ups only. Whatever it loses or doubles, the outbox row stays the truth: a poller in the worker finds
rows that are due (retries, recurring work, rows whose wake-up was lost, leases of dead workers), also while no broker answers.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.signals import worker_shutting_down
from kombu import Exchange, Queue

from storage.outbox import pgmq_broker
from storage.outbox.relay import Relay

log = logging.getLogger(__name__)

TASK = "outbox.drain"

PUBLISH_SECONDS = 3.0
"""How long the sender of wake-ups waits for the broker: to connect, to take a message, to confirm it."""
PAUSE_SECONDS = 5.0
"""How long it leaves a broker alone that did not answer."""
IDLE_SECONDS = 10.0
"""After so long without a wake-up its thread ends; the next wake-up starts another."""


@dataclass(frozen=True)
class Broker:
    """Where wake-ups travel.

    `url` is `pgmq://` (in the service's own database, named by `database_url`) or any broker that Celery knows
    (`amqp://…`). `queue` keeps services apart that share a broker. Both URLs may hold a password.
    """

    url: str = field(repr=False)
    queue: str
    database_url: str = field(repr=False)


def make_celery(broker: Broker) -> Celery:
    """Return the Celery application; no connection is opened before the first message.

    Late acknowledgement and redelivery on a lost worker: a wake-up survives a kill, and a doubled one finds nothing due.
    """
    app = Celery(broker.queue, broker=_broker_url(broker), set_as_current=False)
    app.conf.update(
        task_queues=[_queue(broker)],
        task_default_queue=broker.queue,
        task_create_missing_queues=False,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_timeout=PUBLISH_SECONDS,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # for ever: the poller does the work meanwhile
        broker_transport_options=_transport_options(broker),
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0.1},  # a kept connection may have died
    )
    return app


def prepare_broker(broker: Broker, owner_url: str) -> None:
    """Install the queue of `pgmq://` in the service's database, as its owner; nothing to do for other brokers. Idempotent.

    `owner_url` names the role that owns the tables; the role of `broker.database_url` is granted what wake-ups need.
    """
    if _is_pgmq(broker):
        pgmq_broker.install(owner_url, broker.database_url, broker.queue)


class Waker:
    """Sends the wake-up of a topic; given to `Database(wake=...)`.

    A thread of its own speaks with the broker, so that nobody who commits ever waits for one. Wake-ups of one topic that have
    not left yet become one. A wake-up that cannot be sent is logged and dropped: the poller finds the row.
    """

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._changed = threading.Condition()
        self._topics: set[str] = set()
        self._running = False

    def __call__(self, topic: str) -> None:
        """Hand over one wake-up; returns at once."""
        with self._changed:
            self._topics.add(topic)
            if self._running:
                self._changed.notify()
                return
            self._running = True
        threading.Thread(target=self._run, name="outbox-waker", daemon=True).start()

    def _run(self) -> None:
        while topics := self._take():
            try:
                for topic in sorted(topics):
                    self._app.send_task(TASK, [topic], timeout=PUBLISH_SECONDS, confirm_timeout=PUBLISH_SECONDS)
            except Exception:
                log.warning("broker unreachable; %s waits for the poller", ", ".join(sorted(topics)), exc_info=True)
                self._leave_alone()

    def _take(self) -> set[str]:
        """Return the topics to wake, once there are any; none when there were none for a while: the thread then ends."""
        with self._changed:
            self._changed.wait_for(lambda: self._topics, IDLE_SECONDS)
            topics, self._topics = self._topics, set()
            self._running = bool(topics)
            return topics

    def _leave_alone(self) -> None:
        threading.Event().wait(PAUSE_SECONDS)
        with self._changed:
            self._topics.clear()


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

    def stop(**_: Any) -> None:
        poller.stop()

    worker_shutting_down.connect(stop, weak=False)
    worker = app.Worker(
        pool="threads",
        concurrency=concurrency,
        loglevel="INFO",
        without_gossip=True,
        without_mingle=True,
        consumer_cls="storage.outbox.consumer:WakeUpConsumer",
    )
    poller.start()  # before the broker is asked, which may be away
    worker.start()
    return int(worker.exitcode or 0)


def _is_pgmq(broker: Broker) -> bool:
    return broker.url.startswith("pgmq:")


def _broker_url(broker: Broker) -> str:
    return "pgmq://localhost/" if _is_pgmq(broker) else broker.url


def _queue(broker: Broker) -> Queue:
    """The one queue of the service: a durable quorum queue at RabbitMQ, whose messages outlive the loss of a node."""
    if broker.url.startswith(("amqp:", "amqps:")):
        exchange = Exchange(broker.queue, type="direct", durable=True)
        arguments = {"x-queue-type": "quorum"}
        return Queue(broker.queue, exchange, broker.queue, durable=True, queue_arguments=arguments)
    return Queue(broker.queue, routing_key=broker.queue, no_declare=_is_pgmq(broker))  # `install` has made that one


def _transport_options(broker: Broker) -> dict[str, Any]:
    if _is_pgmq(broker):
        return pgmq_broker.transport_options(broker.database_url)
    return {"confirm_publish": True} if broker.url.startswith(("amqp:", "amqps:")) else {}
