"""The files that a message carries, taken out of the ZIP that most software of the axis wraps around each.

The message itself is kept byte for byte; what people open is the document, not its wrapping.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from axis.edxml.attachments import MatchedAttachment
from schemas.content import MEDIA_TYPES, ContentKind, unwrap_single_entry_zip
from schemas.errors import ContentRefused, ZipBomb


@dataclass(frozen=True)
class ArrivedFile:
    """One file: its name for people as received, where it lies decoded, and what it is by its content."""

    name: str
    path: Path
    kind: ContentKind
    declared_type: str
    """Media type as the sender declared it for the wrapping; empty for what was wrapped."""

    @property
    def is_pdf(self) -> bool:
        """Whether the content is a PDF."""
        return self.kind is ContentKind.PDF

    @property
    def media_type(self) -> str:
        """The type of the content where it was recognised, else what was declared."""
        if self.kind is ContentKind.PDF or not self.declared_type:
            return MEDIA_TYPES[self.kind]
        return self.declared_type


def arrived_files(attachments: Iterable[MatchedAttachment]) -> Iterator[ArrivedFile]:
    """Yield the file of each attachment that was spooled; unwrapped ones come to lie beside the spool.

    A ZIP that cannot be unwrapped is the file itself. Raises `schemas.errors.ZipBomb`.
    """
    for one in attachments:
        received = one.received
        if received is None or received.path is None:
            continue
        try:
            unwrapped = unwrap_single_entry_zip(received.path, into=received.path.parent)
        except ZipBomb:
            raise
        except ContentRefused:
            unwrapped = None
        if unwrapped is None:
            yield ArrivedFile(one.name, received.path, received.detected, received.declared_type)
            continue
        # Senders give the attachment the file's own name and the entry a random one, or name both as archives do.
        name = unwrapped.entry_name if one.name.lower().endswith(".zip") else one.name
        yield ArrivedFile(name, unwrapped.path, unwrapped.kind, "")
