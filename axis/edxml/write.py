"""Writes a message to a stream, attachments encoded on the way: none is ever in memory whole."""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO, NamedTuple, Protocol
from xml.sax.saxutils import escape

from lxml import etree

from axis.edxml.attachments import read_manifest
from axis.edxml.errors import AttachmentChanged, AttachmentsDiffer, NotEdxml
from axis.edxml.model import AttachmentRef
from axis.edxml.rules import Notes
from axis.edxml.tree import children
from schemas.edxml.validation import NAMESPACE
from schemas.reader import local_name

_BLOCK_BYTES = 48 * 1024  # a multiple of three: every block encodes without padding, the last one excepted
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_ROOT_START = f'<edXML xmlns="{NAMESPACE}">'.encode()
_ROOT_END = b"</edXML>"


class Target(Protocol):
    """Where the bytes of a message go."""

    def write(self, data: bytes, /) -> object:
        """Take all of `data`."""


class OutgoingAttachment(NamedTuple):
    """One attachment to write: its line of the manifest, and a function that opens its content at the start.

    What `open` gives is used in a `with` statement, which closes it: a file, or the context of a blob store.
    """

    ref: AttachmentRef
    open: Callable[[], AbstractContextManager[BinaryIO]]


class Written(NamedTuple):
    """What was written: size in bytes and SHA-256 (lower-case hex) of the whole message."""

    size_bytes: int
    sha256: str


def write_message(element: etree._Element, attachments: Sequence[OutgoingAttachment], target: Target) -> Written:
    """Write the message whose root or envelope is `element`, with its attachments, to `target`, which stays open.

    Nothing of the envelope is changed, so a signature over it holds. Each opened content is read to its end and closed.
    The attachments must be those of the manifest, in its order; where the manifest has digests, what is written is held
    against them.

    Raises NotEdxml, AttachmentsDiffer before anything is written; AttachmentChanged after, the output then being
    worthless; and whatever the streams raise.
    """
    envelope = _envelope(element)
    manifest = _manifest(envelope, attachments)
    out = _Digesting(target)
    out.write(_DECLARATION + _ROOT_START)
    out.write(etree.tostring(envelope, encoding="UTF-8", xml_declaration=False, with_tail=False))
    if attachments:
        out.write(b"<AttachmentEncoded>")
        for ref, attachment in zip(manifest, attachments, strict=True):
            _write_attachment(ref, attachment.open, out)
        out.write(b"</AttachmentEncoded>")
    out.write(_ROOT_END)
    return Written(out.size_bytes, out.digest.hexdigest())


class _Digesting:
    """Passes bytes on, counting and digesting them."""

    def __init__(self, target: Target) -> None:
        self.size_bytes = 0
        self.digest = hashlib.sha256()
        self._target = target

    def write(self, data: bytes) -> None:
        self.size_bytes += len(data)
        self.digest.update(data)
        self._target.write(data)


def _envelope(element: etree._Element) -> etree._Element:
    if local_name(element) == "edXMLEnvelope":
        return element
    envelope = next(children(element, "edXMLEnvelope"), None)
    if envelope is None:
        raise NotEdxml(local_name(element))
    return envelope


def _manifest(envelope: etree._Element, attachments: Sequence[OutgoingAttachment]) -> tuple[AttachmentRef, ...]:
    """The manifest as it stands in the envelope: what is written follows it, since it is what was signed."""
    listed = read_manifest(children(envelope, "edXMLBody"), Notes())
    given = [attachment.ref.key for attachment in attachments]
    if [ref.key for ref in listed] != given:
        raise AttachmentsDiffer("edXMLManifest/Reference", f"{len(given)} attachments for {len(listed)} lines")
    return listed


def _write_attachment(
    ref: AttachmentRef, open_content: Callable[[], AbstractContextManager[BinaryIO]], out: _Digesting
) -> None:
    description = f"<Description>{escape(ref.description)}</Description>" if ref.description else ""
    out.write(
        f"<Attachment><ContentId>{escape(ref.content_id)}</ContentId>"
        f"<AttachmentName>{escape(ref.attachment_name)}</AttachmentName>{description}"
        f"<ContentType>{escape(ref.content_type)}</ContentType>"
        f'<edXML:ContentTransferEncoded xmlns:edXML="{NAMESPACE}">'.encode()
    )
    digest, size = hashlib.sha256(), 0
    with open_content() as content:
        for block in iter(lambda: _full_block(content), b""):
            digest.update(block)
            size += len(block)
            out.write(binascii.b2a_base64(block, newline=False))
    out.write(b"</edXML:ContentTransferEncoded></Attachment>")
    if (ref.sha256 and ref.sha256 != digest.hexdigest()) or ref.size_bytes not in {None, size}:
        raise AttachmentChanged("edXMLManifest/Reference", ref.attachment_name)


def _full_block(content: BinaryIO) -> bytes:
    """Exactly one block unless the end is near: a short read must not put padding into the middle."""
    block = content.read(_BLOCK_BYTES)
    while 0 < len(block) < _BLOCK_BYTES and (more := content.read(_BLOCK_BYTES - len(block))):
        block += more
    return block
