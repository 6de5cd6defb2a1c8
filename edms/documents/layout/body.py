"""Strips of the running text: titles, addressees, grounds, paragraphs (boxes 5a, 6 and 9a of annex I)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from edms.documents.layout.annex import (
    FIRST_LINE_INDENT_PT,
    PARAGRAPH_GAP_PT,
    SINGLE_SPACING,
    TEXT_LEADING_PT,
    TEXT_LEFT_PT,
    TEXT_SIZE_PT,
    TEXT_WIDTH_PT,
    TITLE_SIZE_PT,
)
from edms.documents.layout.flow import Strip, keep_paragraph, keep_with_previous
from edms.documents.layout.fonts import Face
from edms.documents.layout.header import ASCENT
from edms.documents.layout.lines import Line, Run, Setter
from edms.documents.layout.sheet import Sheet
from edms.documents.layout.typeface import Typefaces
from edms.documents.layout.wording import list_lines

_TITLE_GAP_PT: Final = 16.0
_TITLE_RULE: Final = 0.4  # of the subject's last line; a third to a half (II.5.b)
_CENTRE_PT: Final = TEXT_LEFT_PT + TEXT_WIDTH_PT / 2
_BASELINE_PT: Final = TEXT_LEADING_PT - (TEXT_LEADING_PT - TEXT_SIZE_PT * ASCENT) / 2

_ARTICLE = re.compile(r"^Điều \d+[a-zđ]?\.")
"""The label of an article, set in bold (II.6.đ)."""


def text_line(line: Line, *, gap_pt: float = 0.0, x: float = TEXT_LEFT_PT) -> Strip:
    """A line of running text as a strip."""

    def draw(sheet: Sheet, top: float) -> None:
        sheet.line(x, top - _BASELINE_PT, line, TEXT_SIZE_PT)

    return Strip(TEXT_LEADING_PT, draw, gap_before_pt=gap_pt)


def paragraph(typefaces: Typefaces, text: str, face: Face = "regular") -> list[Strip]:
    """A justified paragraph with its first line indented; the label of an article ("Điều 1.") is bold."""
    label = _ARTICLE.match(text) if face == "regular" else None
    runs = [Run("bold", label.group()), Run(face, text[label.end() :])] if label else [Run(face, text)]
    lines = Setter(typefaces, TEXT_SIZE_PT).wrap(runs, TEXT_WIDTH_PT, indent_pt=FIRST_LINE_INDENT_PT, justify=True)
    return keep_paragraph(
        [text_line(line, gap_pt=0.0 if index else PARAGRAPH_GAP_PT) for index, line in enumerate(lines)]
    )


def grounds(typefaces: Typefaces, texts: Sequence[str]) -> list[Strip]:
    """The legal grounds in italics, each closed by a semicolon and the last by a full stop (II.6.a)."""
    return [strip for text in list_lines(texts) for strip in paragraph(typefaces, text, "italic")]


def heading(typefaces: Typefaces, text: str) -> list[Strip]:
    """Bold centred lines such as "QUYẾT ĐỊNH:"; a page never ends with them, see `keep_with_previous`."""
    lines = Setter(typefaces, TEXT_SIZE_PT).balance("bold", text, TEXT_WIDTH_PT)
    centred = [replace(line, indent_pt=(TEXT_WIDTH_PT - line.width_pt) / 2) for line in lines]
    strips = [text_line(line, gap_pt=0.0 if index else PARAGRAPH_GAP_PT) for index, line in enumerate(centred)]
    return [strips[0], *(replace(strip, may_start_page=False) for strip in strips[1:])] if strips else []


def title(typefaces: Typefaces, type_name: str, subject: str) -> Strip:
    """Name of the type and subject, centred over the whole width, with the rule below (II.5.b)."""
    setter = Setter(typefaces, TITLE_SIZE_PT)
    leading = TITLE_SIZE_PT * SINGLE_SPACING
    name_lines = setter.balance("bold", type_name, TEXT_WIDTH_PT)
    subject_lines = setter.balance("bold", subject, TEXT_WIDTH_PT * 0.8)
    lines = [*name_lines, *subject_lines]
    height = len(lines) * leading + _TITLE_GAP_PT / 2

    def draw(sheet: Sheet, top: float) -> None:
        sheet.centred(_CENTRE_PT, top - TITLE_SIZE_PT * ASCENT, lines, TITLE_SIZE_PT, leading)
        half = lines[-1].width_pt * _TITLE_RULE / 2
        sheet.rule(_CENTRE_PT - half, _CENTRE_PT + half, top - len(lines) * leading - 3)

    return Strip(height, draw, gap_before_pt=_TITLE_GAP_PT, may_start_page=False)


def addressees(typefaces: Typefaces, names: Sequence[str]) -> list[Strip]:
    """The addressees after "Kính gửi": one on the same line, several below it with their dashes under the colon (II.9.d)."""
    setter = Setter(typefaces, TEXT_SIZE_PT)
    label = "Kính gửi:"
    if len(names) == 1:
        start = setter.width("regular", f"{label} ")
        text = f"{label} {names[0].rstrip(';.,')}"
        room = TEXT_WIDTH_PT - 2 * FIRST_LINE_INDENT_PT
        lines = setter.wrap([Run("regular", text)], room, hanging_pt=start)
        left = (TEXT_WIDTH_PT - max(line.width_pt + line.indent_pt for line in lines)) / 2
    else:
        dash = setter.width("regular", "- ")
        start = setter.width("regular", label[:-1])
        room = TEXT_WIDTH_PT - FIRST_LINE_INDENT_PT - start
        entries = [
            replace(line, indent_pt=line.indent_pt + start)
            for name in list_lines(names)
            for line in setter.wrap([Run("regular", f"- {name}")], room, hanging_pt=dash)
        ]
        lines = [*setter.wrap([Run("regular", label)], room), *entries]
        widest = max(line.width_pt + line.indent_pt for line in lines)
        left = min(FIRST_LINE_INDENT_PT * 2.5, TEXT_WIDTH_PT - widest)
    strips = [
        text_line(line, gap_pt=0.0 if index else _TITLE_GAP_PT, x=TEXT_LEFT_PT + left)
        for index, line in enumerate(lines)
    ]
    return keep_with_previous(keep_paragraph(strips))
