"""The catalogue of codes is whole: unique, in both languages, each with a remedy, on the page, and provoked by a test."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.problems import Problem, cause_and_remedy
from tests.catalogue import PAGE, every_entry, page, provoking_tests

CODE = re.compile(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*")
PLACEHOLDER = re.compile(r"TODO|FIXME|XXX|lorem|\?\?|\{|%s|TBD", re.IGNORECASE)
FOUND_AND_REFUSED = {"edxml.secrecy-declared"}
"""One fact that a reader finds and a hub refuses under one name."""
INSTRUCTION = re.compile(r"\bhãy\b", re.IGNORECASE)


def test_codes_are_unique_and_well_formed() -> None:
    counted = Counter(one.code for one in every_entry())
    assert {code for code, times in counted.items() if times > 1} == FOUND_AND_REFUSED
    assert [code for code in counted if not CODE.fullmatch(code)] == []


def test_each_says_what_is_wrong_and_what_to_do_in_both_languages() -> None:
    faults = []
    for one in every_entry():
        remedies = [cause_and_remedy(words)[1] for words in (one.message_vi, one.message_en)]
        if not all(remedies) or not INSTRUCTION.search(remedies[0]) or one.message_vi == one.message_en:
            faults.append(one.code)
        if any(PLACEHOLDER.search(words) or words != words.strip() for words in (one.message_vi, one.message_en)):
            faults.append(one.code)
        if not all(words.endswith(".") for words in (one.message_vi, one.message_en)):
            faults.append(one.code)
    assert faults == []


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make errors`"


def test_each_code_has_a_test_that_provokes_it_and_no_test_names_another() -> None:
    provoked, known = provoking_tests(), {one.code for one in every_entry()}
    assert sorted(known - provoked.keys()) == []
    assert sorted(provoked.keys() - known) == []


def test_a_base_cannot_be_raised() -> None:
    class Base(Problem):
        """States no code."""

    with pytest.raises(TypeError, match="Base"):
        raise Base


@given(st.text(), st.text())
def test_nothing_is_lost_when_words_are_divided(first: str, second: str) -> None:
    cause, remedy = cause_and_remedy(f"{first}. {second}")
    assert f"{cause} {remedy}".strip() == f"{first}. {second}".strip()


def test_an_abbreviation_does_not_end_a_sentence() -> None:
    words = "Number and seal come after (ND 30/2020, art. 32). Let the leader sign."
    assert cause_and_remedy(words) == (words.removesuffix(" Let the leader sign."), "Let the leader sign.")
