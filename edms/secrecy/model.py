"""Table of incidents: a state secret came, or nearly came, to this networked system. No content stands here."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from edms.model import Base
from storage.identifiers import new_id


class IncidentKind(StrEnum):
    """How a secret came near."""

    DRAFT = "draft"
    """Somebody declared a level for a draft; nothing was kept."""
    UPLOAD = "upload"
    """Somebody declared a level for a file; nothing was read."""
    MESSAGE = "message"
    """A message declared a level; its bytes were not kept, the hub was told."""
    MARK = "mark"
    """A secrecy mark was found in the text of an arrived document, which is held."""


class SecrecyIncident(Base):
    """One incident: who, when, which level, and for a message its sender, identity and digest. Never a subject."""

    __tablename__ = "secrecy_incident"
    __table_args__ = (
        Index("ix_secrecy_incident_agency_id", "agency_id", "at"),
        Index(
            "uq_secrecy_incident_delivery",
            "agency_id",
            "hub_delivery_id",
            unique=True,
            postgresql_where=text("hub_delivery_id <> ''"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    kind: Mapped[IncidentKind]
    level: Mapped[str] = mapped_column(String(20))
    """The level in Vietnamese words: `mật`, `tối mật`, `tuyệt mật`."""
    at: Mapped[datetime]
    by: Mapped[dict[str, Any]]
    """`Actor.snapshot()` of who declared it; of the system for what arrived."""
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"), index=True)
    """The document that is held; None when nothing was kept."""
    sender_organ_id: Mapped[str] = mapped_column(String(35), default="")
    hub_delivery_id: Mapped[str] = mapped_column(String(64), default="")
    message_id: Mapped[str] = mapped_column(String(64), default="")
    """The hub's id of the message."""
    sha256: Mapped[str] = mapped_column(String(64), default="")
    """Digest of the message's bytes, which are not kept."""
    size_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    outcome: Mapped[str] = mapped_column(String(20), default="")
    """Of a held document: `released` or `confirmed`; empty while it is held, and for what was never kept."""
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[dict[str, Any]] = mapped_column(default=dict)
    note: Mapped[str] = mapped_column(String(500), default="")
