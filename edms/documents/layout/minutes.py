"""Minutes of a handover (biên bản bàn giao) of work and records, when an official leaves a position.

Nghị định 30/2020/NĐ-CP, article 31.3.đ: before retirement, resignation, transfer or long study an official hands over all
records formed in the work. The minutes carry the inventory in full and its SHA-256, so that the signed paper and the stored
inventory prove one another. Form 1.9 of annex III, without a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from edms.documents.layout.annex import (
    PARAGRAPH_GAP_PT,
    SIGNER_SIZE_PT,
    SINGLE_SPACING,
    TEXT_LEFT_PT,
    TEXT_SIZE_PT,
    TEXT_WIDTH_PT,
    mm,
)
from edms.documents.layout.body import grounds, paragraph, title
from edms.documents.layout.errors import DigestInvalid, TextMissing
from edms.documents.layout.flow import Strip, draw_all, keep_tail, keep_with_previous, paginate
from edms.documents.layout.fonts import FontSet
from edms.documents.layout.header import ASCENT, DESCENT, Header, HeaderText
from edms.documents.layout.lines import Line, Run, Setter
from edms.documents.layout.sheet import Sheet
from edms.documents.layout.table import Column, Table
from edms.documents.layout.typeface import NO_BREAK_SPACE, Typefaces, load_typefaces
from edms.documents.layout.wording import close_text, format_date, format_date_line, format_moment

_LEGAL_GROUND: Final = (
    "Căn cứ điểm đ khoản 3 Điều 31 Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ "
    "về công tác văn thư"
)
_COLUMNS: Final = (
    Column("STT", mm(11), "centre"),
    Column("Số, ký hiệu", mm(32)),
    Column(f"Tên công việc, trích{NO_BREAK_SPACE}yếu, tiêu đề hồ sơ", mm(52)),
    Column("Thời hạn", mm(22), "centre"),
    Column("Tình trạng", mm(24)),
    Column("Ghi chú", mm(24)),
)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SIGNATURE_SPACE_PT: Final = mm(30)


@dataclass(frozen=True, slots=True)
class Party:
    """One side of the handover: a person in a position, both as they were at the cut-off."""

    name: str
    position: str
    unit: str


@dataclass(frozen=True, slots=True)
class InventoryItem:
    """One thing handed over."""

    reference: str
    """Number and notation, dossier code, or serial number; may be empty."""
    title: str
    deadline: date | None
    state: str
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class InventoryCategory:
    """Things of one kind ("Văn bản đến đang giải quyết"), in the order of the inventory; none is a valid answer."""

    title: str
    items: tuple[InventoryItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverMinutes:
    """What the minutes say."""

    agency: str
    place: str
    drawn_up_on: date
    giver: Party
    receiver: Party
    reason: str
    """Why, as it continues "khi": "nghỉ hưu", "chuyển công tác"."""
    cut_off: datetime
    """From when on the receiver is responsible; aware."""
    categories: tuple[InventoryCategory, ...]
    inventory_sha256: str
    """SHA-256 of the stored inventory, 64 lower-case hexadecimal digits."""
    superior_agency: str = ""
    legal_act: str = ""
    """The decision behind the handover, as it continues "Căn cứ": "Quyết định số 12/QĐ-UBND ngày 02/3/2026"."""
    remarks: tuple[str, ...] = ()
    """What the giver notes on the inventory, a paragraph each."""
    objections: tuple[str, ...] = ()
    """What the receiver does not accept, one each; empty when everything is accepted."""


def render_minutes(minutes: HandoverMinutes, fonts: FontSet, *, laid_out_at: datetime | None = None) -> bytes:
    """The minutes as a PDF of any number of pages; equal input gives equal bytes.

    The head of each table is repeated on each page, and the two signatures take at least two lines of text along.
    Raises `DigestInvalid`, `TimeInvalid`, `TextMissing`, `PlaceTooLong`, `LetterNotInFont`, `BlockTooTall` and `FontsMissing`.
    """
    if not _DIGEST.fullmatch(minutes.inventory_sha256):
        raise DigestInvalid(f"not a SHA-256: {minutes.inventory_sha256[:80]!r}")
    typefaces = load_typefaces(fonts)
    writing = _Minutes(minutes, typefaces)
    header = Header(writing.header(), typefaces)
    heading = title(typefaces, "BIÊN BẢN BÀN GIAO", writing.subject)
    placed = paginate([header.strip, heading, *keep_tail(writing.text(), writing.signatures())])
    sheet = Sheet(
        typefaces,
        title=f"Biên bản bàn giao {writing.subject[0].lower()}{writing.subject[1:]}",
        author=typefaces.clean(minutes.agency).upper(),
        laid_out_at=laid_out_at,
    )
    draw_all(sheet, placed)
    return sheet.finish()


class _Minutes:
    """The parts of the minutes as strips."""

    def __init__(self, minutes: HandoverMinutes, typefaces: Typefaces) -> None:
        self._minutes = minutes
        self._typefaces = typefaces
        self._clean = typefaces.clean
        self.subject = f"Công việc, hồ sơ, tài liệu khi {self._required(minutes.reason, 'reason')}"

    def header(self) -> HeaderText:
        minutes = self._minutes
        place = self._required(minutes.place, "place")
        return HeaderText(
            superior_agency=self._clean(minutes.superior_agency).upper(),
            agency=self._required(minutes.agency, "agency").upper(),
            numbered=False,
            notation="",
            place=place,
            date_line=format_date_line(place, minutes.drawn_up_on),
            subject="",
            urgency=None,
        )

    def text(self) -> list[Strip]:
        minutes = self._minutes
        legal_act = self._clean(minutes.legal_act)
        strips = grounds(self._typefaces, [_LEGAL_GROUND, *([f"Căn cứ {legal_act}"] if legal_act else [])])
        strips += self._paragraphs(
            f"Hôm nay, {format_date(minutes.drawn_up_on)}, tại {minutes.agency}, hai bên gồm có:",
            f"1. Bên giao: {self._party(minutes.giver, 'giver')}.",
            f"2. Bên nhận: {self._party(minutes.receiver, 'receiver')}.",
            f"Thời điểm chốt bàn giao: {format_moment(minutes.cut_off)}. Kể từ thời điểm này, bên nhận chịu trách nhiệm giải "
            "quyết công việc và quản lý hồ sơ, tài liệu ghi trong biên bản.",
        )
        strips += self._heading("I. DANH MỤC BÀN GIAO")
        table = Table(self._typefaces, _COLUMNS)
        for number, category in enumerate(minutes.categories, start=1):
            strips += self._category(number, category, table)
        total = sum(len(category.items) for category in minutes.categories)
        counts = "; ".join(f"{category.title}: {len(category.items)}" for category in minutes.categories)
        strips += self._heading("II. TỔNG HỢP")
        strips += keep_with_previous(self._paragraphs(f"Tổng số: {total} mục{f' ({counts})' if counts else ''}."))
        if minutes.remarks:
            strips += self._paragraphs("Ghi chú của bên giao:", *minutes.remarks)
        strips += self._heading("III. Ý KIẾN CỦA BÊN NHẬN")
        objections = minutes.objections or ("Bên nhận tiếp nhận đầy đủ, không có ý kiến khác.",)
        strips += keep_with_previous(self._paragraphs(*objections))
        strips += self._heading("IV. XÁC NHẬN")
        strips += keep_with_previous(self._paragraphs("Mã băm SHA-256 của danh mục bàn giao lưu trên Hệ thống:"))
        strips += self._digest()
        closing = "Hai bên đã đọc, thống nhất nội dung và ký số vào biên bản"
        return strips + self._paragraphs(close_text(closing))

    def signatures(self) -> Strip:
        """The two signature blocks side by side, kept whole."""
        setter = Setter(self._typefaces, SIGNER_SIZE_PT)
        leading = SIGNER_SIZE_PT * SINGLE_SPACING
        half = TEXT_WIDTH_PT / 2
        parties = (("BÊN GIAO", self._minutes.giver), ("BÊN NHẬN", self._minutes.receiver))
        columns: list[tuple[float, list[Line], list[Line]]] = []
        for index, (label, party) in enumerate(parties):
            head = [
                *setter.balance("bold", label, half),
                *setter.balance("bold", self._clean(party.position).upper(), half - mm(6)),
            ]
            name = setter.balance("bold", self._clean(party.name), half - mm(6))
            columns.append((TEXT_LEFT_PT + half * (index + 0.5), head, name))
        head_height = max(len(head) for _, head, _ in columns) * leading
        names_at = head_height + _SIGNATURE_SPACE_PT
        height = names_at + max(len(name) for _, _, name in columns) * leading + SIGNER_SIZE_PT * DESCENT

        def draw(sheet: Sheet, top: float) -> None:
            for centre, head, name in columns:
                sheet.centred(centre, top - SIGNER_SIZE_PT * ASCENT, head, SIGNER_SIZE_PT, leading)
                sheet.centred(centre, top - names_at - SIGNER_SIZE_PT * ASCENT, name, SIGNER_SIZE_PT, leading)

        return Strip(height, draw, gap_before_pt=2 * PARAGRAPH_GAP_PT)

    def _category(self, number: int, category: InventoryCategory, table: Table) -> list[Strip]:
        """A category's heading and its table."""
        strips = self._heading(
            f"{number}. {self._required(category.title, 'category title')} ({len(category.items)} mục)"
        )
        if not category.items:
            return strips + keep_with_previous(self._paragraphs("Không có."))
        rows = [
            [self._clean(cell) for cell in _cells(index, item)] for index, item in enumerate(category.items, start=1)
        ]
        return strips + keep_with_previous(table.strips(rows, gap_before_pt=PARAGRAPH_GAP_PT))

    def _heading(self, text: str) -> list[Strip]:
        return paragraph(self._typefaces, self._clean(text), "bold")

    def _paragraphs(self, *texts: str) -> list[Strip]:
        return [strip for text in texts for strip in paragraph(self._typefaces, self._clean(text))]

    def _digest(self) -> list[Strip]:
        """The digest unbroken on a line of its own, in a size at which it fits."""
        setter = Setter(self._typefaces, TEXT_SIZE_PT)
        width = setter.width("regular", self._minutes.inventory_sha256)
        size = min(TEXT_SIZE_PT, TEXT_SIZE_PT * TEXT_WIDTH_PT / width)
        run = Run("regular", self._minutes.inventory_sha256)

        def draw(sheet: Sheet, top: float) -> None:
            sheet.text(TEXT_LEFT_PT, top - size * ASCENT, run, size)

        return [Strip(size * SINGLE_SPACING, draw, gap_before_pt=PARAGRAPH_GAP_PT, may_start_page=False)]

    def _party(self, party: Party, part: str) -> str:
        name = self._required(party.name, f"{part} name")
        return ", ".join([name, *(text for text in (self._clean(party.position), self._clean(party.unit)) if text)])

    def _required(self, text: str, part: str) -> str:
        cleaned = self._clean(text)
        if not cleaned:
            raise TextMissing(f"empty: {part}", part=part)
        return cleaned


def _cells(index: int, item: InventoryItem) -> Sequence[str]:
    deadline = f"{item.deadline:%d/%m/%Y}" if item.deadline else ""
    return str(index), item.reference, item.title, deadline, item.state, item.remarks
