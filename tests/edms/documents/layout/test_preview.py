from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import PIL.Image
import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from edms.documents.layout.errors import (
    PageOutOfRange,
    PdfLocked,
    PdfTooLong,
    PdfUnreadable,
    PreviewProblem,
    RenderTooLarge,
)
from edms.documents.layout.fonts import FontSet
from edms.documents.layout.letter import render_official_letter
from edms.documents.layout.preview import MAX_PAGES, MAX_WIDTH_PX, page_count, render_page
from tests.edms.documents.layout.builders import LETTER
from tests.provoked import provokes


@pytest.fixture(scope="module")
def letter(fonts: FontSet) -> bytes:
    return render_official_letter(LETTER, fonts).pdf


def blank(pages: int, size: tuple[float, float] = (595, 842)) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(*size).close()
    stream = BytesIO()
    document.save(stream)
    document.close()
    return stream.getvalue()


def darkest(png: bytes) -> object:
    with PIL.Image.open(BytesIO(png)) as picture:
        return picture.convert("L").getextrema()[0]


@pytest.mark.parametrize("width_px", [1, 333, 794, 1191, MAX_WIDTH_PX])
def test_a_page_is_a_png_of_the_width_asked_for(letter: bytes, width_px: int) -> None:
    png = render_page(letter, 0, width_px)
    with PIL.Image.open(BytesIO(png)) as picture:
        assert picture.format == "PNG"
        assert picture.width == width_px
        assert picture.height == pytest.approx(width_px * 297 / 210, abs=1)


def test_files_and_bytes_show_the_same(letter: bytes, tmp_path: Path) -> None:
    path = tmp_path / "văn bản.pdf"
    path.write_bytes(letter)
    assert page_count(path) == page_count(letter) == 1
    assert render_page(path, 0, 400) == render_page(letter, 0, 400)


def test_filled_form_fields_show() -> None:
    def form(value: str) -> bytes:
        stream = BytesIO()
        canvas = Canvas(stream, pagesize=(300, 200), invariant=1)
        canvas.acroForm.textfield(
            name="number", value=value, x=50, y=80, width=200, height=30, borderWidth=0, fillColor=None
        )
        canvas.showPage()
        canvas.save()
        return stream.getvalue()

    empty, filled = render_page(form(""), 0, 600), render_page(form("12/STC-VP"), 0, 600)
    assert empty != filled
    assert darkest(empty) == 255
    assert int(str(darkest(filled))) < 64


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"PK\x03\x04", b"\x00" * 5_000], ids=["empty", "head", "zip", "zeros"]
)
def test_what_is_no_pdf_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(content)
    for source in (content, path):
        with pytest.raises(PdfUnreadable):
            page_count(source)
        with pytest.raises(PdfUnreadable):
            render_page(source, 0, 100)


def test_damaged_files_are_refused_or_shown_but_never_crash(letter: bytes) -> None:
    for cut in range(100, len(letter), len(letter) // 40):
        damaged = letter[:cut] + b"\xff" * 50 + letter[cut + 50 :]
        for content in (letter[:cut], damaged):
            try:
                assert render_page(content, 0, 100).startswith(b"\x89PNG")
            except PreviewProblem:
                continue


@provokes("layout.pdf-unreadable")
def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PdfUnreadable):
        page_count(tmp_path / "none.pdf")


@provokes("layout.pdf-locked")
def test_a_locked_file_says_so() -> None:
    stream = BytesIO()
    canvas = Canvas(stream, encrypt="mật khẩu")
    canvas.drawString(100, 100, "x")
    canvas.save()
    with pytest.raises(PdfLocked):
        page_count(stream.getvalue())


@pytest.mark.parametrize("page", [-1, 1, 10_000])
def test_pages_that_are_not_there(letter: bytes, page: int) -> None:
    with pytest.raises(PageOutOfRange) as caught:
        render_page(letter, page, 100)
    assert caught.value.status == 404


@pytest.mark.parametrize("width_px", [0, -5, MAX_WIDTH_PX + 1])
def test_widths_out_of_range(letter: bytes, width_px: int) -> None:
    with pytest.raises(RenderTooLarge):
        render_page(letter, 0, width_px)


@provokes("layout.render-too-large")
def test_a_page_like_a_ribbon_may_not_fill_the_memory() -> None:
    with pytest.raises(RenderTooLarge):
        render_page(blank(1, (3, 14_400)), 0, MAX_WIDTH_PX)


@provokes("layout.pdf-too-long")
def test_too_many_pages() -> None:
    assert page_count(blank(MAX_PAGES)) == MAX_PAGES
    with pytest.raises(PdfTooLong):
        page_count(blank(MAX_PAGES + 1))


def test_threads_may_share_it(letter: bytes) -> None:
    expected = render_page(letter, 0, 300)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: render_page(letter, 0, 300), range(16))) == {expected}
