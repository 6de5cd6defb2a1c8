"""The sheet that is drawn on: a thin, deterministic face of reportlab's canvas.

The bytes depend only on what is drawn: no clock, no random identifier, no path. Files are PDF 1.7 with a classic
cross-reference table, which incremental signing extends without rewriting (ISO 32000-1, 7.5.6).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Final

from reportlab.pdfgen.canvas import Canvas

from edms.documents.layout.annex import (
    MARGIN_TOP_PT,
    PAGE_HEIGHT_PT,
    PAGE_NUMBER_SIZE_PT,
    PAGE_WIDTH_PT,
    TEXT_LEFT_PT,
    TEXT_WIDTH_PT,
)
from edms.documents.layout.errors import TimeInvalid
from edms.documents.layout.lines import Line, Run
from edms.documents.layout.typeface import Typefaces
from storage.clock import VIETNAM

RULE_WIDTH_PT: Final = 0.7
"""Weight of the rules under motto, agency and subject, and of table rules."""

_RED = (0.87, 0.0, 0.0)
_BLACK = (0.0, 0.0, 0.0)


class Sheet:
    """Pages of A4, drawn from the first to the last. Lengths in points from the lower left corner.

    `laid_out_at` (aware) becomes the file's creation date; without it the date is a constant, 1 January 2000, so that
    equal input gives equal bytes.
    """

    def __init__(self, typefaces: Typefaces, *, title: str, author: str, laid_out_at: datetime | None) -> None:
        self.typefaces = typefaces
        self._stream = BytesIO()
        self._canvas = Canvas(
            self._stream,
            pagesize=(PAGE_WIDTH_PT, PAGE_HEIGHT_PT),
            invariant=1,
            pageCompression=1,
            pdfVersion=(1, 7),
            lang="vi-VN",
            initialFontName=typefaces.name("regular"),  # type: ignore[arg-type] # the stubs say float
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setSubject(title)
        self._canvas.setCreator("Liên Thông")
        stamp = _pdf_date(laid_out_at)
        # reportlab hands over the parts of its own constant date; the caller's moment replaces them.
        self._canvas.setDateFormatter(lambda *_: stamp)
        self.page = 0

    def next_page(self) -> None:
        """Finish the page; from the second on, pages carry their number in the top margin (annex I, I.7)."""
        self._canvas.showPage()
        self.page += 1
        number = str(self.page + 1)
        width = self.typefaces.width("regular", PAGE_NUMBER_SIZE_PT, number)
        baseline = PAGE_HEIGHT_PT - MARGIN_TOP_PT / 2 - PAGE_NUMBER_SIZE_PT / 3
        self.text(TEXT_LEFT_PT + (TEXT_WIDTH_PT - width) / 2, baseline, Run("regular", number), PAGE_NUMBER_SIZE_PT)

    def text(self, x: float, baseline: float, run: Run, size_pt: float, *, red: bool = False) -> None:
        """One run, starting at `x`."""
        self.line(x, baseline, Line((run,), 0.0), size_pt, red=red)

    def line(self, x: float, baseline: float, line: Line, size_pt: float, *, red: bool = False) -> None:
        """One line whose own indent is added to `x`."""
        drawing = self._canvas.beginText(x + line.indent_pt, baseline)
        drawing.setFillColorRGB(*(_RED if red else _BLACK))
        drawing.setWordSpace(line.stretch_pt)
        for run in line.runs:
            drawing.setFont(self.typefaces.name(run.face), size_pt)
            drawing.textOut(run.text)
        drawing.setWordSpace(0)
        self._canvas.drawText(drawing)

    def centred(self, centre: float, baseline: float, lines: Sequence[Line], size_pt: float, leading_pt: float) -> None:
        """Lines one under another, each centred on `centre`; `baseline` is that of the first."""
        for index, line in enumerate(lines):
            self.line(centre - line.width_pt / 2, baseline - index * leading_pt, line, size_pt)

    def rule(self, x0: float, x1: float, y: float) -> None:
        """A horizontal rule."""
        self._canvas.setLineWidth(RULE_WIDTH_PT)
        self._canvas.line(x0, y, x1, y)

    def upright(self, x: float, y0: float, y1: float) -> None:
        """A vertical rule."""
        self._canvas.setLineWidth(RULE_WIDTH_PT)
        self._canvas.line(x, y0, x, y1)

    def red_frame(self, x: float, y: float, width: float, height: float) -> None:
        """An empty red rectangle with its lower left corner at `x`, `y`."""
        self._canvas.saveState()
        self._canvas.setStrokeColorRGB(*_RED)
        self._canvas.setLineWidth(1.2)
        self._canvas.rect(x, y, width, height, stroke=1, fill=0)
        self._canvas.restoreState()

    def finish(self) -> bytes:
        """The whole file; the sheet cannot be used afterwards."""
        self._canvas.showPage()
        self._canvas.save()
        return self._stream.getvalue()


def _pdf_date(moment: datetime | None) -> str:
    """A PDF date (ISO 32000-1, 7.9.4) in the zone of Viet Nam."""
    if moment is None:
        return "D:20000101000000Z"
    if moment.tzinfo is None:
        raise TimeInvalid(f"naive time {moment.isoformat()}")
    return f"{moment.astimezone(VIETNAM):D:%Y%m%d%H%M%S}+07'00'"
