"""Turns an arrived message into an incoming document: believe nothing, check envelope, digests and PDF signatures, file.

The envelope's signature decides whether the message may be filed at all; the PDF's signatures are shown to the clerk, who
checks authenticity and integrity before registering (NĐ 30/2020 Điều 21.1).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from axis.edxml.attachments import MatchedAttachment
from axis.edxml.business import Target
from axis.edxml.fields import DOCUMENT_ID, ORGAN, STATUS_CODE
from axis.edxml.model import DocumentMessage, Organ, StatusMessage
from axis.edxml.parse import ParsedMessage, parse_message
from axis.edxml.secrecy import DeclaredSecrecy
from edms.documents import files
from edms.documents.files import NewFile
from edms.documents.layout.errors import PreviewProblem
from edms.documents.model import (
    Direction,
    Document,
    DocumentRelation,
    DocumentState,
    FileRole,
    Operation,
    Priority,
    RelationKind,
)
from edms.documents.pictures import Pictures
from edms.exchange.contents import ArrivedFile, arrived_files
from edms.exchange.errors import (
    AttachmentChanged,
    CertificateOfAnother,
    EnvelopeInvalid,
    IdentifierTooLong,
    MessageSecret,
    NothingToFile,
)
from edms.exchange.hub import HubAccess
from edms.exchange.model import ArrivedMessage, Dispatch
from edms.exchange.operations import in_words, link_operations, operation_fields, require_new
from edms.exchange.suspicion import found_mark, hold
from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.organisation.model import Agency, Capacity
from edms.organisation.roles import identifiers_of, position_with
from edms.signatures.service import SignatureService, keep_report
from schemas.errors import ContentRefused
from schemas.problems import Problem
from schemas.reader import read_message
from schemas.spool import nowhere
from signing.pdf import PdfReport
from signing.verdicts import Verdict
from signing.xml import verify_envelope
from storage.blobs.port import BlobRef, Staged
from storage.unit_of_work import Transaction

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]{0,49}/[A-Za-z0-9][\w.+-]{0,48}", re.ASCII)
(ORGAN_ID,) = (leaf for leaf in ORGAN if leaf.element == "OrganId")


@dataclass(frozen=True)
class OpenedMessage:
    """A message whose envelope was checked; what is acted on is what was signed."""

    parsed: ParsedMessage
    report: dict[str, Any]
    organization_identifier: str
    """Whom the signer's certificate names, also when its standing could not be checked; empty when there is none to read."""


@dataclass(frozen=True)
class Prepared:
    """All that filing needs, done outside the transaction."""

    message: DocumentMessage
    organization_identifier: str
    operation: Operation
    targets: tuple[Target, ...]
    new_files: tuple[NewFile, ...]
    pages: int
    verification: PdfReport | None
    secrecy_mark: str | None
    """The level whose mark was found in the text; None where there is none."""


def refuse_secret(staged: Staged) -> None:
    """Refuse a message that declares a state secret, before any of its attachments is written anywhere.

    Its envelope need not be signed, nor whole: a declaration counts whoever makes it. What cannot be understood at all passes,
    to be quarantined. Raises `MessageSecret`.
    """
    with staged.open() as stream:
        try:
            declared = parse_message(read_message(stream, spool=nowhere)).declared_secrecy
        except Problem:
            return
    _refuse(declared)


def _refuse(declared: DeclaredSecrecy | None) -> None:
    if declared is not None:
        raise MessageSecret(level=declared.level)


def opened_message(hub: HubAccess, staged: Staged, folder: Path) -> OpenedMessage:
    """Read a message, check its envelope, and parse what the signature covers; attachments go to `folder`.

    Raises `MessageSecret`, `EnvelopeInvalid`, `IdentifierTooLong`, and the problems of `schemas` and `axis.edxml`.
    """
    refuse_secret(staged)
    with staged.open() as stream:
        read = read_message(stream, spool=folder)
    first = parse_message(read)
    report = verify_envelope(first.envelope, hub.trust, hub.clock.now())
    if report.verdict == Verdict.INVALID:
        raise EnvelopeInvalid(", ".join(finding.code for finding in report.findings))
    parsed = first if report.signed_envelope is None else parse_message(read, envelope=report.signed_envelope)
    _refuse(parsed.declared_secrecy)
    _require_keepable(parsed.message)
    return OpenedMessage(parsed, report.to_dict(), report.organization_identifier)


@dataclass(frozen=True)
class Filing:
    """Files arrived documents."""

    hub: HubAccess
    signatures: SignatureService
    pictures: Pictures

    def prepare(self, opened: OpenedMessage, message: DocumentMessage) -> Prepared:
        """Check attachments against the manifest, store them, verify the main PDF; no transaction is open.

        Raises `AttachmentChanged`, `NothingToFile`, `schemas.errors.ZipBomb`.
        """
        _require_unchanged(opened.parsed.attachments)
        arrived = list(arrived_files(opened.parsed.attachments))
        if not arrived:
            raise NothingToFile(message.document_id)
        main = next((one for one in arrived if one.is_pdf), arrived[0])
        ordered = [main, *(one for one in arrived if one is not main)]
        stored = [self._stored(one, is_main=one is main) for one in ordered]
        verification = self.signatures.verify(stored[0].blob.sha256) if main.is_pdf else None
        pdfs = [one.path for one in arrived if one.is_pdf]
        return Prepared(
            message=message,
            organization_identifier=opened.organization_identifier,
            operation=Operation(opened.parsed.business or Operation.NEW),
            targets=opened.parsed.targets,
            new_files=tuple(stored),
            pages=self._pages(main),
            verification=verification,
            secrecy_mark=found_mark(message, pdfs, self.pictures),
        )

    def file(self, tx: Transaction, agency: Agency, arrived: ArrivedMessage, prepared: Prepared) -> Document:
        """Write the incoming document and tell the sender 01. Raises `CertificateOfAnother`, `DocumentRepeated`."""
        message = prepared.message
        require_own_certificate(tx, prepared.organization_identifier, message.sender)
        require_new(tx, agency, message, prepared.operation)
        clerk = position_with(tx.session, agency.id, Capacity.CLERK, tx.now)
        document = Document(
            agency_id=agency.id,
            direction=Direction.INCOMING,
            state=DocumentState.ARRIVED,
            responsible_position_id=clerk.id if clerk is not None else None,
            created_at=tx.now,
            arrived_at=tx.now,
            page_amount=prepared.pages,
            **_fields(message),
            **operation_fields(tx.session, agency, prepared.operation, message, prepared.targets),
        )
        tx.session.add(document)
        tx.session.flush()
        if prepared.secrecy_mark is not None:
            hold(tx, agency, document, arrived, prepared.secrecy_mark)
        rows = [files.add(tx, document, new) for new in prepared.new_files]
        original = BlobRef(arrived.sha256, arrived.size_bytes)
        files.add(tx, document, NewFile(FileRole.MESSAGE, "goi-tin.edxml", "application/xml", original))
        arrived.document_id = document.id
        tx.session.flush()
        actor = Actor.system(agency)
        data = {"code": document.code, "issuer": document.issuer_name, "operation": in_words(document)}
        tx.record(Act("document.arrived", actor, "document", document.id, data))
        if prepared.verification is not None:
            keep_report(tx, document.id, rows[0].id, prepared.verification)
            verdict = {"verdict": prepared.verification.verdict.vietnamese}
            tx.record(Act("document.verified", actor, "document", document.id, verdict))
        _link_replies(tx, agency, document, message)
        link_operations(tx, actor, document)
        return document

    def _stored(self, file: ArrivedFile, *, is_main: bool) -> NewFile:
        with file.path.open("rb") as stream:
            blob = self.hub.blobs.put(stream)
        role = FileRole.MAIN if is_main else FileRole.ATTACHMENT
        return NewFile(role, files.safe_name(file.name), _media_type(file.media_type), blob)

    def _pages(self, file: ArrivedFile) -> int:
        try:
            return self.pictures.page_count(file.path) if file.is_pdf else 0
        except (PreviewProblem, ContentRefused):
            return 0  # the clerk sees that it cannot be shown, and the verification says why


def require_own_certificate(tx: Transaction, organization_identifier: str, sender: Organ) -> None:
    """Refuse what was signed with a certificate that names another agency than `sender`. Raises `CertificateOfAnother`."""
    if organization_identifier and organization_identifier not in identifiers_of(tx.session, sender.organ_id):
        raise CertificateOfAnother(organization_identifier)


def _require_keepable(message: DocumentMessage | StatusMessage) -> None:
    """Refuse identifiers that are longer than the standard allows: cut short, they would name something else."""
    target = message.document_id if isinstance(message, DocumentMessage) else message.response_for.document_id
    code = "" if isinstance(message, DocumentMessage) else message.status_code
    for text, leaf in ((message.sender.organ_id, ORGAN_ID), (target, DOCUMENT_ID), (code, STATUS_CODE)):
        if len(text) > leaf.max_chars:
            raise IdentifierTooLong(leaf.element)


def _media_type(declared: str) -> str:
    """Return a declared media type when it has the form of one (RFC 6838 section 4.2)."""
    return declared if _MEDIA_TYPE.fullmatch(declared) else "application/octet-stream"


def _require_unchanged(attachments: Sequence[MatchedAttachment]) -> None:
    """Compare with the digests that stand under the envelope's signature, where the sender wrote them.

    A manifest with digests speaks for the whole message: nothing may differ, lack, or be added.
    """
    if not any(one.ref is not None and one.ref.sha256 for one in attachments):
        return
    for one in attachments:
        if one.ref is None or one.received is None or one.received.sha256 != one.ref.sha256:
            raise AttachmentChanged(one.name)
        if one.ref.size_bytes not in (None, one.received.size_bytes):
            raise AttachmentChanged(one.name)


def _fields(message: DocumentMessage) -> dict[str, Any]:
    priority = message.other.priority
    return {
        "type_name": message.document_type.name[:100],
        "number": message.code.number[:50],
        "notation": message.code.notation[:50],
        "issued_on": message.promulgation.date.value,
        "issuer_name": (message.sender.organ_name or message.sender.organ_id)[:200],
        "issuer_organ_id": message.sender.organ_id,
        "subject": message.subject[:500],
        "signer_position": message.signer.position[:100],
        "signer_name": message.signer.full_name[:100],
        "priority": Priority(priority) if priority in set(Priority) else Priority.NORMAL,
        "due_on": message.due_date.value,
        "exchange_id": message.document_id,
        "body": {},
    }


def _link_replies(tx: Transaction, agency: Agency, document: Document, message: DocumentMessage) -> None:
    answered = [one.document_id for one in message.responses if one.document_id]
    if not answered:
        return
    query = (
        select(Document.id)
        .join(Dispatch, Dispatch.document_id == Document.id)
        .where(Document.agency_id == agency.id, Dispatch.exchange_id.in_(answered))
    )
    for target_id in tx.session.scalars(query):
        link = DocumentRelation(document_id=document.id, target_id=target_id, kind=RelationKind.REPLIES_TO)
        tx.session.add(link)
