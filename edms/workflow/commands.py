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

    text: Annotated[str, Meta(min_length=1, max_length=2000)]
    lead_position_id: UUID
    co_ordinating_position_ids: list[UUID] = field(default_factory=list)
    informed_position_ids: list[UUID] = field(default_factory=list)
    due_on: date | None = None


@dataclass(frozen=True)
class CompleteWork:
    """The lead reports the work as done."""

    result: Annotated[str, Meta(min_length=1, max_length=2000)]
