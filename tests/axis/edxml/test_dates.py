from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.edxml.dates import DateText, MomentText

DAY = dt.date(2026, 9, 30)


@pytest.mark.parametrize(
    "raw",
    [
        "2026/09/30",
        "30/09/2026",
        "2026-09-30",
        "30-9-2026",
        "30.09.2026",
        "2026-09-30T08:00:00Z",
        "2026/9/30 08:00",
        "2026-09-30 00:00:00.0",
        "20260930",
        "30 tháng 9 năm 2026",
        "Ngày 30 tháng 09 năm 2026",
        unicodedata.normalize("NFD", "ngày 30 tháng 9 năm 2026"),
    ],
)
def test_dates_are_read_in_every_form_seen(raw: str) -> None:
    assert DateText.read(raw) == DateText(raw, DAY)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "2014/02/30",
        "31/11/2026",
        "09/2026",
        "hôm nay",
        "2026/09/30x",
        "0000/01/01",
        "٢٠٢٦/09/30",
        "2026/09/301",
        "202609301",
        "20261330",
        "99990930",
    ],
)
def test_what_is_no_date_keeps_its_text_without_value(raw: str) -> None:
    assert DateText.read(raw) == DateText(raw)


@pytest.mark.parametrize(
    ("raw", "utc"),
    [
        ("2026/09/30 17:25:11", "2026-09-30T10:25:11+00:00"),
        ("30/09/2026 17:25", "2026-09-30T10:25:00+00:00"),
        ("2026-09-30T17:25:11.123+07:00", "2026-09-30T10:25:11+00:00"),
        ("2026-09-30T10:25:11Z", "2026-09-30T10:25:11+00:00"),
        ("2026/09/30", "2026-09-29T17:00:00+00:00"),
    ],
)
def test_times_are_vietnamese_unless_they_say_otherwise(raw: str, utc: str) -> None:
    value = MomentText.read(raw).value
    assert value is not None
    assert value.isoformat() == utc


@pytest.mark.parametrize(
    "raw", ["2026/09/30 25:00:00", "2026/09/30 10:60", "0001/01/01 00:00:00", "2026/09/30 10:00 +99:99"]
)
def test_times_that_do_not_exist_have_no_value(raw: str) -> None:
    assert MomentText.read(raw) == MomentText(raw)


@given(text=st.text(max_size=30))
def test_any_text_is_borne(text: str) -> None:
    assert DateText.read(text).raw == MomentText.read(text).raw == text
