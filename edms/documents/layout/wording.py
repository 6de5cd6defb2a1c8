"""What the decree wants written in a certain way: dates, numbers, ends of lists and of texts.

Plain strings in, plain strings out; property-tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from edms.documents.layout.errors import NumberInvalid, TimeInvalid
from edms.documents.notation import printed_number
from storage.clock import VIETNAM

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
"""Quốc hiệu (annex I, II.1.a)."""
MOTTO = "Độc lập - Tự do - Hạnh phúc"
"""Tiêu ngữ (annex I, II.1.b)."""

_PADDED_MONTHS = 2  # months 1 and 2 are written with a zero, 3 to 12 as they are


def format_date(day: date) -> str:
    """`ngày 05 tháng 01 năm 2026`: days below 10 and months 1 and 2 carry a zero (annex I, II.4.b)."""
    month = f"{day.month:02d}" if day.month <= _PADDED_MONTHS else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def format_date_line(place: str, day: date) -> str:
    """The whole content of box 4: `Đà Lạt, ngày 20 tháng 11 năm 2026` (annex I, II.4).

    `place` is the official name of the administrative unit; a comma at its end is not doubled.
    """
    return f"{place.strip().rstrip(',').rstrip()}, {format_date(day)}"


def format_number(number: int, notation: str) -> str:
    """The whole content of the number box: `05/QĐ-UBND`, with a zero below 10 (annex I, II.3.c).

    Raises `NumberInvalid` for a number below 1.
    """
    if number < 1:
        raise NumberInvalid(f"document number {number}")
    return f"{printed_number(number)}/{notation.strip().lstrip('/')}"


def format_moment(moment: datetime) -> str:
    """`17 giờ 30 phút 00 giây, ngày 20 tháng 11 năm 2026 (2026-11-20T17:30:00+07:00)`, in the zone of Viet Nam.

    `moment` is aware, in any zone; raises `TimeInvalid` otherwise.
    """
    if moment.tzinfo is None:
        raise TimeInvalid(f"naive time {moment.isoformat()}")
    local = moment.astimezone(VIETNAM).replace(microsecond=0)
    return f"{local:%H} giờ {local:%M} phút {local:%S} giây, {format_date(local.date())} ({local.isoformat()})"


def close_text(paragraph: str) -> str:
    """The last paragraph with the mark `./.` that ends the text in every form of annex III; never twice."""
    text = paragraph.rstrip()
    if text.endswith("./."):
        return text
    return f"{text.rstrip('.;,')}./."


def after_re(subject: str) -> str:
    """A subject as it reads after "V/v" (II.5.b): without a "Về việc" of its own, beginning small unless with a name.

    Only a word whose second letter is small too loses its capital, so that `UBND` and `Q. 1` keep theirs; a proper name at the
    beginning cannot be told apart and is for the drafter to move.
    """
    text = subject
    for opening in ("Về việc ", "V/v "):
        text = text.removeprefix(opening)
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def list_lines(entries: Sequence[str], last: str = ".") -> list[str]:
    """Entries ending in `;`, the last in `last`, whatever marks they came with (annex I, II.6.a, II.9.d)."""
    bare = [entry.strip().removeprefix("- ").rstrip(";.,").rstrip() for entry in entries]
    return [f"{entry};" for entry in bare[:-1]] + [f"{entry}{last}" for entry in bare[-1:]]
