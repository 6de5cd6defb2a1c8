"""Tables of handovers."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from edms.model import Base
from storage.identifiers import new_id


class HandoverState(StrEnum):
    """How far a handover is."""

    PREPARED = "prepared"
    """The head of the unit named the successor; the inventory is drawn up."""
    CONFIRMED = "confirmed"
    """The leaving person added remarks and confirmed the inventory."""
    ACCEPTED = "accepted"
    """The successor took over; the minutes are written."""
    WITHDRAWN = "withdrawn"
    """Given up before it was accepted: another successor, or nobody leaves."""


_OPEN = "state IN ('prepared', 'confirmed')"


class Handover(Base):
    """One position passing from one person to another."""

    __tablename__ = "handover"
    __table_args__ = (Index("uq_handover_open", "position_id", unique=True, postgresql_where=text(_OPEN)),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column()
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    position_id: Mapped[UUID] = mapped_column(ForeignKey("position.id"))
    from_person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    to_person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    state: Mapped[HandoverState]
    reason: Mapped[str] = mapped_column(String(500))
    legal_act: Mapped[str] = mapped_column(String(200), default="")
    prepared_at: Mapped[datetime]
    prepared_by: Mapped[dict[str, Any]]
    inventory: Mapped[list[Any]]
    """Items as they stood when confirmed: `category`, `reference`, `title`, `due_on`, `state`; ordinals count from 1."""
    inventory_sha256: Mapped[str] = mapped_column(String(64))
    """Of the canonical JSON of `inventory`, lower-case hex; the journal keeps the same value."""
    remarks: Mapped[str] = mapped_column(Text, default="")
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[dict[str, Any]] = mapped_column(default=dict)
    accepted_at: Mapped[datetime | None]
    """The cut-off second: the former holder's access ends, the successor's begins."""
    accepted_by: Mapped[dict[str, Any]] = mapped_column(default=dict)
    objections: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Item ordinal → objection."""
    parties: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Names, titles, unit and agency as they were at the cut-off: what the minutes print (`minutes.Parties`)."""
    minutes_sha256: Mapped[str] = mapped_column(String(64), default="")
    """Blob of the minutes; empty until they are written."""
    withdrawn_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as written
