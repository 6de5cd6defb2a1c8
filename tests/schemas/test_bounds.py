"""Hostile inputs: each bound has an input one over it, refused by its own code, and one at it, read."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from schemas import parse
from schemas.errors import (
    AttachmentTooLarge,
    AttributeTooLong,
    DoctypeRefused,
    EncodingRefused,
    EnvelopeTooLarge,
    MalformedXml,
    MessageTooLarge,
    TextTooLong,
    TooDeep,
    TooManyAttachments,
    TooManyAttributes,
    TooManyNodes,
    XmlRefused,
)
from schemas.limits import MESSAGE, RECEIPT, Limits
from schemas.reader import read_message
from schemas.spool import nowhere
from tests.messages.wire import attachment, message
from tests.provoked import provokes

BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE lol [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>
<edXML a="&c;&c;&c;">&c;</edXML>"""


def read(raw: bytes, limits: Limits = MESSAGE) -> int:
    return len(read_message(io.BytesIO(raw), spool=nowhere, limits=limits).attachments)


@provokes("xml.doctype")
@pytest.mark.parametrize(
    "raw",
    [
        BOMB,
        b'<!DOCTYPE edXML SYSTEM "file:///etc/passwd"><edXML/>',
        b'<!DOCTYPE edXML [<!ENTITY x SYSTEM "file:///etc/passwd">]><edXML>&x;</edXML>',
        b'<!DOCTYPE edXML PUBLIC "-//X//Y" "http://127.0.0.1:9/x.dtd"><edXML/>',
        b'<!DOCTYPE edXML [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]><edXML/>',
        b"<!-- " + b"x" * 200_000 + b" --><!DOCTYPE edXML><edXML/>",
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE edXML><edXML/>'.encode("utf-16"),
    ],
)
def test_any_doctype_is_refused(raw: bytes) -> None:
    with pytest.raises(DoctypeRefused):
        read(raw)
    with pytest.raises(DoctypeRefused):
        parse(raw)


def test_an_entity_that_nobody_declared_is_malformed() -> None:
    with pytest.raises(MalformedXml):
        read(message("&undeclared;"))


@provokes("xml.encoding")
@pytest.mark.parametrize("encoding", ["utf-7", "ebcdic-cp-us", "x-unknown", "shift_jis"])
def test_other_encodings_are_refused_by_name(encoding: str) -> None:
    with pytest.raises(EncodingRefused):
        read(f'<?xml version="1.0" encoding="{encoding}"?><edXML/>'.encode())


CASES: list[tuple[type[XmlRefused], str, int, str]] = [
    (TooDeep, "depth", 7, "<a>" * 5 + "</a>" * 5),
    (TooManyNodes, "nodes", 12, "<a/>" * 8 + "<!-- c --><?p i?>"),
    (TooManyAttributes, "attributes", 5, "<a " + " ".join(f'b{i}="1"' for i in range(3)) + "/>"),
    (AttributeTooLong, "attribute_chars", 50, f'<a b="{"x" * 50}"/>'),
    (AttributeTooLong, "attribute_chars", 50, f'<a xmlns:z="{"u" * 50}"/>'),
    (TextTooLong, "text_chars", 900, f"<a>{'Đ' * 900}</a>"),
    (TextTooLong, "text_chars", 900, f"<a/>{'Đ' * 900}"),
    (TextTooLong, "text_chars", 900, f"<!--{'Đ' * 900}-->"),
]


@provokes(by="refusal")
@pytest.mark.parametrize(("refusal", "field", "bound", "envelope"), CASES)
def test_a_bound_is_reached_but_not_passed(refusal: type[XmlRefused], field: str, bound: int, envelope: str) -> None:
    raw = message(envelope)
    assert read(raw, replace(MESSAGE, **{field: bound})) == 0
    with pytest.raises(refusal) as refused:
        read(raw, replace(MESSAGE, **{field: bound - 1}))
    assert refused.value.facts["limit"] == bound - 1
    assert refused.value.line is not None
    assert refused.value.status == 413


@provokes("xml.attachment-too-large", "xml.message-too-large")
def test_sizes_of_message_and_attachment_are_bounds() -> None:
    raw = message(attachments=attachment(b"x" * 1000))
    assert read(raw, replace(MESSAGE, message_bytes=len(raw), attachment_bytes=1000)) == 1
    with pytest.raises(MessageTooLarge):
        read(raw, replace(MESSAGE, message_bytes=len(raw) - 1))
    with pytest.raises(AttachmentTooLarge):
        read(raw, replace(MESSAGE, attachment_bytes=999))


@provokes("xml.envelope-too-large")
def test_attachment_content_does_not_count_as_envelope() -> None:
    limits = replace(MESSAGE, envelope_bytes=100_000)
    assert read(message(attachments=attachment(b"x" * 3_000_000)), limits) == 1
    with pytest.raises(EnvelopeTooLarge):
        read(message("<a/>" * 30_000), limits)


@provokes("xml.too-many-attachments")
def test_ten_thousand_attachments_are_refused_at_the_bound() -> None:
    assert read(message(attachments=attachment(b"x") * MESSAGE.attachments)) == MESSAGE.attachments
    with pytest.raises(TooManyAttachments):
        read(message(attachments=attachment(b"x") * 10_000))


@pytest.mark.parametrize(
    "raw",
    [
        b"<a>" * 100_000,
        b"<a b='" + b"x" * 20_000_000,
        b"<a>" + b"x" * 20_000_000,
        b"<!--" + b"x" * 20_000_000,
        b"<" + b"a" * 20_000_000,
        b"<a " + b" ".join(b"b%d='1'" % i for i in range(200_000)) + b"/>",
        b"".join(b"<a xmlns:b%d='u'>" % i for i in range(40)) + b"<a/>" * 100_000,
    ],
    ids=["deep", "attribute", "text", "comment", "name", "attributes", "namespaces"],
)
def test_inputs_without_end_are_refused_early(raw: bytes) -> None:
    with pytest.raises(XmlRefused):
        read(raw)
    with pytest.raises(XmlRefused):
        parse(raw)


@provokes("xml.text-too-long")
def test_content_outside_its_place_is_ordinary_text() -> None:
    inside = "<edXML:ContentTransferEncoded>JVBERi0x</edXML:ContentTransferEncoded>"
    assert read(message(inside)) == 0
    with pytest.raises(TextTooLong):
        read(message(inside), replace(RECEIPT, text_chars=7))
