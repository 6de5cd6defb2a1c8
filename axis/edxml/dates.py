"""Dates and times as they stand in messages, kept as received beside what they mean.

The standard writes yyyy/MM/dd and yyyy/MM/dd HH:mm:ss, Vietnamese local time. Received messages also hold dd/MM/yyyy,
ISO 8601, yyyyMMdd, words (ngày 30 tháng 9 năm 2026) and days that do not exist (2014/02/30).
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""Time zone of every time in a message that names none."""

_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[/.-](?P<month>\d{1,2})[/.-](?P<day>\d{1,2})", re.ASCII)
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})", re.ASCII)
_COMPACT = re.compile(r"(?P<year>(19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?!\d)", re.ASCII)
_IN_WORDS = re.compile(
    r"(ngày\s+)?(?P<day>\d{1,2})\s+tháng\s+(?P<month>\d{1,2})\s+năm\s+(?P<year>\d{4})", re.ASCII | re.IGNORECASE
)
_TIME = re.compile(
    r"[T\s]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(:(?P<second>\d{2})(\.\d+)?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class DateText:
    """A date: `raw` as received (white space trimmed), `value` None when empty or not a date."""

    raw: str = ""
    value: dt.date | None = None

    @classmethod
    def read(cls, raw: str) -> DateText:
        """Understand `raw` in any of the forms seen; a time of day after the date is ignored."""
        date, _ = _split(raw)
        return cls(raw, date)

    @classmethod
    def of(cls, date: dt.date) -> DateText:
        """`date` in the form of the standard."""
        return cls(f"{date.year:04d}/{date.month:02d}/{date.day:02d}", date)


@dataclass(frozen=True, slots=True)
class MomentText:
    """A point in time: `raw` as received (white space trimmed), `value` aware in UTC, None when not understood."""

    raw: str = ""
    value: dt.datetime | None = None

    @classmethod
    def read(cls, raw: str) -> MomentText:
        """Understand `raw` in any of the forms seen; without a zone it is Vietnamese time, without a time midnight."""
        date, rest = _split(raw)
        if date is None:
            return cls(raw)
        try:
            return cls(raw, _moment(date, rest))
        except (ValueError, OverflowError):
            return cls(raw)

    @classmethod
    def of(cls, moment: dt.datetime) -> MomentText:
        """`moment` (aware) in the form of the standard, cut to whole seconds. Raises ValueError when naive."""
        if moment.tzinfo is None:
            raise ValueError("naive datetime")
        local = moment.astimezone(VIETNAM).replace(microsecond=0)
        date = DateText.of(local.date()).raw
        return cls(f"{date} {local:%H:%M:%S}", local.astimezone(dt.UTC))


NO_DATE = DateText()
"""An empty or absent date."""
NO_MOMENT = MomentText()
"""An empty or absent point in time."""


def _split(raw: str) -> tuple[dt.date | None, str]:
    text = unicodedata.normalize("NFC", raw)
    forms = (_YEAR_FIRST, _DAY_FIRST, _COMPACT, _IN_WORDS)
    match = next((match for form in forms if (match := form.match(text))), None)
    if match is None:
        return None, ""
    rest = text[match.end() :]
    if rest and not _TIME.fullmatch(rest):
        return None, ""
    try:
        return dt.date(int(match["year"]), int(match["month"]), int(match["day"])), rest
    except ValueError:
        return None, ""


def _moment(date: dt.date, rest: str) -> dt.datetime:
    match = _TIME.fullmatch(rest)
    if match is None:
        return dt.datetime.combine(date, dt.time(), VIETNAM).astimezone(dt.UTC)
    time = dt.time(int(match["hour"]), int(match["minute"]), int(match["second"] or 0))
    zone: dt.tzinfo = VIETNAM
    if match["zone"]:
        zone = dt.datetime.strptime(match["zone"], "%z").tzinfo or VIETNAM
    return dt.datetime.combine(date, time, zone).astimezone(dt.UTC)
