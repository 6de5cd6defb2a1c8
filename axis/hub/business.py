"""The business state at the hub: what statuses made of a document at each of its recipients.

It is worked out anew from the rows whenever a message could change it, by the rules of `axis.edxml.states`, so it is the same in
whatever order messages come, and could be made again from nothing. Everything about one document happens under one lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select, text, union
from sqlalchemy.orm import Session

from axis.edxml.states import TAKE_BACK, BusinessState, Effect, Heard, apply_status, replay
from axis.hub import model
from axis.hub.model import Delivery, Message, MessageTarget
from storage.unit_of_work import Transaction

DocumentKey = tuple[UUID, str]
"""Whose document, and its DocumentId. Several messages may bear one: the document, its updates, its revocation."""

_LOCK = text("SELECT pg_advisory_xact_lock(7239116, hashtext(:key))")
_SPOKEN_OF = ("new", "replace", "update", "revoke")
"""Which of several messages under one DocumentId a status speaks of: the first of these that its sender received."""
_WISHES = ("update", "revoke")


def keys_of(session: Session, message: Message) -> list[DocumentKey]:
    """Return the documents whose state `message` may change, in the order in which they are to be locked."""
    if message.kind == "status":
        known = message.target_agency_id and message.target_document_id
        return [(message.target_agency_id, message.target_document_id)] if known else []  # type: ignore[list-item]
    named = session.scalars(select(MessageTarget).where(MessageTarget.message_id == message.id))
    keys = {(one.agency_id, one.document_id) for one in named}
    return sorted(keys | {(message.sender_agency_id, message.document_id or "")})


def lock(tx: Transaction, keys: Iterable[DocumentKey]) -> None:
    """Let nobody else work on these documents until the transaction ends; call it before any row is locked."""
    for agency_id, document_id in keys:
        tx.session.execute(_LOCK, {"key": f"{agency_id} {document_id}"})


def reckon(tx: Transaction, key: DocumentKey, party: UUID | None = None) -> None:
    """Bring links, effects and states of one document up to date, at `party` alone when given. Needs its lock."""
    known = _Known.load(tx.session, key, party)
    if not known.documents:
        return
    owner, document_id = key
    query = select(Message).where(
        Message.kind == "status", Message.target_agency_id == owner, Message.target_document_id == document_id
    )
    if party is not None:
        query = query.where(Message.party_agency_id == party)
    heard: dict[UUID, list[Message]] = {} if party else {agency: [] for agency in known.asked()}
    anew = query.order_by(Message.received_at, Message.id).execution_options(populate_existing=True)
    for status in tx.session.scalars(anew):  # read anew, because the lock was waited for
        if status.party_agency_id is not None:
            heard.setdefault(status.party_agency_id, []).append(status)
    for agency_id, statuses in heard.items():
        _reckon_at(tx, known, agency_id, statuses)


@dataclass(frozen=True)
class _Known:
    """What the hub carried of one document: messages under its id, wishes to change it, and who was offered them.

    With a party, offers to others are left out: a broadcast has thousands.
    """

    documents: Sequence[Message]
    wishes: Sequence[Message]
    offered: dict[UUID, set[UUID]]
    """Agencies by message."""

    @classmethod
    def load(cls, session: Session, key: DocumentKey, party: UUID | None) -> _Known:
        owner, document_id = key
        # Two looks into an index each, where one condition with OR would read all that the sender ever sent.
        ids = union(
            select(Message.id).where(
                Message.kind == "document", Message.sender_agency_id == owner, Message.document_id == document_id
            ),
            select(MessageTarget.message_id).where(
                MessageTarget.agency_id == owner, MessageTarget.document_id == document_id
            ),
        )
        query = select(Message).where(Message.id.in_(ids)).order_by(Message.received_at, Message.id)
        found = list(session.scalars(query))
        offered: dict[UUID, set[UUID]] = {}
        deliveries = select(Delivery.message_id, Delivery.agency_id).where(
            Delivery.message_id.in_([one.id for one in found])
        )
        if party is not None:
            deliveries = deliveries.where(Delivery.agency_id == party)
        for message_id, agency_id in session.execute(deliveries):
            offered.setdefault(message_id, set()).add(agency_id)
        return cls(
            [one for one in found if one.document_id == document_id],
            [one for one in found if one.business in _WISHES],
            offered,
        )

    def asked(self) -> set[UUID]:
        """Agencies that were offered an update or a revocation."""
        return {agency for wish in self.wishes for agency in self.offered.get(wish.id, ())}

    def was_offered(self, message: Message, agency_id: UUID) -> bool:
        return agency_id in self.offered.get(message.id, ())

    def spoken_of_by(self, agency_id: UUID) -> Message:
        """The message that a status of this agency speaks of; of those it never received, any rather than none."""
        return min(
            self.documents,
            key=lambda one: (not self.was_offered(one, agency_id), _SPOKEN_OF.index(one.business or "new")),
        )


def _reckon_at(tx: Transaction, known: _Known, agency_id: UUID, statuses: list[Message]) -> None:
    document = known.spoken_of_by(agency_id)
    for status in statuses:
        status.target_message_id = document.id
    received = known.was_offered(document, agency_id)
    wishes = [one for one in known.wishes if known.was_offered(one, agency_id)] if received else []
    firsts = [one for one in statuses if not one.superseded_effect]
    events = sorted([*firsts, *wishes], key=lambda one: (one.received_at, one.id))
    state, effects = replay(_heard(one) for one in events)
    if received:
        for event, effect in zip(events, effects, strict=True):
            if event.kind == "status":
                event.effect = effect
    else:
        state = BusinessState()
        for event in events:
            event.effect = _of_a_stranger(event)
    for status in statuses:
        if status.superseded_effect:
            status.effect = "repeated"
    _keep(tx, known, document, agency_id, state)


def _heard(message: Message) -> Heard:
    if message.kind == "document":
        return Heard(None, "sender")
    return Heard(message.status_code or "", "sender" if message.status_code == TAKE_BACK else "recipient")


def _of_a_stranger(status: Message) -> Effect:
    """What is said about a document at an agency that never received it moves nothing, whatever it says."""
    event = _heard(status)
    effect = apply_status(BusinessState(), event.code or "", event.speaker).effect
    return "unknown" if effect == "unknown" else "contradicts"


def _keep(tx: Transaction, known: _Known, document: Message, agency_id: UUID, state: BusinessState) -> None:
    others = [one.id for one in known.documents if one.id != document.id]
    table = model.BusinessState
    tx.session.execute(delete(table).where(table.agency_id == agency_id, table.message_id.in_(others)))
    row = tx.session.get(table, (document.id, agency_id))
    if state == BusinessState():
        return
    if row is None:
        row = table(message_id=document.id, agency_id=agency_id, handling="", request="", changed_at=tx.now)
        tx.session.add(row)
    if (row.handling, row.request) != (state.handling, state.request):
        row.handling, row.request, row.changed_at = state.handling, state.request, tx.now
