"""What a file really is, whatever its name and declared type say, and the one way a ZIP is opened.

Traffic on the national axis labels ZIP archives as PDF, wraps single files in ZIP, and now and then carries
a PDF that was ruined by decoding it as text: the bytes decide, never the label.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from schemas.errors import ContentRefused, ZipBomb, ZipDamaged, ZipEncrypted, ZipUnsafeName, ZipUnsupported
from schemas.limits import MEBIBYTE

HEAD_BYTES = 1024
"""Bytes from the start of a file that `sniff_head` needs at most."""


class ContentKind(StrEnum):
    """Kinds of file that official documents come as."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    ODT = "odt"
    ODS = "ods"
    DOC = "doc"
    """Word 97–2003, or an OLE2 compound file (MS-CFB) of which no more is known."""
    XLS = "xls"
    PPT = "ppt"
    RTF = "rtf"
    ZIP = "zip"
    RAR = "rar"
    SEVEN_ZIP = "7z"
    GZIP = "gzip"
    XML = "xml"
    PNG = "png"
    JPG = "jpg"
    GIF = "gif"
    TIFF = "tiff"
    TEXT = "text"
    EMPTY = "empty"
    UNKNOWN = "unknown"


MEDIA_TYPES: dict[ContentKind, str] = {
    ContentKind.PDF: "application/pdf",
    ContentKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ContentKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ContentKind.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ContentKind.ODT: "application/vnd.oasis.opendocument.text",
    ContentKind.ODS: "application/vnd.oasis.opendocument.spreadsheet",
    ContentKind.DOC: "application/msword",
    ContentKind.XLS: "application/vnd.ms-excel",
    ContentKind.PPT: "application/vnd.ms-powerpoint",
    ContentKind.RTF: "application/rtf",
    ContentKind.ZIP: "application/zip",
    ContentKind.RAR: "application/vnd.rar",
    ContentKind.SEVEN_ZIP: "application/x-7z-compressed",
    ContentKind.GZIP: "application/gzip",
    ContentKind.XML: "application/xml",
    ContentKind.PNG: "image/png",
    ContentKind.JPG: "image/jpeg",
    ContentKind.GIF: "image/gif",
    ContentKind.TIFF: "image/tiff",
    ContentKind.TEXT: "text/plain",
    ContentKind.EMPTY: "application/octet-stream",
    ContentKind.UNKNOWN: "application/octet-stream",
}
"""IANA media type for each kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipLimits:
    """Bounds of opening a ZIP; a value at its bound is accepted."""

    entry_bytes: int = 64 * MEBIBYTE
    """Bytes of the entry when inflated."""
    ratio: int = 200
    """Inflated bytes for each compressed byte, once the first MiB is passed (office text reaches about
    20)."""
    declared_bytes: int = 64 * MEBIBYTE
    """Inflated bytes of all entries together, as the directory declares them; over `ratio` times the file a bomb."""
    directory_bytes: int = MEBIBYTE
    """Bytes of the central directory, which is held in memory whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwrapped:
    """The only entry of a ZIP, inflated into a file of the caller.

    `entry_name` is the name inside the archive as stored (never used as a path); `sha256` is lower-case hex.
    """

    entry_name: str
    path: Path
    kind: ContentKind
    size_bytes: int
    sha256: str


_MAGIC: tuple[tuple[bytes, ContentKind], ...] = (
    (b"%PDF-", ContentKind.PDF),
    (b"PK\x03\x04", ContentKind.ZIP),
    (b"PK\x05\x06", ContentKind.ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ContentKind.DOC),
    (b"\x89PNG\r\n\x1a\n", ContentKind.PNG),
    (b"\xff\xd8\xff", ContentKind.JPG),
    (b"{\\rtf", ContentKind.RTF),
    (b"Rar!\x1a\x07", ContentKind.RAR),
    (b"7z\xbc\xaf\x27\x1c", ContentKind.SEVEN_ZIP),
    (b"\x1f\x8b\x08", ContentKind.GZIP),
    (b"GIF87a", ContentKind.GIF),
    (b"GIF89a", ContentKind.GIF),
    (b"II*\x00", ContentKind.TIFF),
    (b"MM\x00*", ContentKind.TIFF),
)
_ENTRY_MARKERS: tuple[tuple[str, ContentKind], ...] = (
    ("word/document.xml", ContentKind.DOCX),
    ("xl/workbook.xml", ContentKind.XLSX),
    ("ppt/presentation.xml", ContentKind.PPTX),
)
_STREAM_MARKERS: tuple[tuple[str, ContentKind], ...] = (
    ("WordDocument", ContentKind.DOC),
    ("Workbook", ContentKind.XLS),
    ("Book", ContentKind.XLS),
    ("PowerPoint Document", ContentKind.PPT),
)
_MIMETYPE_MARKERS: dict[bytes, ContentKind] = {
    MEDIA_TYPES[ContentKind.ODT].encode(): ContentKind.ODT,
    MEDIA_TYPES[ContentKind.ODS].encode(): ContentKind.ODS,
}
_XML_START = re.compile(r"\s*<(\?xml\b|[A-Za-z_][\w.:-]*[\s/>])")
_HTML_START = re.compile(r"\s*<(!doctype\s+html|html)\b", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f]")
_REPLACEMENT = b"\xef\xbf\xbd"
_UNSAFE_NAME = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|[\x00-\x1f\x7f]")
_ZIP_DEFECTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    UnicodeError,
    ValueError,
)
_PDF_END_WITHIN_BYTES = 2048
"""Readers look for the end mark in the last 1,024 bytes; some signing software leaves more after it."""
_BLOCK_BYTES = 64 * 1024
_COMPOUND_HEADER_BYTES = 512
_END_RECORD = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_ZIP64_LOCATOR = b"PK\x06\x07"
_LONGEST_COMMENT = 0xFFFF


def sniff_head(head: bytes) -> ContentKind:
    """Kind by the first `HEAD_BYTES` bytes alone; office files that are ZIP containers are told as ZIP, OLE2 ones as DOC."""
    if not head:
        return ContentKind.EMPTY
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    text = _as_text(head)
    if text is None:
        # PDF 1.7 annex H.3.4.1: readers take a header anywhere in the first 1,024 bytes
        return ContentKind.PDF if b"%PDF-" in head else ContentKind.UNKNOWN
    if _XML_START.match(text) and not _HTML_START.match(text):
        return ContentKind.XML
    return ContentKind.TEXT


def sniff(path: Path) -> ContentKind:
    """Kind of the file at `path`; ZIP and OLE2 are looked into for office documents. Raises OSError only."""
    with path.open("rb") as file:
        kind = sniff_head(file.read(HEAD_BYTES))
        if kind is ContentKind.DOC:
            return _compound_kind(file)
    if kind is not ContentKind.ZIP:
        return kind
    try:
        with _open_zip(path, ZipLimits()) as archive:
            return _container_kind(archive)
    except ContentRefused:
        return ContentKind.ZIP


def is_text_damaged(head: bytes) -> bool:
    """Whether binary content once went through a text decoder, which left U+FFFD in it.

    `head` is the start of the content. Plain text may hold U+FFFD of its own and is never called damaged.
    """
    return head.startswith((b"%PDF-", b"PK", b"\xef\xbf\xbd")) and _REPLACEMENT in head


def is_pdf_incomplete(path: Path) -> bool:
    """Whether the PDF at `path` lacks its end mark (ISO 32000-1 §7.5.5), as one cut short does."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _PDF_END_WITHIN_BYTES))
        return b"%%EOF" not in file.read()


def unwrap_single_entry_zip(path: Path, *, into: Path, limits: ZipLimits | None = None) -> Unwrapped | None:
    """Inflate the only entry of the ZIP at `path` to a new file (mode 0600) in the folder `into`.

    None when there is nothing to unwrap: not a ZIP, an office container, a folder, or any number of entries
    but one. The entry may be a ZIP again; it is never opened further. A refusal leaves no file behind. What is not
    unwrapped is still a bomb if its directory says so.

    Raises ContentRefused: ZipDamaged, ZipEncrypted, ZipUnsafeName, ZipUnsupported or ZipBomb; OSError of
    the disk.
    """
    limits = limits or ZipLimits()
    with path.open("rb") as file:
        if sniff_head(file.read(HEAD_BYTES)) is not ContentKind.ZIP:
            return None
    with _open_zip(path, limits) as archive:
        entries = archive.infolist()
        _check_declared(entries, path, limits)
        if _container_kind(archive) is not ContentKind.ZIP:
            return None
        if len(entries) != 1 or entries[0].filename.endswith("/"):
            return None
        _check_entry(entries[0], limits)
        return _inflate(archive, entries[0], into, limits)


def require_no_bomb(path: Path, *, limits: ZipLimits | None = None) -> None:
    """Raise ZipBomb when the directory of the ZIP at `path` declares abnormal growth; nothing is opened, no defect told."""
    limits = limits or ZipLimits()
    try:
        with _open_zip(path, limits) as archive:
            _check_declared(archive.infolist(), path, limits)
    except ZipBomb:
        raise
    except ContentRefused:
        return


def _as_text(head: bytes) -> str | None:
    for encoding, marks in (("utf-16", (b"\xff\xfe", b"\xfe\xff")), ("utf-8-sig", (b"",))):
        if head.startswith(marks):
            try:
                text = head.decode(encoding)
            except UnicodeDecodeError as error:
                if len(head) - error.start > 3:  # a character cut by the end of the head is no fault
                    continue
                text = head[: error.start].decode(encoding)
            return None if _CONTROLS.search(text) else text
    return None


def _open_zip(path: Path, limits: ZipLimits) -> zipfile.ZipFile:
    _check_directory(path, limits)
    try:
        return zipfile.ZipFile(path)
    except _ZIP_DEFECTS as error:
        raise ZipDamaged(type(error).__name__) from error


def _check_directory(path: Path, limits: ZipLimits) -> None:
    """Refuse a central directory that would cost more memory than allowed, before zipfile loads it whole."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _END_RECORD.size - _LONGEST_COMMENT))
        tail = file.read()
    at = tail.rfind(_END_SIGNATURE)
    if at < 0 or len(tail) - at < _END_RECORD.size:
        raise ZipDamaged("no end of central directory")
    if _ZIP64_LOCATOR in tail[:at][-20:]:
        raise ZipUnsupported("ZIP64")
    directory_bytes = _END_RECORD.unpack_from(tail, at)[5]
    if directory_bytes > limits.directory_bytes:
        raise ZipBomb("directory", limit=limits.directory_bytes)


def _container_kind(archive: zipfile.ZipFile) -> ContentKind:
    names = set(archive.namelist())
    for marker, kind in _ENTRY_MARKERS:
        if marker in names:
            return kind
    first = archive.infolist()[0] if names else None
    if first is None or first.filename != "mimetype" or first.compress_type != zipfile.ZIP_STORED:
        return ContentKind.ZIP
    if first.header_offset < 0:
        return ContentKind.ZIP
    try:
        with archive.open(first) as entry:
            return _MIMETYPE_MARKERS.get(entry.read(100).strip(), ContentKind.ZIP)
    except (*_ZIP_DEFECTS, RuntimeError):
        return ContentKind.ZIP


def _compound_kind(file: BinaryIO) -> ContentKind:
    """Kind of an OLE2 compound file by the names in its first directory sector (MS-CFB §2.2 and §2.6.1)."""
    file.seek(0)
    header = file.read(_COMPOUND_HEADER_BYTES)
    if len(header) < _COMPOUND_HEADER_BYTES:
        return ContentKind.DOC
    (shift,), (sector,) = struct.unpack_from("<H", header, 30), struct.unpack_from("<I", header, 48)
    if shift not in {9, 12}:
        return ContentKind.DOC
    file.seek((sector + 1) << shift)
    directory = file.read(1 << shift)
    names = {
        directory[at : at + 64].decode("utf-16-le", "replace").partition("\0")[0] for at in range(0, 1 << shift, 128)
    }
    return next((kind for name, kind in _STREAM_MARKERS if name in names), ContentKind.DOC)


def _check_declared(entries: list[zipfile.ZipInfo], path: Path, limits: ZipLimits) -> None:
    """Refuse what would grow abnormally in the hands of whoever opens it: overlapping entries, boxes in boxes."""
    declared = sum(entry.file_size for entry in entries)
    if declared > limits.declared_bytes and declared > limits.ratio * path.stat().st_size:
        raise ZipBomb("declared size of all entries", limit=limits.declared_bytes)


def _check_entry(entry: zipfile.ZipInfo, limits: ZipLimits) -> None:
    if entry.header_offset < 0:
        raise ZipDamaged("local header before the start of the file")
    if entry.flag_bits & 0x41:  # bit 0: encrypted, bit 6: strong encryption (APPNOTE 4.4.4)
        raise ZipEncrypted
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise ZipUnsupported(f"method {entry.compress_type}")
    if _UNSAFE_NAME.search(entry.orig_filename) or not entry.filename:
        raise ZipUnsafeName
    if entry.file_size > limits.entry_bytes:
        raise ZipBomb("declared size", limit=limits.entry_bytes)


def _inflate(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, into: Path, limits: ZipLimits) -> Unwrapped:
    handle, name = tempfile.mkstemp(prefix="unwrapped-", dir=into)
    path = Path(name)
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(handle, "wb") as target:
            for block in _inflated_blocks(archive, entry, limits):
                size += len(block)
                digest.update(block)
                target.write(block)
        kind = sniff(path)
    except BaseException:
        path.unlink()
        raise
    return Unwrapped(entry_name=entry.filename, path=path, kind=kind, size_bytes=size, sha256=digest.hexdigest())


def _inflated_blocks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: ZipLimits) -> Iterator[bytes]:
    bound = min(limits.entry_bytes, max(MEBIBYTE, entry.compress_size * limits.ratio))
    size = 0
    try:
        with archive.open(entry) as source:
            while block := source.read(_BLOCK_BYTES):
                size += len(block)
                if size > bound:
                    raise _bomb(bound)
                yield block
    except (*_ZIP_DEFECTS, RuntimeError) as error:
        raise ZipDamaged(type(error).__name__) from error


def _bomb(bound: int) -> ZipBomb:
    return ZipBomb("inflated size", limit=bound)
