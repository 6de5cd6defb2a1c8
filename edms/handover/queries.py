"""Reads of handovers: each concerns the leaving person, the successor, and the leaders of the agency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, true
from sqlalchemy.orm import Session, aliased, defer

from edms.accounts.queries import is_locked_out
from edms.handover.errors import HandoverNotFound
from edms.handover.model import Handover, HandoverState
from edms.handover.rules import TRANSITIONS, Parties, Step, may_take
from edms.organisation.actor import Actor
from edms.organisation.model import Capacity, Person, Position, Unit
from edms.organisation.queries import appointments_of
from edms.web.translations import mark

STATE_LABELS: Mapping[HandoverState, str] = {
    HandoverState.PREPARED: mark("Chờ người bàn giao xác nhận"),
    HandoverState.CONFIRMED: mark("Chờ người nhận tiếp nhận"),
    HandoverState.ACCEPTED: mark("Đã bàn giao"),
    HandoverState.WITHDRAWN: mark("Đã rút lại"),
}
"""Vietnamese messages; pages translate them."""

_Giver, _Receiver = aliased(Person), aliased(Person)


@dataclass(frozen=True)
class HandoverRow:
    """One line of the list. `waits_for_me`: the next step is the reader's."""

    id: UUID
    position_title: str
    unit_name: str
    from_person: str
    to_person: str
    state: HandoverState
    state_label: str
    prepared_at: datetime
    accepted_at: datetime | None
    waits_for_me: bool


@dataclass(frozen=True)
class NumberedItem:
    """One item of the inventory with its ordinal, from 1, and the successor's objection to it."""

    ordinal: int
    reference: str
    title: str
    due_on: date | None
    state: str
    objection: str


@dataclass(frozen=True)
class InventoryGroup:
    """The items of one category."""

    category: str
    items: tuple[NumberedItem, ...]


@dataclass(frozen=True)
class HandoverPage:
    """One handover with its inventory. `steps` are the reader's now: of `confirm`, `accept`, `withdraw`."""

    id: UUID
    position_title: str
    unit_name: str
    from_person: str
    to_person: str
    state: HandoverState
    state_label: str
    reason: str
    legal_act: str
    prepared_at: datetime
    prepared_by: str
    groups: tuple[InventoryGroup, ...]
    item_count: int
    inventory_sha256: str
    remarks: str
    confirmed_at: datetime | None
    confirmed_by: str
    accepted_at: datetime | None
    withdrawn_at: datetime | None
    minutes_sha256: str
    steps: frozenset[str]


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `handover` rows that `actor` may see: of the own agency, as leader, giver or receiver."""
    is_party = or_(Handover.from_person_id == actor.person_id, Handover.to_person_id == actor.person_id)
    sees_all = actor.is_system or actor.capacity is Capacity.LEADER
    return and_(Handover.agency_id == actor.agency_id, true() if sees_all else is_party)


def find(session: Session, actor: Actor, handover_id: UUID, *, lock: bool = False) -> Handover:
    """Return the handover; `lock` holds its row until the transaction ends. Raises `HandoverNotFound`."""
    statement = select(Handover).where(Handover.id == handover_id, visible_to(actor))
    if lock:
        statement = statement.with_for_update()
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise HandoverNotFound
    return found


def concerning(session: Session, actor: Actor, at: datetime) -> list[HandoverRow]:
    """Return the handovers that the actor may see: open ones first, newest first."""
    statement = _named().where(visible_to(actor)).options(defer(Handover.inventory))
    rows = [_row(session, actor, found, at) for found in session.execute(statement)]
    closed = (HandoverState.ACCEPTED, HandoverState.WITHDRAWN)
    return sorted(rows, key=lambda row: (row.state in closed, -row.prepared_at.timestamp()))


def handover_page(session: Session, actor: Actor, handover_id: UUID, at: datetime) -> HandoverPage:
    """Return one handover. Raises `HandoverNotFound`."""
    found = session.execute(_named().where(Handover.id == handover_id, visible_to(actor))).one_or_none()
    if found is None:
        raise HandoverNotFound
    handover: Handover = found[0]
    names = _names(found)
    return HandoverPage(
        id=handover.id,
        **names,
        state=handover.state,
        state_label=STATE_LABELS[handover.state],
        reason=handover.reason,
        legal_act=handover.legal_act,
        prepared_at=handover.prepared_at,
        prepared_by=str(handover.prepared_by.get("person_name", "")),
        groups=inventory_groups(handover),
        item_count=len(handover.inventory),
        inventory_sha256=handover.inventory_sha256,
        remarks=handover.remarks,
        confirmed_at=handover.confirmed_at,
        confirmed_by=str(handover.confirmed_by.get("person_name", "")),
        accepted_at=handover.accepted_at,
        withdrawn_at=handover.withdrawn_at,
        minutes_sha256=handover.minutes_sha256,
        steps=_steps(session, actor, handover, at),
    )


def inventory_groups(handover: Handover) -> tuple[InventoryGroup, ...]:
    """Return the stored inventory by category; ordinals run through all categories."""
    numbered = [
        (
            str(item["category"]),
            NumberedItem(
                ordinal=ordinal,
                reference=str(item["reference"]),
                title=str(item["title"]),
                due_on=date.fromisoformat(item["due_on"]) if item["due_on"] else None,
                state=str(item["state"]),
                objection=str(handover.objections.get(str(ordinal), "")),
            ),
        )
        for ordinal, item in enumerate(handover.inventory, start=1)
    ]
    return tuple(
        InventoryGroup(category, tuple(item for _, item in group))
        for category, group in groupby(numbered, key=lambda one: one[0])
    )


def leaver_is_gone(session: Session, handover: Handover, at: datetime) -> bool:
    """Tell whether the leaving person can no longer act in the agency: no appointment there, or a locked account."""
    standing = appointments_of(session, handover.from_person_id, at)
    here = [one for one in standing if one.agency_id == handover.agency_id]
    return not here or is_locked_out(session, handover.from_person_id)


def _named() -> Select[Handover, str, str, str, str]:
    return (
        select(Handover, Position.title, Unit.name, _Giver.full_name, _Receiver.full_name)
        .join(Position, Position.id == Handover.position_id)
        .join(Unit, Unit.id == Position.unit_id)
        .join(_Giver, _Giver.id == Handover.from_person_id)
        .join(_Receiver, _Receiver.id == Handover.to_person_id)
    )


def _names(found: Row[Handover, str, str, str, str]) -> dict[str, Any]:
    """Return names and titles: as they were at the cut-off, once there was one."""
    handover, position, unit, giver, receiver = found
    then = handover.parties
    return {
        "position_title": then.get("position", position),
        "unit_name": then.get("unit", unit),
        "from_person": then.get("giver", giver),
        "to_person": then.get("receiver", receiver),
    }


def _row(session: Session, actor: Actor, found: Row[Handover, str, str, str, str], at: datetime) -> HandoverRow:
    handover: Handover = found[0]
    return HandoverRow(
        id=handover.id,
        **_names(found),
        state=handover.state,
        state_label=STATE_LABELS[handover.state],
        prepared_at=handover.prepared_at,
        accepted_at=handover.accepted_at,
        waits_for_me=bool(_steps(session, actor, handover, at) - {Step.WITHDRAW.value}),
    )


def _steps(session: Session, actor: Actor, handover: Handover, at: datetime) -> frozenset[str]:
    possible = [step for state, step in TRANSITIONS if state == handover.state]
    if not possible:
        return frozenset()
    gone = leaver_is_gone(session, handover, at)
    parties = Parties(handover.agency_id, handover.from_person_id, handover.to_person_id, gone)
    return frozenset(step.value for step in possible if may_take(actor, parties, step))
