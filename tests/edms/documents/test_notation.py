"""Số và ký hiệu (NĐ 30/2020 annex I II.3, annex III part I)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edms.documents.notation import PLAIN_LETTER, TYPE_ABBREVIATIONS, notation, printed_number

abbreviations = st.text(alphabet="ABCDĐGHKLMNOPQRSTUVXY", max_size=8)

# A công văn and a thư công have none.
ANNEX_III = "NQ QĐ CT QC QyĐ TC TB HD CTr KH PA ĐA DA BC BB TTr HĐ CĐ BGN BTT GUQ GM GGT GNP PG PC PB"


def test_the_abbreviations_are_those_of_annex_iii_each_once() -> None:
    assert sorted(TYPE_ABBREVIATIONS.values()) == sorted(ANNEX_III.split())
    assert len(TYPE_ABBREVIATIONS) == 27


@pytest.mark.parametrize(
    ("type_name", "agency", "unit", "expected"),
    [
        ("Công văn", "STC", "VP", "STC-VP"),
        ("Công văn", "UBND", "", "UBND"),
        ("Quyết định", "UBND", "VP", "QĐ-UBND"),
        ("Quy định", "UBND", "", "QyĐ-UBND"),
        ("Tờ trình", "STC", "QLNS", "TTr-STC"),
        ("Nghị quyết", "HĐND", "", "NQ-HĐND"),
        ("Loại chưa biết", "STC", "VP", "STC-VP"),
    ],
)
def test_examples(type_name: str, agency: str, unit: str, expected: str) -> None:
    assert notation(type_name, agency, unit) == expected


@given(st.sampled_from([PLAIN_LETTER, *TYPE_ABBREVIATIONS, "Loại chưa biết"]), abbreviations, abbreviations)
def test_groups_are_joined_by_one_dash_in_the_order_of_the_annex(type_name: str, agency: str, unit: str) -> None:
    groups = notation(type_name, agency, unit).split("-")
    expected = [TYPE_ABBREVIATIONS[type_name], agency] if type_name in TYPE_ABBREVIATIONS else [agency, unit]
    assert [group for group in groups if group] == [group for group in expected if group]
    assert "" not in groups or groups == [""]


@given(st.integers(min_value=1, max_value=1_000_000))
def test_numbers_have_two_digits_at_least_and_lose_nothing(number: int) -> None:
    printed = printed_number(number)
    assert len(printed) >= 2
    assert int(printed) == number
    assert printed.startswith("0") == (number < 10)
