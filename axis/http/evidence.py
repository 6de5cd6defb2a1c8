"""What both services' workers do for their Merkle log: the two jobs, and the time-stamps."""

from __future__ import annotations

from datetime import timedelta

from schemas.problems import Problem
from signing.trust import Trust
from storage.clock import Clock
from storage.merkle import checkpoints, sequencer
from storage.merkle.checkpoints import CheckpointWriter, Stamp
from storage.merkle.sequencer import Sequencer
from storage.merkle.stored import Log
from storage.outbox.relay import Relay, RetryLater, Topic
from storage.unit_of_work import Database


def stamper(url: str, trust: Trust, clock: Clock) -> Stamp:
    """Return what puts time-stamps of the authority at `url` on checkpoints; `RetryLater` when it is away."""

    def stamp(digest: bytes) -> bytes:
        from signing.timestamps import request_timestamp  # noqa: PLC0415 - loads pyHanko

        try:
            return request_timestamp(digest, url, trust, clock.now())
        except Problem as refusal:
            raise RetryLater(f"{refusal.code}: {refusal.detail}") from refusal

    return stamp


def log_topics(database: Database, log: Log, stamp: Stamp | None) -> list[Topic]:
    """Return the outbox topics that keep `log`."""
    placing = Sequencer(database, log.name)
    stating = CheckpointWriter(database, log.name, stamp)
    return [
        Topic(sequencer.TOPIC, placing, lease=sequencer.LEASE, batch=1),
        Topic(checkpoints.TOPIC, stating, lease=checkpoints.LEASE, batch=1),
    ]


def keep_log(relay: Relay, log: Log, checkpoint_every: timedelta) -> None:
    """See to it that both topics run again and again."""
    relay.ensure_recurring(sequencer.TOPIC, log.name, "{}", sequencer.EVERY)
    relay.ensure_recurring(checkpoints.TOPIC, log.name, "{}", checkpoint_every)
