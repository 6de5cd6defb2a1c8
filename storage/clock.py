"""The clock as a port: everything that needs the time is given one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""The only zone that people see; a register year turns over at its midnight."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that moves only when told to; for tests and for simulations of years."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the moment last set."""
        return self._now

    def advance(self, step: timedelta) -> None:
        """Move forward by `step`, which must not be negative."""
        if step < timedelta(0):
            raise ValueError("a clock does not run backwards")
        self._now += step
