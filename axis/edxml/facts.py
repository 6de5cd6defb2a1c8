"""Who, to whom and about what: the facts of a message that a report lists, whether it was understood or refused.

Of an understood message they follow from its meaning. Of a refused one they are what can still be read of its tree, which
may be cut short or nested wrongly; they are for people and for finding the fault, and nothing is ever done by them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from lxml import etree

from axis.edxml.business import BUSINESS_KINDS, BusinessKind, Target, TargetSource
from axis.edxml.dates import NO_DATE, DateText
from axis.edxml.model import Code, DocumentMessage, ResponseFor, StatusMessage
from axis.edxml.parse import ParsedMessage
from axis.edxml.rules import Notes
from axis.edxml.tree import children, descendants, text_of
from schemas.reader import local_name

Relation = Literal["revokes", "updates", "replaces", "reports-on", "replies-to"]

_RELATIONS: dict[str, Relation] = {"revoke": "revokes", "update": "updates", "replace": "replaces"}
_PARTS: dict[TargetSource, str] = {
    "business": "Bussiness/DocumentId",
    "response-for": "ResponseFor",
    "replacement": "ReplacementInfo",
    "status": "ResponseFor",
}
_ABOUT_OTHERS = frozenset({"ResponseFor", "Bussiness", "Business", "ReplacementInfo"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """A document that a message speaks of. Texts are empty where the message does not give them.

    `organ_id` is the agency that `ResponseFor` names; `named_in` are the parts of the message that name the document;
    `received_by` are the agencies that had received a replaced one.
    """

    relation: Relation
    organ_id: str
    document_id: str
    code: str
    promulgation_date: DateText = NO_DATE
    named_in: tuple[str, ...] = ()
    received_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a message; None or empty where it could not be read.

    The recipient of a status is the other party, `ResponseFor/OrganId`: a status has no `To`.
    """

    kind: Literal["document", "status"] | None = None
    business: BusinessKind | None = None
    status_code: str | None = None
    document_id: str | None = None
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()


def facts_of(parsed: ParsedMessage) -> Facts:
    """The facts of a message that was understood."""
    message = parsed.message
    if isinstance(message, StatusMessage):
        other = message.response_for.organ_id
        return Facts(
            kind="status",
            status_code=message.status_code,
            sender=message.sender.organ_id,
            recipients=(other,) if other else (),
            related=(_named_by(message.response_for, "reports-on"),),
        )
    return Facts(
        kind="document",
        business=parsed.business,
        document_id=message.document_id,
        sender=message.sender.organ_id,
        recipients=tuple(organ.organ_id for organ in message.recipients),
        related=tuple(_related(message, parsed.business, parsed.targets)),
    )


def facts_in(root: etree._Element | None, open_elements: Collection[etree._Element] = ()) -> Facts:
    """What can be read of a message that was refused; `open_elements` have no end, so the text of the last is no value."""
    header = None
    if root is not None:
        header = next((one for one in root.iter() if local_name(one) == "MessageHeader"), None)
    if root is None or header is None:
        return Facts()
    remains = _Remains(header, open_elements)
    status_code = remains.text(header, "StatusCode")
    of_document = any(remains.first(name) is not None for name in ("To", "Subject", "DocumentType"))
    responses = tuple(remains.responses())
    sender = remains.organ_ids("From")[:1]
    if not of_document and (status_code or responses):
        return Facts(
            kind="status",
            status_code=(status_code.zfill(2) if status_code.isdigit() else status_code) or None,
            sender=next(iter(sender), None),
            recipients=tuple(response.organ_id for response in responses[:1] if response.organ_id),
            related=tuple(_named_by(response, "reports-on") for response in responses),
        )
    business = remains.business(root, is_whole=not open_elements)
    relation = _RELATIONS.get(business or "", "replies-to")
    return Facts(
        kind="document" if of_document or business else None,
        business=business,
        document_id=remains.document_id(),
        sender=next(iter(sender), None),
        recipients=remains.organ_ids("To"),
        related=tuple(_named_by(response, relation) for response in responses),
    )


def _related(message: DocumentMessage, business: str | None, targets: tuple[Target, ...]) -> Iterator[Related]:
    """The targets of the operation, told as fully as the message tells them, then the documents replied to."""
    relation = _RELATIONS.get(business or "", "replies-to")
    received_by: dict[str, tuple[str, ...]] = {}
    for one in message.business.replacements if message.business else ():
        received_by[one.document_id] = tuple(dict.fromkeys((*received_by.get(one.document_id, ()), *one.organ_ids)))
    left = list(message.responses)
    for target in targets:
        related = Related(
            relation=relation,
            organ_id=target.organ_id,
            document_id=target.document_id,
            code=target.code,
            named_in=(_PARTS[target.source],),
            received_by=received_by.get(target.document_id, ()),
        )
        same = next((one for one in left if _is_same(one, target)), None)
        if same is not None:
            left.remove(same)
            own = message.business.document_id if message.business else ""
            named_in = dict.fromkeys([*related.named_in, "ResponseFor"])
            if own and own == target.document_id:
                named_in = dict.fromkeys([_PARTS["business"], *named_in])
            related = replace(
                related,
                organ_id=related.organ_id or same.organ_id,
                code=related.code or same.code,
                promulgation_date=same.promulgation_date,
                named_in=tuple(named_in),
            )
        yield related
    yield from (_named_by(response, "replies-to") for response in left if response.document_id or response.code)


def _is_same(response: ResponseFor, target: Target) -> bool:
    if target.document_id or response.document_id:
        return response.document_id == target.document_id
    return response.code == target.code


def _named_by(response: ResponseFor, relation: Relation) -> Related:
    return Related(
        relation=relation,
        organ_id=response.organ_id,
        document_id=response.document_id,
        code=response.code,
        promulgation_date=response.promulgation_date,
        named_in=("ResponseFor",),
    )


class _Remains:
    """What is left of a header: elements wherever they ended up in it, texts only where they are whole."""

    def __init__(self, header: etree._Element, open_elements: Collection[etree._Element]) -> None:
        self.header = header
        self.open_elements = open_elements
        self.notes = Notes()

    def first(self, name: str) -> etree._Element | None:
        return next(descendants(self.header, name), None)

    def text(self, parent: etree._Element, name: str) -> str:
        found = (one for one in descendants(parent, name) if one not in self.open_elements)
        return next((text for one in found if (text := text_of(one, self.notes))), "")

    def organ_ids(self, name: str) -> tuple[str, ...]:
        """Ids of the agencies named `name`, each once."""
        ids = (self._organ_id(one) for one in descendants(self.header, name))
        return tuple(dict.fromkeys(one for one in ids if one and one != "null"))

    def document_id(self) -> str | None:
        for element in descendants(self.header, "DocumentId"):
            around = {local_name(ancestor) for ancestor in element.iterancestors()}
            if element not in self.open_elements and not around & _ABOUT_OTHERS and text_of(element, self.notes):
                return text_of(element, self.notes)
        return None

    def business(self, root: etree._Element, *, is_whole: bool) -> BusinessKind | None:
        code = self.text(root, "BussinessDocType")
        if code:
            return BUSINESS_KINDS.get(code.lstrip("0") or "0")
        return "new" if is_whole else None

    def responses(self) -> Iterator[ResponseFor]:
        for element in descendants(self.header, "ResponseFor"):
            code = self.text(element, "Code")
            if not code:
                code = Code(number=self.text(element, "CodeNumber"), notation=self.text(element, "CodeNotation")).text
            response = ResponseFor(
                organ_id=self.text(element, "OrganId"),
                code=code,
                document_id=self.text(element, "DocumentId"),
                promulgation_date=DateText.read(self.text(element, "PromulgationDate")),
            )
            if response.document_id or response.code:
                yield response

    def _organ_id(self, element: etree._Element) -> str:
        own = [one for one in children(element, "OrganId") if one not in self.open_elements]
        return next((text for one in own if (text := text_of(one, self.notes))), "")
