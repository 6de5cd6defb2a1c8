"""What a message means, in one sentence for people."""

from __future__ import annotations

from typing import NamedTuple

from axis.edxml.business import Target
from axis.edxml.model import DocumentMessage, Organ, Replacement, StatusMessage, UpdateInfo
from axis.edxml.parse import ParsedMessage
from schemas.edxml.codes import BUSINESS_TYPES, STATUS_CODES, document_types_named

_CHANGES = {"0": ("bỏ", "removed"), "1": ("thêm", "added")}


class Description(NamedTuple):
    """The same sentence in Vietnamese and in English."""

    vi: str
    en: str


def describe(parsed: ParsedMessage) -> Description:
    """One sentence: who does what with which document, for whom. Contains text of the sender: escape it in HTML."""
    message = parsed.message
    if isinstance(message, StatusMessage):
        return _status(message)
    return _document(parsed, message)


def details(parsed: ParsedMessage) -> tuple[Description, ...]:
    """What an operation changes, a sentence for each point: reason, paper copy, updated parts, recipients, replaced ones.

    Contains text of the sender: escape it in HTML. Empty for a status and for a new document without any of it.
    """
    message = parsed.message
    if isinstance(message, StatusMessage) or message.business is None:
        return ()
    business = message.business
    told = [Description(f"Lý do: {business.reason}.", f"Reason: {business.reason}.")] if business.reason else []
    if business.paper == "1":
        told.append(Description("Có bản giấy gửi kèm.", "A paper copy follows."))
    if parsed.business == "update":
        told += _update(business.update)
    if parsed.business == "replace":
        told += dict.fromkeys(map(_replacement, business.replacements))
    return tuple(told)


def _update(update: UpdateInfo) -> list[Description]:
    told = []
    if update.document_info == "1":
        told.append(Description("Thông tin văn bản thay đổi.", "The document's information changes."))
    if update.document_receiver == "1" or update.receivers:
        told.append(Description("Danh sách nơi nhận thay đổi.", "The list of recipients changes."))
    for receiver in update.receivers:
        vi, en = _CHANGES.get(receiver.change, (f"loại {receiver.change}", f"change {receiver.change}"))
        told.append(Description(f"Nơi nhận {receiver.organ_id}: {vi}.", f"Recipient {receiver.organ_id}: {en}."))
    return told


def _replacement(replacement: Replacement) -> Description:
    organs = ", ".join(replacement.organ_ids)
    return Description(
        f"Thay thế văn bản {replacement.document_id}" + (f", đã gửi đến {organs}." if organs else "."),
        f"Replaces document {replacement.document_id}" + (f", which had gone to {organs}." if organs else "."),
    )


def _document(parsed: ParsedMessage, message: DocumentMessage) -> Description:
    kind = BUSINESS_TYPES[message.business.doc_type if message.business else "0"]
    sender, reference = _name(message.sender), _reference(message)
    types = document_types_named(message.document_type.name)
    type_en = types[0].label_en if types else message.document_type.name or "Document"
    type_vi = message.document_type.name or "Văn bản"
    recipients = message.recipients
    to_vi = _name(recipients[0]) if len(recipients) == 1 else f"{len(recipients)} cơ quan"
    to_en = _name(recipients[0]) if len(recipients) == 1 else f"{len(recipients)} agencies"
    date = message.promulgation.date.value
    date_vi = f" ngày {date:%d/%m/%Y}" if date else ""
    date_en = f" of {date.isoformat()}" if date else ""
    subject = f" “{message.subject}”" if message.subject else ""
    files = sum(attachment.received is not None for attachment in parsed.attachments)
    targets = _targets(parsed.targets)
    return Description(
        f"{kind.label_vi}: {sender} gửi {type_vi}{reference.vi}{date_vi}{subject} đến {to_vi}, kèm {files} tệp"
        + (f"; văn bản liên quan: {targets}." if targets else "."),
        f"{kind.label_en}: {sender} sends {type_en}{reference.en}{date_en}{subject} to {to_en} "
        f"with {files} {'file' if files == 1 else 'files'}"
        + (f"; documents concerned: {targets}." if targets else "."),
    )


def _status(message: StatusMessage) -> Description:
    code = STATUS_CODES.get(message.status_code)
    label_vi = code.label_vi if code else f"Trạng thái {message.status_code}"
    label_en = code.label_en if code else f"Status {message.status_code}"
    sender, response = _name(message.sender), message.response_for
    document = response.code or response.document_id
    reason = f": {message.description}" if message.description else ""
    return Description(
        f"{label_vi}: {sender} báo về văn bản {document} của {response.organ_id}{reason}."
        if message.status_code != "13"
        else f"{label_vi}: {sender} đề nghị {response.organ_id} trả lại văn bản {document}{reason}.",
        f"{label_en}: {sender} reports on document {document} of {response.organ_id}{reason}."
        if message.status_code != "13"
        else f"{label_en}: {sender} asks {response.organ_id} to return document {document}{reason}.",
    )


def _name(organ: Organ) -> str:
    return organ.organ_name or organ.organ_id


def _reference(message: DocumentMessage) -> Description:
    text = message.code.text
    return Description(f" số {text}", f" no. {text}") if text else Description("", "")


def _targets(targets: tuple[Target, ...]) -> str:
    return "; ".join(target.code or target.document_id for target in targets)
