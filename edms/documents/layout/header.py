"""The head of the first page: motto, agency, number, place and date, subject of a công văn, urgency mark.

Boxes 1, 2, 3, 4, 5b and 10b of annex I.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from edms.documents.layout.annex import (
    AGENCY_SIZE_PT,
    DATE_SIZE_PT,
    FIELD_BASELINE_EMS,
    LETTER_SUBJECT_GAP_PT,
    LETTER_SUBJECT_SIZE_PT,
    MOTTO_SIZE_PT,
    NATION_SIZE_PT,
    NUMBER_SIZE_PT,
    SINGLE_SPACING,
    TEXT_LEFT_PT,
    TEXT_RIGHT_PT,
    TEXT_WIDTH_PT,
    URGENCY_HEIGHT_PT,
    URGENCY_SIZE_PT,
    Box,
    Urgency,
    mm,
)
from edms.documents.layout.errors import NotationTooLong, PlaceTooLong
from edms.documents.layout.flow import Strip
from edms.documents.layout.fonts import Face
from edms.documents.layout.lines import Line, Run, Setter
from edms.documents.layout.sheet import Sheet
from edms.documents.layout.typeface import Typefaces
from edms.documents.layout.wording import MOTTO, NATION, format_date_line

_COLUMN_GAP_PT: Final = mm(3)
_ROW_GAP_PT: Final = 6.0
_RULE_DROP_PT: Final = 5.0
_AGENCY_RULE: Final = 0.4  # of the last line of the name; a third to a half (II.2.b)
_WIDEST_NUMBER: Final = "88888/"  # large provinces issue more than ten thousand documents a year
_USUAL_NOTATION: Final = "TTr-UBND"  # sizes the box while the notation is not known yet
_WIDEST_DATE: Final = date(2000, 10, 20)
_FIELD_PADDING_PT: Final = 4.0
_NARROWEST_LEFT_PT: Final = mm(48)
ASCENT: Final = 0.891
"""Height of the tallest letters above the baseline, in ems of this font."""
DESCENT: Final = 0.216
"""Depth of the lowest letters below the baseline, in ems of this font."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle measured down from the upper edge of a strip; becomes a `Box` once the strip has its place."""

    x0: float
    x1: float
    down_to_top: float
    down_to_bottom: float

    def at(self, page: int, top: float) -> Box:
        """The box on its page."""
        return Box(page, self.x0, top - self.down_to_bottom, self.x1, top - self.down_to_top)


@dataclass(frozen=True, slots=True)
class HeaderText:
    """What stands in the header; all texts clean.

    `notation` sizes the empty number box; "Số:" is printed before it only if the document is `numbered`. `place` sizes the
    date box; `date_line` is printed where given, else the box is left empty. `subject` is that of a công văn, else empty.
    """

    superior_agency: str
    agency: str
    numbered: bool
    notation: str
    place: str
    date_line: str
    subject: str
    urgency: Urgency | None


@dataclass(frozen=True, slots=True)
class _Row:
    """Centred lines at a distance below the strip's top."""

    centre: float
    baseline: float
    lines: tuple[Line, ...]
    size: float

    @property
    def leading(self) -> float:
        return self.size * SINGLE_SPACING

    @property
    def last_baseline(self) -> float:
        return self.baseline + (len(self.lines) - 1) * self.leading


@dataclass(frozen=True, slots=True)
class _Rule:
    x0: float
    x1: float
    down: float


class Header:
    """The header set out: a strip, and the areas it leaves empty."""

    def __init__(self, text: HeaderText, typefaces: Typefaces) -> None:
        self._typefaces = typefaces
        self._rows: list[_Row] = []
        self._rules: list[_Rule] = []
        self._urgency: tuple[Urgency, float] | None = None
        right_width = self._right_column(text.place)
        self._left_width = TEXT_WIDTH_PT - right_width - _COLUMN_GAP_PT
        self._left = TEXT_LEFT_PT + self._left_width / 2
        self._right = TEXT_RIGHT_PT - right_width / 2
        self._right_width = right_width

        baseline = max(self._motto(), self._agency(text)) + _ROW_GAP_PT + NUMBER_SIZE_PT
        self.date_area = self._field(TEXT_RIGHT_PT - right_width, TEXT_RIGHT_PT, baseline, DATE_SIZE_PT)
        if text.date_line:
            self._row(self._right, baseline, "italic", text.date_line, DATE_SIZE_PT, right_width)
        self.number_area = self._number(text, baseline)
        bottom = baseline + NUMBER_SIZE_PT * DESCENT
        if text.subject:
            size = LETTER_SUBJECT_SIZE_PT
            first = bottom + LETTER_SUBJECT_GAP_PT + size * ASCENT
            row = self._row(self._left, first, "regular", text.subject, size, self._left_width)
            bottom = row.last_baseline + size * DESCENT
        if text.urgency is not None:
            self._urgency = (text.urgency, bottom + 2 * _ROW_GAP_PT)
            bottom += 2 * _ROW_GAP_PT + URGENCY_HEIGHT_PT
        self.strip = Strip(bottom, self._draw)

    def _right_column(self, place: str) -> float:
        """Width of boxes 1 and 4: that of the motto, or of the longest date at the place."""
        date_line = Setter(self._typefaces, DATE_SIZE_PT).width("italic", format_date_line(place, _WIDEST_DATE))
        width = max(
            Setter(self._typefaces, NATION_SIZE_PT).width("bold", NATION),
            date_line + _FIELD_PADDING_PT if place else 0.0,
        )
        if width > TEXT_WIDTH_PT - _COLUMN_GAP_PT - _NARROWEST_LEFT_PT:
            raise PlaceTooLong(f"{place!r} with its date is {width:.0f} pt wide", place=place)
        return width

    def _motto(self) -> float:
        """Box 1; returns the depth of the rule."""
        nation = self._row(self._right, NATION_SIZE_PT * ASCENT, "bold", NATION, NATION_SIZE_PT, self._right_width)
        down = nation.baseline + MOTTO_SIZE_PT * SINGLE_SPACING
        motto = self._row(self._right, down, "bold", MOTTO, MOTTO_SIZE_PT, self._right_width)
        return self._rule_under(motto, 1.0)

    def _agency(self, text: HeaderText) -> float:
        """Box 2; returns the depth of the rule."""
        baseline = AGENCY_SIZE_PT * ASCENT
        if text.superior_agency:
            superior = self._row(
                self._left, baseline, "regular", text.superior_agency, AGENCY_SIZE_PT, self._left_width
            )
            baseline = superior.last_baseline + superior.leading
        agency = self._row(self._left, baseline, "bold", text.agency, AGENCY_SIZE_PT, self._left_width)
        return self._rule_under(agency, _AGENCY_RULE)

    def _number(self, text: HeaderText, baseline: float) -> Area:
        """Box 3: the area after "Số: "; label and area are centred together under the agency's name."""
        setter = Setter(self._typefaces, NUMBER_SIZE_PT)
        label, space = setter.width("regular", "Số:"), setter.width("regular", " ")
        field = setter.width("regular", _WIDEST_NUMBER + (text.notation or _USUAL_NOTATION)) + _FIELD_PADDING_PT
        width = label + space + field
        if width > self._left_width:
            raise NotationTooLong(f"{text.notation!r} with its number is {width:.0f} pt wide", notation=text.notation)
        x = self._left - width / 2
        if text.numbered:
            self._row(x + label / 2, baseline, "regular", "Số:", NUMBER_SIZE_PT, self._left_width)
        return self._field(x + label + space, x + width, baseline, NUMBER_SIZE_PT)

    def _field(self, x0: float, x1: float, baseline: float, size: float) -> Area:
        """The area of a text to be filled in later on this baseline; tall enough for capitals with two marks."""
        return Area(x0, x1, baseline - size, baseline + size * FIELD_BASELINE_EMS)

    def _row(self, centre: float, baseline: float, face: Face, text: str, size: float, measure: float) -> _Row:
        lines = Setter(self._typefaces, size).balance(face, text, measure)
        row = _Row(centre, baseline, tuple(lines), size)
        self._rows.append(row)
        return row

    def _rule_under(self, row: _Row, share: float) -> float:
        down = row.last_baseline + _RULE_DROP_PT
        half = row.lines[-1].width_pt * share / 2 if row.lines else 0.0
        self._rules.append(_Rule(row.centre - half, row.centre + half, down))
        return down

    def _draw(self, sheet: Sheet, top: float) -> None:
        for row in self._rows:
            sheet.centred(row.centre, top - row.baseline, row.lines, row.size, row.leading)
        for rule in self._rules:
            sheet.rule(rule.x0, rule.x1, top - rule.down)
        if self._urgency is not None:
            urgency, down = self._urgency
            x = self._left - urgency.frame_width_pt / 2
            bottom = top - down - URGENCY_HEIGHT_PT
            sheet.red_frame(x, bottom, urgency.frame_width_pt, URGENCY_HEIGHT_PT)
            width = self._typefaces.width("bold", URGENCY_SIZE_PT, urgency.value)
            baseline = bottom + (URGENCY_HEIGHT_PT - URGENCY_SIZE_PT * 0.66) / 2
            sheet.text(self._left - width / 2, baseline, Run("bold", urgency.value), URGENCY_SIZE_PT, red=True)
