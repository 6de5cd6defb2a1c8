"""Inputs of the documents slice."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from edms.documents.model import DocumentState, Priority
from edms.secrecy.levels import Secrecy

Subject = Annotated[str, Meta(min_length=5, max_length=500, title="Trích yếu")]


@dataclass(frozen=True)
class DraftLetter:
    """A letter (công văn) or another type laid out alike, submitted to its signer."""

    subject: Subject
    recipient_organ_ids: Annotated[list[str], Meta(title="Nơi nhận")]
    """Identifiers of agencies on the axis, in the order of the nơi nhận."""
    body: Annotated[str, Meta(min_length=1, max_length=100_000, title="Nội dung")]
    """Paragraphs, separated by newlines."""
    signer_position_id: Annotated[UUID, Meta(title="Người ký")]
    secrecy: Annotated[Secrecy, Meta(title="Độ mật")]
    """Declared by the drafter each time: a level that was filled in beforehand would be nobody's declaration."""
    type_name: Annotated[str, Meta(max_length=100, title="Tên loại")] = "Công văn"
    grounds: Annotated[str, Meta(max_length=20_000, title="Căn cứ")] = ""
    """Căn cứ, one a line."""
    priority: Annotated[Priority, Meta(title="Độ khẩn")] = Priority.NORMAL
    due_on: Annotated[date | None, Meta(title="Hạn trả lời")] = None
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

    reason: Annotated[str, Meta(min_length=3, max_length=500, title="Lý do trả lại")]


@dataclass(frozen=True)
class NewAttachment:
    """A file that goes with a draft: its declared secrecy and its name as the person's computer has it."""

    secrecy: Annotated[Secrecy, Meta(title="Độ mật")]
    name: Annotated[str, Meta(min_length=1, max_length=1000, title="Tên tệp")]


@dataclass(frozen=True)
class ReleaseFromHold:
    """Whoever looked at a held document found no state secret in it."""

    reason: Annotated[str, Meta(min_length=3, max_length=500, title="Lý do không phải văn bản mật")]


@dataclass(frozen=True)
class ListDocuments:
    """What a list shows."""

    text: str = ""
    states: Annotated[list[DocumentState], Meta(title="Trạng thái")] = field(default_factory=list)
    page: Annotated[int, Meta(ge=1, le=10_000, title="Số trang")] = 1
