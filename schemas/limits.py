"""How much of an XML input is read before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one XML input; a field at its bound is accepted, one more is refused.

    No official limit exists; one national gateway takes 50 MB per message, which the defaults exceed with
    room for base64 (4/3) and the envelope.
    """

    message_bytes: int = 96 * MEBIBYTE
    """Raw bytes of the whole input."""
    attachment_bytes: int = 64 * MEBIBYTE
    """Decoded bytes of one attachment."""
    attachments: int = 200
    """Attachments in one message."""
    envelope_bytes: int = 8 * MEBIBYTE
    """Raw bytes that are not attachment content. Line ends written as references (`&#13;`) in the content
    count here, about 6 MiB for the largest attachment."""
    text_chars: int = 256 * 1024
    """Characters of one text or comment in the tree."""
    attribute_chars: int = 8 * 1024
    """Characters of one attribute value or namespace name."""
    attributes: int = 32
    """Attributes of one element, namespace prefixes in scope counted too."""
    nodes: int = 50_000
    """Elements, comments and processing instructions."""
    depth: int = 48
    """Elements open at once, the root included."""


MESSAGE = Limits()
"""For whole messages with their attachments."""

RECEIPT = Limits(message_bytes=MEBIBYTE, attachment_bytes=0, attachments=0, envelope_bytes=MEBIBYTE, nodes=10_000)
"""For small trees without attachments: receipts, time-stamps, lists of trust (at most 1 MiB)."""
