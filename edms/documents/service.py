"""Use cases of documents: draft, edit, return a draft, file an arrived one, read a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from edms.documents import files
from edms.documents.access import find, require, visible_to
from edms.documents.commands import DraftLetter, ReturnDraft
from edms.documents.errors import FileNotFound, NotYours, RecipientMissing
from edms.documents.layout.annex import Urgency
from edms.documents.layout.letter import LaidOutDocument, OfficialLetter
from edms.documents.model import (
    Direction,
    Document,
    DocumentFile,
    DocumentRecipient,
    DocumentRelation,
    DocumentState,
    FileRole,
    Participant,
    ParticipantRole,
    Priority,
    RelationKind,
    SecrecyHold,
)
from edms.documents.notation import PLAIN_LETTER, notation
from edms.documents.participants import take_part
from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.organisation.model import Agency, AgencyIdentifier, Appointment, Capacity, Position, Unit
from edms.secrecy.levels import Secrecy, require_ordinary
from storage.blobs.port import BlobRef, BlobStore
from storage.errors import Conflict
from storage.unit_of_work import Database, Transaction

Typesetter = Callable[[OfficialLetter], LaidOutDocument]


@dataclass(frozen=True)
class _Composition:
    """A draft before it becomes rows: the command, resolved names, the PDF's place."""

    command: DraftLetter
    agency: Agency
    signer: Position
    signer_name: str
    notation: str
    """With the letters of the drafting unit (annex I II.3.b)."""
    recipients: tuple[tuple[str, str], ...]
    laid_out: LaidOutDocument
    blob: BlobRef


@dataclass(frozen=True)
class Draft:
    """A draft as its form shows it; `returned_because` is what the signer wants changed."""

    id: UUID
    version: int
    command: DraftLetter
    returned_because: str


class DocumentService:
    """Drafts and files of documents."""

    def __init__(self, database: Database, blobs: BlobStore, typeset: Typesetter) -> None:
        self.database = database
        self.blobs = blobs
        self._typeset = typeset

    def draft(self, actor: Actor, command: DraftLetter) -> UUID:
        """Write a draft and submit it to its signer; return the document's id.

        The PDF is laid out after NĐ 30/2020 annex I with the places of number, date, signature and seal left open.
        Raises `SecretRefused`, `RecipientMissing`, `NotYours` (the signer is of another agency or may not sign), layout problems.
        """
        composition = self._compose(actor, command)
        with self.database.begin() as tx:
            document = Document(
                agency_id=actor.agency_id,
                direction=Direction.OUTGOING,
                state=DocumentState.DRAFT,
                issuer_name=composition.agency.name,
                issuer_organ_id=composition.agency.primary_identifier(tx.now),
                created_at=tx.now,
                **_fields(composition, actor),
            )
            tx.session.add(document)
            tx.session.flush()
            self._attach(tx, document, composition)
            take_part(tx, document.id, actor.position(), ParticipantRole.DRAFTER)
            take_part(tx, document.id, composition.signer.id, ParticipantRole.SIGNER)
            if command.replies_to_id is not None:
                target = find(tx.session, actor, command.replies_to_id)
                link = DocumentRelation(document_id=document.id, target_id=target.id, kind=RelationKind.REPLIES_TO)
                tx.session.add(link)
            data = {"subject": document.subject, "signer": composition.signer.title, "secrecy": command.secrecy.value}
            tx.record(Act("document.drafted", actor, "document", document.id, data))
            return document.id

    def edit(self, actor: Actor, document_id: UUID, version: int, command: DraftLetter) -> None:
        """Replace a draft's text and submit it again; the earlier PDF is kept as a version.

        `version` is the one the editor saw. Raises as `draft`, and `WrongState`, `storage.errors.Conflict`.
        """
        composition = self._compose(actor, command)
        with self.database.begin() as tx:
            document = find(tx.session, actor, document_id, lock=True)
            require(actor, document, "edit")
            _expect(document, version)
            drafted_by = document.body["drafted_by"]
            for name, value in _fields(composition, actor).items():
                setattr(document, name, value)
            document.body = {**document.body, "drafted_by": drafted_by}
            take_part(tx, document.id, composition.signer.id, ParticipantRole.SIGNER)
            for recipient in list(document.recipients):
                tx.session.delete(recipient)
            tx.session.flush()
            tx.session.expire(document, ["recipients"])
            self._attach(tx, document, composition)
            tx.record(Act("document.edited", actor, "document", document.id, {"subject": document.subject}))

    def return_draft(self, actor: Actor, document_id: UUID, command: ReturnDraft) -> None:
        """Send a draft back to its drafter with a reason. Raises `WrongState`, `NotYours`."""
        with self.database.begin() as tx:
            document = find(tx.session, actor, document_id, lock=True)
            require(actor, document, "return_draft")
            drafter = tx.session.scalars(
                select(Participant.position_id).where(
                    Participant.document_id == document.id, Participant.role == ParticipantRole.DRAFTER
                )
            ).one()
            document.responsible_position_id = drafter
            document.body = {**document.body, "returned_because": command.reason}
            tx.record(Act("document.draft-returned", actor, "document", document.id, {"reason": command.reason}))

    def draft_of(self, actor: Actor, document_id: UUID) -> Draft:
        """Return what a draft was written as, for the edit form. Raises `WrongState` for what is a draft no more."""
        with self.database.reading() as session:
            document = find(session, actor, document_id)
            require(actor, document, "edit")
            command = DraftLetter(
                subject=document.subject,
                recipient_organ_ids=[r.organ_id for r in document.recipients],
                body="\n".join(document.body.get("paragraphs", [])),
                signer_position_id=UUID(document.body["signer_position_id"]),
                secrecy=Secrecy.ORDINARY,
                type_name=document.type_name,
                grounds="\n".join(document.body.get("grounds", [])),
                priority=document.priority,
                due_on=document.due_on,
            )
            return Draft(document.id, document.version, command, document.body.get("returned_because", ""))

    def file_of(self, actor: Actor, document_id: UUID, file_id: UUID) -> DocumentFile:
        """Return a file's row, detached. Raises `FileNotFound`, also when the document is not visible, or a state secret."""
        with self.database.reading() as session:
            query = (
                select(DocumentFile)
                .join(Document, Document.id == DocumentFile.document_id)
                .where(DocumentFile.id == file_id, Document.id == document_id, visible_to(actor))
                .where(Document.secrecy_hold != SecrecyHold.CONFIRMED)
            )
            file = session.scalars(query).one_or_none()
            if file is None:
                raise FileNotFound(str(file_id))
            session.expunge(file)
            return file

    def open_file(self, file: DocumentFile) -> BinaryIO:
        """Open a file's bytes, closed by the caller; `file` comes from `file_of`, which checked the right to see it."""
        return self.blobs.open(file.sha256)

    def record_file(self, actor: Actor, file: DocumentFile, act: str, page: int | None = None) -> None:
        """Note in the journal that the actor got a file (`document.downloaded`) or a page of it (`document.page-shown`).

        `file` comes from `file_of`, which checked the right to see it; so this is one insert.
        """
        data = {"file": file.name, "sha256": file.sha256} | ({} if page is None else {"page": page})
        with self.database.begin() as tx:
            tx.record(Act(act, actor, "document", file.document_id, data))

    def record_reading(self, actor: Actor, document_id: UUID) -> None:
        """Note in the journal that the actor opened the document (NĐ 30/2020 annex VI: view history is kept).

        Raises `DocumentNotFound`.
        """
        with self.database.begin() as tx:
            find(tx.session, actor, document_id)
            tx.record(Act("document.read", actor, "document", document_id))

    def _compose(self, actor: Actor, command: DraftLetter) -> _Composition:
        require_ordinary(command.secrecy)
        if not command.recipient_organ_ids:
            raise RecipientMissing
        now = self.database.clock.now()
        with self.database.reading() as session:
            agency = session.get_one(Agency, actor.agency_id)
            signer, signer_name = _signer(session, actor, command.signer_position_id, now)
            recipients = tuple(_recipients(session, command.recipient_organ_ids, now))
            drafting = session.get_one(Unit, actor.unit_id)
            letters = notation(command.type_name, agency.abbreviation, drafting.abbreviation)
        letter = OfficialLetter(
            superior_agency=agency.issued_under,
            agency=agency.name,
            type_name="" if command.type_name == PLAIN_LETTER else command.type_name,
            notation=letters,
            subject=command.subject,
            addressees=tuple(name for _, name in recipients),
            legal_grounds=tuple(command.grounds_lines()),
            body=tuple(command.paragraphs()),
            signer_capacity=tuple(signer.signs_as.splitlines()),
            signer_name=signer_name,
            recipients=("Như trên",),
            archive_line="Lưu: VT.",
            place=agency.place_name,
            urgency=_URGENCY[command.priority],
        )
        laid_out = self._typeset(letter)
        blob = self.blobs.put(io.BytesIO(laid_out.pdf))
        return _Composition(command, agency, signer, signer_name, letters, recipients, laid_out, blob)

    def _attach(self, tx: Transaction, document: Document, composition: _Composition) -> None:
        laid_out = composition.laid_out
        boxes = {
            "number": asdict(laid_out.number_box),
            "date": asdict(laid_out.date_box),
            "leader": asdict(laid_out.leader_box),
            "seal": asdict(laid_out.seal_box),
        }
        new = files.NewFile(FileRole.MAIN, "du-thao.pdf", "application/pdf", composition.blob, boxes)
        files.add(tx, document, new)
        for ordinal, (organ_id, name) in enumerate(composition.recipients, start=1):
            tx.session.add(DocumentRecipient(document_id=document.id, ordinal=ordinal, organ_id=organ_id, name=name))


_URGENCY = {
    Priority.NORMAL: None,
    Priority.URGENT: Urgency.URGENT,
    Priority.VERY_URGENT: Urgency.VERY_URGENT,
    Priority.EXPRESS: Urgency.EXPRESS,
    Priority.EXPRESS_TIMED: Urgency.EXPRESS,
}


def _fields(composition: _Composition, actor: Actor) -> dict[str, Any]:
    command, signer = composition.command, composition.signer
    return {
        "responsible_position_id": signer.id,
        "type_name": command.type_name,
        "notation": composition.notation,
        "subject": command.subject,
        "page_amount": composition.laid_out.page_count,
        "signer_position": signer.title,
        "signer_name": composition.signer_name,
        "priority": command.priority,
        "due_on": command.due_on,
        "body": {
            "grounds": command.grounds_lines(),
            "paragraphs": command.paragraphs(),
            "signer_position_id": str(signer.id),
            "drafted_by": actor.snapshot(),
        },
    }


def _signer(session: Session, actor: Actor, position_id: UUID, now: datetime) -> tuple[Position, str]:
    query = (
        select(Appointment)
        .join(Position, Position.id == Appointment.position_id)
        .join(Unit, Unit.id == Position.unit_id)
        .where(Position.id == position_id, Unit.agency_id == actor.agency_id, Appointment.in_force(now))
        .order_by(Appointment.valid_from.desc())
        .limit(1)
    )
    appointment = session.scalars(query).first()
    if appointment is None or appointment.position.capacity != Capacity.LEADER or not appointment.position.signs_as:
        raise NotYours("signer")
    return appointment.position, appointment.person.full_name


def _recipients(session: Session, organ_ids: list[str], now: datetime) -> list[tuple[str, str]]:
    query = (
        select(AgencyIdentifier.value, Agency.name)
        .join(Agency, Agency.id == AgencyIdentifier.agency_id)
        .where(AgencyIdentifier.value.in_(organ_ids), AgencyIdentifier.in_force(now))
    )
    names = {row.value: row.name for row in session.execute(query)}
    unknown = [organ_id for organ_id in organ_ids if organ_id not in names]
    if unknown:
        raise RecipientMissing(", ".join(unknown))
    return [(organ_id, names[organ_id]) for organ_id in dict.fromkeys(organ_ids)]


def _expect(document: Document, version: int) -> None:
    if document.version != version:
        raise Conflict(f"document {document.id} is at version {document.version}, not {version}")
