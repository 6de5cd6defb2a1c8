"""Inputs of the handover's use cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from msgspec import Meta


@dataclass(frozen=True)
class Prepare:
    """A leader names who takes a position over.

    `reason` continues the word *khi* in the minutes: `nghỉ hưu`, `chuyển công tác`. `legal_act` is the decision behind it:
    `Quyết định số 12/QĐ-UBND ngày 02/3/2026`.
    """

    position_id: UUID
    to_person_id: UUID
    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    legal_act: Annotated[str, Meta(max_length=200)] = ""


@dataclass(frozen=True)
class Confirm:
    """The leaving person's remarks on what is passed on."""

    remarks: Annotated[str, Meta(max_length=10_000)] = ""


@dataclass(frozen=True)
class Accept:
    """The successor takes over the inventory whose digest the page showed; `objections` by item ordinal (`"3"` → text)."""

    inventory_sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    objections: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Withdraw:
    """A leader gives a handover up before it is accepted."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]
