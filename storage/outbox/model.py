"""The outbox table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.database import StorageBase


class OutboxRow(StorageBase):
    """One piece of work that a committed transaction promised."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'claimed', 'done', 'dead')", name="state"),
        Index("ix_outbox_due", "topic", "available_at", postgresql_where=text("state IN ('pending', 'claimed')")),
        Index("ix_outbox_key", "topic", "key", "id", postgresql_where=text("state IN ('pending', 'claimed')")),
        Index(
            "uq_outbox_recurring",
            "topic",
            "key",
            unique=True,
            postgresql_where=text("every_seconds IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    topic: Mapped[str]
    key: Mapped[str | None]
    """Rows of a topic with the same key are handled one at a time, in the order of `id`."""
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="pending", server_default="pending")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often the row was claimed; also the fence: a settlement names the attempt it belongs to."""
    created_at: Mapped[datetime]
    available_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    last_error: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    every_seconds: Mapped[int | None]
    """A recurring row returns to `pending` this long after each success, and never dies."""
