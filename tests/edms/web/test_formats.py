"""How values look to people."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edms.web import formats
from edms.web.formats import Nearness

TODAY = date(2026, 11, 20)


def test_a_moment_is_shown_in_viet_nam_whatever_zone_it_came_in() -> None:
    evening = datetime(2026, 11, 19, 17, 5, tzinfo=UTC)
    assert formats.moment_text(evening) == "20/11/2026 00:05"
    assert formats.moment_text(evening.astimezone(timezone(timedelta(hours=-8)))) == "20/11/2026 00:05"
    assert formats.date_text(evening) == "20/11/2026"
    assert formats.moment_machine(evening) == "2026-11-20T00:05:00+07:00"


def test_day_and_month_have_two_digits() -> None:
    assert formats.date_text(date(2026, 3, 5)) == "05/03/2026"


def test_what_is_missing_is_a_dash() -> None:
    assert formats.date_text(None) == formats.moment_text(None) == formats.MISSING


@pytest.mark.parametrize(
    ("size_bytes", "vietnamese", "english"),
    [
        (0, "0 B", "0 B"),
        (1023, "1023 B", "1023 B"),
        (1024, "1 KB", "1 KB"),
        (1025, "2 KB", "2 KB"),
        (1024**2 - 1, "1024 KB", "1024 KB"),
        (1024**2, "1,0 MB", "1.0 MB"),
        (2_516_582, "2,4 MB", "2.4 MB"),
        (1024**3 - 1, "1,0 GB", "1.0 GB"),
        (5 * 1024**4, "5120,0 GB", "5120.0 GB"),
    ],
)
def test_sizes(size_bytes: int, vietnamese: str, english: str) -> None:
    assert formats.size_text(size_bytes, "vi") == vietnamese
    assert formats.size_text(size_bytes, "en") == english


def test_thousands_are_set_off_in_the_manner_of_the_language() -> None:
    assert formats.number_text(1_204_305, "vi") == "1.204.305"
    assert formats.number_text(1_204_305, "en") == "1,204,305"


@pytest.mark.parametrize(
    ("days", "nearness"),
    [
        (-1, Nearness.OVERDUE),
        (0, Nearness.TODAY),
        (1, Nearness.SOON),
        (formats.SOON_DAYS, Nearness.SOON),
        (formats.SOON_DAYS + 1, Nearness.LATER),
    ],
)
def test_a_deadline_changes_at_its_borders(days: int, nearness: Nearness) -> None:
    seen = formats.deadline(TODAY + timedelta(days=days), TODAY)
    assert seen is not None
    assert (seen.days, seen.nearness) == (days, nearness)


def test_no_deadline_is_none() -> None:
    assert formats.deadline(None, TODAY) is None


@given(last=st.integers(1, 10_000), data=st.data())
def test_a_pager_leads_everywhere_and_stays_short(last: int, data: st.DataObject) -> None:
    page = data.draw(st.integers(1, last))
    places = formats.pages_around(page, last)
    numbers = [place for place in places if place is not None]
    assert len(places) <= 7
    assert numbers == sorted(set(numbers))
    assert {1, last, page} | ({page - 1, page + 1} & set(range(1, last + 1))) <= set(numbers)
    for before, place, after in zip(places, places[1:], places[2:], strict=False):
        if place is None:
            assert before is not None
            assert after is not None
            assert after - before > 2, "a gap hides at least two pages"
