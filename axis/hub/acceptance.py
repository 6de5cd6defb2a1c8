"""Takes one message in.

The bytes are staged, hashed on the way, and read. If they declare a state secret, nothing of them is kept
(`axis.hub.security`). Otherwise they go to the blob store, and everything else is decided from there. What is refused after its
bytes arrived is kept in quarantine with the reason. What is accepted becomes, in one transaction, a message, its first receipt
and an outbox row; the receipt is signed before, so no transaction waits for a key.

A repeated message is recognised by its identity. The same bytes get the very receipt of the first time. Other bytes of a
document are refused and kept as evidence; other bytes of a status (a sender's correction of its wording) are carried as a
record and marked as having no further effect. Identity is asked before the signature: a receipt once given stays given,
though the certificate be revoked meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from axis.edxml.rules import Notes
from axis.hub.directory.model import Account
from axis.hub.directory.queries import agency_now_called, day_of, mandated_agencies, organ_ids_of, resolve
from axis.hub.directory.queries import certificate_digests as registered_certificates
from axis.hub.envelope import Incoming, ReadEnvelope, as_plain, look_into_attachments, read_envelope
from axis.hub.errors import (
    AttachmentChanged,
    CertificateOfAnother,
    IdentifierTooLong,
    MessageConflicts,
    NoMessage,
    RecipientUnknown,
    SenderMismatch,
    SignatureInvalid,
    SignatureRequired,
)
from axis.hub.evidence import conflict_text, digest_of
from axis.hub.model import DOCUMENT_ID_CHARS, Message, MessageConflict, MessageTarget, Receipt
from axis.hub.ports import EnvelopeVerifier, SignatureReport
from axis.hub.quarantine import quarantine
from axis.hub.receipts import ReceiptFacts, ReceiptOffice
from axis.hub.routing import TOPIC
from axis.hub.security import refuse_secret
from schemas.problems import Problem
from storage.blobs.port import BlobRef, BlobStore
from storage.crash_points import reached
from storage.errors import Duplicate
from storage.identifiers import new_id
from storage.unit_of_work import Database

_IDENTITY_CONSTRAINT = "uq_message_identity"


@dataclass(frozen=True)
class Accepted:
    """The answer to a message: the receipt as it was first given; `replayed` when it was given before."""

    message_id: UUID
    sha256: str
    """Of the message's bytes."""
    receipt_xml: bytes
    replayed: bool


@dataclass(frozen=True)
class _Judged:
    """What the directory and the verifier said about an incoming message."""

    incoming: Incoming
    sender_agency_id: UUID
    target_agency_id: UUID | None
    signature: SignatureReport
    findings: tuple[dict[str, Any], ...]


class Acceptance:
    """The use case. `message_limit_bytes` bounds the body; `clock_tolerance` is how far ahead a sender's clock may be."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        verifier: EnvelopeVerifier,
        receipts: ReceiptOffice,
        *,
        message_limit_bytes: int,
        clock_tolerance: timedelta,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._verifier = verifier
        self._receipts = receipts
        self._message_limit_bytes = message_limit_bytes
        self._clock_tolerance = clock_tolerance

    def accept(self, account: Account, source: BinaryIO) -> Accepted:
        """Take the message that `source` holds for `account` and return its receipt once everything is durable.

        Safe to repeat, also at the same time. Raises the leaves of `ExchangeRefused` and of the message reader (both with
        `facts["quarantine_id"]`; `MessageConflicts` keeps its own evidence), and `BlobTooLarge`, after which nothing is kept.
        """
        received_at = self._database.clock.now()
        with self._blobs.stage(source, limit_bytes=self._message_limit_bytes) as staged:
            if staged.ref.size_bytes == 0:
                raise NoMessage
            with staged.open() as stream:
                envelope = read_envelope(stream, self._message_limit_bytes)
            if envelope.is_secret:
                raise refuse_secret(self._database, account, envelope.claimed, staged.ref)
            reached("axis.acceptance.read")
            ref = staged.keep()
        reached("axis.acceptance.blob-kept")
        try:
            judged = self._judge(account, envelope, ref, received_at)
        except MessageConflicts:
            raise
        except Problem as refusal:
            refusal.facts["quarantine_id"] = quarantine(self._database, account.id, ref, refusal)
            raise
        if isinstance(judged, Accepted):
            return judged
        reached("axis.acceptance.judged")
        return self._keep(account, ref, judged, received_at)

    def _judge(self, account: Account, envelope: ReadEnvelope, ref: BlobRef, now: datetime) -> _Judged | Accepted:
        incoming = envelope.incoming()
        if max(map(len, (incoming.document_id, incoming.target_document_id, *incoming.targets))) > DOCUMENT_ID_CHARS:
            raise IdentifierTooLong
        with self._database.reading() as session:
            sender_agency_id = self._sender(session, account, incoming, now)
            known = self._known(session, incoming, ref)
            own_codes = organ_ids_of(session, sender_agency_id)
            own_certificates = registered_certificates(session, sender_agency_id)
            agencies = resolve(session, {*incoming.recipients, incoming.target_sender_organ_id}, day_of(now))
        if known is not None:
            return self._again(account, known, ref)
        findings = self._findings(envelope, incoming, ref, now)
        signature = self._verifier.verify(envelope.element, now)
        _check_signature(account, signature, own_codes, own_certificates)
        _check_meaning(envelope, incoming, signature)
        if incoming.changed_attachments:
            raise AttachmentChanged("; ".join(incoming.changed_attachments))
        unknown = [organ_id for organ_id in incoming.recipients if organ_id not in agencies]
        if unknown:
            raise RecipientUnknown(", ".join(unknown), recipients=unknown)
        return _Judged(
            incoming,
            sender_agency_id,
            agencies.get(incoming.target_sender_organ_id),
            signature,
            findings,
        )

    def _findings(
        self, envelope: ReadEnvelope, incoming: Incoming, ref: BlobRef, now: datetime
    ) -> tuple[dict[str, Any], ...]:
        """What is odd and is borne. The hub trusts its own clock alone; a sender whose clock runs ahead is told so.

        Raises `schemas.errors.ZipBomb`.
        """
        findings = incoming.findings
        if envelope.has_attachments:
            with self._blobs.open(ref.sha256) as stream:
                findings = look_into_attachments(stream, self._message_limit_bytes)
        if incoming.sent_at is not None and incoming.sent_at - now > self._clock_tolerance:
            notes = Notes()
            notes.add("edxml.timestamp-ahead", location="Timestamp")
            findings += as_plain(notes.findings)
        return findings

    def _sender(self, session: Session, account: Account, incoming: Incoming, now: datetime) -> UUID:
        agency_id = agency_now_called(session, incoming.sender_organ_id, day_of(now))
        if agency_id is None or agency_id not in mandated_agencies(session, account.id, day_of(now)):
            raise SenderMismatch(incoming.sender_organ_id)
        return agency_id

    def _known(self, session: Session, incoming: Incoming, ref: BlobRef) -> Message | None:
        """The message that came before under this identity, or this very correction of a status."""
        first = session.scalar(select(Message).where(Message.identity == incoming.identity))
        if first is None or first.sha256 == ref.sha256 or incoming.kind == "document":
            return first
        return session.scalar(select(Message).where(Message.identity == _corrected(incoming.identity, ref)))

    def _again(self, account: Account, known: Message, ref: BlobRef) -> Accepted:
        if known.sha256 == ref.sha256:
            with self._database.reading() as session:
                query = select(Receipt.xml).where(Receipt.message_id == known.id, Receipt.step == "accepted")
                return Accepted(known.id, known.sha256, session.scalars(query).one(), replayed=True)
        with self._database.begin() as tx:
            evidence = {
                "id": new_id(),
                "message_id": known.id,
                "account_id": account.id,
                "sha256": ref.sha256,
                "size_bytes": ref.size_bytes,
                "received_at": tx.now,
            }
            evidence["digest"] = digest_of(conflict_text(MessageConflict(**evidence)))
            tx.session.execute(insert(MessageConflict).values(evidence).on_conflict_do_nothing())
        raise MessageConflicts(
            known.identity, message_id=str(known.id), accepted_sha256=known.sha256, sha256=ref.sha256
        )

    def _keep(self, account: Account, ref: BlobRef, judged: _Judged, received_at: datetime) -> Accepted:
        """Store the message, or give the answer of whoever stored it in the meantime."""
        while True:
            with self._database.reading() as session:
                known = self._known(session, judged.incoming, ref)
                correction = (
                    judged.incoming.kind == "status"
                    and session.scalar(select(Message.id).where(Message.identity == judged.incoming.identity))
                    is not None
                )
            if known is not None:
                return self._again(account, known, ref)
            message = _message(account, ref, judged, received_at, correction=correction)
            try:
                return self._store(message, judged.incoming.targets)
            except Duplicate as duplicate:
                if duplicate.constraint != _IDENTITY_CONSTRAINT:
                    raise

    def _store(self, message: Message, targets: tuple[str, ...]) -> Accepted:
        signed = self._receipts.issue(
            ReceiptFacts(
                step="accepted",
                message_id=message.id,
                identity=message.identity,
                sha256=message.sha256,
                size_bytes=message.size_bytes,
                sender=message.sender_organ_id,
                recipients=tuple(message.recipients),
                at=message.received_at,
            )
        )
        reached("axis.acceptance.receipt-signed")
        with self._database.begin() as tx:
            tx.session.add(message)
            tx.session.flush()
            tx.session.add_all(
                MessageTarget(message_id=message.id, document_id=one, agency_id=message.sender_agency_id)
                for one in targets
            )
            tx.session.add(
                Receipt(
                    id=new_id(),
                    message_id=message.id,
                    step="accepted",
                    xml=signed.xml,
                    sha256=signed.sha256,
                    at=message.received_at,
                    previous_sha256="",
                )
            )
            tx.publish(TOPIC, {"message_id": str(message.id)})
            tx.session.flush()
            reached("axis.acceptance.rows-written")
        reached("axis.acceptance.committed")
        return Accepted(message.id, message.sha256, signed.xml, replayed=False)


def _check_signature(
    account: Account, signature: SignatureReport, own_codes: set[str], own_certificates: set[str]
) -> None:
    if signature.verdict == "invalid":
        raise SignatureInvalid(_codes(signature), findings=signature.report.get("findings", []))
    if signature.verdict == "indeterminate":
        if not account.accept_unverifiable:
            raise SignatureRequired(_codes(signature), findings=signature.report.get("findings", []))
        return
    if signature.organization_identifier not in own_codes and signature.certificate_sha256 not in own_certificates:
        raise CertificateOfAnother(signature.organization_identifier)


def _check_meaning(envelope: ReadEnvelope, incoming: Incoming, signature: SignatureReport) -> None:
    """What is acted on must be what was signed, whatever a forged envelope may look like to another reader."""
    if signature.signed is not None and envelope.incoming(signature.signed) != incoming:
        raise SignatureInvalid("the signature covers another meaning than the envelope shows")


def _codes(signature: SignatureReport) -> str:
    return ", ".join(str(finding.get("code", "")) for finding in signature.report.get("findings", []))


def _corrected(identity: str, ref: BlobRef) -> str:
    return f"{identity}#{ref.sha256}"


def _message(account: Account, ref: BlobRef, judged: _Judged, received_at: datetime, *, correction: bool) -> Message:
    incoming = judged.incoming
    return Message(
        id=new_id(),
        kind=incoming.kind,
        business=incoming.business,
        status_code=incoming.status_code,
        sender_organ_id=incoming.sender_organ_id,
        sender_agency_id=judged.sender_agency_id,
        document_id=incoming.document_id or None,
        identity=_corrected(incoming.identity, ref) if correction else incoming.identity,
        sha256=ref.sha256,
        size_bytes=ref.size_bytes,
        subject=incoming.subject,
        meaning=incoming.meaning,
        recipients=list(incoming.recipients),
        received_at=received_at,
        accepted_by=account.id,
        signature_verdict=judged.signature.verdict,
        signature_report=dict(judged.signature.report),
        findings=list(judged.findings),
        superseded_effect=correction,
        target_agency_id=judged.target_agency_id,
        target_document_id=incoming.target_document_id or None,
        effect="unresolved" if incoming.kind == "status" else None,
    )
