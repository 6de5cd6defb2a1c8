"""Use cases of signing. The order is the law's: leader, then number and date, then the agency's seal.

Nothing is signed inside a transaction: intent is checked, the file is signed beside the database, and the result is recorded
only if the file that was signed is still the document's current one.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import Annotated, BinaryIO, cast
from uuid import UUID

from msgspec import Meta

from edms.documents import files
from edms.documents.access import find, require
from edms.documents.files import NewFile
from edms.documents.layout.wording import format_date_line
from edms.documents.model import Document, DocumentFile, DocumentState, FileRole
from edms.documents.queries import with_files
from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.organisation.model import Agency, Capacity
from edms.organisation.roles import position_with
from edms.registers.service import GivenNumber, RegisterService
from edms.signatures.errors import FileChanged, SealNotValid, SignerChanged
from edms.signatures.keys import SigningTools, agency_key, personal_key
from edms.signatures.model import KeyKind, SignatureRecord, SigningKey, VerificationRecord
from signing.pdf import (
    RECEIVED_DOCUMENT,
    Box,
    PdfReport,
    ReservedFields,
    complete,
    reserve,
    seal,
    sign_leader,
    validate_confined,
    validate_pdf,
)
from signing.trust import serial_text, subject_text
from signing.verdicts import Finding, Verdict
from storage.blobs.port import BlobRef, BlobStore
from storage.unit_of_work import Database, Transaction


@dataclass(frozen=True)
class GivePin:
    """Opens the signer's key. Kept nowhere, in no log."""

    pin: Annotated[str, Meta(min_length=1, max_length=100, title="Mã PIN")] = field(repr=False)
    version: int | None = None
    """The version of the document that the signer saw; None when the caller does not say."""


@dataclass(frozen=True)
class _Certificate:
    serial: str
    subject: str


class SignatureService:
    """Signs, seals and verifies documents' files."""

    def __init__(self, database: Database, blobs: BlobStore, registers: RegisterService, tools: SigningTools) -> None:
        self.database = database
        self.blobs = blobs
        self.registers = registers
        self.tools = tools

    def sign(self, actor: Actor, document_id: UUID, command: GivePin) -> None:
        """Put the leader's signature on a draft, leaving number, date and seal open (NĐ 30/2020 Điều 13, annex I II.7.d).

        Raises `WrongState`, `NotYours`, `SignerChanged`, `KeyNotRegistered`, `FileChanged` (also when the command names another
        version: nobody signs what he has not seen), and the problems of `signing`.
        """
        document, main, key = self._prepared(actor, document_id, "sign", KeyKind.PERSONAL)
        if command.version not in (None, document.version):
            raise FileChanged(str(document_id))
        now = self.database.clock.now()
        appearance = self.tools.appearance(key, actor.person_name)
        with ExitStack() as stack, self.tools.keys.open(key.reference, command.pin) as opened:
            source = stack.enter_context(self.blobs.open(main.sha256))
            reserved, signed = _spool(stack), _spool(stack)
            reserve(source, reserved, _fields(main), self.tools.fonts.regular)
            sign_leader(reserved, signed, opened, appearance, self.tools.timestamp_url, self.tools.trust, now)
            blob = self._stored(signed)
            certificate = _Certificate(serial_text(opened.certificate), subject_text(opened.certificate))
        with self.database.begin() as tx:
            document = self._unchanged(tx, actor, document_id, main, "sign")
            new = NewFile(FileRole.MAIN, "van-ban-da-ky.pdf", main.media_type, blob, main.layout)
            self._record(tx, actor, document, new, KeyKind.PERSONAL, certificate)
            document.state = DocumentState.SIGNED
            clerk = position_with(tx.session, document.agency_id, Capacity.CLERK, tx.now)
            document.responsible_position_id = clerk.id if clerk is not None else actor.position_id
            data = {"certificate": certificate.serial}
            tx.record(Act("document.signed", actor, "document", document.id, data))

    def number_and_seal(self, actor: Actor, document_id: UUID, command: GivePin) -> None:
        """Give the next number, write number and date into the reserved fields, and seal as the agency (Điều 15, 32).

        The number is spent first and kept: if sealing fails (a wrong PIN, the time-stamping authority away), asking again
        seals under the same number. Raises as `sign`, and `SealNotValid`.
        """
        given = self.registers.number_outgoing(actor, document_id)
        document, main, key = self._prepared(actor, document_id, "seal", KeyKind.SEAL)
        with self.database.reading() as session:
            agency = session.get_one(Agency, document.agency_id)
        blob, report, certificate = self._sealed(main, key, command.pin, given, agency)
        with self.database.begin() as tx:
            document = self._unchanged(tx, actor, document_id, main, "seal")
            name = f"{document.code}.pdf".replace("/", "-")
            new = NewFile(FileRole.MAIN, name, main.media_type, blob, main.layout)
            file = self._record(tx, actor, document, new, KeyKind.SEAL, certificate)
            keep_report(tx, document.id, file.id, report)
            document.state = DocumentState.SEALED
            tx.record(Act("document.sealed", actor, "document", document.id, {"certificate": certificate.serial}))

    def verify(self, sha256: str) -> PdfReport:
        """Check the signatures of a stored PDF that came from elsewhere, with revocation; touches no row."""
        with self.blobs.open(sha256) as stream:
            tools = self.tools
            now = self.database.clock.now()
            return validate_confined(stream, tools.trust, now, RECEIVED_DOCUMENT, tools.confinement)

    def _sealed(
        self, main: DocumentFile, key: SigningKey, pin: str, given: GivenNumber, agency: Agency
    ) -> tuple[BlobRef, PdfReport, _Certificate]:
        now, trust = self.database.clock.now(), self.tools.trust
        number_text = f"{given.number}/{given.notation}"
        fonts = self.tools.fonts
        with ExitStack() as stack, self.tools.keys.open(key.reference, pin) as opened:
            source = stack.enter_context(self.blobs.open(main.sha256))
            completed, sealed = _spool(stack), _spool(stack)
            date_line = format_date_line(agency.place_name, given.issued_on)
            complete(
                source, completed, number_text, date_line, fonts.regular, trust=trust, when=now, date_font=fonts.italic
            )
            appearance = self.tools.appearance(key, agency.name)
            seal(completed, sealed, opened, appearance, self.tools.timestamp_url, trust, now)
            sealed.seek(0)
            report = validate_pdf(sealed, trust, self.database.clock.now())
            if report.verdict != Verdict.VALID:
                raise SealNotValid(", ".join(finding.code for finding in _all_findings(report)))
            certificate = _Certificate(serial_text(opened.certificate), subject_text(opened.certificate))
            return self._stored(sealed), report, certificate

    def _prepared(
        self, actor: Actor, document_id: UUID, action: str, kind: KeyKind
    ) -> tuple[Document, DocumentFile, SigningKey]:
        now = self.database.clock.now()
        with self.database.reading() as session:
            document = with_files(session, actor, document_id)
            require(actor, document, action)
            main = document.main_file()
            if main is None:
                raise FileChanged("no main file")
            if kind == KeyKind.PERSONAL:
                if document.signer_name != actor.person_name:
                    raise SignerChanged(document.signer_name)
                return document, main, personal_key(session, actor.person_id, now)
            return document, main, agency_key(session, kind, actor.agency_id, now)

    def _unchanged(
        self, tx: Transaction, actor: Actor, document_id: UUID, signed: DocumentFile, action: str
    ) -> Document:
        document = find(tx.session, actor, document_id, lock=True)
        require(actor, document, action)
        current = document.main_file()
        if current is None or current.id != signed.id:
            raise FileChanged(str(document_id))
        return document

    def _record(
        self, tx: Transaction, actor: Actor, document: Document, new: NewFile, kind: KeyKind, certificate: _Certificate
    ) -> DocumentFile:
        file = files.add(tx, document, new)
        tx.session.add(
            SignatureRecord(
                document_id=document.id,
                file_id=file.id,
                kind=kind,
                certificate_serial=certificate.serial,
                certificate_subject=certificate.subject,
                signed_at=tx.now,
                signed_by=actor.snapshot(),
            )
        )
        return file

    def _stored(self, stream: BinaryIO) -> BlobRef:
        stream.seek(0)
        return self.blobs.put(stream)


def keep_report(tx: Transaction, document_id: UUID, file_id: UUID, report: PdfReport) -> None:
    """Add what a verification found; earlier findings stay."""
    record = VerificationRecord(
        document_id=document_id,
        file_id=file_id,
        verdict=report.verdict.value,
        verified_at=tx.now,
        report=report.to_dict(),
    )
    tx.session.add(record)


def _fields(main: DocumentFile) -> ReservedFields:
    number, date, leader, stamp = (Box(**main.layout[name]) for name in ("number", "date", "leader", "seal"))
    return ReservedFields(number=number, date=date, leader=leader, seal=stamp)


def _spool(stack: ExitStack) -> BinaryIO:
    return cast("BinaryIO", stack.enter_context(TemporaryFile()))


def _all_findings(report: PdfReport) -> list[Finding]:
    return [*report.findings, *(finding for one in report.signatures for finding in one.findings)]
