from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edms.documents.layout.errors import NumberInvalid, TimeInvalid
from edms.documents.layout.wording import (
    after_re,
    close_text,
    format_date_line,
    format_moment,
    format_number,
    list_lines,
)
from tests.provoked import provokes


@pytest.mark.parametrize(
    ("day", "line"),
    [
        (date(2020, 1, 5), "Hà Nội, ngày 05 tháng 01 năm 2020"),
        (date(2019, 6, 29), "Hà Nội, ngày 29 tháng 6 năm 2019"),
        (date(2026, 2, 10), "Hà Nội, ngày 10 tháng 02 năm 2026"),
        (date(2026, 3, 9), "Hà Nội, ngày 09 tháng 3 năm 2026"),
        (date(2026, 11, 20), "Hà Nội, ngày 20 tháng 11 năm 2026"),
    ],
)
def test_the_date_line_follows_the_samples_of_the_annex(day: date, line: str) -> None:
    assert format_date_line("Hà Nội", day) == line
    assert format_date_line(" Hà Nội, ", day) == line


@given(st.dates(min_value=date(1900, 1, 1)))
def test_a_date_line_can_be_read_back(day: date) -> None:
    found = re.fullmatch(r"Đà Lạt, ngày (\d\d) tháng (0[12]|[3-9]|1[0-2]) năm (\d{4})", format_date_line("Đà Lạt", day))
    assert found is not None
    assert date(int(found[3]), int(found[2]), int(found[1])) == day


@pytest.mark.parametrize(
    ("number", "notation", "written"),
    [
        (5, "QĐ-UBND", "05/QĐ-UBND"),
        (12, "STC-VP", "12/STC-VP"),
        (10, "/UBND-VX", "10/UBND-VX"),
        (12345, "VP", "12345/VP"),
    ],
)
def test_numbers(number: int, notation: str, written: str) -> None:
    assert format_number(number, notation) == written


@provokes("layout.number-invalid")
@pytest.mark.parametrize("number", [0, -1])
def test_numbers_below_one_are_refused(number: int) -> None:
    with pytest.raises(NumberInvalid):
        format_number(number, "QĐ-UBND")


@provokes("layout.time-invalid")
def test_moments_are_shown_in_the_zone_of_viet_nam() -> None:
    shown = format_moment(datetime(2026, 11, 20, 17, 30, 5, 999, tzinfo=UTC))
    assert shown == "00 giờ 30 phút 05 giây, ngày 21 tháng 11 năm 2026 (2026-11-21T00:30:05+07:00)"
    with pytest.raises(TimeInvalid):
        format_moment(datetime(2026, 11, 20))  # noqa: DTZ001 - the very mistake


@pytest.mark.parametrize("text", ["thực hiện", "thực hiện.", "thực hiện;", "thực hiện./.", "thực hiện. "])
def test_the_text_is_closed_once(text: str) -> None:
    assert close_text(text) == "thực hiện./."
    assert close_text(close_text(text)) == "thực hiện./."


@given(st.lists(st.sampled_from(["Như trên", "- Bộ Nội vụ;", "Sở Y tế.", "Lưu: VT, VX."]), min_size=1))
def test_lists_end_in_semicolons_and_one_full_stop(entries: list[str]) -> None:
    lines = list_lines(entries)
    assert len(lines) == len(entries)
    assert all(line.endswith(";") for line in lines[:-1])
    assert lines[-1].endswith(".")
    assert not any(line.startswith("-") for line in lines)
    assert list_lines(lines) == lines


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("Đề nghị báo cáo", "đề nghị báo cáo"),
        ("Về việc giải ngân vốn", "giải ngân vốn"),
        ("UBND tỉnh mời họp", "UBND tỉnh mời họp"),
        ("rà soát hồ sơ", "rà soát hồ sơ"),
        ("", ""),
    ],
)
def test_a_subject_reads_on_after_re(subject: str, shown: str) -> None:
    assert after_re(subject) == shown
