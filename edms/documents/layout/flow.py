"""Dealing strips out to pages: the rules about what may stand alone, and nothing about what it looks like.

A strip is a full-width piece of a document that is never divided: a line of text, the header, the closing block, a line
of a table row. `paginate` is pure and property-tested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from edms.documents.layout.annex import TEXT_HEIGHT_PT, TEXT_TOP_PT
from edms.documents.layout.errors import BlockTooTall
from edms.documents.layout.sheet import Sheet

_TOLERANCE_PT: Final = 0.01


@dataclass(frozen=True, slots=True)
class Strip:
    """A piece that stays whole. Lengths in points."""

    height_pt: float
    draw: Callable[[Sheet, float], None]
    """Draws the strip; the second argument is the height of its upper edge above the page's lower edge."""
    gap_before_pt: float = 0.0
    """Space above it, dropped at the head of a page."""
    may_start_page: bool = True
    """Whether a page may begin with it; False keeps it with the strip before."""
    running_head: Strip | None = None
    """Drawn above it when a page begins with it (the head of a table)."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A strip with its place: index of the page from 0, and the upper edge above the page's lower edge in points."""

    strip: Strip
    page: int
    top_pt: float


def paginate(strips: Iterable[Strip], height_pt: float = TEXT_HEIGHT_PT, top_pt: float = TEXT_TOP_PT) -> list[Placed]:
    """Fill pages from the top; a page is left only where the next strip may start one.

    Raises `BlockTooTall` when strips that must stay together do not fit on an empty page.
    """
    placed: list[Placed] = []
    page, used = 0, 0.0
    for group in _groups(strips):
        first = group[0]
        height = sum(strip.gap_before_pt + strip.height_pt for strip in group)
        if used and used + height > height_pt + _TOLERANCE_PT:
            page, used = page + 1, 0.0
        if not used:
            head = [first.running_head] if page and first.running_head else []
            group = [*head, replace(first, gap_before_pt=0.0), *group[1:]]  # noqa: PLW2901 - the same group, at a page's head
            height = sum(strip.gap_before_pt + strip.height_pt for strip in group)
            if height > height_pt + _TOLERANCE_PT:
                raise BlockTooTall(f"{height:.0f} pt do not fit on a page of {height_pt:.0f} pt")
        for strip in group:
            used += strip.gap_before_pt
            placed.append(Placed(strip, page, top_pt - used))
            used += strip.height_pt
    return placed


def keep_paragraph(strips: Sequence[Strip]) -> list[Strip]:
    """A paragraph's lines so that neither its first nor its last line is left alone on a page."""
    last = len(strips) - 1
    return [
        strip if index not in (1, last) or index == 0 else replace(strip, may_start_page=False)
        for index, strip in enumerate(strips)
    ]


def keep_with_previous(strips: Sequence[Strip]) -> list[Strip]:
    """The strips with the first one tied to whatever stands before it."""
    return [replace(strip, may_start_page=False) if index == 0 else strip for index, strip in enumerate(strips)]


def keep_tail(text: Sequence[Strip], closing: Strip) -> list[Strip]:
    """The text followed by its closing block, which takes at least the last two lines along to its page."""
    tied = [
        replace(strip, may_start_page=False) if index == len(text) - 1 else strip for index, strip in enumerate(text)
    ]
    return [*tied, replace(closing, may_start_page=False)]


def draw_all(sheet: Sheet, placed: Sequence[Placed]) -> int:
    """Draw placed strips in order, turning pages; returns the number of pages."""
    for item in placed:
        while sheet.page < item.page:
            sheet.next_page()
        item.strip.draw(sheet, item.top_pt)
    return sheet.page + 1


def _groups(strips: Iterable[Strip]) -> Iterable[list[Strip]]:
    """Runs of strips that must share a page."""
    group: list[Strip] = []
    for strip in strips:
        if group and strip.may_start_page:
            yield group
            group = []
        group.append(strip)
    if group:
        yield group
