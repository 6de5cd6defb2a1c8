"""Tables of the exchange. Transport status and business status are two layers and never mixed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from edms.model import Base
from storage.identifiers import new_id


class DispatchState(StrEnum):
    """How far a dispatch is on its way to the hub."""

    QUEUED = "queued"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Dispatch(Base):
    """One sending of one outgoing document, to all its recipients on the axis."""

    __tablename__ = "dispatch"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), unique=True)
    state: Mapped[DispatchState]
    exchange_id: Mapped[str] = mapped_column(String(200))
    message_sha256: Mapped[str] = mapped_column(String(64), default="")
    """Blob of the message: built once, sent again unchanged however often."""
    message_size_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    hub_message_id: Mapped[str] = mapped_column(String(64), default="")
    receipt_sha256: Mapped[str] = mapped_column(String(64), default="")
    problem: Mapped[str] = mapped_column(Text, default="")
    requested_at: Mapped[datetime]
    requested_by: Mapped[dict[str, Any]]
    accepted_at: Mapped[datetime | None]


class Delivery(Base):
    """What became of a dispatch at one recipient."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("dispatch_id", "organ_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    dispatch_id: Mapped[UUID] = mapped_column(ForeignKey("dispatch.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    organ_id: Mapped[str] = mapped_column(String(35))
    name: Mapped[str] = mapped_column(String(200))
    business_status: Mapped[str] = mapped_column(String(2), default="")
    """Furthest status code reported by the recipient (01–06, 13, 15, 16); empty: none yet."""
    updated_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    """When somebody here noted what was done about a refusal; None: nobody has."""
    settled_by: Mapped[dict[str, Any]] = mapped_column(default=dict)
    settled_note: Mapped[str] = mapped_column(String(500), default="")


class StatusEvent(Base):
    """A status message, sent or received. A repeated code of the same party adds nothing."""

    __tablename__ = "status_event"
    __table_args__ = (
        UniqueConstraint("document_id", "direction", "organ_id", "code"),
        Index("ix_status_event_document_id", "document_id", "occurred_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    direction: Mapped[str] = mapped_column(String(3))
    """`out`: we told the sender; `in`: a recipient told us."""
    organ_id: Mapped[str] = mapped_column(String(35))
    """The other party."""
    code: Mapped[str] = mapped_column(String(2))
    description: Mapped[str] = mapped_column(String(500), default="")
    staff_name: Mapped[str] = mapped_column(String(300), default="")
    staff_position: Mapped[str] = mapped_column(String(300), default="")
    occurred_at: Mapped[datetime]
    message_sha256: Mapped[str] = mapped_column(String(64), default="")
    """Blob of the status message; empty until an outgoing one is built."""
    message_size_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    accepted_at: Mapped[datetime | None]
    """When the hub accepted an outgoing one."""


class ArrivedMessage(Base):
    """A message fetched from the hub, kept byte for byte; `document_id` once it was filed."""

    __tablename__ = "arrived_message"
    __table_args__ = (UniqueConstraint("agency_id", "hub_delivery_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    hub_delivery_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(10))
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    arrived_at: Mapped[datetime]
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"), index=True)
    envelope_report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    quarantine_code: Mapped[str] = mapped_column(String(60), default="")
    """Why it was not filed; empty when it was."""
    quarantine_detail: Mapped[str] = mapped_column(Text, default="")
