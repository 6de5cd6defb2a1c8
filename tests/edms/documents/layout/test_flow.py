from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edms.documents.layout.errors import BlockTooTall
from edms.documents.layout.flow import Strip, keep_paragraph, keep_tail, paginate
from edms.documents.layout.sheet import Sheet
from tests.provoked import provokes

HEIGHT, TOP = 300.0, 350.0


def draw(_sheet: Sheet, _top: float) -> None:
    raise AssertionError("dealing out pages draws nothing")


def strip(height: float, **rules: object) -> Strip:
    return Strip(height, draw, **rules)  # type: ignore[arg-type]


strips = st.lists(
    st.builds(
        Strip,
        st.floats(min_value=1, max_value=60),
        st.just(draw),
        gap_before_pt=st.sampled_from([0.0, 6.0]),
        may_start_page=st.integers(0, 9).map(bool),
    ),
    max_size=80,
)


@given(strips)
def test_strips_keep_their_order_their_page_and_their_distance(items: list[Strip]) -> None:
    try:
        placed = paginate(items, HEIGHT, TOP)
    except BlockTooTall:
        return
    assert [item.strip.height_pt for item in placed] == [item.height_pt for item in items]
    assert all(TOP + 0.02 >= item.top_pt >= TOP - HEIGHT + item.strip.height_pt - 0.02 for item in placed)
    for before, after in pairwise(placed):
        if after.page == before.page:
            bottom = before.top_pt - before.strip.height_pt
            assert after.top_pt == pytest.approx(bottom - after.strip.gap_before_pt)
        else:
            assert after.page == before.page + 1
            assert after.strip.may_start_page
            assert after.top_pt == TOP


@given(st.lists(st.integers(1, 9), min_size=1, max_size=40), st.floats(min_value=40, max_value=250))
def test_no_line_is_alone_and_the_closing_block_takes_two_lines_along(counts: list[int], closing: float) -> None:
    paragraphs = [
        keep_paragraph([strip(10.0, gap_before_pt=0.0 if n else 6.0) for n in range(count)]) for count in counts
    ]
    text = [line for paragraph in paragraphs for line in paragraph]
    pages = [item.page for item in paginate(keep_tail(text, strip(closing)), HEIGHT, TOP)]
    assert pages[-1] == pages[-2]
    if len(text) > 1:
        assert pages[-3] == pages[-1]
    start = 0
    for count in counts:
        lines = pages[start : start + count]
        start += count
        for page in set(lines):
            assert lines.count(page) >= min(2, count)


def test_a_running_head_stands_over_each_page_but_the_first() -> None:
    head = strip(20.0)
    rows = [strip(30.0, running_head=head) for _ in range(25)]
    placed = paginate([head, *rows], HEIGHT, TOP)
    heads = [item for item in placed if item.strip.height_pt == 20.0]
    assert [item.page for item in heads] == [0, 1, 2]
    assert all(item.top_pt == TOP for item in heads)
    assert len(placed) - len(heads) == 25


@provokes("layout.block-too-tall")
def test_what_fits_no_page_is_refused() -> None:
    with pytest.raises(BlockTooTall):
        paginate([strip(200.0), strip(150.0, may_start_page=False)], HEIGHT, TOP)


def test_a_page_is_filled_to_its_last_point() -> None:
    assert {item.page for item in paginate([strip(100.0)] * 3, HEIGHT, TOP)} == {0}
    assert [item.page for item in paginate([strip(100.0)] * 4, HEIGHT, TOP)] == [0, 0, 0, 1]
