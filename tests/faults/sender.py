"""A sending system as a partner would write it: a durable ledger, and the same bytes again until there is a receipt.

`python -m tests.faults.sender LEDGER URL TOKEN`: sends what waits in the ledger and ends with 0 when nothing waits any more. It
may be killed at any moment and started again.
"""

from __future__ import annotations

import hashlib
import io
import random
import sqlite3
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from axis.client import AxisClient, AxisRefused, AxisUnavailable, SentReceipt

THREADS = 4
TIMEOUT_SECONDS = 15.0

_TABLES = """
CREATE TABLE IF NOT EXISTS document (
    number INTEGER PRIMARY KEY, document_id TEXT UNIQUE, sha256 TEXT, recipients TEXT, bytes BLOB,
    copies INTEGER, repeats INTEGER, finished INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS receipt (
    id INTEGER PRIMARY KEY, number INTEGER, message_id TEXT, sha256 TEXT, xml BLOB, replayed INTEGER);
CREATE TABLE IF NOT EXISTS refusal (id INTEGER PRIMARY KEY, number INTEGER, code TEXT, problem TEXT);
CREATE TABLE IF NOT EXISTS failure (id INTEGER PRIMARY KEY, number INTEGER, said TEXT);
"""


class SenderLedger:
    """What a sender wrote down, in SQLite with a synchronised log. One object serves many threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, timeout=30)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_TABLES)

    def add(self, documents: Iterable[tuple[int, str, str, bytes, int, int]]) -> None:
        """Put documents to send: number, DocumentId, recipients with spaces between, bytes, copies at once, repeats."""
        with self._lock, self._db:
            self._db.executemany(
                "INSERT INTO document (number, document_id, recipients, bytes, copies, repeats, sha256)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(*row, hashlib.sha256(row[3]).hexdigest()) for row in documents],
            )

    def waiting(self) -> list[tuple[int, bytes, int, int]]:
        """Return number, bytes, copies and repeats of what is not finished, in order."""
        with self._lock:
            query = "SELECT number, bytes, copies, repeats FROM document WHERE finished = 0 ORDER BY number"
            return self._db.execute(query).fetchall()

    def keep(self, number: int, sent: SentReceipt) -> None:
        """Write down a receipt."""
        sha256 = hashlib.sha256(sent.receipt_xml).hexdigest()
        row = (number, str(sent.message_id), sha256, sent.receipt_xml, sent.replayed)
        with self._lock, self._db:
            self._db.execute(
                "INSERT INTO receipt (number, message_id, sha256, xml, replayed) VALUES (?, ?, ?, ?, ?)", row
            )

    def refused(self, number: int, refusal: AxisRefused) -> None:
        """Write down a refusal."""
        with self._lock, self._db:
            row = (number, refusal.hub_code, str(refusal.problem))
            self._db.execute("INSERT INTO refusal (number, code, problem) VALUES (?, ?, ?)", row)

    def failed(self, number: int, said: str) -> None:
        """Write down that the hub could not."""
        with self._lock, self._db:
            self._db.execute("INSERT INTO failure (number, said) VALUES (?, ?)", (number, said))

    def finish(self, number: int) -> None:
        """Write down that nothing of a document is left to send."""
        with self._lock, self._db:
            self._db.execute("UPDATE document SET finished = 1 WHERE number = ?", (number,))


class Sender:
    """Sends the documents of a ledger; `work` returns when nothing waits."""

    def __init__(self, ledger: SenderLedger, url: str, token: str) -> None:
        self._ledger = ledger
        self._url = url
        self._token = token
        self._pause = threading.Event()

    def work(self) -> None:
        """Send everything."""
        with ThreadPoolExecutor(THREADS) as pool:
            for done in [pool.submit(self._send, *row) for row in self._ledger.waiting()]:
                done.result()

    def _send(self, number: int, raw: bytes, copies: int, repeats: int) -> None:
        if copies == 1:
            self._until_receipt(number, raw)
        else:
            with ThreadPoolExecutor(copies) as pool:
                for done in [pool.submit(self._until_receipt, number, raw) for _ in range(copies)]:
                    done.result()
        for _ in range(repeats):
            self._until_receipt(number, raw)
        self._ledger.finish(number)

    def _until_receipt(self, number: int, raw: bytes) -> None:
        with AxisClient(self._url, self._token, timeout_seconds=TIMEOUT_SECONDS) as client:
            while True:
                try:
                    sent = client.send(lambda: io.BytesIO(raw), len(raw))
                except AxisUnavailable as error:
                    self._ledger.failed(number, error.detail)
                    self._pause.wait(random.uniform(0.05, 0.4))
                except AxisRefused as refusal:
                    self._ledger.refused(number, refusal)
                    self._pause.wait(random.uniform(0.5, 1.0))
                else:
                    self._ledger.keep(number, sent)
                    return


if __name__ == "__main__":
    Sender(SenderLedger(Path(sys.argv[1])), sys.argv[2], sys.argv[3]).work()
