"""Makes the four cuts of Liên Thông Serif from the subsets that the font package ships.

The package (`@fontsource/tinos`) cuts the family into subsets for the web; the latin, vietnamese and latin-ext ones
together are complete for Vietnamese. Choices made here:

- The em is scaled from 2,048 to 1,000 units: PDF widths are thousandths of an em, and libraries that forget to convert
  them (signature stamps among them) then still set the text right.
- Kerning and mark positioning (GPOS), substitution (GSUB) and GDEF are dropped. The kerning pairs end at the edges of
  each subset, so that `To` would be kerned and `Tổ` not; text is NFC, so that no mark is ever positioned; and the
  advance widths alone then decide where a line breaks, the same in every program.
- Hinting is dropped: its programs count in units of the old em, and print and zoomed screens do without.
- Time-stamps are those of the source. The same sources give the same bytes.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

from edms.documents.layout.errors import FontsIncomplete, FontsMissing
from edms.documents.layout.fonts import FACES, FAMILY, REQUIRED_CHARACTERS, STYLES, Face, file_name

UNITS_PER_EM: Final = 1_000
"""Units per em of the built fonts: those of PDF widths (ISO 32000-1, 9.2.4)."""

LICENCE_NAME: Final = "OFL.txt"
"""File beside the built fonts that holds their licence, as its second condition asks."""

_PACKAGE = Path("@fontsource/tinos")
_SUBSETS = ("latin", "vietnamese", "latin-ext")
_SOURCES: dict[Face, str] = {
    "regular": "400-normal",
    "bold": "700-normal",
    "italic": "400-italic",
    "bold_italic": "700-italic",
}
_NAME_FAMILY, _NAME_STYLE, _NAME_UNIQUE, _NAME_FULL, _NAME_VERSION, _NAME_POSTSCRIPT = 1, 2, 3, 4, 5, 6
_NAME_LICENCE = 13
_KEPT_NAMES = (0, 14)  # copyright and the licence's address stay as they were


def build_fonts(node_modules: Path, target: Path) -> list[Path]:
    """Write the four cuts and their licence into `target` (made if need be) and return the paths of the cuts.

    Each file appears whole or not at all. Raises `FontsMissing` when the font package is not in `node_modules`, and
    `FontsIncomplete` when a cut lacks one of `REQUIRED_CHARACTERS`; nothing is written for that cut then.
    """
    package = node_modules / _PACKAGE
    licence = package / "LICENSE"
    if not licence.is_file():
        raise FontsMissing(f"the font package is not installed: {package} (run: npm ci --ignore-scripts)")
    target.mkdir(parents=True, exist_ok=True)
    _write_whole(target / LICENCE_NAME, licence.read_bytes())
    built = []
    for face in FACES:
        path = target / file_name(face)
        _write_whole(path, build_face(package, face))
        built.append(path)
    return built


def build_face(package: Path, face: Face) -> bytes:
    """One cut as the bytes of a TrueType file, merged, scaled, renamed and checked; errors as in `build_fonts`."""
    sources = [package / "files" / f"tinos-{subset}-{_SOURCES[face]}.woff2" for subset in _SUBSETS]
    for source in sources:
        if not source.is_file():
            raise FontsMissing(f"the font package lacks {source}")
    taken: set[int] = set()
    parts = []
    for source in sources:
        part = TTFont(source, recalcTimestamp=False)
        wanted = set(part.getBestCmap()) - taken
        taken |= wanted
        parts.append(_only(part, wanted))
    original = TTFont(sources[0], recalcTimestamp=False)
    font = Merger().merge(parts)
    scale_upem(font, UNITS_PER_EM)
    font.recalcTimestamp = False
    font["head"].created, font["head"].modified = original["head"].created, original["head"].modified
    _rename(font, original, face)
    check_face(font, face)
    stream = BytesIO()
    font.save(stream)
    return stream.getvalue()


def check_face(font: Any, face: Face) -> None:
    """Raise `FontsIncomplete` unless the font (fontTools' `TTFont`) draws something for each required character."""
    cmap, outlines = font.getBestCmap(), font["glyf"]
    bad = [
        character
        for character in REQUIRED_CHARACTERS
        if ord(character) not in cmap or outlines[cmap[ord(character)]].numberOfContours == 0
    ]
    if bad:
        listed = " ".join(f"{character} (U+{ord(character):04X})" for character in bad)
        raise FontsIncomplete(f"{face}: no glyph for {listed}", characters=bad)


def _only(part: Any, code_points: set[int]) -> BytesIO:
    """The part cut down to some code points, without layout tables and hints, as an uncompressed font file."""
    options = Options()
    options.hinting = False
    options.layout_features = []
    options.drop_tables += ["GDEF", "GPOS", "GSUB", "gasp"]
    options.notdef_outline = True
    options.glyph_names = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=code_points)
    subsetter.subset(part)
    part.flavor = None
    stream = BytesIO()
    part.save(stream)
    stream.seek(0)
    return stream


def _rename(font: Any, original: Any, face: Face) -> None:
    """Give the font its own names; copyright and licence stay."""
    names = font["name"]
    names.names = [record for record in original["name"].names if record.nameID in _KEPT_NAMES]
    style = STYLES[face].replace("BoldItalic", "Bold Italic")
    version = str(original["name"].getDebugName(_NAME_VERSION)).split(";")[0]
    for name_id, value in {
        _NAME_FAMILY: FAMILY,
        _NAME_STYLE: style,
        _NAME_UNIQUE: f"{FAMILY}-{STYLES[face]};{version}",
        _NAME_FULL: f"{FAMILY} {style}",
        _NAME_VERSION: version,
        _NAME_POSTSCRIPT: f"{FAMILY}-{STYLES[face]}",
        _NAME_LICENCE: "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
    }.items():
        names.setName(value, name_id, 3, 1, 0x409)


def _write_whole(path: Path, content: bytes) -> None:
    """Write through a temporary neighbour, so that nobody ever sees half a file."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as scratch:
        try:
            scratch.write(content)
            scratch.flush()
            os.fsync(scratch.fileno())
            os.fchmod(scratch.fileno(), 0o644)
            Path(scratch.name).replace(path)
        except BaseException:
            Path(scratch.name).unlink(missing_ok=True)
            raise
