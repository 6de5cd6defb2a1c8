"""The hub's worker: a Celery process that drains the outbox."""

from __future__ import annotations

from datetime import timedelta

from axis.bootstrap import broker_of, build_relay, keep_evidence, open_database
from axis.config import Settings
from storage.outbox.worker import make_celery, run_worker


def work(settings: Settings) -> int:
    """Run a worker in this process until SIGTERM; return its exit status."""
    broker = broker_of(settings)
    relay = build_relay(settings, open_database(settings))
    keep_evidence(settings, relay)
    poll_every = timedelta(seconds=settings.poll_seconds)
    return run_worker(make_celery(broker), relay, concurrency=settings.worker_threads, poll_every=poll_every)
