"""The rules of a handover that need no database: which step may follow which, whose step it is, what an objection is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from edms.handover.errors import NotAllowed, ObjectionInvalid, WrongStep
from edms.handover.model import HandoverState
from edms.organisation.actor import Actor
from edms.organisation.inventory import InventoryItem
from edms.organisation.model import Capacity

MAX_OBJECTION_CHARACTERS = 1000


class Step(StrEnum):
    """What is done to a handover that has been prepared."""

    CONFIRM = "confirm"
    ACCEPT = "accept"
    WITHDRAW = "withdraw"


TRANSITIONS: Mapping[tuple[HandoverState, Step], HandoverState] = {
    (HandoverState.PREPARED, Step.CONFIRM): HandoverState.CONFIRMED,
    (HandoverState.CONFIRMED, Step.ACCEPT): HandoverState.ACCEPTED,
    (HandoverState.PREPARED, Step.WITHDRAW): HandoverState.WITHDRAWN,
    (HandoverState.CONFIRMED, Step.WITHDRAW): HandoverState.WITHDRAWN,
}
"""Everything that may happen; what is not here may not."""


@dataclass(frozen=True)
class Parties:
    """Whom a handover concerns. `leaver_is_gone`: the leaving person can no longer act in the agency."""

    agency_id: UUID
    from_person_id: UUID
    to_person_id: UUID
    leaver_is_gone: bool = False


def next_state(state: HandoverState, step: Step) -> HandoverState:
    """Return the state after `step`. Raises `WrongStep`."""
    after = TRANSITIONS.get((state, step))
    if after is None:
        raise WrongStep(state.value)
    return after


def may_prepare(actor: Actor, agency_id: UUID) -> bool:
    """Tell whether `actor` may name a successor: a leader of the agency itself."""
    return not actor.is_system and actor.agency_id == agency_id and actor.capacity is Capacity.LEADER


def may_take(actor: Actor, parties: Parties, step: Step) -> bool:
    """Tell whether `step` is the actor's, acting in any position of the agency concerned.

    The leaving person confirms, or a leader where that person is gone; the successor accepts; a leader withdraws.
    """
    if actor.is_system or actor.agency_id != parties.agency_id:
        return False
    is_leader = actor.capacity is Capacity.LEADER
    if step is Step.CONFIRM:
        return actor.person_id == parties.from_person_id or (is_leader and parties.leaver_is_gone)
    if step is Step.ACCEPT:
        return actor.person_id == parties.to_person_id
    return is_leader


def require(actor: Actor, parties: Parties, state: HandoverState, step: Step) -> HandoverState:
    """Return the state after `step`. Raises `NotAllowed` before `WrongStep`: the state is nobody else's business."""
    if not may_take(actor, parties, step):
        raise NotAllowed
    return next_state(state, step)


def ordered(items: Iterable[InventoryItem]) -> list[InventoryItem]:
    """Return the inventory in the one order it is numbered in: by category, then deadline (none last), then reference."""
    return sorted(items, key=lambda one: (one.category, one.due_on or date.max, one.reference, one.title, one.state))


def checked_objections(objections: Mapping[str, str], item_count: int) -> dict[str, str]:
    """Return the objections that say something, by item ordinal (`"1"` to `str(item_count)`). Raises `ObjectionInvalid`."""
    kept = {ordinal: text.strip() for ordinal, text in objections.items() if text.strip()}
    known = {str(ordinal) for ordinal in range(1, item_count + 1)}
    for ordinal, text in kept.items():
        if ordinal not in known or len(text) > MAX_OBJECTION_CHARACTERS:
            raise ObjectionInvalid(ordinal[:20])
    return dict(sorted(kept.items(), key=lambda one: int(one[0])))
