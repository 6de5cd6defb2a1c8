"""Builds the envelope of a message, strictly: every field has its form and length, every element its place.

    root = build_document(message)          # or build_status(message)
    ...                                      # sign root's envelope, if it is to be signed
    write_message(root, attachments, target)

A signed envelope must not be moved below another element: lxml rewrites prefixes when an element comes below one that
binds the same namespace, and the digest breaks. `write_message` takes the envelope alone as well as the root.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from axis.edxml import fields
from axis.edxml.dates import DateText, MomentText
from axis.edxml.errors import FieldInvalid, FieldMissing, FieldTooLong
from axis.edxml.fields import PATTERNS, Leaf
from axis.edxml.model import (
    AttachmentRef,
    Business,
    DocumentMessage,
    OtherInfo,
    StaffInfo,
    StatusMessage,
    TraceHeader,
    UpdateInfo,
)
from axis.edxml.write import OutgoingAttachment, Written, write_message
from schemas.edxml.validation import DIGEST_NAMESPACE, NAMESPACE

__all__ = [
    "OWN",
    "PLAIN",
    "OutgoingAttachment",
    "Profile",
    "Written",
    "build_document",
    "build_status",
    "trace_of",
    "write_message",
]

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PREFIX = {"edXML": NAMESPACE}
_HEX_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a partner bears. `attachment_digests`: our attributes `lt:sha256` and `lt:size` on manifest references."""

    attachment_digests: bool = True


OWN = Profile()
"""Between installations of this system."""
PLAIN = Profile(attachment_digests=False)
"""For partners who refuse attributes that QCVN 102 does not name."""


def trace_of(organ_id: str, moment: dt.datetime) -> TraceHeader:
    """A station of the way: `organ_id` at `moment` (aware), written in Vietnamese time. Raises ValueError when naive."""
    return TraceHeader(organ_id=organ_id, timestamp=MomentText.of(moment))


def build_document(message: DocumentMessage, *, profile: Profile = OWN) -> etree._Element:
    """Root `edXML` with the envelope of `message` as its only child; the attachments are written later.

    The result follows `schemas/edxml/v102/edxml-102.xsd`. At least one trace station is required (`trace_of`); with
    `profile.attachment_digests` every reference needs its digest and size.

    Raises FieldMissing, FieldTooLong or FieldInvalid, with the path of the first element at fault.
    """
    root, header = _root()
    message_header = _Section(_add(header, "MessageHeader"), "MessageHeader")
    message_header.leaves("From", message.sender, fields.ORGAN)
    if not message.recipients:
        raise FieldMissing("MessageHeader/To")
    _each_once("MessageHeader/To/OrganId", (organ.organ_id for organ in message.recipients))
    for organ in message.recipients:
        message_header.leaves("To", organ, fields.ORGAN)
    message_header.leaf(fields.DOCUMENT_ID, message.document_id)
    message_header.leaves("Code", message.code, fields.CODE)
    message_header.leaves("PromulgationInfo", message.promulgation, fields.PROMULGATION)
    message_header.leaves("DocumentType", message.document_type, fields.DOCUMENT_TYPE)
    message_header.leaf(fields.SUBJECT, message.subject)
    message_header.leaf(fields.CONTENT, message.content)
    message_header.leaves("SignerInfo", message.signer, fields.SIGNER)
    message_header.leaf(fields.DUE_DATE, message.due_date)
    if message.other != OtherInfo():
        other = message_header.leaves("OtherInfo", message.other, fields.OTHER)
        other.texts("Appendixes", fields.APPENDIX, message.other.appendixes)
    for response in message.responses:
        message_header.leaves("ResponseFor", response, fields.RESPONSE_FOR)
    message_header.leaf(fields.STEERING_TYPE, message.steering_type)
    message_header.texts("ResponseForTask", fields.TASK_CODE, message.task_codes)
    message_header.leaf(fields.APPLICATION_TYPE, message.application_type)
    message_header.texts("ToPlaces", fields.PLACE, message.to_places)
    _build_trace(_Section(_add(header, "TraceHeaderList"), "TraceHeaderList"), message)
    _build_manifest(_add(root[0], "edXMLBody"), message.attachments, profile)
    return root


def build_status(message: StatusMessage) -> etree._Element:
    """Root `edXML` with the envelope of a status; it has no body and no attachments.

    Raises FieldMissing, FieldTooLong or FieldInvalid, with the path of the first element at fault.
    """
    root, header = _root()
    section = _Section(_add(header, "MessageHeader"), "MessageHeader")
    section.leaves("From", message.sender, fields.ORGAN)
    section.leaves("ResponseFor", message.response_for, fields.RESPONSE_FOR)
    if message.staff != StaffInfo():
        section.leaves("StaffInfo", message.staff, fields.STAFF)
    section.leaf(fields.STATUS_CODE, message.status_code)
    section.leaf(fields.STATUS_DESCRIPTION, message.description)
    section.leaf(fields.STATUS_MOMENT, message.timestamp)
    return root


class _Section:
    """An element under construction, with its path for messages to people."""

    def __init__(self, element: etree._Element, path: str) -> None:
        self.element = element
        self.path = path

    def section(self, name: str) -> _Section:
        return _Section(_add(self.element, name), f"{self.path}/{name}")

    def leaf(self, leaf: Leaf, value: object) -> None:
        """Add the element of `leaf` unless `value` is empty and may be."""
        text = _checked(leaf, value, f"{self.path}/{leaf.element}")
        if text:
            _add(self.element, leaf.element).text = text

    def leaves(self, name: str, source: object, leaves: Iterable[Leaf]) -> _Section:
        """Add the element `name` with all `leaves` taken from the attributes of `source`."""
        section = self.section(name)
        for leaf in leaves:
            section.leaf(leaf, getattr(source, leaf.attribute))
        return section

    def texts(self, name: str, leaf: Leaf, values: Iterable[str]) -> None:
        """Add the list element `name` with one child for each value; nothing for none."""
        values = tuple(values)
        if values:
            section = self.section(name)
            for value in values:
                section.leaf(leaf, value)


def _root() -> tuple[etree._Element, etree._Element]:
    root = etree.Element(f"{{{NAMESPACE}}}edXML", nsmap={None: NAMESPACE})
    envelope = etree.SubElement(root, f"{{{NAMESPACE}}}edXMLEnvelope", nsmap=_PREFIX)
    return root, _add(envelope, "edXMLHeader")


def _add(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")


def _build_trace(section: _Section, message: DocumentMessage) -> None:
    if not message.trace:
        raise FieldMissing("TraceHeaderList/TraceHeader")
    for trace in message.trace:
        section.leaves("TraceHeader", trace, fields.TRACE)
    if message.business is not None:
        _build_business(section, message.business)


def _build_business(parent: _Section, business: Business) -> None:
    section = parent.leaves("Bussiness", business, fields.BUSINESS)
    if business.update != UpdateInfo():
        update = section.leaves("BussinessDocumentInfo", business.update, fields.UPDATE)
        if business.update.receivers:
            receivers = update.section("ReceiverList")
            for receiver in business.update.receivers:
                receivers.leaves("Receiver", receiver, fields.RECEIVER)
    if business.replacements:
        replacements = section.section("ReplacementInfoList")
        for replacement in business.replacements:
            one = replacements.section("ReplacementInfo")
            one.leaf(fields.REPLACED_ID, replacement.document_id)
            one.texts("OrganIdList", fields.REPLACED_ORGAN, replacement.organ_ids)
    if business.staff != StaffInfo():
        section.leaves("StaffInfo", business.staff, fields.STAFF)


def _build_manifest(body: etree._Element, attachments: tuple[AttachmentRef, ...], profile: Profile) -> None:
    nsmap = {"lt": DIGEST_NAMESPACE} if profile.attachment_digests else None
    section = _Section(etree.SubElement(body, f"{{{NAMESPACE}}}edXMLManifest", nsmap=nsmap), "edXMLManifest")
    section.element.set("version", "1.0")
    _each_once("edXMLManifest/Reference/ContentId", (ref.key for ref in attachments))
    for ref in attachments:
        reference = section.leaves("Reference", ref, fields.REFERENCE)
        if profile.attachment_digests:
            _set_digest(reference.element, ref)


def _set_digest(reference: etree._Element, ref: AttachmentRef) -> None:
    field = "edXMLManifest/Reference/@lt:"
    if not _HEX_DIGEST.fullmatch(ref.sha256):
        raise FieldInvalid(f"{field}sha256", "64 lower-case hex digits expected")
    if ref.size_bytes is None or ref.size_bytes < 0:
        raise FieldMissing(f"{field}size")
    reference.set(f"{{{DIGEST_NAMESPACE}}}sha256", ref.sha256)
    reference.set(f"{{{DIGEST_NAMESPACE}}}size", str(ref.size_bytes))


def _each_once(field: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise FieldInvalid(field, f"{value} twice")
        seen.add(value)


def _checked(leaf: Leaf, value: object, field: str) -> str:
    text = _as_text(value, field)
    if not text:
        if leaf.required:
            raise FieldMissing(field)
        return ""
    if len(text) > leaf.max_chars:
        raise FieldTooLong(field, f"{len(text)} > {leaf.max_chars}", limit=leaf.max_chars, length=len(text))
    if text != text.strip():
        raise FieldInvalid(field, "white space around the text")
    if _NOT_IN_XML.search(text):
        raise FieldInvalid(field, "control character")
    pattern = PATTERNS.get(leaf.form)
    if pattern is not None and not pattern.fullmatch(text):
        raise FieldInvalid(field, f"not of the form {leaf.form}")
    return text


def _as_text(value: object, field: str) -> str:
    """The wire form of a value: dates and times only in the form of the standard, whatever they were read from."""
    if isinstance(value, DateText):
        if value.raw and value.value is None:
            raise FieldInvalid(field, "not a date")
        return DateText.of(value.value).raw if value.value else ""
    if isinstance(value, MomentText):
        if value.raw and value.value is None:
            raise FieldInvalid(field, "not a point in time")
        return MomentText.of(value.value).raw if value.value else ""
    return str(value)
