"""What statuses make of a document: the same whatever the order in which they come."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.edxml.states import BusinessState, Effect, Heard, Speaker, apply_status, furthest, open_request, replay

HANDLING = ["", "01", "03", "04", "05", "06", "02"]
REQUESTS = ["", "open", "agreed", "refused"]
LISTED = [*HANDLING[1:], "13", "15", "16"]

CODES = [*LISTED, "", "1", "07", "77", "013", "x"]
SPEAKERS: list[Speaker] = ["sender", "recipient"]

codes = st.sampled_from(CODES)
speakers = st.sampled_from(SPEAKERS)
histories = st.lists(st.sampled_from([Heard(*one) for one in itertools.product([*CODES, None], SPEAKERS)]), max_size=14)
states = histories.map(lambda heard: replay(heard)[0])


def ranks(state: BusinessState) -> tuple[int, int]:
    return HANDLING.index(state.handling), REQUESTS.index(state.request)


@given(histories.flatmap(lambda heard: st.tuples(st.just(heard), st.permutations(heard))))
def test_any_order_leads_to_the_same_state(orders: tuple[list[Heard], list[Heard]]) -> None:
    heard, shuffled = orders
    assert replay(heard)[0] == replay(shuffled)[0]


@given(states, codes, speakers)
def test_a_status_moves_no_line_back_and_only_an_applied_one_moves_any(
    held: BusinessState, code: str, speaker: Speaker
) -> None:
    after, effect = apply_status(held, code, speaker)
    assert all(new >= old for new, old in zip(ranks(after), ranks(held), strict=True))
    assert (after != held) == (effect == "applied")


@given(states, codes, speakers)
def test_saying_it_again_changes_nothing(held: BusinessState, code: str, speaker: Speaker) -> None:
    after, effect = apply_status(held, code, speaker)
    again = apply_status(after, code, speaker)
    assert again.state == after
    assert again.effect == ("repeated" if effect == "applied" else effect)


@given(histories)
def test_a_history_played_twice_changes_nothing(heard: list[Heard]) -> None:
    state, effects = replay(heard)
    twice, later = replay([*heard, *heard])
    assert (twice, later[: len(heard)]) == (state, effects)
    assert "applied" not in later[len(heard) :]


@given(histories)
def test_a_history_played_step_by_step_gives_what_it_gives_as_a_whole(heard: list[Heard]) -> None:
    for length in range(len(heard)):
        assert all(
            later >= earlier
            for earlier, later in zip(ranks(replay(heard[:length])[0]), ranks(replay(heard)[0]), strict=True)
        )


@given(histories)
def test_an_answer_waits_only_while_there_is_nothing_to_answer(heard: list[Heard]) -> None:
    state, effects = replay(heard)
    assert ("unresolved" in effects) <= (state.request == "")


TABLE: list[tuple[BusinessState, str, Speaker, BusinessState, Effect]] = [
    (BusinessState(), "01", "recipient", BusinessState("01"), "applied"),
    (BusinessState("01"), "06", "recipient", BusinessState("06"), "applied"),
    (BusinessState("06"), "04", "recipient", BusinessState("06"), "contradicts"),
    (BusinessState("06"), "06", "recipient", BusinessState("06"), "repeated"),
    (BusinessState("05"), "02", "recipient", BusinessState("02"), "applied"),
    (BusinessState("02"), "06", "recipient", BusinessState("02"), "contradicts"),
    (BusinessState(), "03", "sender", BusinessState(), "contradicts"),
    (BusinessState("03"), "13", "sender", BusinessState("03", "open"), "applied"),
    (BusinessState("03"), "13", "recipient", BusinessState("03"), "contradicts"),
    (BusinessState("03"), "15", "recipient", BusinessState("03"), "unresolved"),
    (BusinessState("03", "open"), "15", "recipient", BusinessState("03", "agreed"), "applied"),
    (BusinessState("03", "open"), "15", "sender", BusinessState("03", "open"), "contradicts"),
    (BusinessState("03", "agreed"), "16", "recipient", BusinessState("03", "refused"), "applied"),
    (BusinessState("03", "refused"), "15", "recipient", BusinessState("03", "refused"), "contradicts"),
    (BusinessState("03", "agreed"), "13", "sender", BusinessState("03", "agreed"), "contradicts"),
    (BusinessState("03"), "99", "recipient", BusinessState("03"), "unknown"),
    (BusinessState("03"), "", "recipient", BusinessState("03"), "unknown"),
]


@pytest.mark.parametrize(("held", "code", "speaker", "expected", "effect"), TABLE)
def test_the_table(held: BusinessState, code: str, speaker: Speaker, expected: BusinessState, effect: Effect) -> None:
    assert apply_status(held, code, speaker) == (expected, effect)


def test_an_answer_before_its_request_is_applied_when_the_request_comes() -> None:
    assert replay([Heard("15", "recipient")]) == (BusinessState(), ["unresolved"])
    assert replay([Heard("15", "recipient"), Heard("13", "sender")]) == (
        BusinessState(request="agreed"),
        ["applied", "applied"],
    )
    assert replay([Heard("16", "recipient"), Heard(None, "sender")]) == (
        BusinessState(request="refused"),
        ["applied", None],
    )


def test_an_update_opens_a_request_and_an_answered_one_stays_answered() -> None:
    assert open_request(BusinessState("03")) == BusinessState("03", "open")
    assert open_request(BusinessState("03", "agreed")) == BusinessState("03", "agreed")


def test_all_orders_of_the_nine_codes_end_alike() -> None:
    """9! orders are too many to list here; all orders of each four of them are not."""
    for four in itertools.combinations(LISTED, 4):
        ends = {
            replay(Heard(code, "sender" if code == "13" else "recipient") for code in order)[0]
            for order in itertools.permutations(four)
        }
        assert len(ends) == 1, four


@given(st.lists(codes, max_size=10))
def test_furthest_is_the_handling_line_alone(heard: list[str]) -> None:
    held = ""
    for code in heard:
        held = furthest(held, code)
    assert held == replay(Heard(code, "recipient") for code in heard)[0].handling
    assert Counter(heard)[held] or held == ""
