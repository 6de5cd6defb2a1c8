"""The one reader of XML: a small tree for the envelope, spool files for attachments, digests of all.

An edXML message (QCVN 102:2016/BTTTT) keeps its attachments as base64 text beside the envelope; `schemas.spool` takes
them out while the tree grows. Elements are known by local name: a message of any namespace and prefix is read alike.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from schemas.content import HEAD_BYTES
from schemas.errors import MalformedXml
from schemas.findings import Finding
from schemas.foreign import not_xml
from schemas.guard import CHUNK_BYTES, GuardedParser
from schemas.limits import MESSAGE, RECEIPT, Limits
from schemas.oddities import oddity
from schemas.spool import Attachment, Sink, SinkOpener, Spooler, local_name

__all__ = ["Attachment", "ReadMessage", "Reading", "Sink", "SinkOpener", "local_name", "parse", "read_message"]

_ENVELOPE = "edXMLEnvelope"
_START = "line 1, column 1"


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


class Reading:
    """One pass over a message, after which what was read stays at hand even if the message was refused.

    `run` is called once. Files in the folder `spool` belong to the caller, also after a refusal.
    """

    def __init__(self, source: BinaryIO, *, spool: Path | SinkOpener, limits: Limits = MESSAGE) -> None:
        self._source = source
        self._spooler = Spooler(spool, limits)
        self._parser = GuardedParser(limits, self._spooler)
        self._digest = hashlib.sha256()
        self._head = b""
        self.size_bytes = 0
        """Raw bytes read so far."""

    @property
    def root(self) -> etree._Element | None:
        """The tree so far; None before the first element."""
        return self._spooler.root

    @property
    def open_elements(self) -> tuple[etree._Element, ...]:
        """Elements whose end was not read, the root first: the text of the last may be cut short."""
        return tuple(self._spooler.open_elements)

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The attachments that were read to their end."""
        return tuple(self._spooler.attachments)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The oddities met so far."""
        return tuple(self._spooler.findings)

    def run(self) -> ReadMessage:
        """Read to the end. Raises what `read_message` raises; all sinks are closed then, and no file is removed."""
        try:
            root = self._parse()
        except MalformedXml as refusal:
            self._spooler.close()
            other = not_xml(self._whole_head()) if self.root is None else None
            if other is not None:
                raise other from refusal
            raise
        except BaseException:
            self._spooler.close()
            raise
        return ReadMessage(
            root=root,
            attachments=self.attachments,
            findings=(*_encoding_findings(root, self._head), *self.findings),
            size_bytes=self.size_bytes,
            sha256=self._digest.hexdigest(),
        )

    def discard(self) -> None:
        """Remove the files made here."""
        self._spooler.discard()

    def _whole_head(self) -> bytes:
        """The first bytes, also those that were not read yet when the refusal came."""
        while len(self._head) < HEAD_BYTES and (more := self._source.read(HEAD_BYTES - len(self._head))):
            self._head += more
        return self._head

    def _parse(self) -> etree._Element:
        for chunk in _chunks(self._source):
            self._digest.update(chunk)
            self.size_bytes += len(chunk)
            if len(self._head) < HEAD_BYTES:
                self._head += chunk[: HEAD_BYTES - len(self._head)]
            self._parser.feed(chunk)
        return self._parser.close()


def read_message(source: BinaryIO, *, spool: Path | SinkOpener, limits: Limits = MESSAGE) -> ReadMessage:
    """Read one message to its end, holding never more of an attachment than one chunk of 64 KiB.

    `source` is read from where it stands and stays open. `spool` is an existing folder, in which one file
    (mode 0600) is made for each attachment, or a function that opens a sink for each. When the message is
    refused, files made here are removed and all sinks are closed.

    Raises XmlRefused (one leaf for each cause, see `schemas.errors`), and whatever `source` and the sinks
    raise.
    """
    reading = Reading(source, spool=spool, limits=limits)
    try:
        return reading.run()
    except BaseException:
        reading.discard()
        raise


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


def _encoding_findings(root: etree._Element, head: bytes) -> Iterator[Finding]:
    if head.startswith(b"\xef\xbb\xbf"):
        yield oddity("xml.byte-order-mark", _START)
    encoding = (root.getroottree().docinfo.encoding or "utf-8").lower()
    if encoding not in {"utf-8", "utf8", "us-ascii", "ascii"}:
        yield oddity("xml.encoding-not-utf8", _START)
