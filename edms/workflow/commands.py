"""Inputs of the workflow."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta


@dataclass(frozen=True)
class GiveDirective:
    """A leader's direction (bút phê): one lead, others beside, a deadline (NĐ 30/2020 Điều 23.2)."""

    text: Annotated[str, Meta(min_length=1, max_length=2000, title="Ý kiến chỉ đạo")]
    lead_position_id: Annotated[UUID, Meta(title="Chủ trì")]
    co_ordinating_position_ids: Annotated[list[UUID], Meta(title="Phối hợp")] = field(default_factory=list)
    informed_position_ids: Annotated[list[UUID], Meta(title="Nhận để biết")] = field(default_factory=list)
    due_on: Annotated[date | None, Meta(title="Hạn giải quyết")] = None


@dataclass(frozen=True)
class CompleteWork:
    """The lead reports the work as done."""

    result: Annotated[str, Meta(min_length=1, max_length=2000, title="Kết quả giải quyết")]
