"""What may be done with a document, where it stands afterwards, and in which capacity: one table, no database.

Sources: NĐ 30/2020 Điều 14–18 (outgoing: sign, number, seal, issue), Điều 20–24 (incoming: receive, register, submit,
settle), Điều 32 (only the clerk numbers and seals, and only what a competent person has signed).
"""

from __future__ import annotations

from dataclasses import dataclass

from edms.documents.model import Direction, DocumentState
from edms.organisation.model import Capacity

S = DocumentState


@dataclass(frozen=True)
class Step:
    """One row of the table: an action on documents of `direction` that stand in one of `sources`."""

    direction: Direction
    sources: frozenset[DocumentState]
    target: DocumentState
    capacity: Capacity | None
    """Who may; None: whoever is responsible."""
    signer_only: bool = False
    """Only the position that the draft names as its signer, though another of the same capacity be responsible."""


STEPS: dict[str, Step] = {
    "edit": Step(Direction.OUTGOING, frozenset({S.DRAFT}), S.DRAFT, None),
    "return_draft": Step(Direction.OUTGOING, frozenset({S.DRAFT}), S.DRAFT, Capacity.LEADER, signer_only=True),
    "sign": Step(Direction.OUTGOING, frozenset({S.DRAFT}), S.SIGNED, Capacity.LEADER, signer_only=True),
    "number": Step(Direction.OUTGOING, frozenset({S.SIGNED}), S.NUMBERED, Capacity.CLERK),
    "seal": Step(Direction.OUTGOING, frozenset({S.NUMBERED}), S.SEALED, Capacity.CLERK),
    "dispatch": Step(Direction.OUTGOING, frozenset({S.SEALED}), S.DISPATCHED, Capacity.CLERK),
    "register": Step(Direction.INCOMING, frozenset({S.ARRIVED}), S.REGISTERED, Capacity.CLERK),
    "return": Step(Direction.INCOMING, frozenset({S.ARRIVED}), S.RETURNED, Capacity.CLERK),
    "direct": Step(Direction.INCOMING, frozenset({S.REGISTERED}), S.ASSIGNED, Capacity.LEADER),
    "start": Step(Direction.INCOMING, frozenset({S.ASSIGNED}), S.IN_PROGRESS, None),
    "complete": Step(Direction.INCOMING, frozenset({S.IN_PROGRESS}), S.COMPLETED, None),
}
"""Action → what it needs and where it leads."""

FINISHED = frozenset({S.DISPATCHED, S.COMPLETED, S.RETURNED})
"""States in which nobody is responsible any more."""


_OFFERED_AS = {"number": "number_and_seal", "seal": "number_and_seal"}
"""The clerk numbers and seals in one act; a seal that failed is tried again under the number already given."""


def allows(action: str, direction: Direction, state: DocumentState) -> bool:
    """Tell whether `action` fits a document of `direction` in `state`."""
    step = STEPS[action]
    return step.direction == direction and state in step.sources


def actions_open(
    direction: Direction, state: DocumentState, capacity: Capacity | None, *, responsible: bool, signer: bool
) -> list[str]:
    """Return the actions that a position of `capacity` may take now, in the order of the table.

    `responsible`: the position is the one that must act next; `signer`: it is the one that a draft names to sign it. A clerk
    acts on what waits for a clerk of the agency, so that several clerks may share one desk; a leader and a specialist act only
    on what is theirs.
    """
    found = []
    for action, step in STEPS.items():
        if not allows(action, direction, state):
            continue
        if step.capacity is not None and step.capacity != capacity:
            continue
        if step.signer_only and not signer:
            continue
        if responsible or step.capacity == Capacity.CLERK:
            found.append(_OFFERED_AS.get(action, action))
    return found
