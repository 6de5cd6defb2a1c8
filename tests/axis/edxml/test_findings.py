"""Each finding of reading by the smallest change of an ordinary message that calls it forth."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from axis.edxml.parse import parse_message
from schemas.reader import read_message
from tests.messages import compose
from tests.provoked import provokes

PLAIN = compose.document()
STATUS = compose.status("03")


def changed(old: str, new: str, raw: bytes = PLAIN) -> bytes:
    """Return `raw` with the first `old` exchanged for `new`, which must be there."""
    assert old.encode() in raw, old
    return raw.replace(old.encode(), new.encode(), 1)


SAMPLE = {"edxml.signature-unverifiable"}
"""What the ordinary message has itself: its signature is a dummy."""
MESSAGES = {
    "edxml.code-missing": compose.document(number=""),
    "edxml.date-missing": compose.document(date=""),
    "edxml.subject-missing": compose.document(subject=""),
    "edxml.field-too-long": compose.document(subject="x" * 501),
    "edxml.field-duplicated": changed("</edXML:Subject>", "</edXML:Subject><edXML:Subject>khác</edXML:Subject>"),
    "edxml.organ-id-form": compose.document(
        sender="<edXML:From><edXML:OrganId>mã lạ</edXML:OrganId><edXML:OrganName>x</edXML:OrganName></edXML:From>"
    ),
    "edxml.namespaces-mixed": changed(
        "</edXML:Subject>", "</edXML:Subject><other:Content xmlns:other='urn:example:other'>x</other:Content>"
    ),
    "edxml.priority-unknown": changed("<edXML:Priority>1<", "<edXML:Priority>9<"),
    "edxml.document-type-unknown": changed(">Công văn<", ">Loại lạ<", changed("<edXML:Type>1<", "<edXML:Type>999<")),
    "edxml.due-before-issue": changed("<edXML:DueDate>2026/10/15", "<edXML:DueDate>2025/10/15"),
    "edxml.status-code-unknown": compose.status("99"),
    "edxml.target-id-missing": compose.status("03", document_id=""),
    "edxml.signature-absent": compose.document(signature=""),
    "edxml.signature-unverifiable": PLAIN,
    "edxml.secrecy-declared": compose.document(sphere="TỐI  MẬT"),
    "edxml.response-for-empty": compose.document(more=compose.EMPTY_RESPONSE),
    "edxml.targets-differ": compose.document(
        more=compose.RESPONSE_TO_OLD, trace=compose.TRACE + compose.business("1", target="uuid-1")
    ),
    "edxml.target-missing": compose.document(trace=compose.TRACE + compose.business("1")),
}


@pytest.mark.parametrize("code", MESSAGES)
@provokes(by="code")
def test_each_oddity_is_noted_by_its_code(tmp_path: Path, code: str) -> None:
    parsed = parse_message(read_message(io.BytesIO(MESSAGES[code]), spool=tmp_path))
    assert code in {finding.rule for finding in parsed.findings}
    ordinary = parse_message(read_message(io.BytesIO(PLAIN), spool=tmp_path))
    assert code not in {finding.rule for finding in ordinary.findings} or code in SAMPLE
