"""Gives pending leaves their places in a log's tree: the outbox topic `merkle.sequence`.

One transaction takes a batch from `merkle_pending` and puts it into `merkle_leaf` with the subtrees that it completes, so a
process that dies leaves all of a batch or nothing. An advisory lock lets one sequencer at a time write to a log; another one goes
away at once. Acts are never waited for and never wait: the order is that in which their leaves were found.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, text

from storage.merkle.model import STORED_LEVELS, Subtree
from storage.merkle.stored import StoredTree
from storage.outbox.relay import Claim
from storage.unit_of_work import Database

TOPIC = "merkle.sequence"
EVERY = timedelta(seconds=1)
LEASE = timedelta(seconds=60)
BATCH = 5_000

_LOCK = text("SELECT pg_try_advisory_xact_lock(7239117, hashtext(:log))")

_PLACE = text("""
WITH taken AS (
    DELETE FROM merkle_pending
    WHERE id IN (SELECT id FROM merkle_pending WHERE log = :log ORDER BY id LIMIT :batch)
    RETURNING id, entry_id, leaf_hash),
placed AS (
    INSERT INTO merkle_leaf (log, sequence, entry_id, leaf_hash)
    SELECT :log, :size + row_number() OVER (ORDER BY id) - 1, entry_id, leaf_hash FROM taken
    RETURNING sequence, leaf_hash)
SELECT leaf_hash FROM placed ORDER BY sequence
""")


class Sequencer:
    """The handler of the topic for one log."""

    def __init__(self, database: Database, log: str, *, batch: int = BATCH) -> None:
        self._database = database
        self._log = log
        self._batch = batch

    def __call__(self, claim: Claim) -> None:
        """Place what waits, for half of the lease at most; what is left then waits for the next time."""
        until = claim.lease_until - LEASE / 2
        while self.place_batch() == self._batch and self._database.clock.now() < until:
            pass

    def place_batch(self) -> int:
        """Place one batch and return how many leaves it had; 0 when none waits or another sequencer is at work."""
        with self._database.begin() as tx:
            if not tx.session.scalar(_LOCK, {"log": self._log}):
                return 0
            stored = StoredTree(tx.session, self._log)
            tree = stored.range(stored.size())
            values = {"log": self._log, "size": tree.size, "batch": self._batch}
            leaves = tx.session.scalars(_PLACE, values).all()
            complete = [
                {"log": self._log, "level": level, "index": index, "hash": subtree}
                for leaf in leaves
                for level, index, subtree in tree.append(leaf)
                if level and level % STORED_LEVELS == 0
            ]
            if complete:
                tx.session.execute(insert(Subtree), complete)
            return len(leaves)
