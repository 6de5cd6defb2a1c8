"""A receiving system as a partner would write it: fetch, store durably, and only then acknowledge.

`python -m tests.faults.receiver LEDGER URL TOKEN`: works until it is killed. Now and then it does not acknowledge what it stored,
as a system that died in that moment would, and is offered the message again.
"""

from __future__ import annotations

import hashlib
import io
import random
import sqlite3
import sys
import threading
import time
from pathlib import Path
from uuid import UUID

from axis.client import AxisClient, AxisRefused, AxisUnavailable, InboxItem

THREADS = 3
TIMEOUT_SECONDS = 15.0
FORGOTTEN = 0.03
"""Share of acknowledgements that are not sent the first time."""

_TABLES = """
CREATE TABLE IF NOT EXISTS arrival (
    id INTEGER PRIMARY KEY, delivery_id TEXT UNIQUE, message_id TEXT, recipient TEXT, document_id TEXT, sha256 TEXT,
    times INTEGER DEFAULT 1);
CREATE TABLE IF NOT EXISTS content (sha256 TEXT PRIMARY KEY, bytes BLOB);
CREATE TABLE IF NOT EXISTS acknowledged (delivery_id TEXT PRIMARY KEY, confirmed_at REAL);
CREATE TABLE IF NOT EXISTS offered_after_end (delivery_id TEXT);
CREATE TABLE IF NOT EXISTS refusal (id INTEGER PRIMARY KEY, delivery_id TEXT, code TEXT, problem TEXT);
"""


class ReceiverLedger:
    """What a receiver wrote down, in SQLite with a synchronised log. One object serves many threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, timeout=30)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_TABLES)

    def has(self, delivery_id: UUID) -> bool:
        """Tell whether the delivery is stored; it is then counted as offered once more."""
        with self._lock, self._db:
            found = self._db.execute("UPDATE arrival SET times = times + 1 WHERE delivery_id = ?", (str(delivery_id),))
            return found.rowcount == 1

    def store(self, item: InboxItem, raw: bytes) -> None:
        """Keep a message and the way it came, in one transaction."""
        sha256 = hashlib.sha256(raw).hexdigest()
        row = (str(item.delivery_id), str(item.message_id), item.recipient_organ_id, item.document_id, sha256)
        with self._lock, self._db:
            self._db.execute("INSERT OR IGNORE INTO content VALUES (?, ?)", (sha256, raw))
            self._db.execute(
                "INSERT INTO arrival (delivery_id, message_id, recipient, document_id, sha256) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (delivery_id) DO UPDATE SET times = times + 1",
                row,
            )

    def acknowledged(self, delivery_id: UUID) -> None:
        """Write down that the hub confirmed the end of a delivery."""
        with self._lock, self._db:
            self._db.execute("INSERT OR IGNORE INTO acknowledged VALUES (?, ?)", (str(delivery_id), time.time()))

    def check_offer(self, delivery_id: UUID, asked_at: float) -> None:
        """Write it down when the hub offers what it had confirmed as ended before it was asked."""
        with self._lock, self._db:
            row = self._db.execute(
                "SELECT 1 FROM acknowledged WHERE delivery_id = ? AND confirmed_at < ?", (str(delivery_id), asked_at)
            )
            if row.fetchone() is not None:
                self._db.execute("INSERT INTO offered_after_end VALUES (?)", (str(delivery_id),))

    def refused(self, delivery_id: UUID, refusal: AxisRefused) -> None:
        """Write down a refusal."""
        with self._lock, self._db:
            row = (str(delivery_id), refusal.hub_code, str(refusal.problem))
            self._db.execute("INSERT INTO refusal (delivery_id, code, problem) VALUES (?, ?, ?)", row)


class Receiver(threading.Thread):
    """One thread that empties the inbox."""

    def __init__(self, ledger: ReceiverLedger, url: str, token: str) -> None:
        super().__init__(daemon=True)
        self._ledger = ledger
        self._client = AxisClient(url, token, timeout_seconds=TIMEOUT_SECONDS)
        self._pause = threading.Event()

    def run(self) -> None:
        """Fetch for ever."""
        while True:
            asked_at = time.time()
            try:
                items = self._client.inbox(limit=20)
            except AxisUnavailable:
                items = []
            for item in items:
                self._ledger.check_offer(item.delivery_id, asked_at)
                self._take(item)
            if not items:
                self._pause.wait(random.uniform(0.1, 0.5))

    def _take(self, item: InboxItem) -> None:
        try:
            if not self._ledger.has(item.delivery_id):
                target = io.BytesIO()
                self._client.fetch(item.delivery_id, target, expected_sha256=item.sha256)
                self._ledger.store(item, target.getvalue())
                if random.random() < FORGOTTEN:
                    return
            self._client.acknowledge(item.delivery_id, "done")
            self._ledger.acknowledged(item.delivery_id)
        except AxisUnavailable:
            return  # it will be offered again
        except AxisRefused as refusal:
            self._ledger.refused(item.delivery_id, refusal)


if __name__ == "__main__":
    receivers = [Receiver(ReceiverLedger(Path(sys.argv[1])), sys.argv[2], sys.argv[3]) for _ in range(THREADS)]
    for receiver in receivers:
        receiver.start()
    for receiver in receivers:
        receiver.join()
