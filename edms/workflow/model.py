"""Tables of the workflow."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from edms.documents.model import ParticipantRole
from edms.model import Base
from storage.identifiers import new_id


class AssignmentState(StrEnum):
    """How far an assignment is."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"


class Directive(Base):
    """A leader's written direction on a document (bút phê). Never edited: a change of mind is another directive."""

    __tablename__ = "directive"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    text: Mapped[str] = mapped_column(String(2000))
    due_on: Mapped[date | None]
    given_at: Mapped[datetime]
    given_by: Mapped[dict[str, Any]]
    """Snapshot of the actor."""


class Assignment(Base):
    """A position's part in carrying out a directive. One lead (chủ trì) answers; others co-ordinate or are informed."""

    __tablename__ = "assignment"
    __table_args__ = (Index("ix_assignment_desk", "position_id", "state"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column()
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    directive_id: Mapped[UUID] = mapped_column(ForeignKey("directive.id"))
    position_id: Mapped[UUID] = mapped_column(ForeignKey("position.id"))
    role: Mapped[ParticipantRole]
    state: Mapped[AssignmentState] = mapped_column(default=AssignmentState.OPEN)
    due_on: Mapped[date | None]
    assigned_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(String(2000), default="")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as written
