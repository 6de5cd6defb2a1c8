"""The fonts as the layout uses them: which characters they show, how wide a text is, under which name reportlab has them.

Text enters the layout through `Typefaces.clean`; everything after it may rely on NFC, single spaces and letters that the
font can show.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from edms.documents.layout.errors import FontsMissing, LetterNotInFont
from edms.documents.layout.fonts import FACES, Face, FontSet

NO_BREAK_SPACE: Final = "\u00a0"
"""A space at which no line ends; as wide as a space, and read back from a PDF as one."""

_BREAKING_WHITE_SPACE = re.compile(r"[^\S\u00a0\u202f]+")
_registering = Lock()


class Typefaces:
    """The four cuts of one `FontSet`, ready to measure and to draw; safe to share between threads.

    Make it with `load_typefaces`, which keeps it.
    """

    def __init__(self, fonts: FontSet) -> None:
        self._fonts = {face: _register(path) for face, path in zip(FACES, _paths(fonts), strict=True)}
        shown = (frozenset(font.face.charToGlyph) for font in self._fonts.values())
        self._shown = frozenset.intersection(*shown)
        self._widths: dict[Face, dict[str, float]] = {face: {} for face in FACES}

    def name(self, face: Face) -> str:
        """Name under which reportlab knows the cut."""
        return str(self._fonts[face].fontName)

    def width(self, face: Face, size_pt: float, text: str) -> float:
        """Advance width of a text in points."""
        widths = self._widths[face]
        total = 0.0
        for character in text:
            width = widths.get(character)
            if width is None:
                width = widths[character] = float(self._fonts[face].face.getCharWidth(ord(character)))  # type: ignore[no-untyped-call]
            total += width
        return total * size_pt / 1_000

    def clean(self, text: str) -> str:
        """The text in NFC, with each run of breaking white space as one space, and without invisible format characters.

        No-break spaces stay. Format characters (zero-width spaces, soft hyphens, byte order marks: what pasting leaves
        behind) are dropped, since nobody sees them. Raises `LetterNotInFont` for control characters, for marks that
        NFC could not join to their letter, and for everything that one of the four cuts does not show.
        """
        result = _tidy(text)
        bad = sorted({character for character in result if not self._can_show(character)})
        if bad:
            named = [f"U+{ord(character):04X}" for character in bad]
            listed = ", ".join(f"{unicodedata.name(c, 'unnamed')} ({code})" for c, code in zip(bad, named, strict=True))
            raise LetterNotInFont(f"not in the font: {listed}", characters=named)
        return result

    def legible(self, text: str, instead: str = "?") -> str:
        """The text as `clean` gives it, with `instead` for each character that would be refused.

        For what others wrote and nobody here may change, such as the title of a document received.
        """
        return "".join(character if self._can_show(character) else instead for character in _tidy(text))

    def _can_show(self, character: str) -> bool:
        return ord(character) in self._shown and unicodedata.category(character)[0] not in "CM"


def _tidy(text: str) -> str:
    joined = unicodedata.normalize("NFC", text).replace("\u202f", NO_BREAK_SPACE)
    visible = "".join(character for character in joined if unicodedata.category(character) != "Cf")
    return _BREAKING_WHITE_SPACE.sub(" ", visible).strip(" ")


@lru_cache(maxsize=8)
def load_typefaces(fonts: FontSet) -> Typefaces:
    """The typefaces of a font set; read from disk once per process. Raises `FontsMissing` for an unreadable file."""
    return Typefaces(fonts)


def _paths(fonts: FontSet) -> tuple[Path, Path, Path, Path]:
    return fonts.regular, fonts.bold, fonts.italic, fonts.bold_italic


def _register(path: Path) -> TTFont:
    """Make a font file known to reportlab, whose registry is global, under a name that follows from its content."""
    try:
        name = f"{path.stem}-{sha256(path.read_bytes()).hexdigest()[:16]}"
        font = TTFont(name, str(path), shapable=False)
    except (OSError, TTFError) as error:
        raise FontsMissing(f"cannot read font {path}: {error}", path=str(path)) from error
    with _registering:
        # The registry would hand out an older file of the same family for this one; a name of its own undoes that.
        font.unregister()
        pdfmetrics.registerFont(font)
    return font
