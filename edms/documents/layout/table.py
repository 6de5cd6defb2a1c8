"""Tables that run over pages: rows as strips, with the head of the table repeated on each page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

from edms.documents.layout.annex import SINGLE_SPACING, TEXT_LEFT_PT
from edms.documents.layout.flow import Strip
from edms.documents.layout.fonts import Face
from edms.documents.layout.header import ASCENT
from edms.documents.layout.lines import Line, Run, Setter
from edms.documents.layout.sheet import Sheet
from edms.documents.layout.typeface import Typefaces

CELL_SIZE_PT: Final = 11.0
"""Size of the type in tables."""

_LEADING_PT: Final = CELL_SIZE_PT * SINGLE_SPACING
_PADDING_PT: Final = 3.0
_WHOLE_ROW_LINES: Final = 8  # rows up to this height are never divided


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in points, and how its cells are set."""

    heading: str
    width_pt: float
    align: Literal["left", "centre"] = "left"


class Table:
    """A ruled table as wide as its columns, from the left edge of the text."""

    def __init__(self, typefaces: Typefaces, columns: Sequence[Column]) -> None:
        self._setter = Setter(typefaces, CELL_SIZE_PT)
        self._columns = tuple(columns)
        edges = [TEXT_LEFT_PT]
        for column in columns:
            edges.append(edges[-1] + column.width_pt)
        self._edges = tuple(edges)
        (self._head,) = self._row([column.heading for column in columns], "bold", centred=True)

    def strips(self, rows: Sequence[Sequence[str]], *, gap_before_pt: float = 0.0) -> list[Strip]:
        """The head and the rows, each cell a clean text in the order of the columns.

        A row is divided between pages only if it is taller than eight lines, and then at least two lines stand on either
        page. The first row stays with the head. A table without rows is only its head.
        """
        strips = [replace(self._head, gap_before_pt=gap_before_pt)]
        for cells in rows:
            strips += [replace(strip, running_head=self._head) for strip in self._row(cells, "regular", centred=False)]
        return [replace(strip, may_start_page=False) if index == 1 else strip for index, strip in enumerate(strips)]

    def _row(self, cells: Sequence[str], face: Face, *, centred: bool) -> list[Strip]:
        """A row in one piece, or a tall one in pieces that may be dealt out to several pages."""
        rooms = [column.width_pt - 2 * _PADDING_PT for column in self._columns]
        wrapped = [
            self._setter.balance(face, cell, room) if centred else self._setter.wrap([Run(face, cell)], room)
            for cell, room in zip(cells, rooms, strict=True)
        ]
        height = max(1, *(len(lines) for lines in wrapped))
        cuts = [0, height] if height <= _WHOLE_ROW_LINES else [0, *range(2, height - 1), height]
        return [self._piece(wrapped, start, stop, height, centred=centred) for start, stop in pairwise(cuts)]

    def _piece(self, wrapped: Sequence[Sequence[Line]], start: int, stop: int, height: int, *, centred: bool) -> Strip:
        """The lines `start` to `stop` of a row, cell by cell, so that a text read back keeps each cell together."""
        above = _PADDING_PT if start == 0 else 0.0
        below = _PADDING_PT if stop == height else 0.0
        strip_height = above + (stop - start) * _LEADING_PT + below

        def draw(sheet: Sheet, top: float) -> None:
            for edge in self._edges:
                sheet.upright(edge, top, top - strip_height)
            if start == 0:
                sheet.rule(self._edges[0], self._edges[-1], top)
            if stop == height:
                sheet.rule(self._edges[0], self._edges[-1], top - strip_height)
            for column, edge, lines in zip(self._columns, self._edges, wrapped, strict=False):
                for index, line in enumerate(lines[start:stop]):
                    slack = column.width_pt - line.width_pt
                    x = edge + (slack / 2 if centred or column.align == "centre" else _PADDING_PT)
                    baseline = top - above - index * _LEADING_PT - CELL_SIZE_PT * ASCENT
                    sheet.line(x, baseline, line, CELL_SIZE_PT)

        return Strip(strip_height, draw)
