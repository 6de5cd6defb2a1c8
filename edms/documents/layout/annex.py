"""Annex I of Nghị định 30/2020/NĐ-CP in numbers: the sheet, the sizes of type, and the numbered boxes.

Lengths are in PDF points (1/72 inch) and end in `_PT`; those the annex gives in millimetres pass through `mm`. Where the
annex leaves a range, the value here is the one that its table V shows as the sample, and the docstring gives the range.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


def mm(length_mm: float) -> float:
    """Millimetres as PDF points."""
    return length_mm * 72 / 25.4


class AnnexBox(StrEnum):
    """The numbered boxes of the annex's diagram (part I, section IV)."""

    MOTTO = "1"
    """Quốc hiệu và Tiêu ngữ (II.1)."""
    AGENCY = "2"
    """Tên cơ quan, tổ chức ban hành văn bản (II.2)."""
    NUMBER = "3"
    """Số, ký hiệu của văn bản (II.3)."""
    PLACE_AND_DATE = "4"
    """Địa danh và thời gian ban hành văn bản (II.4)."""
    TYPE_AND_SUBJECT = "5a"
    """Tên loại và trích yếu nội dung văn bản (II.5)."""
    LETTER_SUBJECT = "5b"
    """Trích yếu nội dung công văn, after "V/v" (II.5)."""
    TEXT = "6"
    """Nội dung văn bản (II.6)."""
    CAPACITY = "7a"
    """Quyền hạn, chức vụ của người ký (II.7)."""
    SIGNER_NAME = "7b"
    """Họ và tên, chức vụ khác của người ký (II.7)."""
    SIGNATURE = "7c"
    """Chữ ký của người có thẩm quyền (II.7)."""
    SEAL = "8"
    """Dấu, chữ ký số của cơ quan, tổ chức (II.8)."""
    ADDRESSEES = "9a"
    """Kính gửi (II.9)."""
    RECIPIENTS = "9b"
    """Nơi nhận (II.9)."""
    SECRECY = "10a"
    """Dấu chỉ độ mật (III.2.a): never drawn, secret documents do not pass through this system."""
    URGENCY = "10b"
    """Dấu chỉ mức độ khẩn (III.2.b)."""
    CIRCULATION = "11"
    """Chỉ dẫn về phạm vi lưu hành (III.2.c)."""
    TYPIST = "12"
    """Ký hiệu người soạn thảo và số lượng bản phát hành (III.3)."""
    ADDRESS = "13"
    """Địa chỉ cơ quan, thư điện tử, điện thoại (III.4)."""
    COPY_SIGNATURE = "14"
    """Chữ ký số của cơ quan cho bản sao sang định dạng điện tử (part II, I.3)."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in PDF points from the lower left corner of the page; `x0 < x1`, `y0 < y1`."""

    page: int
    """Index of the page, from 0."""
    x0: float
    y0: float
    x1: float
    y1: float


PAGE_WIDTH_PT: Final = mm(210)
"""A4, upright (I.1, I.2)."""
PAGE_HEIGHT_PT: Final = mm(297)
"""A4, upright (I.1, I.2)."""

MARGIN_TOP_PT: Final = mm(20)
"""Top margin; 20–25 mm (I.3)."""
MARGIN_BOTTOM_PT: Final = mm(20)
"""Bottom margin; 20–25 mm (I.3)."""
MARGIN_LEFT_PT: Final = mm(30)
"""Left margin, which the binding takes; 30–35 mm (I.3)."""
MARGIN_RIGHT_PT: Final = mm(15)
"""Right margin; 15–20 mm (I.3). The narrowest, so that long agency names have room beside the motto."""

TEXT_LEFT_PT: Final = MARGIN_LEFT_PT
"""Left edge of the text, from the left edge of the page."""
TEXT_RIGHT_PT: Final = PAGE_WIDTH_PT - MARGIN_RIGHT_PT
"""Right edge of the text, from the left edge of the page."""
TEXT_TOP_PT: Final = PAGE_HEIGHT_PT - MARGIN_TOP_PT
"""Upper edge of the text, from the lower edge of the page."""
TEXT_BOTTOM_PT: Final = MARGIN_BOTTOM_PT
"""Lower edge of the text, from the lower edge of the page."""
TEXT_WIDTH_PT: Final = TEXT_RIGHT_PT - TEXT_LEFT_PT
"""Width of the text: 165 mm."""
TEXT_HEIGHT_PT: Final = TEXT_TOP_PT - TEXT_BOTTOM_PT
"""Height of the text: 257 mm."""

PAGE_NUMBER_SIZE_PT: Final = 14.0
"""Page numbers from page 2, centred in the top margin; 13–14 (I.7)."""

NATION_SIZE_PT: Final = 12.0
"""Quốc hiệu, capitals, bold; 12–13 (II.1.a)."""
MOTTO_SIZE_PT: Final = 13.0
"""Tiêu ngữ, bold; 13–14 (II.1.b)."""
AGENCY_SIZE_PT: Final = 12.0
"""Names of the superior agency (upright) and of the agency (bold), capitals; 12–13 (II.2.b)."""
NUMBER_SIZE_PT: Final = 13.0
"""Number and notation, upright; 13 (II.3.c). What is later filled into the number box is set in this size."""
DATE_SIZE_PT: Final = 13.0
"""Place and date, italic; 13–14 (II.4.c). What is later filled into the date box is set in this size, centred."""
FIELD_BASELINE_EMS: Final = 0.25
"""How far the baseline of what is filled in stands above the lower edge of its box, in sizes of its type (ours)."""
LETTER_SUBJECT_SIZE_PT: Final = 12.0
"""Subject of a công văn after "V/v", upright; 12–13 (II.5.b)."""
LETTER_SUBJECT_GAP_PT: Final = 6.0
"""Space between the number and the subject of a công văn; 6 pt (II.5.b)."""
TITLE_SIZE_PT: Final = 14.0
"""Name of the type and subject in box 5a, bold; 13–14 (II.5.b)."""

TEXT_SIZE_PT: Final = 14.0
"""The text, its legal grounds and the addressees; 13–14 (II.6.e, II.6.a, II.9.d)."""
TEXT_LEADING_PT: Final = 18.0
"""From baseline to baseline of the text: 1.12 lines of this font; single to 1.5 lines (II.6.e)."""
PARAGRAPH_GAP_PT: Final = 6.0
"""Space between paragraphs; at least 6 pt (II.6.e)."""
FIRST_LINE_INDENT_PT: Final = mm(12.7)
"""Indent of the first line of a paragraph; 1 cm or 1.27 cm (II.6.e)."""

SIGNER_SIZE_PT: Final = 14.0
"""Capacity (capitals) and full name of the signer, bold; 13–14 (II.7.đ)."""
RECIPIENTS_HEAD_SIZE_PT: Final = 12.0
"""The words "Nơi nhận:", bold italic; 12 (II.9.d)."""
RECIPIENTS_SIZE_PT: Final = 11.0
"""The list of recipients; 11 (II.9.d)."""

SIGNATURE_WIDTH_PT: Final = mm(45)
"""Width kept free for the picture of the signer's signature in box 7c."""
SIGNATURE_HEIGHT_PT: Final = mm(22)
"""Height kept free for the picture of the signer's signature in box 7c."""
SEAL_DIAMETER_PT: Final = mm(36)
"""Real size of an agency's round seal, in which its picture must appear (II.8.a)."""
SEAL_OVERLAP: Final = 1 / 3
"""Part of the signature's width that the seal covers, from the left (II.8.a)."""

URGENCY_HEIGHT_PT: Final = mm(8)
"""Height of the urgency mark's frame (III.2.b)."""
URGENCY_SIZE_PT: Final = 13.0
"""The urgency mark, capitals, bold, bright red; 13–14 (III.2.b)."""

SINGLE_SPACING: Final = 1.15
"""A single line of this font, in ems (ascender and descender with the line gap of Times New Roman)."""


class Urgency(StrEnum):
    """Degrees of urgency, in the words that the mark shows (III.2.b)."""

    EXPRESS = "HOẢ TỐC"
    VERY_URGENT = "THƯỢNG KHẨN"
    URGENT = "KHẨN"

    @property
    def frame_width_pt(self) -> float:
        """Width of the mark's frame: 30, 40 and 20 mm (III.2.b)."""
        return mm({Urgency.EXPRESS: 30, Urgency.VERY_URGENT: 40, Urgency.URGENT: 20}[self])
