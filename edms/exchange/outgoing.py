"""Writes our documents and statuses as edXML messages; pure, from rows that were read before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from axis.edxml.dates import DateText, MomentText
from axis.edxml.model import (
    AttachmentRef,
    Business,
    Code,
    DocumentMessage,
    DocumentType,
    Organ,
    OtherInfo,
    Promulgation,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    StatusMessage,
    TraceHeader,
)
from edms.documents.model import Document, DocumentFile, DocumentRecipient
from edms.exchange.model import StatusEvent
from edms.organisation.model import Agency

_CODE_CHARS = 50
"""Of a code in a reply (QCVN 102:2016); received ones may be longer, and the document's id is what counts."""


def sent_files(document: Document) -> list[DocumentFile]:
    """Return the files that leave with a document: the newest main file, then attachments."""
    main = document.main_file()
    rest = [f for f in document.files if f.role == "attachment" and f.superseded_at is None]
    return [main, *rest] if main is not None else rest


def document_message(
    document: Document, agency: Agency, exchange_id: str, replies_to: Iterable[Document], at: datetime
) -> DocumentMessage:
    """Return the message that carries `document` to all its recipients on the axis."""
    sender = organ(agency, at)
    staff = document.body.get("drafted_by", {})
    return DocumentMessage(
        sender=sender,
        recipients=tuple(_recipient(one) for one in document.recipients if one.organ_id),
        document_id=exchange_id,
        code=Code(number=document.number, notation=document.notation),
        promulgation=Promulgation(place=agency.place_name, date=_date(document)),
        document_type=DocumentType(name=document.type_name),
        subject=document.subject,
        signer=SignerInfo(position=document.signer_position, full_name=document.signer_name),
        due_date=DateText.of(document.due_on) if document.due_on else DateText(),
        other=OtherInfo(priority=document.priority.value, page_amount=str(document.page_amount)),
        responses=tuple(_response(one) for one in replies_to),
        trace=(TraceHeader(organ_id=sender.organ_id, timestamp=MomentText.of(at)),),
        business=Business(
            doc_type="0",
            reason="Văn bản điện tử mới",
            staff=StaffInfo(staff=staff.get("person_name", ""), department=staff.get("unit_name", "")),
        ),
        attachments=tuple(attachment(number, file) for number, file in enumerate(sent_files(document), start=1)),
    )


def status_message(event: StatusEvent, document: Document, agency: Agency) -> StatusMessage:
    """Return the message that tells a document's sender what was done with it."""
    return StatusMessage(
        sender=organ(agency, event.occurred_at),
        response_for=ResponseFor(
            organ_id=event.organ_id,
            code=document.code[:_CODE_CHARS],
            document_id=document.exchange_id,
            promulgation_date=_date(document),
        ),
        status_code=event.code,
        staff=StaffInfo(staff=event.staff_name, department=event.staff_position),
        description=event.description,
        timestamp=MomentText.of(event.occurred_at),
    )


def attachment(number: int, file: DocumentFile) -> AttachmentRef:
    """Return the manifest line of a file, with digest and length under the envelope's signature."""
    return AttachmentRef(
        content_id=f"cid:{file.id}",
        content_type=file.media_type,
        attachment_name=file.name,
        description="Văn bản chính" if number == 1 else "Phụ lục",
        sha256=file.sha256,
        size_bytes=file.size_bytes,
    )


def organ(agency: Agency, at: datetime) -> Organ:
    """Return an agency as a message names it."""
    return Organ(
        organ_id=agency.primary_identifier(at),
        organ_name=agency.name,
        organization_in_charge=agency.issued_under or agency.name,
    )


def _recipient(recipient: DocumentRecipient) -> Organ:
    return Organ(organ_id=recipient.organ_id, organ_name=recipient.name, organization_in_charge=recipient.name)


def _response(target: Document) -> ResponseFor:
    return ResponseFor(
        organ_id=target.issuer_organ_id,
        code=target.code[:_CODE_CHARS],
        document_id=target.exchange_id,
        promulgation_date=_date(target),
    )


def _date(document: Document) -> DateText:
    return DateText.of(document.issued_on) if document.issued_on else DateText()
