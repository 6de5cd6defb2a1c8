"""What a file is that is no XML at all, told from its first bytes, so that people learn more than a syntax error."""

from __future__ import annotations

import re

from schemas.content import MEDIA_TYPES, ContentKind, sniff_head
from schemas.errors import Empty, JsonWrapped, MimeMessage, NotXml

_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_MIME_START = re.compile(rb"(mime-version|content-type|content-id|message-id|soapaction)\s*:|--[^\s<>]{5,}\r?\n", re.I)
_JSON_START = re.compile(rb'(\{\s*("|\})|\[\s*[\[{"\d\]])')
_TEXTS = frozenset({ContentKind.TEXT, ContentKind.XML, ContentKind.EMPTY})


def not_xml(head: bytes) -> NotXml | None:
    """The refusal that fits input which began with `head` (up to 1,024 bytes) and had no element; None if it may be XML."""
    text = _without_mark(head)
    if not text.strip(b"\0 \t\r\n") and len(head) < 1024:
        return Empty(rule="ERR_DOCUMENT_EMPTY", found="nothing", line=1, column=1)
    kind = sniff_head(head)
    if kind not in _TEXTS:
        found = "binary" if kind is ContentKind.UNKNOWN else MEDIA_TYPES[kind]
        return NotXml(found, rule="ERR_DOCUMENT_EMPTY", found=found, line=1, column=1)
    start = text.replace(b"\0", b"").lstrip()
    if start.startswith(b"<"):
        return None
    if _MIME_START.match(start):
        return MimeMessage(rule="ERR_DOCUMENT_EMPTY", found="message/rfc822", line=1, column=1)
    if _JSON_START.match(start):
        return JsonWrapped(rule="ERR_DOCUMENT_EMPTY", found="application/json", line=1, column=1)
    return NotXml("text/plain", rule="ERR_DOCUMENT_EMPTY", found="text/plain", line=1, column=1)


def _without_mark(head: bytes) -> bytes:
    mark = next((mark for mark in _BYTE_ORDER_MARKS if head.startswith(mark)), b"")
    return head[len(mark) :]
