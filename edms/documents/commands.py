"""Inputs of the documents slice."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from edms.documents.model import Priority

Subject = Annotated[str, Meta(min_length=5, max_length=500)]


@dataclass(frozen=True)
class DraftLetter:
    """A letter (công văn) or another type laid out alike, submitted to its signer."""

    subject: Subject
    recipient_organ_ids: list[str]
    """Identifiers of agencies on the axis, in the order of the nơi nhận."""
    body: Annotated[str, Meta(min_length=1, max_length=100_000)]
    """Paragraphs, separated by newlines."""
    signer_position_id: UUID
    type_name: Annotated[str, Meta(max_length=100)] = "Công văn"
    grounds: str = ""
    """Căn cứ, one a line."""
    priority: Priority = Priority.NORMAL
    due_on: date | None = None
    replies_to_id: UUID | None = None

    def paragraphs(self) -> list[str]:
        """Return the body's non-empty lines."""
        return [line.strip() for line in self.body.splitlines() if line.strip()]

    def grounds_lines(self) -> list[str]:
        """Return the legal grounds, one each."""
        return [line.strip() for line in self.grounds.splitlines() if line.strip()]


@dataclass(frozen=True)
class ReturnDraft:
    """The signer sends a draft back to its drafter."""

    reason: Annotated[str, Meta(min_length=3, max_length=500)]


@dataclass(frozen=True)
class ListDocuments:
    """What a list shows."""

    text: str = ""
    states: list[str] = field(default_factory=list)
    page: Annotated[int, Meta(ge=1, le=10_000)] = 1
