"""Use cases of the handover: a position passes from one person to another, and all its work with it.

Nothing that the position owns is touched: work belongs to the position, so closing one appointment and opening another passes
on two items or twenty thousand with the same few rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any, BinaryIO
from uuid import UUID

from edms.handover import rules
from edms.handover.commands import Accept, Confirm, Prepare, Withdraw
from edms.handover.errors import (
    AlreadyOpen,
    InventoryChanged,
    MinutesNotReady,
    NobodyLeaves,
    NotAllowed,
    SuccessorElsewhere,
    SuccessorIsLeaver,
)
from edms.handover.model import Handover, HandoverState
from edms.handover.queries import find, leaver_is_gone
from edms.handover.rules import Parties, Step
from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.organisation.appointments import (
    appointments_in,
    close_appointment,
    has_appointment_in,
    lock_position,
    open_appointment,
)
from edms.organisation.errors import PersonUnknown, PositionTaken
from edms.organisation.inventory import InventoryContributor
from edms.organisation.model import AppointmentKind, Person, Position
from edms.organisation.queries import last_holder_of
from storage.blobs.port import BlobStore
from storage.canonical import digest, plain
from storage.errors import Duplicate
from storage.unit_of_work import Database, Transaction

MINUTES_TOPIC = "handover.minutes"
"""Outbox topic: payload `{"handover_id": …}`, handled by `handlers.MinutesWriter`."""


class HandoverService:
    """Prepares, confirms, accepts and withdraws handovers."""

    def __init__(self, database: Database, blobs: BlobStore, contributors: Sequence[InventoryContributor]) -> None:
        self.database = database
        self._blobs = blobs
        self._contributors = tuple(contributors)

    def prepare(self, actor: Actor, command: Prepare) -> UUID:
        """Name the successor of a position, draw up its inventory, and return the handover's id.

        The leaving person is who holds the position, or who held it last. Raises `NotAllowed`, `PositionUnknown`, `NobodyLeaves`,
        `PersonUnknown`, `SuccessorIsLeaver`, `SuccessorElsewhere`, `AlreadyOpen`.
        """
        try:
            with self.database.begin() as tx:
                return self._prepare(tx, actor, command)
        except Duplicate as refusal:
            if refusal.constraint == "uq_handover_open":
                raise AlreadyOpen from refusal
            raise

    def _prepare(self, tx: Transaction, actor: Actor, command: Prepare) -> UUID:
        position = lock_position(tx, command.position_id)
        if not rules.may_prepare(actor, position.unit.agency_id):
            raise NotAllowed
        leaver = last_holder_of(tx.session, position.id, tx.now)
        if leaver is None:
            raise NobodyLeaves
        successor = tx.session.get(Person, command.to_person_id)
        if successor is None:
            raise PersonUnknown
        if successor.id == leaver.person_id:
            raise SuccessorIsLeaver
        if not has_appointment_in(tx, successor.id, position.unit.agency_id, tx.now):
            raise SuccessorElsewhere
        inventory = self._draw(tx, position.id)
        handover = Handover(
            agency_id=position.unit.agency_id,
            position_id=position.id,
            from_person_id=leaver.person_id,
            to_person_id=successor.id,
            state=HandoverState.PREPARED,
            reason=command.reason,
            legal_act=command.legal_act,
            prepared_at=tx.now,
            prepared_by=actor.snapshot(),
            inventory=inventory,
            inventory_sha256=digest(inventory),
        )
        tx.session.add(handover)
        tx.session.flush()
        data = {
            "position": position.title,
            "from": leaver.person_name,
            "to": successor.full_name,
            "items": len(inventory),
        }
        _record(tx, "handover.prepared", actor, handover, data)
        return handover.id

    def confirm(self, actor: Actor, handover_id: UUID, command: Confirm) -> None:
        """Freeze the inventory as it stands now, with the leaving person's remarks and its digest in the journal.

        A leader confirms in the place of a person who can no longer act in the agency. Raises `HandoverNotFound`, `NotAllowed`,
        `WrongStep`.
        """
        with self.database.begin() as tx:
            handover = find(tx.session, actor, handover_id, lock=True)
            state = rules.require(actor, _parties(tx, handover), handover.state, Step.CONFIRM)
            handover.inventory = self._draw(tx, handover.position_id)
            handover.inventory_sha256 = digest(handover.inventory)
            handover.remarks = command.remarks
            handover.confirmed_at, handover.confirmed_by = tx.now, actor.snapshot()
            handover.state = state
            data = {"items": len(handover.inventory), "inventory_sha256": handover.inventory_sha256}
            _record(tx, "handover.confirmed", actor, handover, data)

    def accept(self, actor: Actor, handover_id: UUID, command: Accept) -> None:
        """Pass the position on, now: the predecessor's appointment ends and the successor's begins in this transaction.

        From that second the predecessor's sessions and tokens open nothing and the successor sees all that the position has.
        The minutes are written afterwards by the worker. Raises `HandoverNotFound`, `NotAllowed`, `WrongStep`,
        `InventoryChanged`, `ObjectionInvalid`, and `PositionTaken` when a third person was appointed meanwhile.
        """
        with self.database.begin() as tx:
            handover = find(tx.session, actor, handover_id, lock=True)
            state = rules.require(actor, _parties(tx, handover), handover.state, Step.ACCEPT)
            if command.inventory_sha256 != handover.inventory_sha256:
                raise InventoryChanged
            objections = rules.checked_objections(command.objections, len(handover.inventory))
            position = lock_position(tx, handover.position_id)
            handover.parties = _as_they_are(tx, handover, position, actor)
            handover.accepted_at, handover.accepted_by = tx.now, actor.snapshot()
            handover.objections, handover.state = objections, state
            _pass_on(tx, actor, handover, position)
            data = {"position": position.title, "objections": len(objections) or "", "from": handover.parties["giver"]}
            data["inventory_sha256"] = handover.inventory_sha256
            _record(tx, "handover.accepted", actor, handover, data)
            tx.publish(MINUTES_TOPIC, {"handover_id": str(handover.id)}, key=str(handover.id))

    def withdraw(self, actor: Actor, handover_id: UUID, command: Withdraw) -> None:
        """Give a handover up before it is accepted; the position may then be handed over anew.

        Raises `HandoverNotFound`, `NotAllowed`, `WrongStep`.
        """
        with self.database.begin() as tx:
            handover = find(tx.session, actor, handover_id, lock=True)
            handover.state = rules.require(actor, _parties(tx, handover), handover.state, Step.WITHDRAW)
            handover.withdrawn_at = tx.now
            _record(tx, "handover.withdrawn", actor, handover, {"reason": command.reason})

    def open_minutes(self, actor: Actor, handover_id: UUID) -> AbstractContextManager[BinaryIO]:
        """Open the minutes (PDF); the context closes them. Raises `HandoverNotFound`, `MinutesNotReady`, `BlobMissing`."""
        with self.database.reading() as session:
            sha256 = find(session, actor, handover_id).minutes_sha256
        if not sha256:
            raise MinutesNotReady
        return self._blobs.open(sha256)

    def _draw(self, tx: Transaction, position_id: UUID) -> list[Any]:
        """Ask every contributor what the position has in hand, and number it."""
        found = [item for ask in self._contributors for item in ask(tx.session, position_id, tx.now)]
        return [plain(asdict(item)) for item in rules.ordered(found)]


def _parties(tx: Transaction, handover: Handover) -> Parties:
    gone = leaver_is_gone(tx.session, handover, tx.now)
    return Parties(handover.agency_id, handover.from_person_id, handover.to_person_id, gone)


def _pass_on(tx: Transaction, actor: Actor, handover: Handover, position: Position) -> None:
    """End what the leaver, and the successor as a stand-in, hold in the position; make the successor its holder."""
    giver, receiver = handover.from_person_id, handover.to_person_id
    holder: UUID | None = None
    for standing in appointments_in(tx, position, tx.now):
        is_holder = standing.kind is AppointmentKind.HOLDER
        if is_holder:
            holder = standing.person_id
        if standing.person_id == giver or (standing.person_id == receiver and not is_holder):
            close_appointment(tx, actor, standing, tx.now)
    if holder not in (None, giver, receiver):
        raise PositionTaken(position.title)
    if holder != receiver:
        open_appointment(tx, actor, position, receiver, since=tx.now)


def _as_they_are(tx: Transaction, handover: Handover, position: Position, receiver: Actor) -> dict[str, Any]:
    """Return the names and titles of this moment, which the minutes print for ever."""
    agency = position.unit.agency
    return {
        "agency": agency.name,
        "superior_agency": agency.issued_under,
        "place": agency.place_name,
        "position": position.title,
        "unit": position.unit.name,
        "giver": tx.session.get_one(Person, handover.from_person_id).full_name,
        "receiver": receiver.person_name,
        "receiver_position": receiver.position_title,
        "receiver_unit": receiver.unit_name,
    }


def _record(tx: Transaction, act: str, actor: Actor, handover: Handover, data: dict[str, Any]) -> None:
    tx.record(Act(act, actor, "handover", handover.id, data))
