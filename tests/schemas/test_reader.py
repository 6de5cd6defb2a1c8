from __future__ import annotations

import base64
import hashlib
import io
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from schemas import parse
from schemas.content import ContentKind
from schemas.errors import (
    AttachmentMalformed,
    Empty,
    InvalidBase64,
    JsonWrapped,
    MalformedXml,
    MimeMessage,
    NotXml,
    XmlRefused,
)
from schemas.guard import CHUNK_BYTES
from schemas.reader import Reading, ReadMessage, local_name, read_message
from tests.messages.wire import NAMESPACE, PDF, Chopped, attachment, message, zipped
from tests.provoked import provokes


def outcome(data: bytes, spool: Path, lengths: list[int] | None = None) -> object:
    """What reading gives, in a form that can be compared: a code, or everything but the file names."""
    source = io.BytesIO(data) if lengths is None else Chopped(data, lengths)
    try:
        read = read_message(source, spool=spool)
    except XmlRefused as refusal:
        return refusal.code
    files = [(a.content_id, a.name, a.size_bytes, a.sha256, a.detected, a.line) for a in read.attachments]
    contents = [a.path.read_bytes() for a in read.attachments if a.path is not None]
    for a in read.attachments:
        assert a.path is not None
        a.path.unlink()
    return etree.tostring(read.root), files, contents, read.findings, read.sha256, read.size_bytes


def test_envelope_becomes_a_tree_and_attachments_become_files(tmp_path: Path) -> None:
    raw = message(attachments=attachment(PDF) + attachment(zipped("x.txt", b"abc"), cid="cid:2", name="b.zip"))
    read = read_message(io.BytesIO(raw), spool=tmp_path)

    assert (read.size_bytes, read.sha256) == (len(raw), hashlib.sha256(raw).hexdigest())
    first, second = read.attachments
    assert first.path is not None
    assert first.path.read_bytes() == PDF
    assert first.path.stat().st_mode & 0o777 == 0o600
    assert (first.sha256, first.size_bytes) == (hashlib.sha256(PDF).hexdigest(), len(PDF))
    assert (first.detected, first.declared_type, first.name) == (ContentKind.PDF, "application/pdf", "a.pdf")
    assert (second.detected, second.content_id, second.ordinal) == (ContentKind.ZIP, "cid:2", 2)
    assert read.envelope is not None
    assert etree.tostring(read.root).count(b"JVBERi0") == 0


def test_sinks_of_the_caller_get_the_content_and_are_closed() -> None:
    class Kept(io.BytesIO):
        kept = b""

        def close(self) -> None:
            self.kept = self.getvalue()
            super().close()

    sinks: dict[int, Kept] = {}

    def open_sink(ordinal: int) -> Kept:
        return sinks.setdefault(ordinal, Kept())

    read = read_message(io.BytesIO(message(attachments=attachment(PDF) * 2)), spool=open_sink)
    assert [sink.kept for sink in sinks.values()] == [PDF, PDF]
    assert [a.path for a in read.attachments] == [None, None]

    with pytest.raises(InvalidBase64):
        read_message(io.BytesIO(message(attachments=attachment("ab*c"))), spool=lambda _: sinks[1].__class__())


@provokes("xml.base64")
def test_a_refused_message_leaves_no_files_and_closes_sinks(tmp_path: Path) -> None:
    closed: list[bool] = []

    class Sink:
        def write(self, data: bytes) -> None:
            pass

        def close(self) -> None:
            closed.append(True)

    raw = message(attachments=attachment(PDF) + attachment("!!!!"))
    with pytest.raises(InvalidBase64):
        read_message(io.BytesIO(raw), spool=tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InvalidBase64):
        read_message(io.BytesIO(raw), spool=lambda _: Sink())
    assert closed == [True, True]


def test_text_over_ten_megabytes_needs_no_huge_tree(tmp_path: Path) -> None:
    content = os.urandom(9 * 1024 * 1024)  # 12 MiB of base64, in one text
    read = read_message(io.BytesIO(message(attachments=attachment(content))), spool=tmp_path)
    assert read.attachments[0].sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "&#13;\n", " \t", "\n\n        "])
def test_white_space_in_base64_is_ignored(tmp_path: Path, line_end: str) -> None:
    text = line_end + line_end.join(textwrap.wrap(base64.b64encode(PDF * 9).decode(), 76)) + line_end
    read = read_message(io.BytesIO(message(attachments=attachment(text))), spool=tmp_path)
    assert read.attachments[0].sha256 == hashlib.sha256(PDF * 9).hexdigest()


def test_base64_in_cdata_is_read(tmp_path: Path) -> None:
    text = f"<![CDATA[{base64.b64encode(PDF * 2000).decode()}]]>"
    read = read_message(io.BytesIO(message(attachments=attachment(text))), spool=tmp_path)
    assert read.attachments[0].sha256 == hashlib.sha256(PDF * 2000).hexdigest()


def test_missing_padding_is_read_and_told(tmp_path: Path) -> None:
    raw = message(attachments=attachment(base64.b64encode(b"%PDF-").decode().rstrip("=")))
    read = read_message(io.BytesIO(raw), spool=tmp_path)
    assert read.attachments[0].size_bytes == 5
    assert [f.rule for f in read.findings] == ["xml.base64-unpadded"]


def test_attachment_without_content_is_kept_empty_and_told(tmp_path: Path) -> None:
    raw = message(attachments="<Attachment><ContentId>cid:1</ContentId></Attachment>" + attachment(b""))
    read = read_message(io.BytesIO(raw), spool=tmp_path)
    assert [(a.size_bytes, a.detected) for a in read.attachments] == [(0, ContentKind.EMPTY)] * 2
    assert [f.rule for f in read.findings] == ["xml.attachment-empty"] * 2


@pytest.mark.parametrize(
    "content",
    [
        "JVBE*i0x",
        "JVBERi0=x",
        "JVBERi0==",
        "=",
        "J",
        "JVBER",
        "JVBERi====",
        "JV=BERi0",
        "JVBERi0é",
        "JVBE-_0*",
        "data:application/pdf,JVBERi0x",
        "data:application/pdf;base64JVBERi0x" + "A" * 300,
        "datb:;base64,JVBERi0x",
    ],
)
def test_invalid_base64_is_refused_with_its_line(tmp_path: Path, content: str) -> None:
    with pytest.raises(InvalidBase64) as refused:
        read_message(io.BytesIO(message(attachments=attachment(content))), spool=tmp_path)
    assert refused.value.line == 2


@pytest.mark.parametrize("content", ["JVBE<b/>Ri0x", "JVBE<!-- -->Ri0x", "JVBE<?pi?>Ri0x"])
def test_markup_inside_content_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(AttachmentMalformed):
        read_message(io.BytesIO(message(attachments=attachment(content))), spool=tmp_path)


@provokes("xml.attachment-malformed")
def test_two_contents_in_one_attachment_are_refused(tmp_path: Path) -> None:
    one = attachment(PDF)
    content = one[one.index("<edXML:Content") : one.index("</Attachment>")]
    with pytest.raises(AttachmentMalformed):
        read_message(io.BytesIO(message(attachments=f"<Attachment>{content}{content}</Attachment>")), spool=tmp_path)


def test_a_refused_reading_keeps_what_was_read(tmp_path: Path) -> None:
    raw = message("<edXML:a>x</edXML:a>", attachment(PDF) + attachment("!!!!"))
    reading = Reading(io.BytesIO(raw), spool=tmp_path)
    with pytest.raises(InvalidBase64):
        reading.run()
    assert reading.root is not None
    assert reading.root.findtext(f".//{{{NAMESPACE}}}a") == "x"
    assert [one.sha256 for one in reading.attachments] == [hashlib.sha256(PDF).hexdigest()]
    assert [local_name(one) for one in reading.open_elements] == ["edXML", "AttachmentEncoded", "Attachment"]
    assert len(list(tmp_path.iterdir())) == 2
    reading.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("raw", "refusal", "found"),
    [
        (b"", Empty, "nothing"),
        (b"\xef\xbb\xbf \r\n", Empty, "nothing"),
        (b'{"edxml": "PGVkWE1MPg=="}', JsonWrapped, "application/json"),
        (b" [1, 2]", JsonWrapped, "application/json"),
        (b"MIME-Version: 1.0\r\n\r\n", MimeMessage, "message/rfc822"),
        (b"------=_Part_1\r\nContent-Type: text/xml\r\n\r\n<a/>", MimeMessage, "message/rfc822"),
        (PDF, NotXml, "application/pdf"),
        (zipped("a.edxml", b"<a/>"), NotXml, "application/zip"),
        (b"\x1f\x8b\x08\x00", NotXml, "application/gzip"),
        (b"\x00\x01\x02\x03", NotXml, "binary"),
        (b"xin ch\xc3\xa0o", NotXml, "text/plain"),
        (b"<<<", MalformedXml, None),
        (b"<?xml version='1.0'?>", MalformedXml, None),
        (b"\n<?xml version='1.0'?><a/>", MalformedXml, None),
        ("<a".encode("utf-16"), MalformedXml, None),
    ],
)
def test_what_is_no_xml_is_told_by_its_first_bytes(
    tmp_path: Path, raw: bytes, refusal: type[MalformedXml], found: str | None
) -> None:
    for source in (io.BytesIO(raw), Chopped(raw, [])):
        with pytest.raises(MalformedXml) as refused:
            read_message(source, spool=tmp_path)
        assert (type(refused.value), refused.value.facts.get("found")) == (refusal, found)


@pytest.mark.parametrize(
    ("encoding", "rules"),
    [
        ("utf-8", []),
        ("utf-8-sig", ["xml.byte-order-mark"]),
        ("utf-16", ["xml.encoding-not-utf8"]),
        ("windows-1258", ["xml.encoding-not-utf8"]),
    ],
)
def test_other_encodings_are_told(tmp_path: Path, encoding: str, rules: list[str]) -> None:
    raw = message().decode().replace("UTF-8", encoding.removesuffix("-sig")).encode(encoding)
    assert [one.rule for one in read_message(io.BytesIO(raw), spool=tmp_path).findings] == rules


def test_malformed_input_names_line_column_and_rule(tmp_path: Path) -> None:
    with pytest.raises(MalformedXml) as refused:
        read_message(io.BytesIO(b"<edXML>\n  <a>\n  </b>\n</edXML>"), spool=tmp_path)
    problem = refused.value
    assert (problem.line, problem.column, problem.facts["rule"]) == (3, 7, "ERR_TAG_NAME_MISMATCH")
    assert "a line 2 and b" in str(problem.facts["reason"])
    assert problem.message_vi
    assert problem.message_en


def test_message_cut_in_the_middle_of_base64_is_refused(tmp_path: Path) -> None:
    raw = message(attachments=attachment(PDF * 5000))
    with pytest.raises(MalformedXml):
        read_message(io.BytesIO(raw[: len(raw) // 2]), spool=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "windows-1258", "iso-8859-1"])
def test_declared_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    raw = message("<edXML:x>Hà</edXML:x>", attachment(PDF * 3000)).decode()
    declared = raw.replace("UTF-8", encoding.removesuffix("-sig"))
    read = read_message(io.BytesIO(declared.encode(encoding)), spool=tmp_path)
    assert read.root.findtext(f".//{{{NAMESPACE}}}x") == "Hà"
    assert read.attachments[0].sha256 == hashlib.sha256(PDF * 3000).hexdigest()


def test_parse_takes_bytes_and_streams() -> None:
    assert parse(b"<a><b/></a>").tag == "a"
    assert parse(io.BytesIO(b"<a><b/></a>")).tag == "a"


GOOD = message(
    "<!-- c --><edXML:a x='1'>Đơn vị &amp; nơi nhận</edXML:a><?p i?>",
    attachment(PDF) + attachment(b"\x00" * 100, cid="cid:2"),
)


@given(lengths=st.lists(st.integers(1, 400), max_size=60))
@settings(max_examples=60, deadline=None)
def test_the_result_does_not_depend_on_where_the_input_is_cut(
    lengths: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    spool = tmp_path_factory.mktemp("cut")
    assert outcome(GOOD, spool, lengths) == outcome(GOOD, spool)


@given(data=st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_arbitrary_bytes_raise_only_the_reader_s_own_refusals(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outcome(data, tmp_path_factory.getbasetemp())


@given(
    edits=st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 12), st.binary(max_size=8)), min_size=1),
    lengths=st.lists(st.integers(1, 200), max_size=40),
)
@settings(max_examples=200, deadline=None)
def test_mutated_messages_raise_only_refusals_and_the_same_one_however_they_are_cut(
    edits: list[tuple[int, int, bytes]], lengths: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = bytearray(GOOD)
    for at, drop, insert in edits[:5]:
        data[at : at + drop] = insert
    spool = tmp_path_factory.getbasetemp()
    whole, cut = outcome(bytes(data), spool), outcome(bytes(data), spool, lengths)
    assert isinstance(whole, str) == isinstance(cut, str)
    if not isinstance(whole, str):
        assert whole == cut


def test_memory_does_not_grow_with_the_attachment(tmp_path: Path) -> None:
    """Peak memory of reading 24 MiB in a process of its own, against reading 1 MiB."""
    program = """
        import io, resource, sys
        from pathlib import Path
        from schemas.reader import read_message
        from tests.messages.wire import message, attachment, PDF
        head, tail = message(attachments=attachment("@")).split(b"@")
        class Long(io.RawIOBase):
            left, parts = 0, [head]
            def read(self, size):
                if self.parts: return self.parts.pop()
                self.left -= 1
                return b"QUJD" * (size // 4) if self.left > 0 else tail if self.left == 0 else b""
        for chunks in (16, int(sys.argv[1])):
            Long.left, Long.parts = chunks, [head]
            read = read_message(Long(), spool=Path(sys.argv[2]))
            print(read.attachments[0].size_bytes, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), "512", str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    (_, base_kib), (size, peak_kib) = (map(int, line.split()) for line in run.stdout.splitlines())
    assert size == 511 * CHUNK_BYTES * 3 // 4
    assert peak_kib - base_kib <= 2048


def test_reading_gives_what_the_types_say(tmp_path: Path) -> None:
    read = read_message(io.BytesIO(GOOD), spool=tmp_path)
    assert isinstance(read, ReadMessage)
    assert read.envelope is not None
    assert read.envelope.prefix == "edXML"
    assert read.root.prefix is None


@pytest.mark.parametrize("raw", [b'<edXML xlink:href=""/>', b"<edXML><e:a/></edXML>", b"<a><b:/></a>"])
def test_prefixes_that_nobody_declared_are_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedXml) as refused:
        parse(raw)
    assert str(refused.value.facts["rule"]).startswith("NS_ERR_")
