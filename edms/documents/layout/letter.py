"""Official documents laid out by annex I of Nghị định 30/2020/NĐ-CP.

A công văn has no type name: its subject stands under the number (form 1.5 of annex III). Every other type carries its name
and subject in the middle (forms 1.1 to 1.4). Number and date come after the leader's signature (article 15), so both are
left empty and their boxes are handed back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from edms.documents.layout.annex import Box, Urgency
from edms.documents.layout.body import addressees, grounds, heading, paragraph, title
from edms.documents.layout.closing import Closing
from edms.documents.layout.errors import TextMissing
from edms.documents.layout.flow import Strip, draw_all, keep_tail, keep_with_previous, paginate
from edms.documents.layout.fonts import FontSet
from edms.documents.layout.header import Area, Header, HeaderText
from edms.documents.layout.sheet import Sheet
from edms.documents.layout.typeface import Typefaces, load_typefaces
from edms.documents.layout.wording import after_re, close_text


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialLetter:
    """What an official document says, before number, date and signatures.

    Texts are plain Unicode of any normal form; white space counts as one space, and a no-break space (U+00A0) keeps two
    words together. Names of agencies, the type and capacities are set in capitals whatever they come in.
    """

    agency: str
    """Name of the issuing agency, in full (II.2)."""
    subject: str
    """Trích yếu; without "V/v", which is added for a công văn (II.5)."""
    body: tuple[str, ...]
    """Paragraphs, with their numbers as they should be read ("1. …", "a) …", "Điều 1. …"); at least one."""
    signer_capacity: tuple[str, ...]
    """Lines of box 7a, such as ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC") (II.7.b); at least one."""
    signer_name: str
    """Full name, without academic titles (II.7.c)."""
    archive_line: str
    """Last line of "Nơi nhận", such as "Lưu: VT, VX." (II.9.d)."""
    superior_agency: str = ""
    """Name of the agency above, if any, in common abbreviations ("UBND TỈNH LÂM ĐỒNG") (II.2.a)."""
    type_name: str = ""
    """Name of the type ("Quyết định"); empty for a công văn."""
    notation: str = ""
    """What will follow the number ("STC-VP", "QĐ-UBND"); only the room for it is reserved."""
    place: str = ""
    """Địa danh that the date will be written with ("Đà Lạt"); only the room for it is reserved (II.4.a). Without it there is
    room for names up to about 12 letters."""
    addressees: tuple[str, ...] = ()
    """Agencies or people after "Kính gửi"; required for a công văn, usual for tờ trình and báo cáo (II.9)."""
    authority: str = ""
    """Thẩm quyền ban hành of resolutions and decisions ("GIÁM ĐỐC SỞ TÀI CHÍNH"); forms 1.1 and 1.2."""
    legal_grounds: tuple[str, ...] = ()
    """Căn cứ, one each, with or without their closing marks (II.6.a)."""
    enacting_words: str = ""
    """Words that lead from the grounds to the articles ("QUYẾT ĐỊNH:"); forms 1.1 and 1.2."""
    recipients: tuple[str, ...] = ()
    """Lines of "Nơi nhận" before the archive line, with or without dashes and semicolons."""
    urgency: Urgency | None = None
    """Degree of urgency that the signer decided on (III.2.b)."""

    @property
    def is_plain_letter(self) -> bool:
        """Whether this is a công văn."""
        return not self.type_name.strip()


@dataclass(frozen=True, slots=True)
class LaidOutDocument:
    """The file, and where it has been left empty for what comes later.

    What is filled into the number and date boxes stands on the line of "Số:" when its baseline is `annex.FIELD_BASELINE_EMS`
    times its size above the lower edge.
    """

    pdf: bytes
    """PDF 1.7, unsigned, without form fields; equal input gives equal bytes."""
    page_count: int
    number_box: Box
    """After "Số: ", for the whole `format_number`, left-aligned, 13 pt upright (box 3)."""
    date_box: Box
    """For the whole `format_date_line`, centred, 13 pt italic (box 4)."""
    leader_box: Box
    """45 × 22 mm between capacity and name, for the picture of the signature (box 7c)."""
    seal_box: Box
    """The square around a seal of 36 mm, over the left third of `leader_box` (box 8)."""


def render_official_letter(
    letter: OfficialLetter, fonts: FontSet, *, laid_out_at: datetime | None = None
) -> LaidOutDocument:
    """Lay a document out on as many pages as it takes.

    The closing block takes at least the last two lines of the text along; no page begins or ends with a lone line of a
    paragraph. `laid_out_at` (aware) becomes the file's creation date, a constant date where absent.

    Raises `TextMissing`, `LetterNotInFont`, `NotationTooLong`, `PlaceTooLong`, `BlockTooTall`, `TimeInvalid` and `FontsMissing`.
    """
    typefaces = load_typefaces(fonts)
    text = _clean(letter, typefaces)
    header = Header(_header_text(text), typefaces)
    closing = Closing(
        typefaces,
        capacity=text.signer_capacity,
        signer=text.signer_name,
        recipients=text.recipients,
        archive=text.archive_line,
    )
    placed = paginate([header.strip, *keep_tail(_middle(text, typefaces), closing.strip)])
    sheet = Sheet(typefaces, title=text.subject, author=text.agency, laid_out_at=laid_out_at)
    page_count = draw_all(sheet, placed)
    first, last = placed[0], placed[-1]

    def on_first(area: Area) -> Box:
        return area.at(first.page, first.top_pt)

    def on_last(area: Area) -> Box:
        return area.at(last.page, last.top_pt)

    return LaidOutDocument(
        pdf=sheet.finish(),
        page_count=page_count,
        number_box=on_first(header.number_area),
        date_box=on_first(header.date_area),
        leader_box=on_last(closing.leader_area),
        seal_box=on_last(closing.seal_area),
    )


def _header_text(text: OfficialLetter) -> HeaderText:
    return HeaderText(
        superior_agency=text.superior_agency,
        agency=text.agency,
        numbered=True,
        notation=text.notation,
        place=text.place,
        date_line="",
        subject=f"V/v {after_re(text.subject)}" if text.is_plain_letter else "",
        urgency=text.urgency,
    )


def _middle(text: OfficialLetter, typefaces: Typefaces) -> list[Strip]:
    """Everything between the header and the closing block."""
    strips = [] if text.is_plain_letter else [title(typefaces, text.type_name, text.subject)]
    if text.addressees:
        strips += addressees(typefaces, text.addressees)
    if text.authority:
        strips += heading(typefaces, text.authority)
    strips += grounds(typefaces, text.legal_grounds)
    if text.enacting_words:
        strips += heading(typefaces, text.enacting_words)
    *before, last = text.body
    for index, words in enumerate([*before, close_text(last)]):
        lines = paragraph(typefaces, words)
        strips += keep_with_previous(lines) if index == 0 and text.enacting_words else lines
    return strips


def _clean(letter: OfficialLetter, typefaces: Typefaces) -> OfficialLetter:
    """The same document with each text fit to be set, and nothing required left empty."""
    clean = typefaces.clean

    def lines(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(cleaned for text in texts if (cleaned := clean(text)))

    text = replace(
        letter,
        agency=clean(letter.agency).upper(),
        superior_agency=clean(letter.superior_agency).upper(),
        type_name=clean(letter.type_name).upper(),
        subject=clean(letter.subject).removeprefix("V/v").strip(),
        notation=clean(letter.notation).lstrip("/"),
        place=clean(letter.place),
        addressees=lines(letter.addressees),
        authority=clean(letter.authority).upper(),
        legal_grounds=lines(letter.legal_grounds),
        enacting_words=clean(letter.enacting_words),
        body=lines(letter.body),
        signer_capacity=tuple(line.upper() for line in lines(letter.signer_capacity)),
        signer_name=clean(letter.signer_name),
        recipients=lines(letter.recipients),
        archive_line=clean(letter.archive_line),
    )
    for part in ("agency", "subject", "body", "signer_capacity", "signer_name", "archive_line"):
        if not getattr(text, part):
            raise TextMissing(f"empty: {part}", part=part)
    if text.is_plain_letter and not text.addressees:
        raise TextMissing("empty: addressees of a công văn", part="addressees")
    return text
