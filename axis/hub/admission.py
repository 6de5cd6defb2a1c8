"""Bounds what a node takes upon itself: what it cannot do soon it declines before it has begun.

Nothing is accepted and forgotten, and nobody waits in a line that grows in memory: a sender that is told `Retry-After` still has
its document, a recipient its delivery. Messages that come in or go out hold a thread for as long as the other side takes; they
have places of their own, fewer than there are threads, so that quick requests are always served. A recipient that opens
many downloads and reads none of them fills its own share alone.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from axis.hub.errors import Overloaded
from storage.outbox.repair import count_waiting
from storage.unit_of_work import Database

BUSY_SECONDS = 2
"""When to come again if only this moment is full."""
BACKLOG_SECONDS = 30
"""When to come again if the workers are far behind."""
_COUNT_AGAIN = timedelta(seconds=1)


class Admission:
    """The door of one web process.

    It lets `at_once` acceptances run at the same time, and none while more than `backlog_limit_rows` outbox rows wait, in the
    whole hub, to be carried out.
    """

    def __init__(self, database: Database, *, at_once: int, backlog_limit_rows: int) -> None:
        self._database = database
        self._backlog_limit_rows = backlog_limit_rows
        self._places = threading.BoundedSemaphore(at_once)
        self._counting = threading.Lock()
        self._counted_at: datetime | None = None
        self._is_behind = False

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Hold a place while the block runs. Raises `Overloaded` at once when there is none, with when to come again."""
        if not self._places.acquire(blocking=False):
            raise Overloaded("busy", retry_after_seconds=BUSY_SECONDS)
        try:
            if self._behind():
                raise Overloaded("backlog", retry_after_seconds=BACKLOG_SECONDS)
            yield
        finally:
            self._places.release()

    def _behind(self) -> bool:
        """Tell whether too much waits, as counted within the last second."""
        with self._counting:
            now = self._database.clock.now()
            if self._counted_at is None or not timedelta(0) <= now - self._counted_at < _COUNT_AGAIN:
                limit = self._backlog_limit_rows
                self._is_behind = count_waiting(self._database, most=limit + 1) > limit
                self._counted_at = now
            return self._is_behind


class Downloads:
    """The places for messages that go out of one web process: `at_once` in all, `of_account` for one account."""

    def __init__(self, *, at_once: int, of_account: int) -> None:
        self._at_once = at_once
        self._of_account = of_account
        self._lock = threading.Lock()
        self._held: Counter[UUID] = Counter()

    def take(self, account_id: UUID) -> Callable[[], None]:
        """Take a place and return what gives it back, which may be called twice. Raises `Overloaded` when there is none."""
        with self._lock:
            if self._held[account_id] >= self._of_account or self._held.total() >= self._at_once:
                raise Overloaded("downloads", retry_after_seconds=BUSY_SECONDS)
            self._held[account_id] += 1
        left = [account_id]

        def give_back() -> None:
            with self._lock:
                if left:
                    self._held[left.pop()] -= 1
                    self._held += Counter()  # forgets who holds none

        return give_back
