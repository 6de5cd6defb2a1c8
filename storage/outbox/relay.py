"""Claims due rows, runs their handlers, settles them.

A row is claimed under a lease in one statement (`SKIP LOCKED`, so workers do not wait for one another), handled outside
any transaction of the relay, and settled against its attempt number. A worker that dies leaves a lease that runs out; a
worker that outlives its lease cannot settle (`LeaseLost`), so an effect written together with `Claim.settle` happens once.
"""

from __future__ import annotations

import logging
import os
import random
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError

from storage.crash_points import reached
from storage.errors import LeaseLost
from storage.unit_of_work import Database, Transaction

log = logging.getLogger(__name__)

_CLAIM = text("""
WITH due AS (
    SELECT id FROM outbox AS o
    WHERE topic = :topic
      AND (state = 'pending' AND available_at <= :now OR state = 'claimed' AND lease_until <= :now)
      AND (key IS NULL OR NOT EXISTS (
            SELECT 1 FROM outbox AS earlier
            WHERE earlier.topic = o.topic AND earlier.key = o.key AND earlier.id < o.id
              AND earlier.state IN ('pending', 'claimed')))
    ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED)
UPDATE outbox SET state = 'claimed', attempts = attempts + 1, lease_until = :lease_until, claimed_by = :holder
FROM due WHERE outbox.id = due.id
RETURNING outbox.id, outbox.payload, outbox.attempts, outbox.every_seconds, outbox.created_at
""")

_SETTLE = text("""
UPDATE outbox SET state = :state, available_at = :available_at, finished_at = :finished_at, last_error = :error,
    attempts = CASE WHEN :reset THEN 0 ELSE attempts END, lease_until = NULL
WHERE id = :id AND state = 'claimed' AND attempts = :attempt AND claimed_by = :holder
""")

_DUE = text("""
SELECT DISTINCT topic FROM outbox
WHERE state = 'pending' AND available_at <= :now OR state = 'claimed' AND lease_until <= :now
""")

_ENSURE_RECURRING = text("""
INSERT INTO outbox (topic, key, payload, created_at, available_at, every_seconds)
VALUES (:topic, :key, CAST(:payload AS jsonb), :now, :now, :every)
ON CONFLICT (topic, key) WHERE every_seconds IS NOT NULL
DO UPDATE SET every_seconds = EXCLUDED.every_seconds, payload = EXCLUDED.payload
""")


class RetryLater(Exception):
    """Raised by a handler that cannot succeed now; the row is tried again after `after` or by the back-off."""

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class GiveUp(Exception):
    """Raised by a handler when no retry can help: the row becomes a dead letter with this reason."""


@dataclass(frozen=True)
class Claim:
    """One row held by this worker."""

    id: int
    payload: Mapping[str, Any]
    attempt: int
    """From 1."""
    every_seconds: int | None
    holder: str
    """Names the worker and this very claim."""
    lease_until: datetime
    created_at: datetime
    """When the work was promised; its time to live counts from then."""

    def settle(self, tx: Transaction) -> None:
        """Mark the row as done inside the handler's own transaction, so that effect and settlement are one.

        Raises `LeaseLost` when another worker took the row over; the transaction then rolls back.
        """
        _settle(tx, self, state="done", error=None, delay=timedelta(0))


@dataclass(frozen=True)
class Topic:
    """How the rows of one topic are handled.

    `handler` gets a `Claim` and must be idempotent: it may call `claim.settle(tx)`; if it returns without, the relay settles.
    """

    name: str
    handler: Callable[[Claim], None]
    batch: int = 20
    lease: timedelta = timedelta(seconds=30)
    max_attempts: int = 20
    """A failure of an unknown kind at this attempt or later is the last. What is known to pass does not end a row: what a
    handler says will (`RetryLater`), and a database that was away."""
    ttl: timedelta = timedelta(days=7)
    """How long a row is tried at all; the first failure after that is its last. A row tried again by hand has its one try."""
    backoff_base: timedelta = timedelta(seconds=1)
    backoff_cap: timedelta = timedelta(minutes=5)


class Relay:
    """Runs the topics of one database."""

    def __init__(self, database: Database, topics: list[Topic], *, jitter: random.Random | None = None) -> None:
        self.database = database
        self.topics = {topic.name: topic for topic in topics}
        self.worker = f"{socket.gethostname()}:{os.getpid()}"
        self._jitter = jitter or random.Random()  # noqa: S311 - spreads retries, guards nothing

    def ensure_recurring(self, topic: str, key: str, payload: str, every: timedelta) -> None:
        """Make sure that a recurring row exists; `payload` is JSON text. Safe to call at every start."""
        with self.database.begin() as tx:
            seconds = max(1, int(every.total_seconds()))
            values = {"topic": topic, "key": key, "payload": payload, "now": tx.now, "every": seconds}
            tx.session.execute(_ENSURE_RECURRING, values)

    def due_topics(self) -> list[str]:
        """Return the names of the topics that have a row to claim now and a handler here."""
        with self.database.reading() as session:
            names = session.execute(_DUE, {"now": self.database.clock.now()}).scalars().all()
        return sorted(name for name in names if name in self.topics)

    def drain(self, name: str) -> int:
        """Claim and run rows of topic `name` until none is due; return how many were run.

        Raises `KeyError` for a topic without a handler. A handler's failure never escapes: it is written to its row.
        """
        topic = self.topics[name]
        total = 0
        while claims := self._claim(topic):
            for claim in claims:
                if self.database.clock.now() >= claim.lease_until:
                    return total  # too slow: others may hold the rest by now
                self._run(topic, claim)
                total += 1
        return total

    def _claim(self, topic: Topic) -> list[Claim]:
        holder = f"{self.worker}:{secrets.token_hex(4)}"
        with self.database.begin() as tx:
            until = tx.now + topic.lease
            values = {"topic": topic.name, "now": tx.now, "lease_until": until, "batch": topic.batch}
            rows = tx.session.execute(_CLAIM, values | {"holder": holder}).all()
        if rows:
            reached("storage.outbox.claimed")
        rows = sorted(rows, key=lambda row: row.id)
        return [Claim(r.id, r.payload, r.attempts, r.every_seconds, holder, until, r.created_at) for r in rows]

    def _run(self, topic: Topic, claim: Claim) -> None:
        try:
            topic.handler(claim)
        except LeaseLost:
            log.warning("outbox row %s of %s was taken over", claim.id, topic.name)
            return
        except GiveUp as refusal:
            self._fail(topic, claim, str(refusal), dead=claim.every_seconds is None, after=None)
            return
        except RetryLater as later:
            self._fail(topic, claim, str(later), dead=self._is_too_old(topic, claim), after=later.after)
            return
        except (OperationalError, InterfaceError) as away:
            log.warning("outbox row %s of %s: the database was away", claim.id, topic.name, exc_info=True)
            self._fail(topic, claim, repr(away), dead=self._is_too_old(topic, claim), after=None)
            return
        except Exception as error:
            log.exception("outbox row %s of %s failed", claim.id, topic.name)
            self._fail(topic, claim, repr(error), dead=self._is_last(topic, claim), after=None)
            return
        reached("storage.outbox.handled")
        self._settle_if_held(claim)

    def _settle_if_held(self, claim: Claim) -> None:
        try:
            with self.database.begin() as tx:
                claim.settle(tx)
        except LeaseLost:
            log.debug("outbox row %s was settled by its handler", claim.id)

    def _is_last(self, topic: Topic, claim: Claim) -> bool:
        too_often = claim.every_seconds is None and claim.attempt >= topic.max_attempts
        return too_often or self._is_too_old(topic, claim)

    def _is_too_old(self, topic: Topic, claim: Claim) -> bool:
        return claim.every_seconds is None and self.database.clock.now() - claim.created_at >= topic.ttl

    def _fail(self, topic: Topic, claim: Claim, error: str, *, dead: bool, after: timedelta | None) -> None:
        delay = after or backoff(topic, claim.attempt, self._jitter)
        try:
            with self.database.begin() as tx:
                _settle(tx, claim, state="dead" if dead else "pending", error=error[:4000], delay=delay)
        except LeaseLost:
            log.warning("outbox row %s of %s was taken over while failing", claim.id, topic.name)


def backoff(topic: Topic, attempt: int, jitter: random.Random) -> timedelta:
    """Return the pause after the failure of `attempt` (from 1): doubling up to the cap, each a fifth longer or shorter.

    The chance keeps rows that failed together, because a hub was away, from coming back together.
    """
    seconds = topic.backoff_base.total_seconds() * 2.0 ** min(attempt - 1, 20)
    return timedelta(seconds=min(topic.backoff_cap.total_seconds(), seconds) * jitter.uniform(0.8, 1.2))


def _settle(tx: Transaction, claim: Claim, *, state: str, error: str | None, delay: timedelta) -> None:
    again = state == "done" and claim.every_seconds is not None
    if again:
        state, delay = "pending", timedelta(seconds=claim.every_seconds or 0)
    values = {
        "id": claim.id,
        "attempt": claim.attempt,
        "holder": claim.holder,
        "state": state,
        "error": error,
        "available_at": tx.now + delay,
        "finished_at": tx.now if state in ("done", "dead") else None,
        "reset": again,
    }
    result = tx.session.execute(_SETTLE, values)
    if result.rowcount != 1:  # type: ignore[attr-defined]
        raise LeaseLost(f"outbox row {claim.id}, attempt {claim.attempt}")
