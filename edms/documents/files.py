"""Adds files to a document: a new version is a new row, the one before is kept and marked as superseded."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edms.documents.model import Document, DocumentFile, FileRole
from storage.blobs.port import BlobRef
from storage.unit_of_work import Transaction


def safe_name(name: str) -> str:
    """Return the last part of a name that came from elsewhere, on one line, without what no file system can show."""
    shown = "".join(character for character in name if character.isprintable())
    return Path(shown.replace("\\", "/")).name[:255] or "tep-dinh-kem"


@dataclass(frozen=True)
class NewFile:
    """A file whose bytes are already stored as `blob`."""

    role: FileRole
    name: str
    media_type: str
    blob: BlobRef
    layout: dict[str, Any] = field(default_factory=dict)


def add(tx: Transaction, document: Document, file: NewFile) -> DocumentFile:
    """Add `file` to `document`; a new main file supersedes the one before."""
    if file.role == FileRole.MAIN:
        for old in document.files:
            if old.role == FileRole.MAIN and old.superseded_at is None:
                old.superseded_at = tx.now
    row = DocumentFile(
        document=document,
        role=file.role,
        name=file.name,
        media_type=file.media_type,
        sha256=file.blob.sha256,
        size_bytes=file.blob.size_bytes,
        created_at=tx.now,
        layout=file.layout,
    )
    tx.session.add(row)
    tx.session.flush()
    return row
