"""What an arrived document does to another one of its sender: revoke, update, replace. It is shown, linked and journalled.

Carrying it out (freezing the other document, answering 15 or 16) is people's work so far.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from axis.edxml.business import Target
from axis.edxml.model import DocumentMessage
from edms.documents.model import Direction, Document, DocumentRelation, Operation, RelationKind
from edms.exchange.errors import DocumentRepeated
from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.organisation.model import Agency
from edms.organisation.roles import identifiers_of
from storage.unit_of_work import Transaction

RELATION_OF = {
    Operation.REVOKE: RelationKind.REVOKES,
    Operation.UPDATE: RelationKind.UPDATES,
    Operation.REPLACE: RelationKind.REPLACES,
}
_WORDS = {
    Operation.NEW: "",
    Operation.REVOKE: "thu hồi văn bản",
    Operation.UPDATE: "cập nhật văn bản",
    Operation.REPLACE: "thay thế văn bản",
}
_MOST_TARGETS = 50
"""A message names a handful; more are not worth a link each."""


def in_words(document: Document) -> str:
    """Return `thu hồi văn bản 12/STC-VP` for the journal; empty for a new document."""
    codes = ", ".join(one["code"] for one in document.operation_targets)
    return f"{_WORDS[document.operation]} {codes}".strip()


def require_new(tx: Transaction, agency: Agency, message: DocumentMessage, operation: Operation) -> None:
    """Refuse a document that was filed before: same sender, same DocumentId, same operation. Raises `DocumentRepeated`.

    A revocation or an update may bear the identity of the document it speaks of.
    """
    query = select(Document.id).where(
        Document.agency_id == agency.id,
        Document.direction == Direction.INCOMING,
        Document.exchange_id == message.document_id,
        Document.operation == operation,
        Document.issuer_organ_id.in_(identifiers_of(tx.session, message.sender.organ_id)),
    )
    if tx.session.scalars(query).first() is not None:
        raise DocumentRepeated(message.document_id)


def operation_fields(
    session: Session, agency: Agency, operation: Operation, message: DocumentMessage, targets: Sequence[Target]
) -> dict[str, Any]:
    """Return the fields that say what the document does, and to which documents of its sender."""
    reason = message.business.reason if message.business is not None else ""
    if operation is Operation.NEW:
        return {"operation": operation, "operation_targets": []}
    names = identifiers_of(session, message.sender.organ_id)
    held = {one.exchange_id: one.code for one in _held(session, agency, names, [t.document_id for t in targets])}
    return {
        "operation": operation,
        "operation_reason": reason[:500],
        "operation_targets": [
            {
                "document_id": one.document_id[:200],
                "code": (one.code or held.get(one.document_id) or _code_of(one))[:100],
            }
            for one in targets[:_MOST_TARGETS]
        ],
    }


def link_operations(tx: Transaction, actor: Actor, document: Document) -> None:
    """Link `document` with those it concerns, and with those that arrived before it and concern it; journal both."""
    agency = tx.session.get_one(Agency, document.agency_id)
    names = identifiers_of(tx.session, document.issuer_organ_id)
    if document.operation is not Operation.NEW:
        wanted = [one["document_id"] for one in document.operation_targets]
        codes = [one["code"] for one in document.operation_targets if not one["document_id"]]
        for target in _held(tx.session, agency, names, wanted, codes):
            if target.id != document.id:
                _link(tx, actor, document, target)
    earlier = select(Document).where(
        Document.agency_id == document.agency_id,
        Document.direction == Direction.INCOMING,
        Document.operation != Operation.NEW,
        Document.issuer_organ_id.in_(names),
        Document.operation_targets.contains([{"document_id": document.exchange_id}]),
        Document.id != document.id,
    )
    if document.operation is Operation.NEW and document.exchange_id:
        for concerning in tx.session.scalars(earlier):
            _link(tx, actor, concerning, document)


def _link(tx: Transaction, actor: Actor, document: Document, target: Document) -> None:
    kind = RELATION_OF[document.operation]
    tx.session.add(DocumentRelation(document_id=document.id, target_id=target.id, kind=kind))
    data = {"code": document.code, "issuer": document.issuer_name}
    tx.record(Act(f"document.{document.operation}-announced", actor, "document", target.id, data))


def _held(
    session: Session, agency: Agency, names: Iterable[str], ids: Sequence[str], codes: Sequence[str] = ()
) -> list[Document]:
    """Return the arrived documents of one sender that bear one of the identities, or one of the codes."""
    code = Document.number + "/" + Document.notation
    query = select(Document).where(
        Document.agency_id == agency.id,
        Document.direction == Direction.INCOMING,
        Document.operation.in_([Operation.NEW, Operation.UPDATE, Operation.REPLACE]),
        Document.issuer_organ_id.in_(names),
        or_(Document.exchange_id.in_([one for one in ids if one]), code.in_(codes)),
    )
    return list(session.scalars(query))


def _code_of(target: Target) -> str:
    """Return the code that stands in an identity of the form `OrganId,date,code`; else the identity itself."""
    return target.document_id.rpartition(",")[2] or target.document_id
