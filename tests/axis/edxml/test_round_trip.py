from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from lxml import etree

from axis.edxml import fields
from axis.edxml.build import PLAIN, OutgoingAttachment, build_document, build_status, trace_of, write_message
from axis.edxml.dates import DateText, MomentText
from axis.edxml.errors import (
    AttachmentChanged,
    AttachmentsDiffer,
    FieldInvalid,
    FieldMissing,
    FieldTooLong,
    NotBuildable,
    NotEdxml,
)
from axis.edxml.model import (
    AttachmentRef,
    Code,
    DocumentMessage,
    DocumentType,
    Organ,
    OtherInfo,
    Promulgation,
    ResponseFor,
    SignerInfo,
    StatusMessage,
)
from axis.edxml.parse import ParsedMessage, parse_message
from schemas.edxml.validation import DIGEST_NAMESPACE, NAMESPACE, check_v102
from schemas.errors import SchemaViolation
from schemas.reader import read_message
from tests.axis.edxml.strategies import documents, statuses
from tests.provoked import provokes

NOW = dt.datetime(2026, 11, 20, 2, 35, 12, tzinfo=dt.UTC)
COMMUNE = Organ(organ_id="H26.107", organ_name="UBND xã Mẫu")
DEPARTMENT = Organ(organ_id="H26.12", organ_name="Sở Mẫu")
LETTER = DocumentMessage(
    sender=COMMUNE,
    recipients=(DEPARTMENT,),
    document_id="H26.107,2026/11/20,15/UBND-VX",
    code=Code(number="15", notation="UBND-VX"),
    promulgation=Promulgation(place="Xã Mẫu", date=DateText.of(dt.date(2026, 11, 20))),
    document_type=DocumentType(code="18", name="Công văn"),
    subject="Về việc thử nghiệm",
    signer=SignerInfo(full_name="Nguyễn Văn Mẫu"),
    trace=(trace_of("H26.107", NOW),),
)
STATUS = StatusMessage(
    sender=DEPARTMENT,
    response_for=ResponseFor(organ_id="H26.107", document_id=LETTER.document_id),
    status_code="03",
    timestamp=MomentText.of(NOW),
)


def outgoing(message: DocumentMessage, blobs: list[bytes]) -> list[OutgoingAttachment]:
    return [
        OutgoingAttachment(ref, partial(io.BytesIO, blob)) for ref, blob in zip(message.attachments, blobs, strict=True)
    ]


def sent(root: etree._Element, attachments: list[OutgoingAttachment], folder: Path) -> ParsedMessage:
    """The message after writing, reading and parsing."""
    target = io.BytesIO()
    written = write_message(root, attachments, target)
    read = read_message(io.BytesIO(target.getvalue()), spool=folder)
    assert (written.size_bytes, written.sha256) == (read.size_bytes, read.sha256)
    check_v102(etree.fromstring(target.getvalue()))
    return parse_message(read)


@given(document=documents())
@settings(max_examples=60, deadline=None)
def test_a_document_comes_back_as_it_was_built(
    document: tuple[DocumentMessage, list[bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    message, blobs = document
    root = build_document(message)
    check_v102(root)
    parsed = sent(root, outgoing(message, blobs), tmp_path_factory.getbasetemp())
    assert parsed.message == message
    paths = [one.received.path for one in parsed.attachments if one.received]
    assert [path.read_bytes() for path in paths if path] == blobs
    assert not {f.rule for f in parsed.findings} & {"edxml.attachment-digest-wrong", "edxml.attachment-size-wrong"}
    for path in paths:
        assert path is not None
        path.unlink()


@given(status=statuses)
@settings(max_examples=60, deadline=None)
def test_a_status_comes_back_as_it_was_built(status: StatusMessage, tmp_path_factory: pytest.TempPathFactory) -> None:
    root = build_status(status)
    check_v102(root)
    parsed = sent(root, [], tmp_path_factory.getbasetemp())
    assert (parsed.kind, parsed.business, parsed.message) == ("status", None, status)


def test_the_wire_has_the_prefixes_and_the_order_of_published_messages() -> None:
    target = io.BytesIO()
    ref = AttachmentRef(content_id="cid:1", content_type="application/pdf", attachment_name="a & b.pdf")
    write_message(
        build_document(replace(LETTER, attachments=(ref,)), profile=PLAIN),
        [OutgoingAttachment(ref, partial(io.BytesIO, b"%PDF-"))],
        target,
    )
    text = target.getvalue().decode()
    assert text.startswith(f'<?xml version="1.0" encoding="UTF-8"?>\n<edXML xmlns="{NAMESPACE}"><edXML:edXMLEnvelope')
    order = ["<edXML:From>", "<edXML:To>", "<edXML:DocumentId>", "<edXML:Code>", "<edXML:PromulgationInfo>"]
    order += [
        "<edXML:TraceHeaderList>",
        "<edXML:edXMLManifest",
        "</edXML:edXMLEnvelope><AttachmentEncoded><Attachment>",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert ">2026/11/20 09:35:12<" in text
    assert "a &amp; b.pdf" in text
    assert DIGEST_NAMESPACE not in text
    assert text.endswith("JVBERi0=</edXML:ContentTransferEncoded></Attachment></AttachmentEncoded></edXML>")


@provokes("edxml.not-edxml")
def test_writing_an_envelope_alone_gives_the_same_message() -> None:
    root = build_document(LETTER)
    whole, alone = io.BytesIO(), io.BytesIO()
    write_message(root, [], whole)
    write_message(root[0], [], alone)
    assert whole.getvalue() == alone.getvalue()
    with pytest.raises(NotEdxml):
        write_message(root[0][0], [], whole)


@provokes("edxml.attachment-content-differs")
def test_short_reads_of_a_content_leave_no_padding_inside(tmp_path: Path) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 1000))

    blob = bytes(range(256)) * 1000
    ref = AttachmentRef(content_id="1", content_type="application/zip", attachment_name="a.zip")
    root = build_document(replace(LETTER, attachments=(ref,)), profile=PLAIN)
    parsed = sent(root, [OutgoingAttachment(ref, lambda: Slow(blob))], tmp_path)
    assert parsed.attachments[0].received is not None
    assert parsed.attachments[0].received.size_bytes == len(blob)


def with_attachment(**changes: object) -> tuple[DocumentMessage, AttachmentRef]:
    ref = AttachmentRef(
        content_id="cid:1",
        content_type="application/pdf",
        attachment_name="a.pdf",
        sha256="0" * 64,
        size_bytes=3,
    )
    ref = replace(ref, **changes)  # type: ignore[arg-type]
    return replace(LETTER, attachments=(ref,)), ref


@provokes("edxml.attachment-changed", "edxml.attachments-differ")
def test_what_is_written_must_be_what_the_manifest_lists() -> None:
    message, ref = with_attachment()
    root = build_document(message)
    target = io.BytesIO()
    with pytest.raises(AttachmentsDiffer):
        write_message(root, [], target)
    assert target.getvalue() == b""
    undigested = replace(ref, sha256="", size_bytes=None)  # the manifest in the envelope counts, not this
    with pytest.raises(AttachmentChanged):
        write_message(root, [OutgoingAttachment(undigested, partial(io.BytesIO, b"abc"))], target)


@provokes("edxml.attachment-changed")
def test_contents_are_closed_also_when_they_changed() -> None:
    message, ref = with_attachment()
    content = io.BytesIO(b"abcd")
    with pytest.raises(AttachmentChanged):
        write_message(build_document(message), [OutgoingAttachment(ref, lambda: content)], io.BytesIO())
    assert content.closed


REFUSED: list[tuple[Callable[[], object], type[NotBuildable], str]] = [
    (lambda: build_document(replace(LETTER, subject="")), FieldMissing, "MessageHeader/Subject"),
    (lambda: build_document(replace(LETTER, subject="x" * 501)), FieldTooLong, "MessageHeader/Subject"),
    (lambda: build_document(replace(LETTER, subject="a\x00b")), FieldInvalid, "MessageHeader/Subject"),
    (lambda: build_document(replace(LETTER, subject="a\ud800b")), FieldInvalid, "MessageHeader/Subject"),
    (lambda: build_document(replace(LETTER, subject=" a")), FieldInvalid, "MessageHeader/Subject"),
    (lambda: build_document(replace(LETTER, recipients=())), FieldMissing, "MessageHeader/To"),
    (
        lambda: build_document(replace(LETTER, recipients=(COMMUNE, COMMUNE))),
        FieldInvalid,
        "MessageHeader/To/OrganId",
    ),
    (
        lambda: build_document(replace(LETTER, sender=replace(COMMUNE, organ_id="H26 107"))),
        FieldInvalid,
        "MessageHeader/From/OrganId",
    ),
    (
        lambda: build_document(replace(LETTER, code=Code(number="123456789012", notation="x"))),
        FieldTooLong,
        "MessageHeader/Code/CodeNumber",
    ),
    (
        lambda: build_document(replace(LETTER, due_date=DateText.read("2014/02/30"))),
        FieldInvalid,
        "MessageHeader/DueDate",
    ),
    (
        lambda: build_document(replace(LETTER, other=OtherInfo(priority="5"))),
        FieldInvalid,
        "MessageHeader/OtherInfo/Priority",
    ),
    (lambda: build_document(replace(LETTER, trace=())), FieldMissing, "TraceHeaderList/TraceHeader"),
    (lambda: build_document(with_attachment(sha256="")[0]), FieldInvalid, "edXMLManifest/Reference/@lt:sha256"),
    (lambda: build_document(with_attachment(size_bytes=None)[0]), FieldMissing, "edXMLManifest/Reference/@lt:size"),
    (lambda: build_status(replace(STATUS, status_code="07")), FieldInvalid, "MessageHeader/StatusCode"),
    (
        lambda: build_status(replace(STATUS, timestamp=MomentText.read("hôm qua"))),
        FieldInvalid,
        "MessageHeader/Timestamp",
    ),
]


@provokes(by="refusal")
@pytest.mark.parametrize(("build", "refusal", "field"), REFUSED)
def test_a_message_at_fault_is_refused_with_the_path_of_its_field(
    build: Callable[[], object], refusal: type[NotBuildable], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        build()
    assert refused.value.field == field
    assert refused.value.facts["field"] == field


@provokes("xml.schema")
def test_lengths_in_the_schema_are_those_of_the_builder() -> None:
    """One more character than the builder allows is refused by the XSD too, and the greatest length by neither."""
    longest = build_document(replace(LETTER, subject="đ" * fields.SUBJECT.max_chars))
    check_v102(longest)
    subject = longest.find(f".//{{{NAMESPACE}}}Subject")
    assert subject is not None
    subject.text = "đ" * (fields.SUBJECT.max_chars + 1)
    with pytest.raises(SchemaViolation):
        check_v102(longest)


def test_naive_times_are_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        trace_of("H26", NOW.replace(tzinfo=None))
