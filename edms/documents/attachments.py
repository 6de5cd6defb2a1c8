"""Attachments of a draft: taken in only after their secrecy was declared, known by their content, removed by a new version."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from edms.documents import files
from edms.documents.access import find
from edms.documents.commands import NewAttachment
from edms.documents.errors import AttachmentKindRefused, AttachmentsTooLarge, FileNotFound, NotYours, WrongState
from edms.documents.files import NewFile
from edms.documents.model import (
    Direction,
    Document,
    DocumentFile,
    DocumentState,
    FileRole,
    Participant,
    ParticipantRole,
)
from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.secrecy.model import IncidentKind
from edms.secrecy.service import SecrecyService
from schemas.content import HEAD_BYTES, MEDIA_TYPES, ContentKind, sniff, sniff_head
from storage.blobs.port import CHUNK_BYTES, BlobStore, Staged
from storage.errors import BlobTooLarge
from storage.unit_of_work import Database

SUFFIXES = {
    ContentKind.PDF: (".pdf",),
    ContentKind.DOCX: (".docx",),
    ContentKind.XLSX: (".xlsx",),
    ContentKind.PPTX: (".pptx",),
    ContentKind.DOC: (".doc", ".xls", ".ppt"),
    ContentKind.ODT: (".odt",),
    ContentKind.ODS: (".ods",),
    ContentKind.PNG: (".png",),
    ContentKind.JPG: (".jpg", ".jpeg"),
}
"""What may be attached, with the endings that its name may have. No archive: what lies in one cannot be looked through."""


def may_attach(session: Session, actor: Actor, document: Document) -> bool:
    """Tell whether the actor may change the attachments of `document`: its drafter, or who has the draft in hand."""
    if (document.direction, document.state) != (Direction.OUTGOING, DocumentState.DRAFT):
        return False
    if document.responsible_position_id == actor.position_id:
        return True
    drafted = select(Participant.position_id).where(
        Participant.document_id == document.id,
        Participant.position_id == actor.position_id,
        Participant.role == ParticipantRole.DRAFTER,
    )
    return session.scalar(drafted) is not None


class AttachmentService:
    """Adds files to drafts and takes them away. `limit_bytes` is for all attachments of one document together."""

    def __init__(self, database: Database, blobs: BlobStore, secrecy: SecrecyService, limit_bytes: int) -> None:
        self.database = database
        self.blobs = blobs
        self.secrecy = secrecy
        self.limit_bytes = limit_bytes

    def open_draft(self, actor: Actor, document_id: UUID) -> int:
        """Make sure that the actor may attach to the document now; return how many bytes may still be added.

        Raises `DocumentNotFound`, `WrongState`, `NotYours`.
        """
        with self.database.reading() as session:
            document = find(session, actor, document_id)
            _require(session, actor, document)
            return self.limit_bytes - sum(file.size_bytes for file in _attached(document))

    def attach(self, actor: Actor, document_id: UUID, command: NewAttachment, source: BinaryIO) -> UUID:
        """Store what `source` still holds as an attachment of a draft and return the file's id; a file of the same name goes.

        `source` is not touched before its secrecy, the draft and the actor's right are known. Raises as `open_draft`, and
        `SecretRefused`, `AttachmentsTooLarge`, `AttachmentKindRefused`.
        """
        self.secrecy.admit(actor, command.secrecy, IncidentKind.UPLOAD)
        left_bytes = self.open_draft(actor, document_id)
        name = files.safe_name(command.name)
        try:
            with self.blobs.stage(source, limit_bytes=max(left_bytes, 0)) as staged:
                kind = _kind_of(staged)
                if Path(name).suffix.lower() not in SUFFIXES.get(kind, ()):
                    raise AttachmentKindRefused(f"{name}: {kind.value}")
                blob = staged.keep()
        except BlobTooLarge as error:
            raise AttachmentsTooLarge(f"{name}: {self.limit_bytes} bytes") from error
        with self.database.begin() as tx:
            document = find(tx.session, actor, document_id, lock=True)
            _require(tx.session, actor, document)
            for old in _attached(document):
                if old.name == name:
                    old.superseded_at = tx.now
            if sum(file.size_bytes for file in _attached(document)) + blob.size_bytes > self.limit_bytes:
                raise AttachmentsTooLarge(f"{name}: {self.limit_bytes} bytes")
            file = files.add(tx, document, NewFile(FileRole.ATTACHMENT, name, MEDIA_TYPES[kind], blob))
            _mark_changed(document)
            data = {"name": name, "sha256": blob.sha256}
            tx.record(Act("document.attached", actor, "document", document.id, data))
            return file.id

    def remove(self, actor: Actor, document_id: UUID, file_id: UUID) -> None:
        """Take an attachment off a draft; the file's row and bytes stay as a former version.

        Raises as `open_draft`, and `FileNotFound`.
        """
        with self.database.begin() as tx:
            document = find(tx.session, actor, document_id, lock=True)
            _require(tx.session, actor, document)
            file = next((one for one in _attached(document) if one.id == file_id), None)
            if file is None:
                raise FileNotFound(str(file_id))
            file.superseded_at = tx.now
            _mark_changed(document)
            tx.record(Act("document.detached", actor, "document", document.id, {"name": file.name}))


def _require(session: Session, actor: Actor, document: Document) -> None:
    if may_attach(session, actor, document):
        return
    if (document.direction, document.state) == (Direction.OUTGOING, DocumentState.DRAFT):
        raise NotYours("attach")
    raise WrongState(document.state.value)


def _attached(document: Document) -> list[DocumentFile]:
    return [file for file in document.files if file.role == FileRole.ATTACHMENT and file.superseded_at is None]


def _mark_changed(document: Document) -> None:
    """Give the document a new version: nobody signs attachments that he has not seen."""
    flag_modified(document, "body")


def _kind_of(staged: Staged) -> ContentKind:
    with staged.open() as stream:
        kind = sniff_head(stream.read(HEAD_BYTES))
    if kind is not ContentKind.ZIP:
        return kind
    with staged.open() as stream, NamedTemporaryFile() as copy:  # a ZIP is looked into by name only
        shutil.copyfileobj(stream, copy, CHUNK_BYTES)
        copy.flush()
        return sniff(Path(copy.name))
