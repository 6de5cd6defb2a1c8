"""Page counts, texts and pictures of PDFs from anywhere, made in a process with bounds (`schemas.confined`)."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from edms.documents.layout import preview
from edms.documents.layout.errors import PageOutOfRange, PdfLocked, PdfTooLong, PdfUnreadable, RenderTooLarge
from schemas.confined import Confinement

MODULE = preview.__name__
"""What a confinement should load before the first call."""

_REFUSALS = (PdfUnreadable, PdfLocked, PdfTooLong, PageOutOfRange, RenderTooLarge)


@dataclass(frozen=True)
class Pictures:
    """Looks at PDFs that may be hostile; memory here does not grow with them.

    All raise what `edms.documents.layout.preview` raises, and the refusals of `Confinement.call`.
    """

    confinement: Confinement

    def page_count(self, path: Path) -> int:
        """Return the number of pages of the PDF at `path`, at least 1."""
        return int(self.confinement.call(_count, path, refusals=_REFUSALS))

    def first_page_text(self, path: Path) -> str:
        """Return the text that stands on the first page of the PDF at `path`, cut to what a person would read."""
        return self.confinement.call(_text, path, refusals=_REFUSALS).decode()

    def page(self, source: BinaryIO, page: int, width_px: int) -> bytes:
        """Return one page (from 0) of all that `source` still holds as a PNG, `width_px` wide."""
        with tempfile.NamedTemporaryFile(prefix="shown-", suffix=".pdf") as spool:
            shutil.copyfileobj(source, spool)
            spool.flush()
            return self.confinement.call(preview.render_page, Path(spool.name), page, width_px, refusals=_REFUSALS)


def _count(path: Path) -> bytes:
    return str(preview.page_count(path)).encode()


def _text(path: Path) -> bytes:
    return preview.first_page_text(path).encode(errors="replace")
