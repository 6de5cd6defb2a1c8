"""The one reader of XML: a small tree for the envelope, spool files for attachments, digests of all.

An edXML message (QCVN 102:2016/BTTTT) keeps its attachments as base64 text beside the envelope:
`edXML/AttachmentEncoded/Attachment/ContentTransferEncoded`. Elements are known here by local name and by
exactly this place; a message of any namespace and prefix is read alike.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from lxml import etree

from schemas.base64_stream import Base64Decoder
from schemas.content import HEAD_BYTES, ContentKind, is_text_damaged, sniff, sniff_head
from schemas.errors import AttachmentMalformed, AttachmentTooLarge, TooManyAttachments
from schemas.findings import Finding
from schemas.guard import CHUNK_BYTES, GuardedParser
from schemas.limits import MESSAGE, RECEIPT, Limits

_CONTENT_PATH = ("AttachmentEncoded", "Attachment", "ContentTransferEncoded")
_CONTENT_DEPTH = 1 + len(_CONTENT_PATH)
_ENVELOPE = "edXMLEnvelope"


class Sink(Protocol):
    """Where the content of one attachment goes. Errors of its methods pass through the reader unchanged."""

    def write(self, data: bytes, /) -> object:
        """Take all of `data`."""

    def close(self) -> None:
        """Called once, also when the message is refused; the caller decides what is kept."""


SinkOpener = Callable[[int], Sink]
"""Gives a sink for the attachment with this ordinal (1 for the first)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One attachment as it lay in the message; texts are as received, white space around them removed.

    `ordinal` counts from 1 in the order of the message. `path` is the spool file, or None when the caller
    gave sinks. `detected` comes from the content: refined by the directory of a ZIP when spooled to a file,
    from the first bytes alone otherwise. `sha256` (lower-case hex) and `size_bytes` are of the decoded
    content. `is_text_damaged` says that binary content was once decoded as text and cannot be repaired.
    """

    ordinal: int
    content_id: str
    name: str
    declared_type: str
    description: str
    detected: ContentKind
    is_text_damaged: bool
    path: Path | None
    size_bytes: int
    sha256: str
    line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMessage:
    """A message after one pass over its bytes.

    `root` is the whole tree with the content of attachments taken out; `sha256` (lower-case hex) and
    `size_bytes` are of the raw bytes. The caller owns the spool files.
    """

    root: etree._Element
    attachments: tuple[Attachment, ...]
    findings: tuple[Finding, ...]
    size_bytes: int
    sha256: str

    @property
    def envelope(self) -> etree._Element | None:
        """The first `edXMLEnvelope` under the root, untouched: it canonicalises to what was signed."""
        return next((child for child in self.root if local_name(child) == _ENVELOPE), None)


def local_name(element: etree._Element) -> str:
    """Name without namespace; empty for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def read_message(source: BinaryIO, *, spool: Path | SinkOpener, limits: Limits = MESSAGE) -> ReadMessage:
    """Read one message to its end, holding never more of an attachment than one chunk of 64 KiB.

    `source` is read from where it stands and stays open. `spool` is an existing folder, in which one file
    (mode 0600) is made for each attachment, or a function that opens a sink for each. When the message is
    refused, files made here are removed and all sinks are closed.

    Raises XmlRefused (one leaf for each cause, see `schemas.errors`), and whatever `source` and the sinks
    raise.
    """
    spooler = _Spooler(spool, limits)
    parser = GuardedParser(limits, spooler)
    digest, size_bytes = hashlib.sha256(), 0
    try:
        for chunk in _chunks(source):
            digest.update(chunk)
            size_bytes += len(chunk)
            parser.feed(chunk)
        root = parser.close()
    except BaseException:
        spooler.discard()
        raise
    return ReadMessage(
        root=root,
        attachments=tuple(spooler.attachments),
        findings=tuple(spooler.findings),
        size_bytes=size_bytes,
        sha256=digest.hexdigest(),
    )


def parse(source: bytes | BinaryIO, *, limits: Limits = RECEIPT) -> etree._Element:
    """Root of a small XML input that has no attachments, under the same guard as messages.

    `source` is bytes, or a stream that is read to its end and stays open. Raises XmlRefused.
    """
    parser = GuardedParser(limits)
    for chunk in _chunks(io.BytesIO(source) if isinstance(source, bytes) else source):
        parser.feed(chunk)
    return parser.close()


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    while chunk := source.read(CHUNK_BYTES):
        yield chunk


class _Content:
    """The content of one attachment on its way from the tree to its sink."""

    def __init__(self, element: etree._Element, sink: Sink, path: Path | None, limit: int) -> None:
        self.element = element
        self.path = path
        self.size_bytes = 0
        self.head = b""
        self.digest = hashlib.sha256()
        self.decoder = Base64Decoder(element.sourceline)
        self._sink = sink
        self._limit = limit

    def take(self) -> int:
        """Move the text that has gathered in the element to the sink; the number of characters moved."""
        if len(self.element):
            raise AttachmentMalformed("markup inside the content", line=self.element.sourceline)
        text = self.element.text
        if not text:
            return 0
        self.element.text = None
        self._write(self.decoder.feed(text))
        return len(text)

    def finish(self) -> None:
        self._write(self.decoder.finish())
        self.close()

    def close(self) -> None:
        self._sink.close()

    def _write(self, data: bytes) -> None:
        self.size_bytes += len(data)
        if self.size_bytes > self._limit:
            raise AttachmentTooLarge(line=self.element.sourceline, limit=self._limit)
        self.digest.update(data)
        if len(self.head) < HEAD_BYTES:
            self.head += data[: HEAD_BYTES - len(self.head)]
        self._sink.write(data)


class _Spooler:
    """Watches the tree for attachments, empties their content into sinks, and keeps what is known of each."""

    def __init__(self, spool: Path | SinkOpener, limits: Limits) -> None:
        self.attachments: list[Attachment] = []
        self.findings: list[Finding] = []
        self._spool = spool
        self._limits = limits
        self._path: list[str] = []
        self._open: _Content | None = None
        self._done: _Content | None = None
        self._made: list[Path] = []
        self._started = 0
        self._taken_chars = 0

    def start(self, element: etree._Element, depth: int) -> None:
        if depth > _CONTENT_DEPTH:
            return
        del self._path[depth - 1 :]
        self._path.append(local_name(element))
        place = tuple(self._path[1:])
        if place == _CONTENT_PATH[:2]:
            self._started += 1
            if self._started > self._limits.attachments:
                raise TooManyAttachments(line=element.sourceline, limit=self._limits.attachments)
            self._done = None
        elif place == _CONTENT_PATH:
            if self._done is not None:
                raise AttachmentMalformed("second content", line=element.sourceline)
            self._open = self._content(element)

    def end(self, element: etree._Element, depth: int) -> None:
        content = self._open
        if content is not None and element is content.element:
            self._taken_chars += content.take()
            content.finish()
            self._open, self._done = None, content
        elif depth == _CONTENT_DEPTH - 1 and tuple(self._path[1:depth]) == _CONTENT_PATH[:2]:
            self._attachment(element)

    def fed(self) -> int:
        if self._open is not None:
            self._taken_chars += self._open.take()
        taken, self._taken_chars = self._taken_chars, 0
        return taken

    def discard(self) -> None:
        """Close what is open and remove the files made here."""
        if self._open is not None:
            with suppress(OSError):  # the refusal that led here matters more than a full disk
                self._open.close()
        for path in self._made:
            path.unlink(missing_ok=True)

    def _content(self, element: etree._Element) -> _Content:
        limit = self._limits.attachment_bytes
        if not isinstance(self._spool, Path):
            return _Content(element, self._spool(self._started), None, limit)
        handle, name = tempfile.mkstemp(prefix=f"attachment-{self._started:04d}-", dir=self._spool)
        path = Path(name)
        self._made.append(path)
        return _Content(element, os.fdopen(handle, "wb"), path, limit)

    def _attachment(self, element: etree._Element) -> None:
        content = self._done
        if content is None:
            content = self._content(element)
            content.finish()
        if content.size_bytes == 0:
            self.findings.append(_empty(element))
        if content.decoder.unpadded:
            self.findings.append(_unpadded(element))
        texts = {local_name(child): (child.text or "").strip() for child in reversed(element)}
        self.attachments.append(
            Attachment(
                ordinal=self._started,
                content_id=texts.get("ContentId", ""),
                name=texts.get("AttachmentName", ""),
                declared_type=texts.get("ContentType", "") or texts.get("MimeType", ""),
                description=texts.get("Description", ""),
                detected=sniff(content.path) if content.path is not None else sniff_head(content.head),
                is_text_damaged=is_text_damaged(content.head),
                path=content.path,
                size_bytes=content.size_bytes,
                sha256=content.digest.hexdigest(),
                line=element.sourceline,
            )
        )
        self._done = None


def _empty(element: etree._Element) -> Finding:
    return Finding(
        rule="xml.attachment-empty",
        severity="error",
        location=f"AttachmentEncoded/Attachment:{element.sourceline}",
        message_vi="Tệp đính kèm không có nội dung. Hãy đề nghị bên gửi đính kèm lại.",
        message_en="The attachment has no content. Ask the sender to attach it again.",
    )


def _unpadded(element: etree._Element) -> Finding:
    return Finding(
        rule="xml.base64-unpadded",
        severity="warning",
        location=f"AttachmentEncoded/Attachment:{element.sourceline}",
        message_vi="Nội dung base64 thiếu ký tự đệm ở cuối; đã đọc được, nhưng bên gửi nên sửa phần mềm.",
        message_en=(
            "The base64 content lacks its final padding; it was read, but the sender should mend the software."
        ),
    )
