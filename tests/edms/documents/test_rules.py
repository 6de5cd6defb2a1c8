"""The table of steps: the law's order, no step around it, and the same answer on the page as in the service."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edms.documents.access import require
from edms.documents.errors import NotYours, WrongState
from edms.documents.model import Direction, Document, DocumentState
from edms.documents.rules import FINISHED, STEPS, actions_open, allows
from edms.organisation.actor import Actor
from edms.organisation.model import Capacity

S = DocumentState
WAYS = {
    Direction.OUTGOING: (S.DRAFT, S.SIGNED, S.NUMBERED, S.SEALED, S.DISPATCHED),
    Direction.INCOMING: (S.ARRIVED, S.REGISTERED, S.ASSIGNED, S.IN_PROGRESS, S.COMPLETED),
}
"""The order of NĐ 30/2020 Điều 14-18 and 20-24, written down a second time."""

CLERKS_ACTS = {"number", "seal", "dispatch", "register", "return"}
LEADERS_ACTS = {"sign", "return_draft", "direct"}
MINE, ANOTHERS, AGENCY = UUID(int=1), UUID(int=2), UUID(int=3)

directions = st.sampled_from(Direction)
states = st.sampled_from(DocumentState)


@given(directions, states, st.sampled_from(sorted(STEPS)))
def test_a_step_leads_one_place_on_and_never_around_another(
    direction: Direction, state: DocumentState, action: str
) -> None:
    if not allows(action, direction, state):
        return
    way, target = WAYS[direction], STEPS[action].target
    assert state in way, "a state of the other direction"
    if target is S.RETURNED:
        assert (direction, state) == (Direction.INCOMING, S.ARRIVED), "what is in the book cannot be sent back"
    else:
        assert way.index(target) - way.index(state) == (0 if action in ("edit", "return_draft") else 1)


@pytest.mark.parametrize("direction", Direction)
def test_every_state_is_reached_and_only_finished_ones_are_ends(direction: Direction) -> None:
    reached, ends = {WAYS[direction][0]}, set()
    for state in (known := [*reached]):
        targets = {step.target for name, step in STEPS.items() if allows(name, direction, state)}
        if not targets:
            ends.add(state)
        known += targets - reached
        reached |= targets
    refused = {S.RETURNED} if direction is Direction.INCOMING else set()
    assert reached == {*WAYS[direction], *refused}
    assert ends == FINISHED & reached


def test_only_the_clerk_numbers_and_seals_and_only_a_leader_signs() -> None:
    assert {name for name, step in STEPS.items() if step.capacity is Capacity.CLERK} == CLERKS_ACTS
    assert {name for name, step in STEPS.items() if step.capacity is Capacity.LEADER} == LEADERS_ACTS


@given(
    directions,
    states,
    st.sampled_from([None, *Capacity]),
    st.sampled_from([None, MINE, ANOTHERS]),
    st.sampled_from(["", str(MINE), str(ANOTHERS)]),
)
def test_a_page_offers_exactly_what_the_service_accepts(
    direction: Direction, state: DocumentState, capacity: Capacity | None, responsible: UUID | None, signer: str
) -> None:
    document = Document(
        direction=direction, state=state, responsible_position_id=responsible, body={"signer_position_id": signer}
    )
    actor = Actor(AGENCY, "UBND xã Mẫu", person_id=UUID(int=4), position_id=MINE, capacity=capacity)
    offered = actions_open(direction, state, capacity, responsible=responsible == MINE, signer=signer == str(MINE))
    assert offered == [_as_offered(action) for action in STEPS if _accepts(actor, document, action)]


def _as_offered(action: str) -> str:
    return "number_and_seal" if action in ("number", "seal") else action


def _accepts(actor: Actor, document: Document, action: str) -> bool:
    try:
        require(actor, document, action)
    except (NotYours, WrongState):
        return False
    return True


def test_a_leader_to_whom_a_draft_came_back_does_not_sign_for_the_one_it_names() -> None:
    draft = Document(
        direction=Direction.OUTGOING,
        state=S.DRAFT,
        responsible_position_id=MINE,
        body={"signer_position_id": str(ANOTHERS)},
    )
    drafter = Actor(AGENCY, "UBND xã Mẫu", person_id=UUID(int=4), position_id=MINE, capacity=Capacity.LEADER)
    require(drafter, draft, "edit")
    with pytest.raises(NotYours):
        require(drafter, draft, "sign")
