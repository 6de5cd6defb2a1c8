"""How assignments move: forward only, and every state can be reached and finished."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edms.documents.model import ParticipantRole
from edms.workflow.model import AssignmentState
from edms.workflow.rules import NEXT, ROLE_LABELS, STATE_LABELS, may_follow

ORDER = [AssignmentState.OPEN, AssignmentState.IN_PROGRESS, AssignmentState.DONE]


@given(st.sampled_from(ORDER), st.sampled_from(ORDER))
def test_nothing_goes_back_or_stands_still(state: AssignmentState, wanted: AssignmentState) -> None:
    assert may_follow(state, wanted) == (ORDER.index(wanted) > ORDER.index(state))


@given(st.lists(st.sampled_from(ORDER), max_size=8))
def test_work_once_done_stays_done(wishes: list[AssignmentState]) -> None:
    state, seen_done = AssignmentState.OPEN, False
    for wanted in wishes:
        state = wanted if may_follow(state, wanted) else state
        seen_done = seen_done or wanted is AssignmentState.DONE
    assert (state is AssignmentState.DONE) == seen_done


def test_every_state_and_role_of_an_assignment_has_words() -> None:
    assert set(NEXT) == set(STATE_LABELS) == set(AssignmentState)
    assert set(ROLE_LABELS) == {ParticipantRole.LEAD, ParticipantRole.CO_ORDINATING, ParticipantRole.INFORMED}
