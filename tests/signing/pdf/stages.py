"""Documents at each stage, made once for a session, and the harm that is done to them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from reportlab.pdfgen.canvas import Canvas

from signing.demo_pki import DemoPki
from signing.pdf import Appearance, Box, ReservedFields, complete, reserve, seal, seal_box, sign_leader, validate_pdf
from signing.pdf.opening import form_fields
from signing.pdf.policy import OWN_DOCUMENT, PdfPolicy
from signing.pdf.report import PdfReport
from signing.providers import OpenKey
from signing.trust import Trust
from tests.signing.pki import AGENCY, PASSWORD, open_folder

NUMBER_TEXT: Final = "05/STC-VP"
DATE_TEXT: Final = "Đà Lạt, ngày 02 tháng 9 năm 2026"

LEADER_BOX: Final = Box(0, 330, 200, 460, 262)
FIELDS: Final = ReservedFields(
    number=Box(0, 95, 695, 230, 713),
    date=Box(0, 250, 660, 560, 680),
    leader=LEADER_BOX,
    seal=seal_box(LEADER_BOX),
)


@dataclass(frozen=True)
class Desk:
    """Everything that an operation needs besides the document."""

    pki: DemoPki
    trust: Trust
    font: Path
    when: datetime

    def reserve(self, source: bytes, fields: ReservedFields = FIELDS) -> bytes:
        return _run(lambda target: reserve(io.BytesIO(source), target, fields, self.font))

    def sign(self, source: bytes, label: str = "leader", **changes: Any) -> bytes:
        return self._with_key(sign_leader, source, label, Appearance("Nguyễn Văn Ưu", self.image("leader")), changes)

    def seal(self, source: bytes, label: str = "seal", **changes: Any) -> bytes:
        return self._with_key(seal, source, label, Appearance(AGENCY, self.image("seal")), changes)

    def complete(self, source: bytes, number: str = NUMBER_TEXT, date: str = DATE_TEXT, **changes: Any) -> bytes:
        values: dict[str, Any] = {"trust": self.trust, "when": self.when} | changes
        font = values.pop("font", self.font)
        return _run(lambda target: complete(io.BytesIO(source), target, number, date, font, **values))

    def validate(self, source: bytes, policy: PdfPolicy = OWN_DOCUMENT, **changes: Any) -> PdfReport:
        values: dict[str, Any] = {"trust": self.trust, "when": self.when} | changes
        return validate_pdf(io.BytesIO(source), policy=policy, **values)

    def image(self, label: str) -> Path:
        return self.pki.directory / f"{label}.png"

    def _with_key(
        self, operation: Callable[..., None], source: bytes, label: str, shown: Appearance, changes: dict[str, Any]
    ) -> bytes:
        values: dict[str, Any] = {
            "appearance": shown,
            "timestamp_url": self.pki.timestamp_url,
            "trust": self.trust,
            "when": self.when,
        } | changes
        key: OpenKey
        with open_folder(self.pki).open(f"{label}.p12", PASSWORD) as key:
            return _run(lambda target: operation(io.BytesIO(source), target, key, **values))


@dataclass(frozen=True)
class Stages:
    """One document at each stage."""

    plain: bytes
    reserved: bytes
    signed: bytes
    completed: bytes
    sealed: bytes


def make_stages(desk: Desk) -> Stages:
    """Take a document through its whole life."""
    plain = plain_document()
    reserved = desk.reserve(plain)
    signed = desk.sign(reserved)
    completed = desk.complete(signed)
    return Stages(plain, reserved, signed, completed, desk.seal(completed))


def plain_document(pages: int = 1) -> bytes:
    """A document as the layout makes it, with room for the number."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(595.28, 841.89), invariant=1)
    for page in range(pages):
        canvas.drawString(72, 700, "So:")
        canvas.drawString(72, 500, f"Noi dung trang {page + 1}")
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def now() -> datetime:
    """The present, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def codes(report: PdfReport) -> set[str]:
    """Every finding code of a report."""
    every = [*report.findings, *(finding for one in report.signatures for finding in one.findings)]
    return {finding.code for finding in every}


def update(source: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """`source` with an incremental update that `change` makes."""
    writer = IncrementalPdfFileWriter(io.BytesIO(source))
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def change_field(name: str, **values: generic.PdfObject) -> Callable[[IncrementalPdfFileWriter], None]:
    """Set entries (`V`, `Rect`, …) of a form field."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        field: Any = form_fields(writer.root)[name].get_object()
        for key, value in values.items():
            field[f"/{key}"] = value
        writer.update_container(field)

    return change


def form_object(writer: IncrementalPdfFileWriter, drawing: bytes, width: float = 135, height: float = 18) -> Any:
    """A new appearance stream."""
    box = generic.ArrayObject(generic.FloatObject(value) for value in (0, 0, width, height))
    entries = {
        pdf_name("/Type"): pdf_name("/XObject"),
        pdf_name("/Subtype"): pdf_name("/Form"),
        pdf_name("/BBox"): box,
    }
    return writer.add_object(generic.StreamObject(entries, stream_data=drawing))


def _run(operation: Callable[[io.BytesIO], None]) -> bytes:
    target = io.BytesIO()
    operation(target)
    return target.getvalue()
