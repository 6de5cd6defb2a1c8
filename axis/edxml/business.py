"""The operation that a document message performs, and the documents it performs it on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lxml import etree

from axis.edxml import fields
from axis.edxml.errors import BusinessTypeUnknown
from axis.edxml.model import Business, DocumentMessage, ReceiverChange, Replacement, StaffInfo, UpdateInfo
from axis.edxml.rules import Notes, place_of
from axis.edxml.tree import children, descendants, only_child, read_leaf, read_leaves, read_texts

BusinessKind = Literal["new", "revoke", "update", "replace"]

BUSINESS_KINDS: dict[str, BusinessKind] = {"0": "new", "1": "revoke", "2": "update", "3": "replace"}
"""Operation by BussinessDocType."""

TargetSource = Literal["business", "response-for", "replacement", "status"]


@dataclass(frozen=True, slots=True)
class Target:
    """A document spoken of, and which part of the message names it.

    `document_id` is opaque; `organ_id` and `code` are empty where that part does not give them.
    """

    document_id: str
    organ_id: str
    code: str
    source: TargetSource


def read_business(envelope: etree._Element, notes: Notes) -> Business | None:
    """Bussiness of the envelope, None when absent. Raises BusinessTypeUnknown."""
    found = list(descendants(envelope, "Bussiness")) or list(descendants(envelope, "Business"))
    if not found:
        notes.add("edxml.business-missing", envelope)
        return None
    element = found[0]
    if len(found) > 1:
        notes.add("edxml.business-duplicated", found[1])
    values = read_leaves(element, fields.BUSINESS, notes)
    values["doc_type"] = _doc_type(values["doc_type"], element, notes)
    update = only_child(element, "BussinessDocumentInfo", notes)
    return Business(
        **values,
        update=UpdateInfo(
            **read_leaves(update, fields.UPDATE, notes),
            receivers=tuple(
                ReceiverChange(**read_leaves(receiver, fields.RECEIVER, notes))
                for receiver in children(only_child(update, "ReceiverList", notes), "Receiver")
            ),
        ),
        replacements=tuple(
            Replacement(
                document_id=read_leaf(replacement, fields.REPLACED_ID, notes),
                organ_ids=read_texts(only_child(replacement, "OrganIdList", notes), "OrganId", notes),
            )
            for replacement in children(only_child(element, "ReplacementInfoList", notes), "ReplacementInfo")
        ),
        staff=StaffInfo(**read_leaves(only_child(element, "StaffInfo", notes), fields.STAFF, notes)),
    )


def targets_of(document: DocumentMessage, header: etree._Element, notes: Notes) -> tuple[Target, ...]:
    """The documents that `document` revokes, updates or replaces, in order and each once; none for a new one.

    Senders differ in where they name them. A revocation is looked for in Bussiness/DocumentId and in ResponseFor (the
    published sample has it only there); an update in Bussiness/DocumentId, else in ResponseFor; a replacement in
    ReplacementInfoList, else as an update.
    """
    business = document.business
    if business is None or business.doc_type == "0":
        return ()
    own = [Target(business.document_id, "", "", "business")] if business.document_id else []
    responses = [
        Target(response.document_id, response.organ_id, response.code, "response-for")
        for response in document.responses
        if response.document_id or response.code
    ]
    replaced = [Target(one.document_id, "", "", "replacement") for one in business.replacements if one.document_id]
    if business.doc_type == "1":
        found = own + responses
        if own and responses and business.document_id not in {target.document_id for target in responses}:
            notes.add("edxml.targets-differ", header)
    elif business.doc_type == "2":
        found = own or responses
    else:
        found = replaced or own or responses
    if not found:
        notes.add("edxml.target-missing", header)
    return _each_once(found)


def _each_once(targets: list[Target]) -> tuple[Target, ...]:
    """One target for each document; where two parts name the same one, the part that tells more is kept."""
    kept: dict[tuple[str, str], Target] = {}
    for target in targets:
        key = (target.document_id, "" if target.document_id else target.code)
        known = kept.get(key)
        if known is None or not (known.organ_id or known.code):
            kept[key] = target
    return tuple(kept.values())


def _doc_type(raw: str, element: etree._Element, notes: Notes) -> str:
    if not raw:
        notes.add("edxml.business-missing", element)
        return "0"
    code = raw.lstrip("0") or "0"
    if code not in BUSINESS_KINDS:
        raise BusinessTypeUnknown(raw[:20], **place_of(element))
    return code
