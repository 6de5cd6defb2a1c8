"""Attachments matched to the manifest, and what of them does not fit together."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lxml import etree

from axis.edxml.fields import REFERENCE
from axis.edxml.model import AttachmentRef, content_key
from axis.edxml.rules import Notes
from axis.edxml.tree import children, descendants, read_leaves
from schemas.content import MEDIA_TYPES, ContentKind
from schemas.edxml.validation import DIGEST_NAMESPACE
from schemas.reader import Attachment

_UNSAFE_NAME = re.compile(r"[/\\\x00-\x1f\x7f]|^\.{1,2}$")
_OFFICE_ZIPS = (ContentKind.DOCX, ContentKind.XLSX, ContentKind.PPTX, ContentKind.ODT, ContentKind.ODS)
_SEEN_FROM_OUTSIDE = frozenset(
    {(ContentKind.ZIP, kind) for kind in _OFFICE_ZIPS}
    | {(ContentKind.DOC, ContentKind.XLS), (ContentKind.DOC, ContentKind.PPT)}
)
"""Detected and real kind of office documents of which no file was kept: only the container around them could be seen."""
_DECLARED: dict[str, ContentKind] = {
    **{media_type: kind for kind, media_type in MEDIA_TYPES.items() if media_type != "application/octet-stream"},
    # spellings of the SDK of the national axis and of its users, mistakes included
    "application/doc": ContentKind.DOC,
    "application/docx": ContentKind.DOCX,
    "application/xls": ContentKind.XLS,
    "application/ppt": ContentKind.PPT,
    "application/pptx": ContentKind.PPTX,
    "application/x-pdf": ContentKind.PDF,
    "application/x-rar-compressed": ContentKind.RAR,
    "application/x-rar": ContentKind.RAR,
    "application/zip-compressed": ContentKind.ZIP,
    "text/rtf": ContentKind.RTF,
    "image/jpg": ContentKind.JPG,
    "application/xsl": ContentKind.XLS,
    "application/xlsx": ContentKind.XLSX,
    "application/xslx": ContentKind.XLSX,
    "application/x-zip-compressed": ContentKind.ZIP,
    "text/xml": ContentKind.XML,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedAttachment:
    """A line of the manifest and the content that belongs to it; one of them is None where the other stands alone."""

    ref: AttachmentRef | None
    received: Attachment | None

    @property
    def name(self) -> str:
        """File name for people: the manifest's, else the attachment's. As received: never a path to open."""
        names = (self.ref.attachment_name if self.ref else "", self.received.name if self.received else "")
        return next(filter(None, names), "")


def read_manifest(body: Iterable[etree._Element], notes: Notes) -> tuple[AttachmentRef, ...]:
    """All references of the manifest, with our own attributes where they are well formed."""
    references = (
        reference
        for part in body
        for manifest in (*descendants(part, "edXMLManifest"), *descendants(part, "Manifest"))
        for reference in children(manifest, "Reference")
    )
    return tuple(
        AttachmentRef(
            **_with_content_id(read_leaves(reference, REFERENCE, notes), reference),
            sha256=_attribute(reference, "sha256"),
            size_bytes=_size(_attribute(reference, "size")),
            line=reference.sourceline,
        )
        for reference in references
    )


def match(
    manifest: Iterable[AttachmentRef], received: Iterable[Attachment], notes: Notes, *, envelope: etree._Element
) -> tuple[MatchedAttachment, ...]:
    """Pair manifest and contents by content id without `cid:`; lines of the manifest first, then what is unlisted."""
    waiting: dict[str, deque[Attachment]] = defaultdict(deque)
    for attachment in received:
        queue = waiting[content_key(attachment.content_id)]
        if queue:
            _add(notes, "edxml.attachment-id-duplicated", attachment)
        queue.append(attachment)
    pairs: list[MatchedAttachment] = []
    for ref in manifest:
        queue = waiting[ref.key]
        pairs.append(MatchedAttachment(ref=ref, received=queue.popleft() if queue else None))
    unlisted = sorted((one for queue in waiting.values() for one in queue), key=lambda one: one.ordinal)
    pairs += [MatchedAttachment(ref=None, received=attachment) for attachment in unlisted]
    for pair in pairs:
        _check(pair, notes)
    if not pairs:
        notes.add("edxml.no-attachments", envelope)
    return tuple(pairs)


def _check(pair: MatchedAttachment, notes: Notes) -> None:
    ref, received = pair.ref, pair.received
    listed = f"edXMLManifest/Reference:{ref.line}" if ref else ""
    if _UNSAFE_NAME.search(pair.name):
        notes.add("edxml.attachment-name-unsafe", location=listed or _location(received))
    if received is None:
        notes.add("edxml.attachment-missing", location=listed)
        return
    if received.is_text_damaged:
        _add(notes, "edxml.attachment-text-damaged", received)
    if ref is None:
        _add(notes, "edxml.attachment-unlisted", received)
        _check_content(received.declared_type, received, notes)
        return
    _check_content(received.declared_type or ref.content_type, received, notes)
    if received.declared_type and ref.content_type and received.declared_type.lower() != ref.content_type.lower():
        _add(notes, "edxml.attachment-type-differs", received)
    if received.name and ref.attachment_name and received.name != ref.attachment_name:
        _add(notes, "edxml.attachment-name-differs", received)
    if ref.sha256 and ref.sha256 != received.sha256:
        _add(notes, "edxml.attachment-digest-wrong", received)
    if ref.size_bytes is not None and ref.size_bytes != received.size_bytes:
        _add(notes, "edxml.attachment-size-wrong", received)


def _check_content(declared: str, received: Attachment, notes: Notes) -> None:
    kind = _DECLARED.get(declared.partition(";")[0].strip().lower())
    if kind is None or received.detected in {kind, ContentKind.EMPTY}:
        return
    if received.path is None and (received.detected, kind) in _SEEN_FROM_OUTSIDE:
        return
    _add(notes, "edxml.attachment-content-differs", received)


def _add(notes: Notes, rule: str, attachment: Attachment) -> None:
    notes.add(rule, location=_location(attachment))


def _location(attachment: Attachment | None) -> str:
    return f"AttachmentEncoded/Attachment:{attachment.line}" if attachment else ""


def _with_content_id(values: dict[str, Any], reference: etree._Element) -> dict[str, Any]:
    """`values`, with the content id from `xlink:href` where older software writes it there only."""
    href = next((value for name, value in reference.attrib.items() if etree.QName(name).localname == "href"), "")
    return values if values["content_id"] else {**values, "content_id": str(href).strip()}


def _attribute(reference: etree._Element, name: str) -> str:
    return reference.get(f"{{{DIGEST_NAMESPACE}}}{name}", "").strip()


def _size(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None
