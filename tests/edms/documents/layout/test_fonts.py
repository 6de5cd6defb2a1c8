from __future__ import annotations

import unicodedata
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PIL.Image import Image
from PIL.ImageFont import truetype
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from edms.documents.layout.errors import FontsIncomplete, FontsMissing, LetterNotInFont
from edms.documents.layout.font_build import build_face, build_fonts, check_face
from edms.documents.layout.fonts import FACES, REQUIRED_CHARACTERS, VIETNAMESE_LETTERS, Face, FontSet, file_name, main
from edms.documents.layout.typeface import Typefaces
from tests.edms.documents.layout.builders import PIXELS_PER_POINT, pictures
from tests.edms.documents.layout.conftest import ROOT
from tests.provoked import provokes

PACKAGE = ROOT / "node_modules" / "@fontsource" / "tinos"
BASE_FONTS: dict[Face, str] = {
    "regular": "Times-Roman",
    "bold": "Times-Bold",
    "italic": "Times-Italic",
    "bold_italic": "Times-BoldItalic",
}
CELL_PT = 40


def glyph_pictures(typefaces: Typefaces, face: Face, characters: str) -> list[Image]:
    """Each character as it comes out of a PDF, in a square of its own."""
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=(CELL_PT * len(characters), CELL_PT), initialFontName=typefaces.name(face))  # type: ignore[arg-type]
    canvas.setFont(typefaces.name(face), 20)
    for index, character in enumerate(characters):
        canvas.drawString(index * CELL_PT + 8, 12, character)
    canvas.save()
    page = pictures(stream.getvalue())[0]
    side = int(CELL_PT * PIXELS_PER_POINT)
    return [page.crop((index * side, 0, (index + 1) * side, side)) for index in range(len(characters))]


def has_ink(picture: Image) -> bool:
    return sum(picture.histogram()[:128]) > 0


@pytest.mark.parametrize("face", FACES)
def test_every_vietnamese_letter_is_drawn_and_no_two_look_alike(typefaces: Typefaces, face: Face) -> None:
    seen: dict[bytes, str] = {}
    for character, picture in zip(VIETNAMESE_LETTERS, glyph_pictures(typefaces, face, VIETNAMESE_LETTERS), strict=True):
        assert has_ink(picture), f"{character} is blank"
        twin = seen.setdefault(picture.tobytes(), character)
        assert twin == character, f"{character} looks like {twin}"


@pytest.mark.parametrize("face", FACES)
def test_no_letter_is_the_box_for_missing_letters(face: Face) -> None:
    font = truetype(str(ROOT / "build" / "fonts" / file_name(face)), 60)
    missing = bytes(font.getmask("字"))
    assert any(missing), "the box must be visible for this test to mean anything"
    assert [character for character in REQUIRED_CHARACTERS if bytes(font.getmask(character)) == missing] == []


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("character", "ếỮặđ")
def test_marks_are_added_to_the_plain_letter(typefaces: Typefaces, face: Face, character: str) -> None:
    plain = "d" if character == "đ" else unicodedata.normalize("NFD", character)[0]
    accented, bare = glyph_pictures(typefaces, face, character + plain)
    ink = [sum(picture.histogram()[:128]) for picture in (accented, bare)]
    assert ink[0] > ink[1] > 0


@pytest.mark.parametrize("face", FACES)
def test_widths_are_those_of_times(typefaces: Typefaces, face: Face) -> None:
    for code in range(0x20, 0x7F):
        expected = pdfmetrics.stringWidth(chr(code), BASE_FONTS[face], 1_000)
        if chr(code) in "'`":  # Times' AFM names typographic quotes here
            continue
        assert typefaces.width(face, 1_000, chr(code)) == pytest.approx(expected, abs=1), chr(code)


@pytest.mark.parametrize("face", FACES)
def test_the_em_is_that_of_pdf_widths(face: Face) -> None:
    with TTFont(ROOT / "build" / "fonts" / file_name(face)) as font:
        assert font["head"].unitsPerEm == 1_000
        assert font["name"].getDebugName(1) == "LienThongSerif"
        assert "Tinos Project Authors" in str(font["name"].getDebugName(0))


def test_the_build_is_repeatable() -> None:
    assert build_face(PACKAGE, "italic") == (ROOT / "build" / "fonts" / file_name("italic")).read_bytes()


@pytest.mark.parametrize("character", ["ế", "Đ", "₫", "…"])
def test_a_font_without_a_letter_is_refused(character: str) -> None:
    with TTFont(ROOT / "build" / "fonts" / file_name("bold")) as font:
        check_face(font, "bold")
        for table in font["cmap"].tables:
            table.cmap.pop(ord(character), None)
        with pytest.raises(FontsIncomplete) as caught:
            check_face(font, "bold")
    assert caught.value.facts["characters"] == [character]


@provokes("layout.fonts-incomplete")
def test_a_font_with_an_empty_glyph_is_refused() -> None:
    with TTFont(ROOT / "build" / "fonts" / file_name("regular")) as font:
        cmap = font.getBestCmap()
        font["glyf"][cmap[ord("ữ")]] = font["glyf"][cmap[0x20]]
        with pytest.raises(FontsIncomplete, match="U\\+1EEF"):
            check_face(font, "regular")


def test_a_missing_font_is_named(tmp_path: Path) -> None:
    (tmp_path / file_name("regular")).write_bytes(b"")
    with pytest.raises(FontsMissing, match=r"LienThongSerif-Bold\.ttf") as caught:
        FontSet.load(tmp_path)
    assert "make fonts" in caught.value.message_vi


def test_a_damaged_font_is_refused(tmp_path: Path) -> None:
    for face in FACES:
        (tmp_path / file_name(face)).write_bytes(b"not a font")
    with pytest.raises(FontsMissing):
        Typefaces(FontSet.load(tmp_path))


def test_nothing_is_written_without_sources(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), str(tmp_path / "out")]) == 1
    assert "npm ci" in capsys.readouterr().err
    package = tmp_path / "@fontsource" / "tinos"
    package.mkdir(parents=True)
    (package / "LICENSE").write_text("OFL")
    with pytest.raises(FontsMissing, match="latin-400-normal"):
        build_fonts(tmp_path, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["OFL.txt"]


def test_wrong_use_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["họp lúc 8h 😀", "名", "a\u0007b", "q\u0323"])
def test_text_that_cannot_be_shown_is_refused(typefaces: Typefaces, text: str) -> None:
    with pytest.raises(LetterNotInFont) as caught:
        typefaces.clean(text)
    assert caught.value.facts["characters"]
    assert caught.value.code == "layout.letter-not-in-font"


def test_text_is_composed_and_freed_of_what_pasting_leaves(typefaces: Typefaces) -> None:
    pasted = "\ufeff" + unicodedata.normalize("NFD", "Nguyễn\u200b Văn\u00a0Ấn\t \n(Giám\u00ad đốc) ")
    assert typefaces.clean(pasted) == "Nguyễn Văn\u00a0Ấn (Giám đốc)"


def test_required_characters_pass(typefaces: Typefaces) -> None:
    assert typefaces.clean(REQUIRED_CHARACTERS) == REQUIRED_CHARACTERS
