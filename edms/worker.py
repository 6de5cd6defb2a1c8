"""The EDMS's worker: a Celery process that drains the outbox."""

from __future__ import annotations

from datetime import timedelta

from edms.bootstrap import CONFINEMENT, ask_for_arrivals, broker_of, build, build_relay, keep_journal
from edms.config import Settings
from storage.outbox.worker import make_celery, run_worker


def work(settings: Settings) -> int:
    """Run a worker in this process until SIGTERM; return its exit status."""
    CONFINEMENT.warm()
    broker = broker_of(settings)
    services = build(settings)
    relay = build_relay(services)
    ask_for_arrivals(services, relay)
    keep_journal(services, relay)
    poll_every = timedelta(seconds=settings.poll_seconds)
    return run_worker(make_celery(broker), relay, concurrency=settings.worker_threads, poll_every=poll_every)
