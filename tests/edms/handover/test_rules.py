"""The rules of a handover: steps, whose they are, the inventory's order, objections."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edms.handover.errors import NotAllowed, ObjectionInvalid, WrongStep
from edms.handover.model import HandoverState
from edms.handover.rules import (
    TRANSITIONS,
    Parties,
    Step,
    checked_objections,
    may_prepare,
    may_take,
    next_state,
    ordered,
    require,
)
from edms.organisation.actor import Actor
from edms.organisation.inventory import InventoryItem
from edms.organisation.model import Capacity

AGENCY, OTHER, GIVER, RECEIVER = uuid4(), uuid4(), uuid4(), uuid4()
STATES, STEPS = st.sampled_from(HandoverState), st.sampled_from(Step)
PEOPLE = st.sampled_from([GIVER, RECEIVER, uuid4()])
ITEMS = st.builds(
    InventoryItem,
    category=st.sampled_from(["Dự thảo", "Văn bản đến đang giải quyết"]),
    reference=st.text(max_size=5),
    title=st.text(max_size=5),
    due_on=st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 9)),
    state=st.text(max_size=3),
)


def actor(person: UUID, agency: UUID, capacity: Capacity) -> Actor:
    return Actor(agency_id=agency, agency_name="UBND xã B", person_id=person, capacity=capacity)


ACTORS = st.builds(actor, PEOPLE, st.sampled_from([AGENCY, OTHER]), st.sampled_from(Capacity))


@given(st.lists(STEPS, max_size=6))
def test_no_path_leaves_the_table_and_the_end_is_the_end(steps: list[Step]) -> None:
    state = HandoverState.PREPARED
    for step in steps:
        if (state, step) not in TRANSITIONS:
            with pytest.raises(WrongStep):
                next_state(state, step)
            continue
        assert state not in (HandoverState.ACCEPTED, HandoverState.WITHDRAWN)
        state = next_state(state, step)


def test_nothing_is_accepted_that_was_not_confirmed() -> None:
    before = {state for (state, _), after in TRANSITIONS.items() if after is HandoverState.ACCEPTED}
    assert before == {HandoverState.CONFIRMED}


@given(ACTORS, STEPS, st.booleans())
def test_each_step_is_somebody_s_of_the_agency_and_nobody_else_s(who: Actor, step: Step, gone: bool) -> None:
    allowed = may_take(who, Parties(AGENCY, GIVER, RECEIVER, gone), step)
    if who.agency_id != AGENCY:
        assert not allowed
    elif step is Step.ACCEPT:
        assert allowed == (who.person_id == RECEIVER)
    elif step is Step.WITHDRAW:
        assert allowed == (who.capacity is Capacity.LEADER)
    elif who.person_id != GIVER:
        assert allowed == (gone and who.capacity is Capacity.LEADER)
    else:
        assert allowed


@given(ACTORS)
def test_only_a_leader_of_the_agency_prepares(who: Actor) -> None:
    assert may_prepare(who, AGENCY) == (who.agency_id == AGENCY and who.capacity is Capacity.LEADER)


def test_the_system_takes_no_part() -> None:
    system = Actor(agency_id=AGENCY, agency_name="UBND xã B")
    assert not may_prepare(system, AGENCY)
    assert not any(may_take(system, Parties(AGENCY, GIVER, RECEIVER, leaver_is_gone=True), step) for step in Step)


@given(ACTORS, STATES, STEPS)
def test_who_may_not_learns_nothing_of_the_state(who: Actor, state: HandoverState, step: Step) -> None:
    parties = Parties(AGENCY, GIVER, RECEIVER)
    if may_take(who, parties, step):
        return
    with pytest.raises(NotAllowed):
        require(who, parties, state, step)


@given(st.lists(ITEMS, max_size=8), st.randoms(use_true_random=False))
def test_the_inventory_has_one_order_whatever_order_it_was_collected_in(
    items: list[InventoryItem], luck: object
) -> None:
    shuffled = list(items)
    luck.shuffle(shuffled)  # type: ignore[attr-defined]
    assert ordered(shuffled) == ordered(items)
    categories = [item.category for item in ordered(items)]
    assert categories == sorted(categories)


@given(st.dictionaries(st.integers(1, 5).map(str), st.text(max_size=20)))
def test_objections_that_say_nothing_are_dropped(objections: dict[str, str]) -> None:
    kept = checked_objections(objections, 5)
    assert kept == {key: text.strip() for key, text in objections.items() if text.strip()}
    assert list(kept) == sorted(kept)


@pytest.mark.parametrize(
    ("ordinal", "text"), [("0", "x"), ("6", "x"), ("-1", "x"), ("01", "x"), ("²", "x"), ("3", "x" * 1001)]
)
def test_an_objection_names_an_item_and_stays_short(ordinal: str, text: str) -> None:
    with pytest.raises(ObjectionInvalid):
        checked_objections({ordinal: text}, 5)
