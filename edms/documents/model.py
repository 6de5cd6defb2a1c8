"""Tables of documents. Field names follow NĐ 30/2020 annex VI part II (metadata of outgoing and incoming documents)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from edms.model import Base
from storage.identifiers import new_id


class Direction(StrEnum):
    """Which way a document travels."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


class DocumentState(StrEnum):
    """Where a document stands; `rules.STEPS` says what may follow what."""

    DRAFT = "draft"
    SIGNED = "signed"
    NUMBERED = "numbered"
    SEALED = "sealed"
    DISPATCHED = "dispatched"
    ARRIVED = "arrived"
    REGISTERED = "registered"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    RETURNED = "returned"


class Operation(StrEnum):
    """What a document from the axis does (BussinessDocType of QCVN 102)."""

    NEW = "new"
    REVOKE = "revoke"
    UPDATE = "update"
    REPLACE = "replace"


class SecrecyHold(StrEnum):
    """Whether a document is kept from people because it may be a state secret."""

    NONE = ""
    HELD = "held"
    """A mark was found in its text: only clerks and the security officer see it, until one of them decides."""
    CONFIRMED = "confirmed"
    """It is one: nobody opens its files, and what described it was struck out."""


class FileRole(StrEnum):
    """What a file is to its document."""

    MAIN = "main"
    ATTACHMENT = "attachment"
    MESSAGE = "message"
    """The edXML message as it left or arrived, byte for byte."""
    RECEIPT = "receipt"


class ParticipantRole(StrEnum):
    """Why a position sees a document."""

    DRAFTER = "drafter"
    SIGNER = "signer"
    LEAD = "lead"
    CO_ORDINATING = "co_ordinating"
    INFORMED = "informed"


class Priority(StrEnum):
    """Độ khẩn, as edXML numbers it (0–4)."""

    NORMAL = "0"
    URGENT = "1"
    VERY_URGENT = "2"
    EXPRESS = "3"
    EXPRESS_TIMED = "4"


class Document(Base):
    """An official document as one agency holds it; the same letter at sender and receiver is two documents."""

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_desk", "agency_id", "direction", "state", "created_at"),
        Index("ix_document_responsible", "responsible_position_id", "state"),
        Index("ix_document_exchange_id", "agency_id", "exchange_id"),
        Index("ix_document_refused", "agency_id", postgresql_where=text("refusals > 0")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column()
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    """The agency that holds this document: the tenant."""
    direction: Mapped[Direction]
    state: Mapped[DocumentState]
    responsible_position_id: Mapped[UUID | None] = mapped_column(ForeignKey("position.id"))
    """The one position that must act next; None only when the document is finished."""

    type_name: Mapped[str] = mapped_column(String(100))
    number: Mapped[str] = mapped_column(String(50), default="")
    """CodeNumber: as printed, `05`; empty before numbering. Text, because others' numbers are not always digits."""
    notation: Mapped[str] = mapped_column(String(50), default="")
    """CodeNotation: `STC-VP`."""
    issued_on: Mapped[date | None]
    issuer_name: Mapped[str] = mapped_column(String(200))
    issuer_organ_id: Mapped[str] = mapped_column(String(35), default="")
    subject: Mapped[str] = mapped_column(String(500))
    language: Mapped[str] = mapped_column(String(30), default="Tiếng Việt")
    page_amount: Mapped[int] = mapped_column(default=0)
    signer_position: Mapped[str] = mapped_column(String(100), default="")
    signer_name: Mapped[str] = mapped_column(String(100), default="")
    priority: Mapped[Priority] = mapped_column(default=Priority.NORMAL)
    due_on: Mapped[date | None]
    body: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What a draft was written as (addressees, grounds, paragraphs), so that it can be rendered again."""

    exchange_id: Mapped[str] = mapped_column(String(200), default="")
    """edXML DocumentId, once sent or received; unique per sender on the axis."""
    operation: Mapped[Operation] = mapped_column(default=Operation.NEW)
    operation_reason: Mapped[str] = mapped_column(String(500), default="")
    operation_targets: Mapped[list[Any]] = mapped_column(default=list)
    """The documents of the same issuer that it revokes, updates or replaces: `document_id` (edXML) and `code`, as named."""
    secrecy_hold: Mapped[SecrecyHold] = mapped_column(default=SecrecyHold.NONE)
    refusals: Mapped[int] = mapped_column(default=0)
    """Recipients that refused it and about whom nobody has done anything yet; kept by `edms.exchange`."""
    arrived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]

    files: Mapped[list[DocumentFile]] = relationship(order_by="DocumentFile.id", back_populates="document")
    recipients: Mapped[list[DocumentRecipient]] = relationship(order_by="DocumentRecipient.ordinal")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as written

    @property
    def code(self) -> str:
        """Số, ký hiệu as people write it: `05/STC-VP`; empty before numbering."""
        if not self.number:
            return ""
        return f"{self.number}/{self.notation}" if self.notation else self.number

    @property
    def signer_position_id(self) -> UUID | None:
        """The position that a draft names to sign it; None for what was not drafted here."""
        named = (self.body or {}).get("signer_position_id")
        return UUID(named) if named else None

    def main_file(self) -> DocumentFile | None:
        """Return the newest version of the main file."""
        mains = [file for file in self.files if file.role == FileRole.MAIN and file.superseded_at is None]
        return mains[-1] if mains else None


class DocumentFile(Base):
    """One version of one file. A new version is a new row; bytes under a digest never change."""

    __tablename__ = "document_file"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    role: Mapped[FileRole]
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]
    layout: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Boxes reserved on the pages of a draft: `number`, `date`, `leader`, `seal` (PDF points)."""

    document: Mapped[Document] = relationship(back_populates="files")


class DocumentRecipient(Base):
    """Whom an outgoing document is for (nơi nhận). Reached over the axis when `organ_id` is known there."""

    __tablename__ = "document_recipient"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    ordinal: Mapped[int]
    organ_id: Mapped[str] = mapped_column(String(35), default="")
    name: Mapped[str] = mapped_column(String(200))


class Participant(Base):
    """A position that sees a document, and why; written by whatever gives the position its part."""

    __tablename__ = "participant"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), primary_key=True)
    position_id: Mapped[UUID] = mapped_column(ForeignKey("position.id"), primary_key=True, index=True)
    role: Mapped[ParticipantRole] = mapped_column(primary_key=True)
    since: Mapped[datetime]


class RelationKind(StrEnum):
    """How one document bears on another."""

    REPLIES_TO = "replies_to"
    REVOKES = "revokes"
    UPDATES = "updates"
    REPLACES = "replaces"


class DocumentRelation(Base):
    """`document` bears on `target`; both of the same agency."""

    __tablename__ = "document_relation"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), primary_key=True)
    target_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), primary_key=True, index=True)
    kind: Mapped[RelationKind] = mapped_column(primary_key=True)
