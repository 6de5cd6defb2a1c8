"""What an administrator sees of the outbox, and how a dead letter is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from storage.outbox.model import OutboxRow
from storage.unit_of_work import Database


@dataclass(frozen=True)
class DeadLetter:
    """A row that was given up, with the reason."""

    id: int
    topic: str
    payload: dict[str, Any]
    attempts: int
    reason: str
    died_at: datetime


def dead_letters(database: Database, limit: int = 100) -> list[DeadLetter]:
    """Return the newest `limit` dead letters, newest first."""
    with database.reading() as session:
        query = select(OutboxRow).where(OutboxRow.state == "dead").order_by(OutboxRow.id.desc()).limit(limit)
        rows = session.scalars(query).all()
    return [
        DeadLetter(r.id, r.topic, r.payload, r.attempts, r.last_error or "", r.finished_at or r.created_at)
        for r in rows
    ]


def redrive(database: Database, row_id: int) -> bool:
    """Put a dead letter back in the queue, its attempts counted anew; return whether it was dead."""
    with database.begin() as tx:
        statement = (
            update(OutboxRow)
            .where(OutboxRow.id == row_id, OutboxRow.state == "dead")
            .values(state="pending", attempts=0, available_at=tx.now, finished_at=None)
            .returning(OutboxRow.topic)
        )
        topic = tx.session.execute(statement).scalar_one_or_none()
        if topic is not None:
            tx.topics.add(topic)
    return topic is not None


def count_waiting(database: Database, *, most: int) -> int:
    """Return how many rows are not carried out yet, recurring ones aside, counted no further than to `most`: always cheap."""
    is_open = (OutboxRow.state.in_(("pending", "claimed")), OutboxRow.every_seconds.is_(None))
    open_rows = select(OutboxRow.id).where(*is_open).limit(most).subquery()
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(open_rows)) or 0


@dataclass(frozen=True)
class Unsettled:
    """A row that is not done, with the reason of its last failure; empty when it was not tried or is a recurring one at rest."""

    id: int
    topic: str
    payload: dict[str, Any]
    reason: str


def unsettled(database: Database, topics: list[str]) -> list[Unsettled]:
    """Return the rows of `topics` that wait, are held or were given up, oldest first."""
    with database.reading() as session:
        query = select(OutboxRow).where(OutboxRow.topic.in_(topics), OutboxRow.state != "done").order_by(OutboxRow.id)
        rows = session.scalars(query).all()
    return [Unsettled(row.id, row.topic, row.payload, row.last_error or "") for row in rows]


def hurry(database: Database, topics: list[str]) -> int:
    """Make the waiting rows of `topics` due now, whatever pause a failure gave them; return how many waited longer."""
    with database.begin() as tx:
        statement = (
            update(OutboxRow)
            .where(OutboxRow.topic.in_(topics), OutboxRow.state == "pending", OutboxRow.available_at > tx.now)
            .values(available_at=tx.now)
            .returning(OutboxRow.id)
        )
        return len(tx.session.scalars(statement).all())


def backlog(database: Database) -> dict[str, int]:
    """Return the number of rows by state."""
    with database.reading() as session:
        rows = session.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state)).all()
    return {str(state): int(count) for state, count in rows}
