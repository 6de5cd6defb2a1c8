"""Pictures of pages, for people who look at a document without downloading it.

Shows what a reader shows: form fields that were filled, and the appearances of signatures. A picture says nothing about
validity. PDFium is not thread safe, so one lock guards it; a process that must show many pages at once should be several.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any, Final

import pypdfium2
import pypdfium2.raw

from edms.documents.layout.errors import (
    PageOutOfRange,
    PdfLocked,
    PdfTooLong,
    PdfUnreadable,
    RenderTooLarge,
)

MAX_PAGES: Final = 5_000
"""PDFs with more pages have no preview."""
MAX_WIDTH_PX: Final = 2_000
"""Widest picture."""
MAX_PIXELS: Final = 12_000_000
"""Largest picture, width times height: A4 at the greatest width is 5.7 million, long plans and till rolls get twice that."""
MAX_TEXT_CHARS: Final = 20_000
"""Text read of a page; a page of small print has some 6,000 characters."""

_CEILING_SLACK: Final = 1e-9  # PDFium's wrapper rounds sizes up: without it a rounding error adds a column of pixels
_pdfium = Lock()


def page_count(source: Path | bytes) -> int:
    """Number of pages, at least 1.

    Raises `PdfUnreadable` (also for a file that cannot be read and for a PDF without pages), `PdfLocked`, `PdfTooLong`.
    """
    with _opened(source) as document:
        return len(document)


def first_page_text(source: Path | bytes, limit_chars: int = MAX_TEXT_CHARS) -> str:
    """Text layer of the first page, at most `limit_chars` characters of it, lines apart; empty where there is none.

    Raises what `page_count` raises.
    """
    with _opened(source) as document:
        page = document[0]
        try:
            layer = page.get_textpage()
            try:
                return str(layer.get_text_range(0, min(layer.count_chars(), limit_chars)))
            finally:
                layer.close()
        finally:
            page.close()


def render_page(source: Path | bytes, page: int, width_px: int) -> bytes:
    """One page as a PNG on white, `width_px` wide (1 to `MAX_WIDTH_PX`); `page` counts from 0.

    Filled form fields and signature appearances show. Raises what `page_count` raises, `PageOutOfRange`, and
    `RenderTooLarge` when the width is out of range or the page's shape would make the picture exceed `MAX_PIXELS`.
    """
    if not 1 <= width_px <= MAX_WIDTH_PX:
        raise RenderTooLarge(f"width {width_px} px, allowed 1 to {MAX_WIDTH_PX}")
    with _opened(source) as document:
        if not 0 <= page < len(document):
            raise PageOutOfRange(f"page {page} of {len(document)}")
        document.init_forms()
        image = _picture(document, page, width_px)
    # Compressing needs no PDFium: other threads may have it meanwhile.
    stream = BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def _picture(document: Any, page: int, width_px: int) -> Any:
    """The page as an image of Pillow that owns its pixels."""
    loaded = document[page]
    try:
        width_pt, height_pt = loaded.get_size()
        if width_pt <= 0 or height_pt <= 0:
            raise PdfUnreadable(f"page {page} measures {width_pt} × {height_pt} pt")
        scale = width_px / width_pt * (1 - _CEILING_SLACK)
        if width_px * height_pt * scale > MAX_PIXELS:
            raise RenderTooLarge(f"page of {width_pt:.0f} × {height_pt:.0f} pt at {width_px} px")
        bitmap = loaded.render(scale=scale, may_draw_forms=True)
        try:
            return bitmap.to_pil().copy()
        finally:
            bitmap.close()
    finally:
        loaded.close()


@contextmanager
def _opened(source: Path | bytes) -> Iterator[Any]:
    """The document, with PDFium's lock held until it is closed; its errors become ours."""
    with _pdfium:
        try:
            document = pypdfium2.PdfDocument(source)
        except pypdfium2.PdfiumError as error:
            if getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD:
                raise PdfLocked(str(error)) from error
            raise PdfUnreadable(str(error)) from error
        except OSError as error:
            raise PdfUnreadable(f"cannot read the file: {error.strerror or type(error).__name__}") from error
        try:
            if len(document) == 0:
                raise PdfUnreadable("a PDF without pages")
            if len(document) > MAX_PAGES:
                raise PdfTooLong(f"{len(document)} pages, at most {MAX_PAGES}")
            yield document
        except pypdfium2.PdfiumError as error:
            raise PdfUnreadable(str(error)) from error
        finally:
            document.close()
