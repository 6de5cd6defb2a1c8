"""Fonts for what is written into a document after it was laid out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont, TTLibError
from pyhanko.pdf_utils.font.opentype import GlyphAccumulator
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from signing.errors import FontUnsuitable, TextUnsuitable

UNITS_PER_EM: Final = 1000
"""pyHanko writes glyph widths unscaled, and PDF counts them in thousandths: any other font would be spread out."""


VIETNAMESE: Final = frozenset(
    unicodedata.normalize("NFC", letter + tone)
    for vowel in "aăâeêioôơuưy"
    for letter in (vowel, vowel.upper())
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
) | set("bcdđfghjklmnpqrstvwxzBCDĐFGHJKLMNPQRSTVWXZ0123456789 ,./-–:()")
"""The letters and signs of numbers, notations, places and dates, each a single code point in NFC."""


class TextFont:
    """A font embedded, as a subset, in one document under construction; raises `FontUnsuitable`."""

    def __init__(self, writer: IncrementalPdfFileWriter, path: Path) -> None:
        try:
            with path.open("rb") as content:
                self._engine = GlyphAccumulator(writer, content, font_size=1, bcp47_lang_code="vi")
                _require_units(self._engine.tt, path)
        except (OSError, TTLibError, KeyError, AssertionError, NotImplementedError) as error:
            raise FontUnsuitable(f"{path}: {error}") from error
        self._path = path
        self.resource = self._engine.as_resource()

    def shape(self, text: str, size_points: float) -> tuple[bytes, float]:
        """The operators that show `text` (in NFC) and its width in ems; raises `FontUnsuitable` for a missing letter."""
        _require_letters(self._engine.tt, self._path, text)
        self._engine.font_size = size_points  # type: ignore[assignment]  # declared int, used as a number
        shaped = self._engine.shape(text)
        return shaped.graphics_ops, shaped.x_advance

    def finish(self) -> None:
        """Write the subset; nothing can be shaped afterwards."""
        self._engine.prepare_write()


def require_suitable(path: Path) -> None:
    """Raise `FontUnsuitable` unless the font at `path` is TrueType, has 1,000 units per em, and shows every Vietnamese letter."""
    try:
        with path.open("rb") as content, TTFont(content, lazy=True) as font:
            _require_units(font, path)
            _require_letters(font, path, VIETNAMESE)
    except (OSError, TTLibError, KeyError, AssertionError) as error:
        raise FontUnsuitable(f"{path}: {error}") from error


def _require_units(font: TTFont, path: Path) -> None:
    units = font["head"].unitsPerEm
    if units != UNITS_PER_EM:
        raise FontUnsuitable(f"{path.name} has {units} units per em instead of {UNITS_PER_EM}")


def _require_letters(font: TTFont, path: Path, letters: Iterable[str]) -> None:
    names = font.getBestCmap()
    glyphs = font["glyf"]
    # An empty glyph would show as nothing though text extraction still finds the letter.
    missing = sorted(
        letter
        for letter in set(letters)
        if ord(letter) not in names or not (letter.isspace() or glyphs[names[ord(letter)]].numberOfContours)
    )
    if missing:
        raise FontUnsuitable(f"{path.name} lacks {' '.join(f'U+{ord(letter):04X}' for letter in missing)}")


def one_line(text: str, what: str) -> str:
    """`text` in NFC; raises `TextUnsuitable` when it is blank, or has a control or combining character left."""
    composed = unicodedata.normalize("NFC", text).strip()
    if not composed or any(unicodedata.category(letter) in {"Cc", "Cf", "Mn", "Zl", "Zp"} for letter in composed):
        raise TextUnsuitable(f"the {what} is empty or has characters that cannot be shown")
    return composed
