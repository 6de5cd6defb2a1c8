"""Which status is furthest: the same whatever the order in which reports arrive."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.edxml.states import furthest
from edms.exchange.rules import STATUS_OF_ACT
from schemas.edxml.codes import STATUS_CODES

MAIN_LINE = ["", "01", "03", "04", "05", "06", "02"]
"""From nothing heard to the end; a refusal ends it."""

codes = st.one_of(st.sampled_from(MAIN_LINE), st.sampled_from(["13", "15", "16"]), st.text(max_size=3))


@given(st.lists(codes, max_size=12).flatmap(lambda heard: st.tuples(st.just(heard), st.permutations(heard))))
def test_any_order_of_arrivals_ends_at_the_same_status(two_orders: tuple[list[str], list[str]]) -> None:
    heard, shuffled = two_orders
    expected = max((code for code in heard if code in MAIN_LINE), key=MAIN_LINE.index, default="")
    assert reduce(furthest, heard, "") == reduce(furthest, shuffled, "") == expected


@given(st.sampled_from(MAIN_LINE), codes)
def test_a_status_never_moves_back_and_repeating_it_changes_nothing(held: str, reported: str) -> None:
    after = furthest(held, reported)
    assert MAIN_LINE.index(after) >= MAIN_LINE.index(held)
    assert furthest(after, reported) == after


@given(st.sampled_from(MAIN_LINE), codes.filter(lambda code: code not in MAIN_LINE))
def test_codes_outside_the_main_line_do_not_move_it(held: str, reported: str) -> None:
    assert furthest(held, reported) == held


@pytest.mark.parametrize("code", sorted(STATUS_CODES))
def test_every_code_of_the_standard_has_words(code: str) -> None:
    assert STATUS_CODES[code]


def test_the_acts_report_the_main_line_in_its_order() -> None:
    assert list(STATUS_OF_ACT.values()) == ["01", "02", "03", "04", "05", "06"]
