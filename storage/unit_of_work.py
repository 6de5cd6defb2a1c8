"""The one writer of transactions.

```
with database.begin() as tx:
    tx.session.add(...)
    tx.record(event)                  # recorders (the journal) write in the same transaction
    tx.publish("topic", {...})        # an outbox row in the same transaction
# left: committed, and the topics' workers are woken.  Any exception: rolled back, nothing was published.
```

Helpers take `tx` and never commit. Opening one inside another is an error, because the inner commit would break the
outer promise.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, TypeVar

from psycopg.errors import UniqueViolation
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from storage.clock import Clock
from storage.errors import Conflict, Duplicate, NestedUnitOfWork
from storage.outbox.model import OutboxRow

T = TypeVar("T")
log = logging.getLogger(__name__)


class Transaction:
    """One open unit of work; lives only inside `Database.begin()`."""

    def __init__(self, session: Session, now: datetime, recorders: Sequence[Recorder]) -> None:
        self.session = session
        self.now = now
        """The moment that everything in this transaction happened at, aware, UTC."""
        self.topics: set[str] = set()
        self._recorders = recorders

    def record(self, event: object) -> None:
        """Hand `event` to every recorder (the journal), which writes in this transaction."""
        for recorder in self._recorders:
            recorder(self, event)

    def publish(
        self,
        topic: str,
        payload: Mapping[str, Any],
        *,
        key: str | None = None,
        after: timedelta = timedelta(0),
    ) -> None:
        """Add an outbox row, carried out after the commit by the handler of `topic`.

        `payload` is small JSON (ids, not contents). Rows with the same `key` in a topic are handled one at a time and in
        order. `after` puts off the first attempt.
        """
        self.session.add(
            OutboxRow(
                topic=topic,
                key=key,
                payload=dict(payload),
                created_at=self.now,
                available_at=self.now + after,
            )
        )
        if after <= timedelta(0):
            self.topics.add(topic)


Recorder = Callable[[Transaction, object], None]
Waker = Callable[[str], None]


def no_wake(topic: str) -> None:
    """Wake nobody: the poller of the worker finds the row by itself, a little later."""


class Database:
    """Opens units of work on one database."""

    def __init__(
        self, engine: Engine, clock: Clock, *, recorders: Sequence[Recorder] = (), wake: Waker = no_wake
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.recorders = tuple(recorders)
        self.wake = wake
        self._open: ContextVar[bool] = ContextVar("open_unit_of_work", default=False)

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """Open a unit of work; leaving the block commits, any exception rolls back.

        Raises `Conflict` when a versioned row moved on, `Duplicate` when a unique constraint refused, `NestedUnitOfWork` when
        one is open already.
        """
        if self._open.get():
            raise NestedUnitOfWork("a unit of work is open in this context")
        token = self._open.set(True)
        try:
            with _translated(), Session(self.engine, expire_on_commit=False) as session, session.begin():
                tx = Transaction(session, self.clock.now(), self.recorders)
                yield tx
        finally:
            self._open.reset(token)
        for topic in sorted(tx.topics):
            self._wake(topic)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a read-only transaction with one snapshot of the data; writing in it is refused by the server."""
        options = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
        with (
            Session(self.engine.execution_options(**options), expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def _wake(self, topic: str) -> None:
        try:
            self.wake(topic)
        except Exception:
            log.warning("broker unreachable; topic %s waits for the poller", topic, exc_info=True)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except StaleDataError as error:
        raise Conflict(str(error)) from error
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            raise Duplicate(error.orig.diag.constraint_name or "") from error
        raise
