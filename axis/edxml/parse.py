"""Reads the meaning of a message, bearing every oddity seen on the national and provincial axes.

Elements are known by local name, in any namespace, prefix and order. What is odd becomes a finding; refused is only what
leaves no meaning: no envelope or more than one, no sender, a document without recipient or identity, an operation
outside the four known, a status without code or target.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from lxml import etree

from axis.edxml import fields
from axis.edxml.attachments import MatchedAttachment, match, read_manifest
from axis.edxml.business import BUSINESS_KINDS, BusinessKind, Target, read_business, targets_of
from axis.edxml.errors import (
    DocumentIdMissing,
    EnvelopeAmbiguous,
    ErrorResponse,
    LegacyEdoc,
    NotEdxml,
    RecipientMissing,
    SenderMissing,
    StatusCodeMissing,
    StatusTargetMissing,
)
from axis.edxml.identity import make_document_id
from axis.edxml.model import (
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
from axis.edxml.rules import Notes, place_of
from axis.edxml.secrecy import DeclaredSecrecy, declared_secrecy
from axis.edxml.signature_shape import is_dummy
from axis.edxml.tree import (
    children,
    descendants,
    has_child,
    only_child,
    read_date,
    read_leaf,
    read_leaves,
    read_moment,
    read_texts,
    text_of,
)
from schemas.edxml.codes import PRIORITIES, STATUS_CODES, document_types_named
from schemas.edxml.validation import DIGEST_NAMESPACE, NAMESPACE
from schemas.findings import Finding
from schemas.reader import ReadMessage, local_name

LEGACY_NAMESPACE = "http://www.e-doc.vn/Schema/"
"""Namespace of older eDoc software; its messages are read alike."""
_ERRORS_SHOWN = 20
SIGNATURE_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMessage:
    """A message understood.

    `business` is None for a status. `targets` are the documents that a revocation, update, replacement or status speaks
    of, none for a new document. `envelope` is the element that was read; `signatures` are the signature elements of the
    envelope as received, of whatever namespace. `sha256` (lower-case hex) and `size_bytes` are of the raw bytes.
    """

    kind: Literal["document", "status"]
    business: BusinessKind | None
    message: DocumentMessage | StatusMessage
    targets: tuple[Target, ...]
    attachments: tuple[MatchedAttachment, ...]
    declared_secrecy: DeclaredSecrecy | None
    findings: tuple[Finding, ...]
    envelope: etree._Element
    signatures: tuple[etree._Element, ...]
    sha256: str
    size_bytes: int


def parse_message(read: ReadMessage, *, envelope: etree._Element | None = None) -> ParsedMessage:
    """Understand `read`.

    `envelope` replaces the one in `read` when given: pass the element that a signature check returned, so that what is
    acted on is what was signed. Neither tree is changed.

    Raises Meaningless (one leaf for each cause, see `axis.edxml.errors`).
    """
    notes = Notes(read.findings)
    received = _envelope(read.root)
    signatures = _signatures(received, notes)
    if envelope is None:
        envelope = received
    header = _header(envelope)
    _note_namespaces(envelope, notes)
    sender = _sender(header, notes)
    message: DocumentMessage | StatusMessage
    if _is_status(header):
        message = _status(header, sender, notes)
        response = message.response_for
        targets: tuple[Target, ...] = (Target(response.document_id, response.organ_id, response.code, "status"),)
        attachments = match((), read.attachments, notes, envelope=envelope) if read.attachments else ()
        business, secrecy = None, None
    else:
        message = _document(envelope, header, sender, notes)
        targets = targets_of(message, header, notes)
        attachments = match(message.attachments, read.attachments, notes, envelope=envelope)
        business = BUSINESS_KINDS[message.business.doc_type] if message.business else "new"
        secrecy = declared_secrecy(message, envelope)
        if secrecy is not None:
            notes.add("edxml.secrecy-declared", next(descendants(envelope, secrecy.field), header))
    return ParsedMessage(
        kind="status" if business is None else "document",
        business=business,
        message=message,
        targets=targets,
        attachments=attachments,
        declared_secrecy=secrecy,
        findings=notes.findings,
        envelope=envelope,
        signatures=signatures,
        sha256=read.sha256,
        size_bytes=read.size_bytes,
    )


def _envelope(root: etree._Element) -> etree._Element:
    """The one envelope under a root named edXML; the namespace may be any, since older software has its own."""
    envelopes = list(children(root, "edXMLEnvelope")) if local_name(root) == "edXML" else []
    if not envelopes:
        raise _not_edxml(root)
    if len(envelopes) > 1:
        raise EnvelopeAmbiguous("edXMLEnvelope", **place_of(envelopes[1]))
    return envelopes[0]


def _not_edxml(root: etree._Element) -> NotEdxml:
    """The refusal that says best what `root` is."""
    name = local_name(root)
    errors = [one for one in (root, *root.iterdescendants()) if local_name(one) == "Error"]
    if errors or name == "ErrorList":
        notes = Notes()
        texts = [
            " ".join(text_of(child, notes) for child in error if isinstance(child.tag, str)) or text_of(error, notes)
            for error in errors[:_ERRORS_SHOWN]
        ]
        return ErrorResponse("; ".join(texts)[:1000], **place_of(errors[0] if errors else root), errors=texts)
    if name == "Envelope" and "soap" in (etree.QName(root).namespace or "").lower():
        return LegacyEdoc(name, **place_of(root))
    if name == "edXML":
        name = "no edXMLEnvelope" if next(children(root, "edXMLEnvelope"), None) is None else "no MessageHeader"
    return NotEdxml(name, **place_of(root))


def _header(envelope: etree._Element) -> etree._Element:
    headers = list(descendants(envelope, "MessageHeader"))
    if not headers:
        parent = envelope.getparent()
        raise _not_edxml(envelope if parent is None else parent)
    if len(headers) > 1:
        raise EnvelopeAmbiguous("MessageHeader", **place_of(headers[1]))
    return headers[0]


def _note_namespaces(envelope: etree._Element, notes: Notes) -> None:
    elements = (element for element in envelope.iter() if isinstance(element.tag, str))
    found = {etree.QName(element).namespace for element in elements} - {SIGNATURE_NAMESPACE, DIGEST_NAMESPACE}
    if len(found) > 1:
        notes.add("edxml.namespaces-mixed", envelope)
    if not found <= {NAMESPACE, LEGACY_NAMESPACE}:
        notes.add("edxml.namespace-unknown", envelope)


def _signatures(envelope: etree._Element, notes: Notes) -> tuple[etree._Element, ...]:
    found = tuple(descendants(envelope, "Signature"))
    if not found:
        notes.add("edxml.signature-absent", envelope)
    for signature in found:
        if etree.QName(signature).namespace != SIGNATURE_NAMESPACE:
            notes.add("edxml.signature-namespace", signature)
        if is_dummy(signature):
            notes.add("edxml.signature-unverifiable", signature)
    return found


def _sender(header: etree._Element, notes: Notes) -> Organ:
    found: list[Organ] = []
    for element in children(header, "From"):
        inner = list(children(element, "From"))
        if inner:
            notes.add("edxml.from-nested", element)
        found += (_organ(one, notes) for one in (*inner, element) if has_child(one, "OrganId"))
    found = [organ for organ in found if organ.organ_id]
    if not found:
        raise SenderMissing(**place_of(header))
    if len(found) > 1:
        notes.add("edxml.from-duplicated", list(children(header, "From"))[-1])
    return found[0]


def _organ(element: etree._Element, notes: Notes) -> Organ:
    organ = Organ(**read_leaves(element, fields.ORGAN, notes))
    if organ.organ_id.lower() == "null":  # what a gateway writes for an agency that it does not know
        organ = replace(organ, organ_id="")
    if organ.organ_id and not organ.organ_name:
        notes.add("edxml.organ-name-missing", element)
    return organ


def _is_status(header: etree._Element) -> bool:
    """A StatusCode without a document around it, or a ResponseFor without anything that only a document has."""
    if has_child(header, "StatusCode"):
        return not (has_child(header, "To") and (has_child(header, "Subject") or has_child(header, "DocumentType")))
    document_only = ("To", "DocumentId", "Subject", "DocumentType")
    return has_child(header, "ResponseFor") and not any(has_child(header, name) for name in document_only)


def _status(header: etree._Element, sender: Organ, notes: Notes) -> StatusMessage:
    code = read_leaf(header, fields.STATUS_CODE, notes)
    if not code:
        raise StatusCodeMissing(**place_of(header))
    code = code.zfill(2) if code.isascii() and code.isdigit() else code
    if code not in STATUS_CODES:
        notes.add("edxml.status-code-unknown", next(children(header, "StatusCode"), None))
    responses = _responses(header, notes)
    if not responses or not (responses[0].document_id or responses[0].code):
        raise StatusTargetMissing(**place_of(header))
    element = next(children(header, "ResponseFor"), header)
    if not responses[0].document_id:
        notes.add("edxml.target-id-missing", element)
    if len(responses) > 1:
        notes.add("edxml.status-targets-several", element)
    return StatusMessage(
        sender=sender,
        response_for=responses[0],
        status_code=code,
        staff=StaffInfo(**read_leaves(only_child(header, "StaffInfo", notes), fields.STAFF, notes)),
        description=read_leaf(header, fields.STATUS_DESCRIPTION, notes),
        timestamp=read_moment(header, fields.STATUS_MOMENT, notes),
    )


def _document(envelope: etree._Element, header: etree._Element, sender: Organ, notes: Notes) -> DocumentMessage:
    recipients = _recipients(header, notes)
    code = Code(**read_leaves(only_child(header, "Code", notes), fields.CODE, notes))
    promulgation = Promulgation(
        **read_leaves(only_child(header, "PromulgationInfo", notes), fields.PROMULGATION, notes)
    )
    other = only_child(header, "OtherInfo", notes)
    document = DocumentMessage(
        sender=sender,
        recipients=recipients,
        document_id=_document_id(header, sender, code, promulgation, notes),
        code=code,
        promulgation=promulgation,
        document_type=DocumentType(
            **read_leaves(only_child(header, "DocumentType", notes), fields.DOCUMENT_TYPE, notes)
        ),
        subject=read_leaf(header, fields.SUBJECT, notes),
        content=read_leaf(header, fields.CONTENT, notes),
        signer=SignerInfo(**read_leaves(only_child(header, "SignerInfo", notes), fields.SIGNER, notes)),
        due_date=read_date(header, fields.DUE_DATE, notes),
        other=OtherInfo(
            **read_leaves(other, fields.OTHER, notes),
            appendixes=read_texts(only_child(other, "Appendixes", notes), "Appendix", notes),
        ),
        responses=_responses(header, notes),
        steering_type=read_leaf(header, fields.STEERING_TYPE, notes),
        task_codes=read_texts(only_child(header, "ResponseForTask", notes), "TaskCode", notes),
        application_type=read_leaf(header, fields.APPLICATION_TYPE, notes),
        to_places=read_texts(only_child(header, "ToPlaces", notes), "Place", notes),
        trace=_trace(envelope, notes),
        business=read_business(envelope, notes),
        attachments=read_manifest(children(envelope, "edXMLBody"), notes),
    )
    _note_document(document, header, notes)
    return document


def _recipients(header: etree._Element, notes: Notes) -> tuple[Organ, ...]:
    found: dict[str, Organ] = {}
    for element in children(header, "To"):
        organ = _organ(element, notes)
        if not organ.organ_id:
            notes.add("edxml.recipient-without-id", element)
        elif organ.organ_id in found:
            notes.add("edxml.recipient-duplicated", element)
        else:
            found[organ.organ_id] = organ
    if not found:
        raise RecipientMissing(**place_of(header))
    return tuple(found.values())


def _document_id(header: etree._Element, sender: Organ, code: Code, promulgation: Promulgation, notes: Notes) -> str:
    given = read_leaf(header, fields.DOCUMENT_ID, notes)
    if given:
        return given
    if not (code.number and code.notation and promulgation.date.value):
        raise DocumentIdMissing(**place_of(header))
    notes.add("edxml.document-id-derived", header)
    return make_document_id(sender.organ_id, promulgation.date.value, code.number, code.notation)


def _responses(header: etree._Element, notes: Notes) -> tuple[ResponseFor, ...]:
    found: list[ResponseFor] = []
    for element in children(header, "ResponseFor"):
        values = read_leaves(element, fields.RESPONSE_FOR, notes)
        if not values["code"]:  # some senders write the structure of MessageHeader/Code here
            code = only_child(element, "Code", notes)
            values["code"] = Code(**read_leaves(code, fields.CODE, notes)).text
        response = ResponseFor(**values)
        if response == ResponseFor():
            notes.add("edxml.response-for-empty", element)
        else:
            found.append(response)
    return tuple(found)


def _trace(envelope: etree._Element, notes: Notes) -> tuple[TraceHeader, ...]:
    found: list[TraceHeader] = []
    for element in descendants(envelope, "TraceHeader"):
        trace = TraceHeader(**read_leaves(element, fields.TRACE, notes))
        if trace.organ_id in {"", "null"}:
            notes.add("edxml.trace-organ-null", element)
        found.append(trace)
    return tuple(found)


def _note_document(document: DocumentMessage, header: etree._Element, notes: Notes) -> None:
    issued, due = document.promulgation.date, document.due_date
    number = document.code.number
    priority = document.other.priority
    oddities = {
        ("edxml.code-missing", "Code"): not (number and document.code.notation),
        ("edxml.code-number-form", "CodeNumber"): bool(number) and not number.isdecimal(),
        ("edxml.date-missing", "PromulgationInfo"): not issued.raw,
        ("edxml.due-before-issue", "DueDate"): bool(issued.value and due.value and due.value < issued.value),
        ("edxml.subject-missing", "Subject"): not document.subject,
        ("edxml.document-type-unknown", "DocumentType"): not document_types_named(document.document_type.name),
        ("edxml.priority-unknown", "Priority"): bool(priority) and priority not in PRIORITIES,
    }
    for (rule, name), is_odd in oddities.items():
        if is_odd:
            notes.add(rule, next(descendants(header, name), header))
