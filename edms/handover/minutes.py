"""The minutes of a handover (biên bản bàn giao), from nothing but what was frozen with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from edms.documents.layout.fonts import FontSet
from edms.documents.layout.minutes import HandoverMinutes, InventoryCategory, InventoryItem, Party, render_minutes
from edms.documents.layout.typeface import load_typefaces
from edms.handover.model import Handover
from edms.handover.queries import InventoryGroup, NumberedItem, inventory_groups
from storage.clock import VIETNAM

_NO_CATEGORY = "Việc khác"
_OBJECTED = "Có ý kiến, xem mục III"


class MinutesRenderer(Protocol):
    """Draws minutes."""

    def legible(self, text: str) -> str:
        """Return `text` with what the renderer cannot show replaced; titles come from documents that others wrote."""
        ...

    def render(self, minutes: HandoverMinutes) -> bytes:
        """Return the minutes as a PDF; equal input gives equal bytes. Raises `LayoutProblem`."""
        ...


class PdfMinutes:
    """Draws minutes in the layout of annex I of NĐ 30/2020. The fonts are read when first needed."""

    def __init__(self, fonts: Callable[[], FontSet]) -> None:
        self._fonts = fonts

    def legible(self, text: str) -> str:
        """See `MinutesRenderer.legible`."""
        return load_typefaces(self._fonts()).legible(text)

    def render(self, minutes: HandoverMinutes) -> bytes:
        """See `MinutesRenderer.render`."""
        return render_minutes(minutes, self._fonts(), laid_out_at=minutes.cut_off)


def minutes_of(handover: Handover, legible: Callable[[str], str]) -> HandoverMinutes:
    """Return what the minutes of an accepted handover say; every text goes through `legible`.

    Raises `ValueError` when it is not accepted.
    """
    if handover.accepted_at is None:
        raise ValueError("a handover has minutes once it is accepted")
    names = {key: legible(str(value)) for key, value in handover.parties.items()}
    groups = inventory_groups(handover)
    return HandoverMinutes(
        agency=names["agency"],
        superior_agency=names["superior_agency"],
        place=names["place"],
        drawn_up_on=handover.accepted_at.astimezone(VIETNAM).date(),
        giver=Party(names["giver"], names["position"], names["unit"]),
        receiver=Party(names["receiver"], names["receiver_position"], names["receiver_unit"]),
        reason=_uncapitalised(legible(handover.reason)),
        legal_act=legible(handover.legal_act),
        cut_off=handover.accepted_at,
        categories=tuple(_category(group, legible) for group in groups),
        inventory_sha256=handover.inventory_sha256,
        remarks=tuple(legible(line) for line in handover.remarks.splitlines() if line.strip()),
        objections=tuple(
            f"{group.category} – mục {place} ({_named(item, legible)}): {legible(item.objection)}"
            for group in groups
            for place, item in enumerate(group.items, start=1)
            if item.objection
        ),
    )


def _category(group: InventoryGroup, legible: Callable[[str], str]) -> InventoryCategory:
    items = tuple(
        InventoryItem(
            reference=legible(item.reference),
            title=legible(item.title),
            deadline=item.due_on,
            state=legible(item.state),
            remarks=_OBJECTED if item.objection else "",
        )
        for item in group.items
    )
    return InventoryCategory(legible(group.category) or _NO_CATEGORY, items)


def _named(item: NumberedItem, legible: Callable[[str], str]) -> str:
    return legible(item.reference) or legible(item.title)


def _uncapitalised(reason: str) -> str:
    """Return the reason as it continues *khi*: `Nghỉ hưu` → `nghỉ hưu`; an abbreviation such as `HĐND` stays."""
    return reason if reason[1:2].isupper() else reason[:1].lower() + reason[1:]
