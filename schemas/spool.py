"""Attachments on their way out of a growing tree: their content goes to files or sinks, never into memory whole.

The place of QCVN 102:2016/BTTTT is `edXML/AttachmentEncoded/Attachment/ContentTransferEncoded`. Senders also put
`Attachment` right under the root, or `AttachmentEncoded` into the envelope, or the base64 straight into `Attachment`;
all of it is read, and what stands elsewhere than it should is told.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lxml import etree

from schemas.base64_stream import Base64Decoder
from schemas.content import HEAD_BYTES, ContentKind, is_text_damaged, sniff, sniff_head
from schemas.errors import AttachmentMalformed, AttachmentTooLarge, TooManyAttachments
from schemas.findings import Finding
from schemas.limits import Limits
from schemas.oddities import oddity

_ATTACHMENT = "Attachment"
_CONTENT = "ContentTransferEncoded"
_ENVELOPE = "edXMLEnvelope"
_CONTAINERS = frozenset({_ENVELOPE, "edXMLBody", "AttachmentEncoded"})
_DEEPEST_ATTACHMENT = 5  # edXML/edXMLEnvelope/edXMLBody/AttachmentEncoded/Attachment
_LOOSE_CHARS = 4096
"""Text straight in an Attachment is moved out before its end only once it is longer: indentation never is."""


class Sink(Protocol):
    """Where the content of one attachment goes. Errors of its methods pass through the reader unchanged."""

    def write(self, data: bytes, /) -> object:
        """Take all of `data`."""

    def close(self) -> None:
        """Called once, also when the message is refused; the caller decides what is kept."""


SinkOpener = Callable[[int], Sink]
"""Gives a sink for the attachment with this ordinal (1 for the first)."""


class _Nowhere:
    def write(self, data: bytes, /) -> object:
        return len(data)

    def close(self) -> None:
        return None


def nowhere(_ordinal: int) -> Sink:
    """A `SinkOpener` for who needs digests and sizes only: contents are taken and forgotten."""
    return _Nowhere()


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


def local_name(element: etree._Element) -> str:
    """Name without namespace; empty for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


class Spooler:
    """Watches the tree for attachments, empties their content into sinks, and keeps what is known of each."""

    def __init__(self, spool: Path | SinkOpener, limits: Limits) -> None:
        self.root: etree._Element | None = None
        self.open_elements: list[etree._Element] = []
        """The elements not closed so far, the root first."""
        self.attachments: list[Attachment] = []
        self.findings: list[Finding] = []
        self._spool = spool
        self._limits = limits
        self._current: _Current | None = None
        self._made: list[Path] = []
        self._started = 0
        self._taken_chars = 0

    def start(self, element: etree._Element, depth: int) -> None:
        """Follow the tree, and open a sink where content begins."""
        if self.root is None:
            self.root = element
        del self.open_elements[depth - 1 :]
        self.open_elements.append(element)
        current = self._current
        if current is None:
            if self._is_attachment(element, depth):
                self._started += 1
                if self._started > self._limits.attachments:
                    raise TooManyAttachments(line=element.sourceline, limit=self._limits.attachments)
                self._current = _Current(element, depth)
        elif depth == current.depth + 1 and local_name(element) == _CONTENT:
            if current.content is not None:
                raise AttachmentMalformed("second content", line=element.sourceline)
            current.content = self._content(element)

    def end(self, element: etree._Element, depth: int) -> None:
        """Close the sink where content ends, and keep the attachment where it ends."""
        del self.open_elements[depth - 1 :]
        current = self._current
        if current is None:
            return
        content = current.content
        if content is not None and element is content.element and not current.is_loose:
            self._taken_chars += content.take()
            content.finish()
        elif element is current.element:
            self._finish(current)
            self._current = None

    def fed(self) -> int:
        """Empty what content has gathered since; the number of characters taken since last asked."""
        current = self._current
        if current is not None:
            if current.is_loose or (current.content is None and current.loose_chars() > _LOOSE_CHARS):
                self._take_loose(current)
            elif current.content is not None and not current.content.closed:
                self._taken_chars += current.content.take()
        taken, self._taken_chars = self._taken_chars, 0
        return taken

    def close(self) -> None:
        """Close the sink that is still open."""
        content = self._current.content if self._current is not None else None
        if content is not None and not content.closed:
            with suppress(OSError):  # the refusal that led here matters more than a full disk
                content.close()

    def discard(self) -> None:
        """Close what is open and remove the files made here."""
        self.close()
        for path in self._made:
            path.unlink(missing_ok=True)

    def _is_attachment(self, element: etree._Element, depth: int) -> bool:
        if not 1 < depth <= _DEEPEST_ATTACHMENT or local_name(element) != _ATTACHMENT:
            return False
        return all(local_name(parent) in _CONTAINERS for parent in self.open_elements[1 : depth - 1])

    def _take_loose(self, current: _Current) -> None:
        if current.content is None:
            current.content, current.is_loose = self._content(current.element), True
        self._taken_chars += current.content.take_text(current.loose_text())

    def _content(self, element: etree._Element) -> _Content:
        limit = self._limits.attachment_bytes
        if not isinstance(self._spool, Path):
            return _Content(element, self._spool(self._started), None, limit)
        handle, name = tempfile.mkstemp(prefix=f"attachment-{self._started:04d}-", dir=self._spool)
        path = Path(name)
        self._made.append(path)
        return _Content(element, os.fdopen(handle, "wb"), path, limit)

    def _finish(self, current: _Current) -> None:
        element = current.element
        if current.is_loose or (current.content is None and current.has_loose_text()):
            self._take_loose(current)
        content = current.content or self._content(element)
        if not content.closed:
            content.finish()
        self._note(current, content)
        texts = {local_name(child): _text(child) for child in reversed(element)}
        self.attachments.append(
            Attachment(
                ordinal=self._started,
                content_id=texts.get("ContentId", ""),
                name=texts.get("AttachmentName", "") or texts.get("FileName", ""),
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

    def _note(self, current: _Current, content: _Content) -> None:
        parents = [local_name(parent) for parent in current.element.iterancestors()]
        decoder = content.decoder
        odd = {
            "xml.attachment-empty": content.size_bytes == 0,
            "xml.base64-unpadded": decoder.unpadded,
            "xml.base64-url-safe": decoder.url_safe,
            "xml.base64-data-url": decoder.data_url,
            "xml.attachment-text-loose": current.is_loose,
            "xml.attachment-in-envelope": _ENVELOPE in parents,
            "xml.attachment-misplaced": len(parents) == 1,
        }
        location = "/".join([*reversed(parents[:1]), _ATTACHMENT]) + f":{current.element.sourceline}"
        self.findings += (oddity(rule, location) for rule, is_odd in odd.items() if is_odd)


class _Current:
    """The attachment that is being read, and its content once that began."""

    def __init__(self, element: etree._Element, depth: int) -> None:
        self.element = element
        self.depth = depth
        self.content: _Content | None = None
        self.is_loose = False

    def loose_chars(self) -> int:
        return len(self.element.text or "") + sum(len(child.tail or "") for child in self.element)

    def has_loose_text(self) -> bool:
        texts = (self.element.text, *(child.tail for child in self.element))
        return any(text and text.strip() for text in texts)

    def loose_text(self) -> str:
        """The text straight in the element, taken out of it."""
        parts = [self.element.text or ""]
        self.element.text = None
        for child in self.element:
            parts.append(child.tail or "")
            child.tail = None
        return "".join(parts)


class _Content:
    """The content of one attachment on its way from the tree to its sink."""

    def __init__(self, element: etree._Element, sink: Sink, path: Path | None, limit: int) -> None:
        self.element = element
        self.path = path
        self.size_bytes = 0
        self.head = b""
        self.digest = hashlib.sha256()
        self.decoder = Base64Decoder(element.sourceline)
        self.closed = False
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
        return self.take_text(text)

    def take_text(self, text: str) -> int:
        """Decode `text` into the sink; its number of characters."""
        self._write(self.decoder.feed(text))
        return len(text)

    def finish(self) -> None:
        self._write(self.decoder.finish())
        self.close()

    def close(self) -> None:
        self.closed = True
        self._sink.close()

    def _write(self, data: bytes) -> None:
        self.size_bytes += len(data)
        if self.size_bytes > self._limit:
            raise AttachmentTooLarge(line=self.element.sourceline, limit=self._limit)
        self.digest.update(data)
        if len(self.head) < HEAD_BYTES:
            self.head += data[: HEAD_BYTES - len(self.head)]
        self._sink.write(data)


def _text(element: etree._Element) -> str:
    """Text of `element` over comments in it, white space around it removed."""
    return (
        "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
        if len(element)
        else (element.text or "").strip()
    )
