"""The fonts that official documents are set in, and the command that builds them.

    python -m edms.documents.layout.fonts node_modules build/fonts

Annex I of Nghị định 30/2020/NĐ-CP (I.4) asks for Times New Roman with Unicode. That font may not be redistributed; *Tinos*
has the same widths, letter for letter, and the SIL Open Font License 1.1. The family made from it is called Liên Thông
Serif; `docs/fonts.md` says what the licence asks of those who pass it on. Fonts are built, never committed.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final, Literal, Self
from unicodedata import normalize

from edms.documents.layout.errors import FontsMissing, LayoutProblem

Face = Literal["regular", "bold", "italic", "bold_italic"]
"""One of the four cuts of the family."""

FACES: Final[tuple[Face, ...]] = ("regular", "bold", "italic", "bold_italic")
"""All cuts, in the order in which they are built."""

FAMILY: Final = "LienThongSerif"
"""Family name as it stands in file names and in the PDF's font dictionaries."""

STYLES: Final[dict[Face, str]] = {
    "regular": "Regular",
    "bold": "Bold",
    "italic": "Italic",
    "bold_italic": "BoldItalic",
}
"""Style part of the file name of each cut."""

_TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")  # level, grave, acute, hook, tilde, dot below
_VOWELS = "aăâeêioôơuưy"

VIETNAMESE_LETTERS: Final = "".join(
    sorted(
        {
            form
            for vowel, tone in product(_VOWELS, _TONES)
            for form in (normalize("NFC", vowel + tone), normalize("NFC", vowel.upper() + tone))
        }
        | {"đ", "Đ"}
    )
)
"""Every vowel with every tone and đ, both cases, precomposed (NFC): 146 letters of TCVN 6909:2001."""

REQUIRED_CHARACTERS: Final = "".join(map(chr, range(0x21, 0x7F))) + VIETNAMESE_LETTERS + "₫–—“”‘’…•§°²³½×±«»"
"""What a font must show before a document may be set in it: ASCII, the Vietnamese letters, and office punctuation."""


@dataclass(frozen=True, slots=True)
class FontSet:
    """Where the four cuts lie: TrueType files of 1,000 units per em. Make it with `load`."""

    regular: Path
    bold: Path
    italic: Path
    bold_italic: Path

    @classmethod
    def load(cls, directory: Path) -> Self:
        """The set that the font build wrote into `directory`; the files are looked for, not opened.

        Raises `FontsMissing`, naming the first file that is not there.
        """
        paths: dict[Face, Path] = {face: directory / file_name(face) for face in FACES}
        for path in paths.values():
            if not path.is_file():
                raise FontsMissing(f"font file not found: {path}", path=str(path))
        return cls(**paths)


def file_name(face: Face) -> str:
    """File name of a built cut, such as `LienThongSerif-BoldItalic.ttf`."""
    return f"{FAMILY}-{STYLES[face]}.ttf"


def main(arguments: list[str]) -> int:
    """Build the fonts: `NODE_MODULES TARGET`. Exit status 0, 1 (the sources are unfit) or 2 (wrong use)."""
    # fontTools takes a third of a second to import, and only the build needs it.
    from edms.documents.layout.font_build import build_fonts  # noqa: PLC0415

    if len(arguments) != 2:
        sys.stderr.write("usage: python -m edms.documents.layout.fonts NODE_MODULES TARGET\n")
        return 2
    try:
        built = build_fonts(Path(arguments[0]), Path(arguments[1]))
    except LayoutProblem as problem:
        sys.stderr.write(f"{problem.message_vi}\n{problem.message_en}\n{problem.detail}\n")
        return 1
    for path in built:
        sys.stdout.write(f"{path} {path.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
