"""Tables of the register books."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from edms.documents.model import Direction
from edms.model import Base
from storage.identifiers import new_id


class RegisterBook(Base):
    """One book of one agency for one year (sổ đăng ký văn bản đến, đi)."""

    __tablename__ = "register_book"
    __table_args__ = (UniqueConstraint("agency_id", "direction", "year"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    direction: Mapped[Direction]
    year: Mapped[int]
    """Year of Asia/Ho_Chi_Minh."""
    opened_at: Mapped[datetime]


class RegisterEntry(Base):
    """One line of a book. A number is given once and is never taken back."""

    __tablename__ = "register_entry"
    __table_args__ = (UniqueConstraint("book_id", "number"), UniqueConstraint("book_id", "document_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    book_id: Mapped[UUID] = mapped_column(ForeignKey("register_book.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    number: Mapped[int]
    registered_at: Mapped[datetime]
    registered_by: Mapped[dict[str, Any]]
    """Snapshot of the actor."""
