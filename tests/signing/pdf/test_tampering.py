"""Every way of changing a signed document that we know of, and what verification says to each."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from signing import errors
from signing.pdf import validate_pdf
from signing.pdf.fields import DATE_FIELD, LEADER_FIELD, NUMBER_FIELD, SEAL_FIELD
from signing.pdf.opening import form_fields
from signing.pdf.policy import RECEIVED_DOCUMENT
from signing.verdicts import Verdict
from tests.provoked import provokes
from tests.signing.pdf.stages import Desk, Stages, change_field, codes, form_object, update

Change = Callable[[IncrementalPdfFileWriter], None]


def _draw_on_page(writer: IncrementalPdfFileWriter) -> None:
    stream = writer.add_object(generic.StreamObject(stream_data=b"q 1 0 0 rg 72 480 200 40 re f Q"))
    writer.add_stream_to_page(0, stream)


def _replace_content(writer: IncrementalPdfFileWriter) -> None:
    page: Any = writer.find_page_for_modification(0)[0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.update_container(page)


def _overwrite_content_in_place(writer: IncrementalPdfFileWriter) -> None:
    page: Any = writer.find_page_for_modification(0)[0].get_object()
    stream: Any = page["/Contents"]
    stream._data = b"BT ET"
    stream._encoded_data = None
    writer.update_container(stream)


def _add_page(writer: IncrementalPdfFileWriter) -> None:
    page = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Page"),
            pdf_name("/MediaBox"): generic.ArrayObject(generic.NumberObject(n) for n in (0, 0, 595, 842)),
        }
    )
    pages: Any = writer.root["/Pages"]
    page["/Parent"] = writer.root.raw_get("/Pages")
    pages["/Kids"].append(writer.add_object(page))
    pages["/Count"] = generic.NumberObject(int(pages["/Count"]) + 1)
    writer.update_container(pages)
    writer.update_container(pages["/Kids"])


def _add_note(writer: IncrementalPdfFileWriter) -> None:
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(generic.NumberObject(n) for n in (72, 480, 272, 520)),
            pdf_name("/Contents"): pdf_string("Số tiền: 9 tỷ"),
            pdf_name("/DA"): pdf_string("/Helv 12 Tf"),
        }
    )
    writer.register_annotation(writer.find_page_for_modification(0)[0], writer.add_object(note))


def _add_orphan(writer: IncrementalPdfFileWriter) -> None:
    writer.add_object(generic.StreamObject(stream_data=b"waiting to be used"))


def _add_text_field(writer: IncrementalPdfFileWriter) -> None:
    field = generic.DictionaryObject(
        {pdf_name("/FT"): pdf_name("/Tx"), pdf_name("/T"): pdf_string("ghi_chu"), pdf_name("/V"): pdf_string("x")}
    )
    fields: Any = writer.root["/AcroForm"]["/Fields"]
    fields.append(writer.add_object(field))
    writer.update_container(fields)


def _open_action(writer: IncrementalPdfFileWriter) -> None:
    action = {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")}
    writer.root["/OpenAction"] = generic.DictionaryObject(action)
    writer.update_root()


def _need_appearances(writer: IncrementalPdfFileWriter) -> None:
    form: Any = writer.root["/AcroForm"]
    form["/NeedAppearances"] = generic.BooleanObject(True)
    writer.update_container(form)


def _default_resources(writer: IncrementalPdfFileWriter) -> None:
    form: Any = writer.root["/AcroForm"]
    form["/DR"] = generic.DictionaryObject()
    writer.update_container(form)


def _remove_seal_value(writer: IncrementalPdfFileWriter) -> None:
    field: Any = form_fields(writer.root)[SEAL_FIELD].get_object()
    del field["/V"]
    writer.update_container(field)


def _appearance(name: str, drawing: bytes) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        appearance = generic.DictionaryObject({pdf_name("/N"): form_object(writer, drawing)})
        change_field(name, AP=appearance)(writer)

    return change


def _new_visible_signature_field(writer: IncrementalPdfFileWriter) -> None:
    append_signature_field(writer, SigFieldSpec("khac", on_page=0, box=(60, 400, 540, 700)))


CHANGES: dict[str, Change] = {
    "draw on the page": _draw_on_page,
    "replace the page's content": _replace_content,
    "overwrite the content stream": _overwrite_content_in_place,
    "add a page": _add_page,
    "add a note": _add_note,
    "add an unused object": _add_orphan,
    "add a text field": _add_text_field,
    "add an action": _open_action,
    "ask viewers to redraw fields": _need_appearances,
    "exchange the form's fonts": _default_resources,
    "move the number": change_field(
        NUMBER_FIELD, Rect=generic.ArrayObject(generic.NumberObject(n) for n in (60, 400, 260, 430))
    ),
    "hide the leader's signature": change_field(LEADER_FIELD, F=generic.NumberObject(2)),
    "redraw the leader's signature": _appearance(LEADER_FIELD, b"0 0 1 rg 0 0 50 50 re f"),
    "add a large signature field": _new_visible_signature_field,
}
LATER_CHANGES: dict[str, Change] = {
    "change the number": change_field(NUMBER_FIELD, V=pdf_string("99/STC-VP")),
    "change the date": change_field(DATE_FIELD, V=pdf_string("Đà Lạt, ngày 03 tháng 9 năm 2026")),
    "redraw the number": _appearance(NUMBER_FIELD, b"0 g 0 0 10 10 re f"),
}


def findings_of(case: dict[str, str]) -> set[str]:
    """What each change must be seen as, on the document as it stands at that stage."""
    return (
        {"document.changed"}
        | ({"seal.without-leader"} if case["stage"] == "sealed" else set())
        | ({"document.page-count"} if case["name"] == "add a page" else set())
    )


@provokes(by=findings_of)
@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("stage", ["completed", "sealed"])
def test_no_later_change_passes(desk: Desk, stages: Stages, stage: str, name: str) -> None:
    report = desk.validate(update(getattr(stages, stage), CHANGES[name]))
    assert report.verdict is Verdict.INVALID
    assert "document.changed" in codes(report)
    assert {one.verdict for one in report.signatures} == {Verdict.INVALID}
    assert all(one.intact for one in report.signatures), "the signed bytes themselves are as they were"


@pytest.mark.parametrize("name", LATER_CHANGES)
@pytest.mark.parametrize("stage", ["completed", "sealed"])
def test_number_and_date_are_written_once(desk: Desk, stages: Stages, stage: str, name: str) -> None:
    report = desk.validate(update(getattr(stages, stage), LATER_CHANGES[name]))
    assert "document.changed" in codes(report)
    assert {one.verdict for one in report.signatures} == {Verdict.INVALID}


@pytest.mark.parametrize("name", ["draw on the page", "add a note", "add an unused object", "move the number"])
def test_nobody_numbers_or_seals_a_changed_document(desk: Desk, stages: Stages, name: str) -> None:
    with pytest.raises(errors.LeaderSignatureInvalid) as refusal:
        desk.complete(update(stages.signed, CHANGES[name]))
    assert "document.changed" in refusal.value.detail
    with pytest.raises(errors.LeaderSignatureInvalid):
        desk.seal(update(stages.completed, CHANGES[name]))


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "add a large signature field"])
def test_received_documents_are_no_easier(desk: Desk, stages: Stages, name: str) -> None:
    report = desk.validate(update(stages.sealed, CHANGES[name]), RECEIVED_DOCUMENT)
    assert report.verdict is Verdict.INVALID


@pytest.mark.parametrize("stage", ["signed", "completed", "sealed"])
def test_a_changed_byte_in_the_text_breaks_every_signature(desk: Desk, stages: Stages, stage: str) -> None:
    source = bytearray(getattr(stages, stage))
    where = source.index(b"/MediaBox")
    source[where : where + 9] = b"/TrimBoxX"
    report = desk.validate(bytes(source))
    assert report.verdict is Verdict.INVALID or codes(report) == {"document.unreadable"}
    assert not any(one.intact for one in report.signatures)


def test_bytes_after_the_end_are_seen(desk: Desk, stages: Stages) -> None:
    for tail in (b"PK\x03\x04 an archive", b"\n\n\n\n", b"\n%%EOF\n", b"junk\nstartxref\n0\n%%EOF\n"):
        report = desk.validate(stages.sealed + tail)
        assert report.verdict is not Verdict.VALID, tail


@provokes("document.tail-bytes")
def test_junk_before_a_second_end_marker_is_seen(desk: Desk, stages: Stages) -> None:
    startxref = stages.sealed[stages.sealed.rindex(b"startxref") :]
    report = desk.validate(stages.sealed + b"% junk that no revision knows\n" * 10 + startxref)
    assert report.verdict is not Verdict.VALID
    assert codes(report) & {"document.tail-bytes", "document.unreadable", "document.changed"}


@provokes("document.changed")
def test_a_signature_that_vanished_is_missed(desk: Desk, stages: Stages) -> None:
    report = desk.validate(update(stages.sealed, _remove_seal_value))
    assert "document.signature-count" in codes(report)
    assert report.verdict is not Verdict.VALID


def test_a_form_that_vanished_leaves_its_signatures_counted(desk: Desk, stages: Stages) -> None:
    def without_form(writer: IncrementalPdfFileWriter) -> None:
        del writer.root["/AcroForm"]
        writer.update_root()

    report = desk.validate(update(stages.sealed, without_form))
    assert report.verdict is not Verdict.VALID
    assert "document.signature-count" in codes(report)


def test_a_cut_off_seal_leaves_an_honest_earlier_document(desk: Desk, stages: Stages) -> None:
    # Cutting the last revision off is no forgery: what is left says of itself that it is not sealed.
    report = desk.validate(stages.sealed[: len(stages.completed)])
    assert [one.role for one in report.signatures] == ["leader"]


@provokes("signing.leader-signature-invalid", "field.oversized")
def test_a_field_large_enough_to_hide_text_is_refused(desk: Desk, stages: Stages) -> None:
    large = generic.ArrayObject(generic.NumberObject(n) for n in (40, 100, 560, 700))
    source = update(stages.reserved, change_field(NUMBER_FIELD, Rect=large))
    report = desk.validate(desk.sign(source))
    assert "field.oversized" in codes(report)
    assert report.verdict is Verdict.INVALID
    with pytest.raises(errors.LeaderSignatureInvalid):
        desk.complete(desk.sign(source))


@provokes("signing.leader-signature-invalid", "field.unlocked")
def test_a_signature_without_our_locks_is_not_ours(desk: Desk, stages: Stages) -> None:
    def unlock(writer: IncrementalPdfFileWriter) -> None:
        field: Any = form_fields(writer.root)[LEADER_FIELD].get_object()
        del field["/Lock"]
        writer.update_container(field)

    source = desk.sign(update(stages.reserved, unlock))
    assert codes(desk.validate(source)) == {"field.unlocked"}
    with pytest.raises(errors.LeaderSignatureInvalid):
        desk.complete(source)


@provokes("document.signature-count")
def test_two_documents_glued_together_are_not_one(desk: Desk, stages: Stages) -> None:
    report = desk.validate(stages.signed + stages.plain)
    assert report.verdict is not Verdict.VALID


def test_the_stream_is_left_open_and_its_bytes_untouched(desk: Desk, stages: Stages) -> None:
    source = io.BytesIO(stages.sealed)
    validate_pdf(source, desk.trust, desk.when)
    assert not source.closed
    assert source.getvalue() == stages.sealed
