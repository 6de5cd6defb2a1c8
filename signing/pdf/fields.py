"""The fields that a document has from its beginning: number, date, the leader's signature and the agency's seal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    append_signature_field,
)

from signing.errors import FieldAlreadyFilled, FieldMisplaced
from signing.pdf.font import require_suitable
from signing.pdf.opening import document_errors, form_fields, open_writer

NUMBER_FIELD: Final = "so_van_ban"
DATE_FIELD: Final = "ngay_ban_hanh"
LEADER_FIELD: Final = "chu_ky_lanh_dao"
SEAL_FIELD: Final = "con_dau_co_quan"

LEFT_OPEN_BY_LEADER: Final = (NUMBER_FIELD, DATE_FIELD, SEAL_FIELD)
"""What the leader's signature does not lock."""

POINTS_PER_MM: Final = 72 / 25.4
SEAL_DIAMETER_MM: Final = 36

SIZE_LIMITS_POINTS: Final = {
    NUMBER_FIELD: (260.0, 40.0),
    DATE_FIELD: (360.0, 40.0),
    LEADER_FIELD: (260.0, 160.0),
    SEAL_FIELD: (170.0, 170.0),
}
"""The largest width and height of each field. A larger one could hide text of the signed document behind its later filling."""

_LABELS: Final = {
    NUMBER_FIELD: "Số, ký hiệu văn bản",
    DATE_FIELD: "Địa danh và thời gian ban hành",
    LEADER_FIELD: "Chữ ký số của người có thẩm quyền",
    SEAL_FIELD: "Chữ ký số của cơ quan, tổ chức",
}
_PRINT_FLAG: Final = 4
_READ_ONLY: Final = 1


@dataclass(frozen=True)
class Box:
    """A rectangle on a page: `page` from 0; coordinates in PDF points (1/72 inch) from the lower left corner of the page."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width_points(self) -> float:
        """The width."""
        return self.x1 - self.x0

    @property
    def height_points(self) -> float:
        """The height."""
        return self.y1 - self.y0


@dataclass(frozen=True)
class ReservedFields:
    """Where the four fields stand.

    `number` takes text from its left edge (it follows "Số: "), `date` centred (NĐ 30/2020, annex I, II.3 and II.4). Their
    baseline lies a quarter of the font size above the lower edge of the box. Font sizes are in points.
    """

    number: Box
    date: Box
    leader: Box
    seal: Box
    number_size_points: float = 13.0
    date_size_points: float = 13.0


def seal_box(leader: Box, diameter_mm: float = SEAL_DIAMETER_MM) -> Box:
    """Where the seal stands: in real size, over the left third of the leader's box (NĐ 30/2020, annex I, II.8.a)."""
    diameter = diameter_mm * POINTS_PER_MM
    right = leader.x0 + leader.width_points / 3
    middle = (leader.y0 + leader.y1) / 2
    return Box(leader.page, right - diameter, middle - diameter / 2, right, middle + diameter / 2)


def reserve(source: BinaryIO, target: BinaryIO, fields: ReservedFields, font: Path) -> None:
    """Append the four empty fields to an unsigned document.

    `font` is the font that `complete` will use: checked now, because after the leader's signature it would be too late.
    Raises `DocumentUnreadable`, `FieldMisplaced` (outside its page, empty or too large), `FieldAlreadyFilled` (a reserved
    name is taken, or the document is signed) and `FontUnsuitable`.
    """
    require_suitable(font)
    writer = open_writer(source)
    with document_errors():
        if writer.prev.embedded_signatures:
            raise FieldAlreadyFilled("the document is signed already")
        taken = form_fields(writer.root).keys() & _LABELS.keys()
        if taken:
            raise FieldAlreadyFilled(f"fields {sorted(taken)} exist already")
        for name, box in _boxes(fields).items():
            _require_on_page(writer, name, box)
        _ensure_form(writer)
        _append_text_field(writer, NUMBER_FIELD, fields.number, fields.number_size_points, alignment=0)
        _append_text_field(writer, DATE_FIELD, fields.date, fields.date_size_points, alignment=1)
        exclude = FieldMDPSpec(FieldMDPAction.EXCLUDE, list(LEFT_OPEN_BY_LEADER))
        _append_signature_field(writer, LEADER_FIELD, fields.leader, exclude, MDPPerm.FILL_FORMS)
        _append_signature_field(writer, SEAL_FIELD, fields.seal, FieldMDPSpec(FieldMDPAction.ALL), MDPPerm.NO_CHANGES)
        writer.write(target)


def fits(name: str, box: Box) -> bool:
    """Whether the box of a reserved field is neither empty nor larger than it may be."""
    width, height = SIZE_LIMITS_POINTS[name]
    return 0 < box.width_points <= width and 0 < box.height_points <= height


def box_of(field: generic.DictionaryObject, page: int = 0) -> Box:
    """The rectangle of a field's widget, with its corners in order."""
    x0, y0, x1, y1 = (float(value) for value in field["/Rect"])
    return Box(page, min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _boxes(fields: ReservedFields) -> dict[str, Box]:
    return {
        NUMBER_FIELD: fields.number,
        DATE_FIELD: fields.date,
        LEADER_FIELD: fields.leader,
        SEAL_FIELD: fields.seal,
    }


def _require_on_page(writer: IncrementalPdfFileWriter, name: str, box: Box) -> None:
    if not 0 <= box.page < int(writer.root["/Pages"]["/Count"]):
        raise FieldMisplaced(f"{name}: there is no page {box.page}")
    page = writer.find_page_for_modification(box.page)[0].get_object()
    x0, y0, x1, y1 = (float(value) for value in _inherited(page, "/MediaBox"))
    inside = x0 <= box.x0 and y0 <= box.y0 and box.x1 <= x1 and box.y1 <= y1
    if not inside or not fits(name, box):
        raise FieldMisplaced(f"{name}: {box}")


def _inherited(page: generic.DictionaryObject, key: str) -> generic.ArrayObject:
    while key not in page:
        page = page["/Parent"]
    value = page[key]
    assert isinstance(value, generic.ArrayObject)  # noqa: S101 - anything else is a malformed document
    return value


def _ensure_form(writer: IncrementalPdfFileWriter) -> None:
    if "/AcroForm" not in writer.root:
        writer.root["/AcroForm"] = writer.add_object(
            generic.DictionaryObject({pdf_name("/Fields"): generic.ArrayObject()})
        )
        writer.update_root()
    form = writer.root["/AcroForm"]
    # Text fields need a default appearance; what is shown always comes from the appearance stream that `complete` writes.
    form["/DA"] = pdf_string("/Helv 13 Tf 0 g")
    form["/DR"] = generic.DictionaryObject(
        {
            pdf_name("/Font"): generic.DictionaryObject(
                {
                    pdf_name("/Helv"): generic.DictionaryObject(
                        {
                            pdf_name("/Type"): pdf_name("/Font"),
                            pdf_name("/Subtype"): pdf_name("/Type1"),
                            pdf_name("/BaseFont"): pdf_name("/Helvetica"),
                        }
                    )
                }
            )
        }
    )
    writer.update_container(form)


def _append_text_field(
    writer: IncrementalPdfFileWriter, name: str, box: Box, size_points: float, *, alignment: int
) -> None:
    page = writer.find_page_for_modification(box.page)[0]
    field = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/FT"): pdf_name("/Tx"),
            pdf_name("/T"): pdf_string(name),
            pdf_name("/TU"): pdf_string(_LABELS[name]),
            pdf_name("/DA"): pdf_string(f"/Helv {size_points:g} Tf 0 g"),
            pdf_name("/Q"): generic.NumberObject(alignment),
            pdf_name("/Ff"): generic.NumberObject(_READ_ONLY),
            pdf_name("/F"): generic.NumberObject(_PRINT_FLAG),
            pdf_name("/Rect"): generic.ArrayObject(
                generic.FloatObject(value) for value in (box.x0, box.y0, box.x1, box.y1)
            ),
            pdf_name("/P"): page,
        }
    )
    reference = writer.add_object(field)
    form = writer.root["/AcroForm"]
    form["/Fields"].append(reference)
    writer.update_container(form["/Fields"])
    writer.register_annotation(page, reference)


def _append_signature_field(
    writer: IncrementalPdfFileWriter, name: str, box: Box, lock: FieldMDPSpec, permission: MDPPerm
) -> None:
    append_signature_field(
        writer,
        SigFieldSpec(
            name,
            on_page=box.page,
            box=(box.x0, box.y0, box.x1, box.y1),  # type: ignore[arg-type]  # declared int, written as given
            field_mdp_spec=lock,
            doc_mdp_update_value=permission,
            readable_field_name=_LABELS[name],
        ),
    )
