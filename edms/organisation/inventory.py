"""What a position has in hand: every slice that owns work answers for its own, and the handover asks them all.

`bootstrap` wires the contributors; a slice needs to know nothing of the handover to answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class InventoryItem:
    """One open thing that a position has in hand (NĐ 30/2020 Điều 31.3.đ).

    `category` is the heading that people read (`Văn bản đến đang giải quyết`), `reference` a number and notation, a dossier code
    or a serial number, `state` how far it is, in words. All Vietnamese: they are printed in the minutes as they are.
    """

    category: str
    reference: str
    title: str
    due_on: date | None
    state: str


InventoryContributor = Callable[[Session, UUID, datetime], list[InventoryItem]]
"""Given a session, a position's id and a moment: what the position has in hand then, in any order. It only reads."""
