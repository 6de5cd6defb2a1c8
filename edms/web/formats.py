"""How values look to people. Pure: no request, no clock, no translation (words stand in the templates).

Dates are dd/MM/yyyy and times are of Asia/Ho_Chi_Minh in both languages: an English reader of a Vietnamese document must
find on the screen what is printed on the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from storage.clock import VIETNAM

MISSING = "—"
"""Shown where a value is not there, so that an empty cell never looks like a fault."""

SOON_DAYS = 2
"""A deadline at most this many days ahead asks for attention."""

_KIB = 1024


class Nearness(StrEnum):
    """How close a deadline is."""

    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"


@dataclass(frozen=True)
class Deadline:
    """A deadline seen from a day: `days` until `due_on`, negative when it has passed."""

    due_on: date
    days: int
    nearness: Nearness


def vietnam_date(moment: datetime) -> date:
    """Return the calendar day of an aware `moment` in Viet Nam."""
    return moment.astimezone(VIETNAM).date()


def date_text(value: date | datetime | None) -> str:
    """Return `20/11/2026`; of an aware moment, its day in Viet Nam; `MISSING` for None."""
    if value is None:
        return MISSING
    day = vietnam_date(value) if isinstance(value, datetime) else value
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def moment_text(value: datetime | None) -> str:
    """Return `20/11/2026 09:35` in Viet Nam's time; `MISSING` for None. `value` must be aware."""
    if value is None:
        return MISSING
    local = value.astimezone(VIETNAM)
    return f"{date_text(local.date())} {local.hour:02d}:{local.minute:02d}"


def moment_machine(value: datetime) -> str:
    """Return `2026-11-20T09:35:12+07:00` (ISO 8601), for the `datetime` attribute of HTML's `time`."""
    return value.astimezone(VIETNAM).isoformat(timespec="seconds")


def size_text(size_bytes: int, language: str) -> str:
    """Return `812 B`, `64 KB`, `2,4 MB` (`2.4 MB` in English), counted by 1,024 as the users' file managers do.

    `size_bytes` is not negative. Kilobytes are rounded up to whole ones, larger units to one decimal.
    """
    if size_bytes < _KIB:
        return f"{size_bytes} B"
    if size_bytes < _KIB**2:
        return f"{-(-size_bytes // _KIB)} KB"
    for power, unit in ((2, "MB"), (3, "GB")):
        text = f"{size_bytes / _KIB**power:.1f}"
        if float(text) < _KIB or unit == "GB":
            break
    return f"{text} {unit}" if language == "en" else f"{text.replace('.', ',')} {unit}"


def number_text(number: int, language: str) -> str:
    """Return `12.345` (`12,345` in English)."""
    text = f"{number:,}"
    return text if language == "en" else text.replace(",", ".")


def deadline(due_on: date | None, today: date) -> Deadline | None:
    """Return how `due_on` looks on `today`, both days of Viet Nam; None when there is no deadline."""
    if due_on is None:
        return None
    days = (due_on - today).days
    if days < 0:
        nearness = Nearness.OVERDUE
    elif days == 0:
        nearness = Nearness.TODAY
    elif days <= SOON_DAYS:
        nearness = Nearness.SOON
    else:
        nearness = Nearness.LATER
    return Deadline(due_on, days, nearness)


def pages_around(page: int, last: int) -> list[int | None]:
    """Return the page numbers that a pager offers: first, last, and the neighbours of `page`; None marks a gap.

    `1 ≤ page ≤ last`. At most seven places, so that the pager fits a phone.
    """
    wanted = sorted({1, last, *range(max(1, page - 1), min(last, page + 1) + 1)})
    shown: list[int | None] = []
    for number in wanted:
        previous = shown[-1] if shown else None
        if previous is not None and number - previous == 2:
            shown.append(previous + 1)
        elif previous is not None and number - previous > 2:
            shown.append(None)
        shown.append(number)
    return shown
