from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edms.documents.layout.lines import Run, Setter
from edms.documents.layout.typeface import NO_BREAK_SPACE, Typefaces
from tests.edms.documents.layout.builders import paragraphs

measures = st.floats(min_value=60, max_value=470)


@given(text=paragraphs, measure=measures, indent=st.sampled_from([0.0, 36.0]), hanging=st.sampled_from([0.0, 20.0]))
def test_lines_keep_every_word_and_the_measure(
    typefaces: Typefaces, text: str, measure: float, indent: float, hanging: float
) -> None:
    setter = Setter(typefaces, 14)
    lines = setter.wrap([Run("regular", text)], measure, indent_pt=indent, hanging_pt=hanging, justify=True)
    assert "".join(line.text for line in lines).replace(" ", "") == text.replace(" ", "")
    assert [line.indent_pt for line in lines] == [indent, *[hanging] * (len(lines) - 1)]
    for line in lines:
        assert line.width_pt == pytest.approx(setter.width("regular", line.text))
        assert line.indent_pt + line.width_pt <= measure + 0.02
    for line in lines[:-1]:
        if " " in line.text:
            spaces = line.text.count(" ")
            assert line.indent_pt + line.width_pt + spaces * line.stretch_pt == pytest.approx(measure, abs=0.02)
    assert lines[-1].stretch_pt == 0


@given(text=paragraphs, measure=measures)
def test_a_line_takes_as_many_words_as_fit(typefaces: Typefaces, text: str, measure: float) -> None:
    setter = Setter(typefaces, 14)
    lines = [line.text for line in setter.wrap([Run("regular", text)], measure)]
    for line, following in pairwise(lines):
        first = following.split(" ")[0]
        if all(setter.width("regular", word) <= measure for word in text.split(" ")):
            assert setter.width("regular", f"{line} {first}") > measure


@given(text=paragraphs, measure=measures)
def test_balanced_lines_are_no_more_than_needed(typefaces: Typefaces, text: str, measure: float) -> None:
    setter = Setter(typefaces, 12)
    plain, balanced = setter.wrap([Run("bold", text)], measure), setter.balance("bold", text, measure)
    assert len(balanced) == len(plain)
    assert max(line.width_pt for line in balanced) <= max(line.width_pt for line in plain) + 0.02
    assert "".join(line.text for line in balanced).replace(" ", "") == text.replace(" ", "")


def test_agency_names_do_not_lose_their_last_word_to_a_line_of_its_own(typefaces: Typefaces) -> None:
    lines = Setter(typefaces, 12).balance("bold", "ỦY BAN NHÂN DÂN TỈNH LÂM ĐỒNG", 205)
    assert [line.text for line in lines] == ["ỦY BAN NHÂN DÂN", "TỈNH LÂM ĐỒNG"]


def test_no_break_spaces_hold(typefaces: Typefaces) -> None:
    text = f"{'a ' * 30}Điều{NO_BREAK_SPACE}14"
    for measure in range(60, 200, 7):
        lines = Setter(typefaces, 14).wrap([Run("regular", text)], measure)
        assert any(f"Điều{NO_BREAK_SPACE}14" in line.text for line in lines)


def test_a_word_wider_than_the_line_is_divided_and_loses_nothing(typefaces: Typefaces) -> None:
    address = "https://vanban.lamdong.gov.vn/" + "x" * 200
    lines = Setter(typefaces, 14).wrap([Run("regular", f"xem {address} nhé")], 150, justify=True)
    assert "".join(line.text for line in lines).replace(" ", "") == f"xem{address}nhé"
    assert max(line.width_pt for line in lines) <= 150.02


def test_cuts_change_within_a_line(typefaces: Typefaces) -> None:
    setter = Setter(typefaces, 14)
    (line,) = setter.wrap([Run("bold", "Điều 1."), Run("regular", " Ban hành")], 400)
    assert line.runs == (Run("bold", "Điều 1. "), Run("regular", "Ban hành"))
    assert line.width_pt == pytest.approx(setter.width("bold", "Điều 1. ") + setter.width("regular", "Ban hành"))


def test_empty_text_has_no_lines(typefaces: Typefaces) -> None:
    assert Setter(typefaces, 14).wrap([Run("regular", "")], 100) == []
    assert Setter(typefaces, 14).balance("bold", "", 100) == []
