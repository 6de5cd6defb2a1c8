from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL.ImageDraw import Draw
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pypdfium2 import PdfDocument

from edms.documents.layout.annex import (
    FIELD_BASELINE_EMS,
    NUMBER_SIZE_PT,
    PAGE_HEIGHT_PT,
    PAGE_WIDTH_PT,
    Box,
    Urgency,
    mm,
)
from edms.documents.layout.errors import (
    BlockTooTall,
    LayoutProblem,
    LetterNotInFont,
    NotationTooLong,
    PlaceTooLong,
    TextMissing,
    TimeInvalid,
)
from edms.documents.layout.fonts import REQUIRED_CHARACTERS, FontSet
from edms.documents.layout.letter import LaidOutDocument, OfficialLetter, render_official_letter
from edms.documents.layout.typeface import Typefaces
from edms.documents.layout.wording import MOTTO, NATION, format_date_line, format_number
from tests.edms.documents.layout.builders import (
    DECISION,
    LETTER,
    PIXELS_PER_POINT,
    bodies,
    crop,
    ink_of,
    page_texts,
    pictures,
)
from tests.provoked import provokes

BOXES = ("number_box", "date_box", "leader_box", "seal_box")


def boxes(document: LaidOutDocument) -> list[Box]:
    return [getattr(document, name) for name in BOXES]


def long_letter(paragraphs: int) -> OfficialLetter:
    return replace(LETTER, body=(*(f"{n}. {LETTER.body[0]}" for n in range(1, paragraphs)), "Trân trọng."))


def test_the_text_reads_back_as_it_was_given(fonts: FontSet) -> None:
    (text,) = page_texts(render_official_letter(LETTER, fonts).pdf)
    expected = [
        "UBND TỈNH LÂM ĐỒNG",
        "SỞ TÀI CHÍNH",
        NATION,
        MOTTO,
        "Số: V/v rà soát, bàn giao hồ sơ, tài liệu điện tử",
        "Kính gửi:",
        "- Văn phòng Ủy ban nhân dân tỉnh;",
        "- Các sở, ban, ngành thuộc tỉnh.",
        *LETTER.body[:-1],
        "Sở Tài chính đề nghị các cơ quan, đơn vị quan tâm, phối hợp thực hiện./.",
        "Nơi nhận:",
        "- Như trên;",
        "- Giám đốc Sở (để báo cáo);",
        "- Lưu: VT, VP.",
        "KT. GIÁM ĐỐC",
        "PHÓ GIÁM ĐỐC",
        "Nguyễn Thị Ánh Tuyết",
    ]
    assert [part for part in expected if part not in text] == []
    assert unicodedata.is_normalized("NFC", text)
    rest = text
    for part in expected:
        rest = rest.replace(part, "", 1)
    assert rest.split() == []


def test_a_decision_carries_its_type_grounds_and_articles(fonts: FontSet) -> None:
    (text,) = page_texts(render_official_letter(DECISION, fonts).pdf)
    for part in (
        "QUYẾT ĐỊNH Ban hành Quy chế",
        "ỦY BAN NHÂN DÂN TỈNH LÂM ĐỒNG Căn cứ Luật Tổ chức chính quyền địa phương số 72/2025/QH15;",
        "Theo đề nghị của Giám đốc Sở Nội vụ. QUYẾT ĐỊNH: Điều 1. Ban hành",
        "Điều 2. Quyết định này có hiệu lực kể từ ngày ký./.",
    ):
        assert part in text
    assert "V/v" not in text


def test_decomposed_and_composed_text_give_the_same_file(fonts: FontSet) -> None:
    decomposed = replace(
        LETTER,
        subject=unicodedata.normalize("NFD", LETTER.subject),
        body=tuple(unicodedata.normalize("NFD", text) for text in LETTER.body),
        signer_name=unicodedata.normalize("NFD", LETTER.signer_name),
    )
    assert render_official_letter(decomposed, fonts) == render_official_letter(LETTER, fonts)


@pytest.mark.parametrize("letter", [LETTER, DECISION, long_letter(9)], ids=["letter", "decision", "long"])
def test_margins_are_those_of_the_annex(fonts: FontSet, letter: OfficialLetter) -> None:
    for number, picture in enumerate(pictures(render_official_letter(letter, fonts).pdf)):
        if number:  # the page number stands in the top margin
            Draw(picture).rectangle((0, 0, picture.width, mm(20) * PIXELS_PER_POINT), fill=255)
        ink = ink_of(picture)
        assert ink is not None
        left, bottom, right, top = ink
        assert left == pytest.approx(mm(30), abs=1.5)
        assert right == pytest.approx(PAGE_WIDTH_PT - mm(15), abs=1.5)
        assert mm(20) <= PAGE_HEIGHT_PT - top + 0.5 <= mm(25)
        assert bottom >= mm(20) - 0.5


@pytest.mark.parametrize("letter", [LETTER, DECISION, long_letter(9)], ids=["letter", "decision", "long"])
def test_boxes_lie_inside_the_page_and_hold_no_ink(fonts: FontSet, letter: OfficialLetter) -> None:
    document = render_official_letter(letter, fonts)
    shown = pictures(document.pdf)
    for name in BOXES:
        box = getattr(document, name)
        assert mm(30) <= box.x0 < box.x1 <= PAGE_WIDTH_PT - mm(15) + 0.01, name
        assert mm(20) <= box.y0 < box.y1 <= PAGE_HEIGHT_PT - mm(20) + 0.01, name
        assert ink_of(crop(shown[box.page], box)) is None, name
    assert document.number_box.page == document.date_box.page == 0
    assert document.leader_box.page == document.seal_box.page == document.page_count - 1 == len(shown) - 1


def test_the_number_stands_right_after_its_label_on_the_line_of_the_date(fonts: FontSet) -> None:
    document = render_official_letter(LETTER, fonts)
    picture = pictures(document.pdf)[0]
    number = document.number_box
    before = crop(picture, replace(number, x0=number.x0 - 40, x1=number.x0))
    ink = before.point(lambda grey: 255 if grey < 250 else 0).getbbox()
    assert ink is not None, "no label before the box"
    baseline = number.y1 - (ink[3] + 1) / PIXELS_PER_POINT
    assert baseline - number.y0 == pytest.approx(NUMBER_SIZE_PT * FIELD_BASELINE_EMS, abs=0.7)
    assert (document.date_box.y0, document.date_box.y1) == (number.y0, number.y1)
    middle_of_motto = PAGE_WIDTH_PT - mm(15) - (document.date_box.x1 - document.date_box.x0) / 2
    assert (document.date_box.x0 + document.date_box.x1) / 2 == pytest.approx(middle_of_motto)


def test_the_seal_has_its_real_size_and_covers_a_third_of_the_signature(fonts: FontSet) -> None:
    document = render_official_letter(LETTER, fonts)
    leader, seal = document.leader_box, document.seal_box
    assert (seal.x1 - seal.x0, seal.y1 - seal.y0) == pytest.approx((mm(36), mm(36)))
    assert (leader.x1 - leader.x0, leader.y1 - leader.y0) == pytest.approx((mm(45), mm(22)))
    assert seal.x1 - leader.x0 == pytest.approx((leader.x1 - leader.x0) / 3)
    assert seal.y0 + seal.y1 == pytest.approx(leader.y0 + leader.y1)


def test_pages_are_numbered_from_the_second(fonts: FontSet) -> None:
    document = render_official_letter(long_letter(40), fonts)
    texts = page_texts(document.pdf)
    assert document.page_count == len(texts) >= 4
    assert texts[0].startswith("UBND") or texts[0].startswith(NATION)
    for number, (text, picture) in enumerate(zip(texts[1:], pictures(document.pdf)[1:], strict=True), start=2):
        assert text.startswith(f"{number} ") or text.endswith(f" {number}")
        margin = picture.crop((0, 0, picture.width, int(mm(20) * PIXELS_PER_POINT)))
        bounds = margin.point(lambda grey: 255 if grey < 250 else 0).getbbox()
        assert bounds is not None
        centre = (bounds[0] + bounds[2]) / 2 / PIXELS_PER_POINT
        assert centre == pytest.approx((mm(30) + PAGE_WIDTH_PT - mm(15)) / 2, abs=2)


@settings(max_examples=25, deadline=None)
@given(body=bodies, capacity=st.integers(1, 4), recipients=st.integers(0, 20))
def test_any_text_stays_on_its_pages_and_the_signature_is_never_alone(
    fonts: FontSet, body: tuple[str, ...], capacity: int, recipients: int
) -> None:
    letter = replace(
        LETTER,
        body=(*body, "Đoạn cuối cùng của văn bản này."),
        signer_capacity=("KT. GIÁM ĐỐC",) * capacity,
        recipients=("Như trên",) * recipients,
    )
    document = render_official_letter(letter, fonts)
    texts = page_texts(document.pdf)
    assert len(texts) == document.page_count
    everything = re.sub(r"\s", "", " ".join(texts))
    for paragraph in body:
        for word in paragraph.split():
            assert word in everything
    last = texts[-1]
    assert "Đoạn cuối cùng của văn bản này./." in last
    assert "Nguyễn Thị Ánh Tuyết" in last
    assert body[-1].split()[-1] in last, "the line before the last one must come along"
    for picture in pictures(document.pdf):
        ink = ink_of(picture)
        assert ink is not None
        assert ink[1] >= mm(20) - 0.5
        assert ink[2] <= PAGE_WIDTH_PT - mm(15) + 0.7
    for box in boxes(document):
        assert box.y0 >= mm(20) - 0.01


@pytest.mark.parametrize(
    ("urgency", "width_mm"), [(Urgency.EXPRESS, 30), (Urgency.VERY_URGENT, 40), (Urgency.URGENT, 20)]
)
def test_the_urgency_mark_is_a_red_frame_of_its_size(fonts: FontSet, urgency: Urgency, width_mm: float) -> None:
    document = render_official_letter(replace(LETTER, urgency=urgency), fonts)
    assert urgency.value in page_texts(document.pdf)[0]
    opened = PdfDocument(document.pdf)
    colours = opened[0].render(scale=PIXELS_PER_POINT).to_pil().convert("RGB")
    opened.close()
    red, green, _blue = colours.split()
    is_red = green.point(lambda value: 255 if value < 120 else 0)
    is_red.paste(0, mask=red.point(lambda value: 255 if value < 150 else 0))
    bounds = is_red.getbbox()
    assert bounds is not None
    assert (bounds[2] - bounds[0]) / PIXELS_PER_POINT == pytest.approx(mm(width_mm), abs=2)
    assert (bounds[3] - bounds[1]) / PIXELS_PER_POINT == pytest.approx(mm(8), abs=2)


def test_equal_input_gives_equal_bytes_and_the_time_is_the_caller_s(fonts: FontSet) -> None:
    moment = datetime(2026, 11, 20, 2, 35, 12, tzinfo=UTC)
    plain, timed = (
        render_official_letter(LETTER, fonts).pdf,
        render_official_letter(LETTER, fonts, laid_out_at=moment).pdf,
    )
    assert render_official_letter(LETTER, fonts).pdf == plain != timed
    assert render_official_letter(LETTER, fonts, laid_out_at=moment).pdf == timed
    info = PdfFileReader(BytesIO(timed)).trailer["/Info"]
    assert info["/CreationDate"] == "D:20261120093512+07'00'"
    with pytest.raises(TimeInvalid):
        render_official_letter(LETTER, fonts, laid_out_at=moment.replace(tzinfo=None))


def test_the_file_says_what_it_is(fonts: FontSet) -> None:
    pdf = render_official_letter(LETTER, fonts).pdf
    reader = PdfFileReader(BytesIO(pdf), strict=True)
    assert pdf.startswith(b"%PDF-1.7")
    assert reader.trailer["/Info"]["/Title"] == LETTER.subject
    assert reader.trailer["/Info"]["/Author"] == "SỞ TÀI CHÍNH"
    assert str(reader.root["/Lang"]).startswith("vi")
    assert "/AcroForm" not in reader.root


def fonts_of(reader: Any) -> list[Any]:
    pages = [page.get_object() for page in reader.root["/Pages"]["/Kids"]]
    return [font.get_object() for page in pages for font in page["/Resources"]["/Font"].values()]


def test_every_font_is_an_embedded_subset_with_unicode(fonts: FontSet) -> None:
    reader = PdfFileReader(BytesIO(render_official_letter(DECISION, fonts).pdf), strict=True)
    found = fonts_of(reader)
    assert {re.sub(r"^/[A-Z]+\+", "", str(font["/BaseFont"])) for font in found} == {
        "LienThongSerif-Regular",
        "LienThongSerif-Bold",
        "LienThongSerif-Italic",
        "LienThongSerif-BoldItalic",
    }
    for font in found:
        assert re.match(r"/[A-Z]{6}\+", str(font["/BaseFont"]))
        assert font["/FontDescriptor"]["/FontFile2"].data[:4] == b"\x00\x01\x00\x00"
        assert b"beginbfchar" in font["/ToUnicode"].data or b"beginbfrange" in font["/ToUnicode"].data


def test_it_can_be_extended_by_an_incremental_revision(fonts: FontSet) -> None:
    pdf = render_official_letter(LETTER, fonts).pdf
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=True)
    assert not writer.prev.xrefs.hybrid_xrefs_present
    writer.root["/Extra"] = writer.root["/Lang"]
    writer.update_root()
    stream = BytesIO()
    writer.write(stream)
    assert stream.getvalue().startswith(pdf)
    assert PdfFileReader(stream, strict=True).total_revisions == 2


def test_more_letters_than_one_subset_holds_are_all_there(fonts: FontSet) -> None:
    alphabet = " ".join(REQUIRED_CHARACTERS) + " ĀāĂăĄąĆćĈĉĊċČčĎďĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥ"
    document = render_official_letter(replace(LETTER, body=(alphabet, "Hết")), fonts)
    found = set("".join(page_texts(document.pdf)))
    assert set(alphabet.replace(" ", "")) <= found


@pytest.mark.parametrize("place", ["Đà Lạt", "Thành phố Hồ Chí Minh", "Phường Xuân Hương - Đà Lạt"])
def test_the_longest_number_and_date_fit_their_boxes(fonts: FontSet, typefaces: Typefaces, place: str) -> None:
    document = render_official_letter(replace(LETTER, place=place, notation="QĐ-UBND"), fonts)
    number, line = format_number(88_888, "QĐ-UBND"), format_date_line(place, date(2028, 12, 28))
    assert typefaces.width("regular", 13, number) <= document.number_box.x1 - document.number_box.x0
    assert typefaces.width("italic", 13, line) <= document.date_box.x1 - document.date_box.x0
    assert document.number_box.x1 < document.date_box.x0


def test_a_long_agency_name_takes_several_lines_and_the_boxes_make_room(fonts: FontSet) -> None:
    short = render_official_letter(LETTER, fonts)
    long = render_official_letter(
        replace(LETTER, agency="Ban Quản lý dự án đầu tư xây dựng các công trình giao thông và nông nghiệp"), fonts
    )
    assert long.number_box.y1 < short.number_box.y0
    assert long.date_box.y0 == long.number_box.y0
    assert ink_of(crop(pictures(long.pdf)[0], long.number_box)) is None


@provokes(by="problem")
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"subject": "họp 😀"}, LetterNotInFont),
        ({"body": ("một", "hai 漢")}, LetterNotInFont),
        ({"subject": " "}, TextMissing),
        ({"body": ("", "  ")}, TextMissing),
        ({"agency": ""}, TextMissing),
        ({"signer_capacity": ()}, TextMissing),
        ({"signer_name": "\u200b"}, TextMissing),
        ({"archive_line": ""}, TextMissing),
        ({"addressees": ()}, TextMissing),
        ({"notation": "QĐ-" + "UBND" * 8}, NotationTooLong),
        ({"place": "Thành phố trực thuộc trung ương mang tên rất dài"}, PlaceTooLong),
        ({"recipients": ("Các sở, ban, ngành",) * 90}, BlockTooTall),
    ],
)
def test_what_cannot_be_laid_out_is_refused(
    fonts: FontSet, change: dict[str, Any], problem: type[LayoutProblem]
) -> None:
    with pytest.raises(problem) as caught:
        render_official_letter(replace(LETTER, **change), fonts)
    assert caught.value.detail
