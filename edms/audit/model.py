"""The journal's table. The database refuses updates and deletions by trigger; see the first migration."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from edms.model import Base
from storage.identifiers import new_id


class JournalEntry(Base):
    """One act, written in the transaction that did it.

    No foreign key leaves this table: what it says stays true whatever happens to the rows it speaks of.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (Index("ix_journal_entry_subject", "subject_kind", "subject_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    place: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    """Order of writing: tells apart the acts of one transaction, which share `at`. Gaps are harmless. Not in the digest."""
    at: Mapped[datetime]
    act: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID]
    agency_id: Mapped[UUID]
    person_id: Mapped[UUID | None]
    position_id: Mapped[UUID | None]
    actor: Mapped[dict[str, Any]]
    """`Actor.snapshot()`: names, titles and unit as they were."""
    data: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 (hex) of the entry's canonical JSON; the leaf of the Merkle log is made of it (`storage.merkle.form`)."""
