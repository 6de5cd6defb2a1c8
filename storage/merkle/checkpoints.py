"""States size and root of a log from time to time: the outbox topic `merkle.checkpoint`.

Never in the path of an act. An authority that is away delays checkpoints and nothing else; the next one covers all that came
meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.dialects.postgresql import insert

from storage.merkle.form import imprint
from storage.merkle.model import Checkpoint
from storage.merkle.stored import StoredTree, newest_checkpoint
from storage.outbox.relay import Claim
from storage.unit_of_work import Database

TOPIC = "merkle.checkpoint"
LEASE = timedelta(minutes=2)

Stamp = Callable[[bytes], bytes]
"""Returns the RFC 3161 token (DER of its ContentInfo) over a SHA-256 digest; any exception means that there is none now."""


class CheckpointWriter:
    """The handler of the topic for one log. Without `stamp` checkpoints say when they were made and prove it to nobody."""

    def __init__(self, database: Database, log: str, stamp: Stamp | None) -> None:
        self._database = database
        self._log = log
        self._stamp = stamp

    def __call__(self, claim: Claim) -> None:
        """Write a checkpoint; see `write`. Raises what `stamp` raises, after which the relay tries again later."""
        del claim
        self.write()

    def write(self) -> bool:
        """Write a checkpoint of the tree as it is; return False when the newest one covers it already. Safe to repeat."""
        with self._database.reading() as session:
            stored = StoredTree(session, self._log)
            size = stored.size()
            newest = newest_checkpoint(session, self._log)
            if size == (newest.tree_size if newest else 0):
                return False
            root = stored.range(size).root()
        token = self._stamp(imprint(self._log, size, root)) if self._stamp else None
        with self._database.begin() as tx:
            values = {"log": self._log, "tree_size": size, "root_hash": root, "at": tx.now, "token": token}
            tx.session.execute(insert(Checkpoint).values(values).on_conflict_do_nothing())
        return True
