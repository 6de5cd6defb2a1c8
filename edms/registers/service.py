"""Use cases of the registers: an arrived document enters the book or goes back; a signed one gets its number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from edms.documents.access import find, require
from edms.documents.model import DocumentState
from edms.documents.notation import printed_number
from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.organisation.model import Capacity
from edms.organisation.roles import position_with
from edms.registers import books
from edms.registers.errors import ReasonMissing
from edms.web.translations import mark
from storage.clock import VIETNAM
from storage.unit_of_work import Database

_SHORTEST_REASON = 5


class ReturnCause(StrEnum):
    """The usual reasons for which a clerk returns a document (status 02: NĐ 30/2020 Điều 21.2, QĐ 28/2018)."""

    WRONG_ADDRESSEE = "wrong-addressee"
    BAD_SIGNATURE = "bad-signature"
    MISSING_FILE = "missing-file"
    OTHER = "other"


CAUSE_LABELS = {
    ReturnCause.WRONG_ADDRESSEE: mark("Gửi nhầm địa chỉ"),
    ReturnCause.BAD_SIGNATURE: mark("Chữ ký số không hợp lệ"),
    ReturnCause.MISSING_FILE: mark("Thiếu tệp hoặc tệp không mở được"),
    ReturnCause.OTHER: mark("Lý do khác"),
}
"""Vietnamese messages; pages translate them, senders get them as they are."""


@dataclass(frozen=True)
class ReturnDocument:
    """An arrived document goes back to its sender (NĐ 30/2020 Điều 21.2)."""

    cause: Annotated[ReturnCause, Meta(title="Lý do trả lại")]
    reason: Annotated[str, Meta(max_length=400, title="Nói rõ thêm")] = ""
    """What the sender should know beside the cause; required where the cause is another than the usual ones."""

    def told(self) -> str:
        """Return the reason as the sender reads it: `Gửi nhầm địa chỉ: …`. Raises `ReasonMissing`."""
        if self.cause is not ReturnCause.OTHER:
            return f"{CAUSE_LABELS[self.cause]}: {self.reason}" if self.reason else CAUSE_LABELS[self.cause]
        if len(self.reason) < _SHORTEST_REASON:
            raise ReasonMissing
        return self.reason


@dataclass(frozen=True)
class GivenNumber:
    """What numbering gave an outgoing document."""

    number: str
    notation: str
    issued_on: date


class RegisterService:
    """Numbers and books."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def register_incoming(self, actor: Actor, document_id: UUID) -> int:
        """Enter an arrived document in the book and pass it to the leader; return the arrival number (số đến).

        Raises `DocumentNotFound`, `WrongState`, `NotYours`, `AlreadyRegistered`.
        """
        with self.database.begin() as tx:
            document = find(tx.session, actor, document_id, lock=True)
            require(actor, document, "register")
            entry = books.enter(tx, actor, document)
            document.state = DocumentState.REGISTERED
            leader = position_with(tx.session, document.agency_id, Capacity.LEADER, tx.now)
            document.responsible_position_id = leader.id if leader is not None else actor.position_id
            tx.record(Act("document.registered", actor, "document", document.id, {"number": entry.number}))
            return entry.number

    def return_incoming(self, actor: Actor, document_id: UUID, command: ReturnDocument) -> None:
        """Send an arrived document back with a reason; it stays readable and gets no number.

        Raises `ReasonMissing`, `DocumentNotFound`, `WrongState`, `NotYours`.
        """
        reason = command.told()
        with self.database.begin() as tx:
            document = find(tx.session, actor, document_id, lock=True)
            require(actor, document, "return")
            document.state = DocumentState.RETURNED
            document.responsible_position_id = None
            tx.record(Act("document.returned", actor, "document", document.id, {"reason": reason}))

    def number_outgoing(self, actor: Actor, document_id: UUID) -> GivenNumber:
        """Give a signed document its number and date; asking again returns what was given.

        The number is spent in this transaction; filling it into the PDF and sealing come after and may be tried again.
        Raises `WrongState` when no competent person has signed yet (Điều 32).
        """
        with self.database.begin() as tx:
            document = find(tx.session, actor, document_id, lock=True)
            if document.state == DocumentState.NUMBERED and document.issued_on is not None:
                require(actor, document, "seal")
                return GivenNumber(document.number, document.notation, document.issued_on)
            require(actor, document, "number")
            entry = books.enter(tx, actor, document)
            document.number = printed_number(entry.number)
            document.issued_on = tx.now.astimezone(VIETNAM).date()
            document.state = DocumentState.NUMBERED
            document.responsible_position_id = actor.position()
            tx.record(Act("document.numbered", actor, "document", document.id, {"code": document.code}))
            return GivenNumber(document.number, document.notation, document.issued_on)
