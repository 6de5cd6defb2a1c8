"""A worker with one topic, `letters`: `python -m tests.storage.letters_worker DATABASE BROKER LEASE_SECONDS POLL_SECONDS`.

Each row counts up its own series in the transaction that settles it, so a row that was carried out twice would show.
"""

from __future__ import annotations

import sys
from datetime import timedelta

from storage.clock import SystemClock
from storage.counters import take_next
from storage.database import open_engine
from storage.outbox.relay import Claim, Relay, Topic
from storage.outbox.worker import Broker, make_celery, run_worker
from storage.unit_of_work import Database


def main(url: str, broker_url: str, lease_seconds: str, poll_seconds: str) -> int:
    """Work until SIGTERM."""
    database = Database(open_engine(url), SystemClock())

    def handle(claim: Claim) -> None:
        with database.begin() as tx:
            take_next(tx, f"letter {claim.payload['n']}")
            claim.settle(tx)

    relay = Relay(database, [Topic("letters", handle, batch=100, lease=timedelta(seconds=float(lease_seconds)))])
    app = make_celery(Broker(broker_url, "letters", url))
    return run_worker(app, relay, concurrency=2, poll_every=timedelta(seconds=float(poll_seconds)))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
