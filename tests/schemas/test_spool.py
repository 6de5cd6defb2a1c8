"""Attachments as senders write them: where they stand, and in which form of base64."""

from __future__ import annotations

import base64
import hashlib
import io
from pathlib import Path

import pytest
from lxml import etree

from schemas.oddities import ODDITIES
from schemas.reader import read_message
from tests.messages.wire import PDF, Chopped, attachment, message


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("-_-_", "xml.base64-url-safe"),
        ("data:application/pdf;base64,+/+/", "xml.base64-data-url"),
        ("\n DATA:;Base64,\n +/+/", "xml.base64-data-url"),
    ],
)
def test_other_forms_of_base64_are_read_and_told(tmp_path: Path, text: str, rule: str) -> None:
    read = read_message(io.BytesIO(message(attachments=attachment(text))), spool=tmp_path)
    assert read.attachments[0].sha256 == hashlib.sha256(b"\xfb\xff\xbf").hexdigest()
    assert [f.rule for f in read.findings] == [rule]
    cut = read_message(Chopped(message(attachments=attachment(text)), []), spool=tmp_path)
    assert (cut.attachments[0].sha256, cut.findings) == (read.attachments[0].sha256, read.findings)


BASE64 = base64.b64encode(PDF * 40_000).decode()  # longer than one text may be


@pytest.mark.parametrize(
    ("inside", "rules"),
    [
        (f"<ContentId>1</ContentId>{BASE64}", ["xml.attachment-text-loose"]),
        (f"{BASE64}<ContentId>1</ContentId>\n", ["xml.attachment-text-loose"]),
        (f"{BASE64[:4000]}<ContentId>1</ContentId>{BASE64[4000:]}", ["xml.attachment-text-loose"]),
        (f"<ContentId>1</ContentId><ContentTransferEncoded>{BASE64}</ContentTransferEncoded>", []),
    ],
)
@pytest.mark.parametrize("lengths", [None, [1] * 900 + [1000] * 5000])
def test_content_is_found_in_the_attachment_itself(
    tmp_path: Path, inside: str, rules: list[str], lengths: list[int] | None
) -> None:
    raw = message(attachments=f"<Attachment>\n  {inside}\n</Attachment>")
    source = io.BytesIO(raw) if lengths is None else Chopped(raw, lengths)
    read = read_message(source, spool=tmp_path)
    (found,) = read.attachments
    assert (found.sha256, found.content_id) == (hashlib.sha256(PDF * 40_000).hexdigest(), "1")
    assert [finding.rule for finding in read.findings] == rules
    assert len(etree.tostring(read.root)) < 2000


@pytest.mark.parametrize(
    ("before", "after", "rules"),
    [
        ("<AttachmentEncoded>", "</AttachmentEncoded>", []),
        ("", "", ["xml.attachment-misplaced"]),
        ("<edXMLEnvelope>", "</edXMLEnvelope>", ["xml.attachment-in-envelope"]),
        (
            "<edXMLEnvelope><edXMLBody><AttachmentEncoded>",
            "</AttachmentEncoded></edXMLBody></edXMLEnvelope>",
            ["xml.attachment-in-envelope"],
        ),
    ],
)
def test_attachments_are_found_where_senders_put_them(
    tmp_path: Path, before: str, after: str, rules: list[str]
) -> None:
    raw = f"<edXML>{before}{attachment(PDF)}{attachment(PDF, cid='2')}{after}</edXML>".encode()
    read = read_message(io.BytesIO(raw), spool=tmp_path)
    assert [found.content_id for found in read.attachments] == ["cid:1", "2"]
    assert {found.sha256 for found in read.attachments} == {hashlib.sha256(PDF).hexdigest()}
    assert [finding.rule for finding in read.findings] == rules * 2


def test_what_is_named_attachment_elsewhere_is_no_attachment(tmp_path: Path) -> None:
    raw = b"<edXML><edXMLEnvelope><MessageHeader><Attachment>xin</Attachment></MessageHeader></edXMLEnvelope></edXML>"
    read = read_message(io.BytesIO(raw), spool=tmp_path)
    assert read.attachments == ()
    assert read.root.findtext(".//Attachment") == "xin"


def test_stray_text_beside_the_content_is_left_alone(tmp_path: Path) -> None:
    part = attachment(PDF).replace("<ContentId>", "ghi chú<ContentId>")
    read = read_message(io.BytesIO(message(attachments=part)), spool=tmp_path)
    assert read.attachments[0].size_bytes == len(PDF)


def test_every_oddity_speaks_both_languages() -> None:
    assert all(vi and en for _, vi, en in ODDITIES.values())
