"""Gapless counters: the next number is taken under a row lock in the caller's own transaction.

A number is spent only if that transaction commits, so a roll-back leaves no gap and no number is given twice
(NĐ 30/2020 Điều 15, 22: numbers run on from 01 on 1 January to 31 December).
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from storage.database import StorageBase
from storage.unit_of_work import Transaction


class Counter(StorageBase):
    """The last number given in one series."""

    __tablename__ = "counter"

    series: Mapped[str] = mapped_column(primary_key=True)
    """Stable name of the series, for example `incoming:<agency uuid>:2026`."""
    value: Mapped[int]
    """The last number given, from 1; 0 when none was."""


_TAKE = text(
    "INSERT INTO counter (series, value) VALUES (:series, 1)"
    " ON CONFLICT (series) DO UPDATE SET value = counter.value + 1 RETURNING value"
)


def take_next(tx: Transaction, series: str) -> int:
    """Return the next number of `series`, from 1, and hold the series until `tx` ends.

    Concurrent callers wait for one another: numbers leave in the order of the commits. The first call of a year creates
    the series without a race.
    """
    return int(tx.session.execute(_TAKE, {"series": series}).scalar_one())
