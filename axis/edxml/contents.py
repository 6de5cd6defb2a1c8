"""What an attachment really holds: one file, taken out of the ZIP that most software of the axis wraps around it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from axis.edxml.rules import Notes
from schemas.content import (
    HEAD_BYTES,
    ContentKind,
    is_pdf_incomplete,
    is_text_damaged,
    require_no_bomb,
    unwrap_single_entry_zip,
)
from schemas.errors import ContentRefused, ZipBomb
from schemas.findings import Finding
from schemas.problems import Problem
from schemas.reader import Attachment

_KINDS_BY_EXTENSION: dict[str, frozenset[ContentKind]] = {
    ".pdf": frozenset({ContentKind.PDF}),
    ".doc": frozenset({ContentKind.DOC, ContentKind.RTF}),
    ".docx": frozenset({ContentKind.DOCX}),
    ".xls": frozenset({ContentKind.XLS, ContentKind.TEXT, ContentKind.XML}),  # HTML tables are called .xls
    ".xlsx": frozenset({ContentKind.XLSX}),
    ".ppt": frozenset({ContentKind.PPT}),
    ".pptx": frozenset({ContentKind.PPTX}),
    ".odt": frozenset({ContentKind.ODT}),
    ".ods": frozenset({ContentKind.ODS}),
    ".rtf": frozenset({ContentKind.RTF}),
    ".zip": frozenset({ContentKind.ZIP}),
    ".rar": frozenset({ContentKind.RAR}),
    ".7z": frozenset({ContentKind.SEVEN_ZIP}),
    ".png": frozenset({ContentKind.PNG}),
    ".jpg": frozenset({ContentKind.JPG}),
    ".jpeg": frozenset({ContentKind.JPG}),
    ".gif": frozenset({ContentKind.GIF}),
    ".tif": frozenset({ContentKind.TIFF}),
    ".tiff": frozenset({ContentKind.TIFF}),
    ".xml": frozenset({ContentKind.XML}),
    ".edxml": frozenset({ContentKind.XML}),
    ".txt": frozenset({ContentKind.TEXT}),
}
_CONTAINERS = frozenset({ContentKind.ZIP, ContentKind.DOCX, ContentKind.XLSX, ContentKind.PPTX}) | {
    ContentKind.ODT,
    ContentKind.ODS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The file that an attachment carries. `entry_name` is its name in the ZIP around it as stored (no path to open).

    `entry_name` is None when no ZIP was taken off. `sha256` is lower-case hex.
    """

    kind: ContentKind
    size_bytes: int
    sha256: str
    entry_name: str | None = None


def look_into(received: Attachment, name: str, folder: Path, notes: Notes) -> Content:
    """Tell what `received`, spooled to a file, holds; `name` is what people see. Nothing stays in `folder`.

    A ZIP that cannot be unwrapped is the content itself and noted. Raises ZipBomb, and OSError of the disk; other
    attachments without a spool file raise ValueError.
    """
    path = received.path
    if path is None:
        raise ValueError("attachment was not spooled to a file")
    location = attachment_location(received)
    outer = Content(kind=received.detected, size_bytes=received.size_bytes, sha256=received.sha256)
    try:
        unwrapped = unwrap_single_entry_zip(path, into=folder)
    except ZipBomb:
        raise
    except ContentRefused as defect:
        notes.take(finding_of(defect, location))
        return outer
    if unwrapped is None:
        _note_defects(path, outer.kind, name, location, notes, wrapped=False)
        return outer
    try:
        if unwrapped.kind in _CONTAINERS:
            require_no_bomb(unwrapped.path)
        _note_defects(unwrapped.path, unwrapped.kind, name, location, notes, wrapped=True)
    finally:
        unwrapped.path.unlink()
    return Content(
        kind=unwrapped.kind,
        size_bytes=unwrapped.size_bytes,
        sha256=unwrapped.sha256,
        entry_name=unwrapped.entry_name,
    )


def attachment_location(received: Attachment) -> str:
    """Where findings place `received`: the element and its line."""
    return f"AttachmentEncoded/Attachment:{received.line}"


def finding_of(problem: Problem, location: str) -> Finding:
    """`problem` as a finding of severity error."""
    return Finding(
        rule=problem.code,
        severity="error",
        location=location,
        message_vi=problem.message_vi,
        message_en=problem.message_en,
    )


def _note_defects(path: Path, kind: ContentKind, name: str, location: str, notes: Notes, *, wrapped: bool) -> None:
    with path.open("rb") as file:
        is_damaged = is_text_damaged(file.read(HEAD_BYTES))
    if is_damaged and wrapped:  # reading the message told it of what is not wrapped
        notes.add("edxml.attachment-text-damaged", location=location)
    if kind is ContentKind.PDF and not is_damaged and is_pdf_incomplete(path):
        notes.add("edxml.attachment-pdf-incomplete", location=location)
    fitting = _KINDS_BY_EXTENSION.get(PurePosixPath(name.lower()).suffix)
    if fitting is not None and kind is not ContentKind.EMPTY and kind not in fitting:
        notes.add("edxml.attachment-extension-differs", location=location)
