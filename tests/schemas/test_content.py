from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.content import (
    MEDIA_TYPES,
    ContentKind,
    ZipLimits,
    is_pdf_incomplete,
    is_text_damaged,
    require_no_bomb,
    sniff,
    sniff_head,
    unwrap_single_entry_zip,
)
from schemas.errors import ContentRefused, ZipBomb, ZipDamaged, ZipEncrypted, ZipUnsafeName, ZipUnsupported
from tests.messages.wire import PDF, zipped
from tests.provoked import provokes


def archive(*entries: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        for name, content in entries:
            target.writestr(name, content)
    return buffer.getvalue()


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "input"
    path.write_bytes(content)
    return path


def compound(*streams: str, sector: int = 2, shift: int = 9) -> bytes:
    """An OLE2 file with a directory of `streams` in the sector given."""
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0"))
    struct.pack_into("<H", header, 30, shift)
    struct.pack_into("<I", header, 48, sector)
    directory = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *streams))
    return bytes(header).ljust((sector + 1) << shift, b"\0") + directory


ODT = MEDIA_TYPES[ContentKind.ODT].encode()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, ContentKind.PDF),
        (b"\x00junk\x01" + PDF, ContentKind.PDF),
        (zipped("a.txt", b"x"), ContentKind.ZIP),
        (archive(), ContentKind.ZIP),
        (archive(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")), ContentKind.DOCX),
        (archive(("xl/workbook.xml", b"<x/>")), ContentKind.XLSX),
        (archive(("ppt/presentation.xml", b"<x/>")), ContentKind.PPTX),
        (archive(("mimetype", ODT), ("content.xml", b"<x/>")), ContentKind.ODT),
        (archive(("mimetype", b"text/x")), ContentKind.ZIP),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", ContentKind.DOC),
        (b"\x89PNG\r\n\x1a\n", ContentKind.PNG),
        (compound("WordDocument"), ContentKind.DOC),
        (compound("Workbook", "x"), ContentKind.XLS),
        (compound("Book", shift=12, sector=1), ContentKind.XLS),
        (compound("PowerPoint Document"), ContentKind.PPT),
        (compound("x"), ContentKind.DOC),
        (compound("Workbook")[:700], ContentKind.DOC),
        (compound("Workbook", shift=9).replace(b"\x09", b"\x40", 1), ContentKind.DOC),
        (b"{\\rtf1\\ansi}", ContentKind.RTF),
        (b"Rar!\x1a\x07\x01\x00", ContentKind.RAR),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", ContentKind.SEVEN_ZIP),
        (b"\x1f\x8b\x08\x00", ContentKind.GZIP),
        (b"GIF89a\x01\x00", ContentKind.GIF),
        (b"II*\x00\x08", ContentKind.TIFF),
        (b"MM\x00*\x00", ContentKind.TIFF),
        (b"\xff\xd8\xff\xe0", ContentKind.JPG),
        (b'\xef\xbb\xbf<?xml version="1.0"?><a/>', ContentKind.XML),
        (b"  <edXML xmlns='x'/>", ContentKind.XML),
        ("<?xml version='1.0'?><a/>".encode("utf-16"), ContentKind.XML),
        (b"<!DOCTYPE html><html>", ContentKind.TEXT),
        (b"<html>", ContentKind.TEXT),
        ("Kính gửi: Ủy ban nhân dân ".encode() * 60, ContentKind.TEXT),
        (b"\x00\x01\x02", ContentKind.UNKNOWN),
        (b"", ContentKind.EMPTY),
    ],
)
def test_kind_comes_from_the_bytes(tmp_path: Path, content: bytes, kind: ContentKind) -> None:
    assert sniff(saved(tmp_path, content)) is kind


def test_every_kind_has_a_media_type() -> None:
    assert set(MEDIA_TYPES) == set(ContentKind)


def test_pdf_that_was_decoded_as_text_is_known_as_damaged() -> None:
    damaged = PDF.decode("utf-8", errors="replace").encode()
    assert is_text_damaged(damaged)
    assert not is_text_damaged(PDF)
    assert not is_text_damaged("một dấu \ufffd trong văn bản".encode())


def test_single_entry_is_unwrapped_whatever_its_name(tmp_path: Path) -> None:
    path = saved(tmp_path, zipped("7a71a0ee.edxml", PDF))
    result = unwrap_single_entry_zip(path, into=tmp_path)
    assert result is not None
    assert (result.entry_name, result.kind, result.size_bytes) == (
        "7a71a0ee.edxml",
        ContentKind.PDF,
        len(PDF),
    )
    assert result.path.read_bytes() == PDF
    assert result.path.parent == tmp_path


@pytest.mark.parametrize(
    "content",
    [
        PDF,
        b"",
        archive(),
        archive(("a", b"1"), ("b", b"2")),
        archive(("folder/", b"")),
        archive(("word/document.xml", b"<x/>")),
    ],
    ids=["pdf", "empty", "no entry", "two entries", "folder", "docx"],
)
def test_nothing_to_unwrap_gives_none(tmp_path: Path, content: bytes) -> None:
    assert unwrap_single_entry_zip(saved(tmp_path, content), into=tmp_path) is None


def test_a_zip_inside_is_never_opened_further(tmp_path: Path) -> None:
    inner = zipped("deep.txt", b"x")
    result = unwrap_single_entry_zip(saved(tmp_path, zipped("inner.zip", inner)), into=tmp_path)
    assert result is not None
    assert result.kind is ContentKind.ZIP
    assert result.path.read_bytes() == inner


def with_flag(content: bytes, flag: int) -> bytes:
    """The same archive with a general purpose flag set in both headers of its entry."""
    data = bytearray(content)
    central = data.index(b"PK\x01\x02")
    for at in (6, central + 8):
        struct.pack_into("<H", data, at, struct.unpack_from("<H", data, at)[0] | flag)
    return bytes(data)


def with_declared_size(content: bytes, size: int) -> bytes:
    data = bytearray(content)
    struct.pack_into("<L", data, data.index(b"PK\x01\x02") + 24, size)
    return bytes(data)


def with_directory_size(content: bytes, size: int) -> bytes:
    data = bytearray(content)
    struct.pack_into("<L", data, data.rindex(b"PK\x05\x06") + 12, size)
    return bytes(data)


ZEROS = zipped("zeros", bytes(8 * 1024 * 1024))
GOOD = zipped("a.txt", b"hello" * 50)


@provokes(by="refusal")
@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (ZEROS, ZipBomb),
        (with_declared_size(GOOD, 2**31), ZipBomb),
        (with_declared_size(ZEROS, 2**20 - 1), ZipDamaged),
        (with_directory_size(GOOD, 2**30), ZipBomb),
        (with_flag(GOOD, 0x1), ZipEncrypted),
        (with_flag(GOOD, 0x40), ZipEncrypted),
        (zipped("../../etc/cron.d/x", b"x"), ZipUnsafeName),
        (zipped("/etc/passwd", b"x"), ZipUnsafeName),
        (zipped("C:\\x", b"x"), ZipUnsafeName),
        (zipped("a\\..\\b", b"x"), ZipUnsafeName),
        (zipped("a", b"x", method=zipfile.ZIP_BZIP2), ZipUnsupported),
        (zipped("a", b"x", method=zipfile.ZIP_LZMA), ZipUnsupported),
        (GOOD[:40] + GOOD[41:], ZipDamaged),
        (GOOD[:-30], ZipDamaged),
        (b"PK\x03\x04", ZipDamaged),
    ],
)
def test_hostile_archives_are_refused_and_leave_nothing(
    tmp_path: Path, content: bytes, refusal: type[ContentRefused]
) -> None:
    path = saved(tmp_path, content)
    with pytest.raises(refusal):
        unwrap_single_entry_zip(path, into=tmp_path)
    assert list(tmp_path.iterdir()) == [path]


@provokes("content.zip-bomb")
def test_the_bound_on_an_entry_is_reached_but_not_passed(tmp_path: Path) -> None:
    path = saved(tmp_path, archive(("a", b"x" * 1000)))
    assert unwrap_single_entry_zip(path, into=tmp_path, limits=ZipLimits(entry_bytes=1000)) is not None
    with pytest.raises(ZipBomb):
        unwrap_single_entry_zip(path, into=tmp_path, limits=ZipLimits(entry_bytes=999))


@given(data=st.binary(max_size=1500))
@settings(max_examples=200, deadline=None)
def test_any_bytes_have_a_kind(data: bytes) -> None:
    assert sniff_head(data[:1024]) in ContentKind


@given(
    edits=st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, len(GOOD)),
)
@settings(max_examples=300, deadline=None)
def test_mutated_archives_are_unwrapped_or_refused(
    edits: list[tuple[int, int]], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = bytearray(GOOD)
    for at, value in edits:
        data[at] = value
    folder = tmp_path_factory.getbasetemp()
    path = saved(folder, bytes(data[: cut or None]))
    try:
        result = unwrap_single_entry_zip(path, into=folder, limits=ZipLimits(entry_bytes=10_000))
    except ContentRefused:
        return
    finally:
        assert sniff(path) in ContentKind
    if result is not None:
        result.path.unlink()


@pytest.mark.parametrize(
    ("content", "is_incomplete"),
    [(PDF, False), (PDF[:-6], True), (PDF + b"\0" * 2000, False), (PDF + b"\0" * 4000, True), (b"%PDF-1.7", True)],
)
def test_a_pdf_without_its_end_mark_is_incomplete(tmp_path: Path, content: bytes, is_incomplete: bool) -> None:
    assert is_pdf_incomplete(saved(tmp_path, content)) is is_incomplete


LITTLE = ZipLimits(declared_bytes=1000, ratio=10)


@pytest.mark.parametrize(
    "content",
    [
        archive(("a", bytes(3000)), ("b", bytes(3000)), method=zipfile.ZIP_DEFLATED),
        archive(("word/document.xml", bytes(6000)), method=zipfile.ZIP_DEFLATED),
    ],
)
def test_a_directory_that_declares_abnormal_growth_is_a_bomb(tmp_path: Path, content: bytes) -> None:
    path = saved(tmp_path, content)
    with pytest.raises(ZipBomb):
        unwrap_single_entry_zip(path, into=tmp_path, limits=LITTLE)
    with pytest.raises(ZipBomb):
        require_no_bomb(path, limits=LITTLE)
    require_no_bomb(path)


def test_large_archives_of_ordinary_ratio_and_what_is_no_archive_are_no_bombs(tmp_path: Path) -> None:
    stored = saved(tmp_path, archive(("a", bytes(3000)), ("b", bytes(3000))))
    require_no_bomb(stored, limits=LITTLE)
    require_no_bomb(saved(tmp_path, b"PK\x03\x04 cut"), limits=LITTLE)
    require_no_bomb(saved(tmp_path, PDF), limits=LITTLE)
