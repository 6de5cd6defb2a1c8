"""Reads of documents. Every one applies `access.visible_to`; nothing lazy leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session, selectinload

from edms.audit.model import JournalEntry
from edms.audit.queries import history
from edms.documents.access import find, reviews_secrecy, visible_to
from edms.documents.attachments import may_attach
from edms.documents.commands import ListDocuments
from edms.documents.model import (
    Direction,
    Document,
    DocumentRelation,
    DocumentState,
    FileRole,
    Participant,
    ParticipantRole,
    SecrecyHold,
)
from edms.documents.rules import actions_open
from edms.documents.views import (
    DocumentPage,
    DocumentRow,
    FileView,
    PageContributor,
    RecipientView,
    RelationView,
    TimelineEntry,
)
from edms.organisation.actor import Actor
from edms.organisation.model import Capacity, Position

PAGE_ROWS = 25

LOOKS = ("document.read", "document.downloaded", "document.page-shown")
"""Acts that leave a document as it was."""

_RELATION_LABELS = {
    "replies_to": "Trả lời văn bản",
    "replied_by": "Văn bản trả lời",
    "revokes": "Thu hồi văn bản",
    "revoked_by": "Bị thu hồi theo văn bản",
    "updates": "Cập nhật văn bản",
    "updated_by": "Được cập nhật theo văn bản",
    "replaces": "Thay thế văn bản",
    "replaced_by": "Được thay thế bằng văn bản",
}
_PASSIVE = {"replies_to": "replied_by", "revokes": "revoked_by", "updates": "updated_by", "replaces": "replaced_by"}
_CONCERNS_EVERYBODY = frozenset({"revoked_by", "updated_by", "replaced_by"})
"""Whoever works on a document must learn of these, though the other document be out of sight."""


def listed(
    session: Session, actor: Actor, direction: Direction, command: ListDocuments
) -> tuple[list[DocumentRow], int]:
    """Return one page of the agency's documents of `direction`, newest first, and how many there are in all."""
    query = select(Document).where(visible_to(actor), Document.direction == direction)
    if command.states:
        query = query.where(Document.state.in_(command.states))
    if command.text:
        pattern = f"%{_escaped(command.text)}%"
        columns = (Document.subject, Document.number, Document.notation, Document.issuer_name)
        query = query.where(or_(*(column.ilike(pattern) for column in columns)))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    newest = query.order_by(Document.created_at.desc(), Document.id.desc())
    page = newest.limit(PAGE_ROWS).offset((command.page - 1) * PAGE_ROWS)
    return rows(session, actor, session.scalars(page).all()), total


def waiting_for(session: Session, actor: Actor, states: Iterable[DocumentState], limit: int = 50) -> list[DocumentRow]:
    """Return the documents that the actor's position must act on and that stand in `states`, most pressing first."""
    query = (
        select(Document)
        .where(
            visible_to(actor),
            Document.responsible_position_id == actor.position_id,
            Document.state.in_(list(states)),
        )
        .order_by(Document.priority.desc(), Document.due_on.asc().nulls_last(), Document.created_at)
        .limit(limit)
    )
    return rows(session, actor, session.scalars(query).all())


def refused(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on sent documents that a recipient refused and that concern the actor: a clerk, or the drafter."""
    drafted = exists().where(
        Participant.document_id == Document.id,
        Participant.position_id == actor.position_id,
        Participant.role == ParticipantRole.DRAFTER,
    )
    concerns: ColumnElement[bool] = true() if actor.capacity == Capacity.CLERK else drafted
    return and_(visible_to(actor), Document.refusals > 0, concerns)


def refused_documents(session: Session, actor: Actor, limit: int = 50) -> list[DocumentRow]:
    """Return the documents of `refused`, the newest first."""
    query = select(Document).where(refused(actor)).order_by(Document.created_at.desc()).limit(limit)
    return rows(session, actor, session.scalars(query).all())


def rows(session: Session, actor: Actor, documents: Sequence[Document]) -> list[DocumentRow]:
    """Return list lines of `documents`, in their order; positions and readings are asked for once each."""
    read = _read_in_position(session, actor, [d.id for d in documents])
    titles = _titles(session, {d.responsible_position_id for d in documents if d.responsible_position_id})
    return [
        DocumentRow(
            id=d.id,
            direction=d.direction.value,
            state=d.state.value,
            code=d.code,
            type_name=d.type_name,
            subject=d.subject,
            issuer_name=d.issuer_name,
            issued_on=d.issued_on,
            arrived_at=d.arrived_at,
            register_number="",
            priority=d.priority.value,
            due_on=d.due_on,
            responsible=titles.get(d.responsible_position_id, "") if d.responsible_position_id else "",
            unread=d.responsible_position_id == actor.position_id and d.id not in read,
            operation=d.operation.value,
            operation_codes=_operation_codes(d),
            secrecy_hold=d.secrecy_hold.value,
            refusals=d.refusals,
        )
        for d in documents
    ]


def page_of(
    session: Session, actor: Actor, document_id: UUID, contributors: Sequence[PageContributor], at: datetime
) -> DocumentPage:
    """Return all that the page of one document shows to `actor` at `at`. Raises `DocumentNotFound`."""
    document = find(session, actor, document_id)
    session.refresh(document, ["files", "recipients"])
    contributed: dict[str, Any] = {}
    for contributor in contributors:
        contributed.update(contributor(session, actor, document_id, at))
    responsible = document.responsible_position_id == actor.position_id
    signer = document.signer_position_id == actor.position_id
    actions = actions_open(document.direction, document.state, actor.capacity, responsible=responsible, signer=signer)
    actions += contributed.pop("more_actions", [])
    attaching = may_attach(session, actor, document)
    if document.secrecy_hold != SecrecyHold.NONE:
        actions = ["review_secrecy"] if document.secrecy_hold == SecrecyHold.HELD and reviews_secrecy(actor) else []
    elif attaching:
        actions.append("attach")
    titles = _titles(session, {document.responsible_position_id} - {None})
    recipients = tuple(RecipientView(r.name, r.organ_id) for r in document.recipients)
    return DocumentPage(
        id=document.id,
        version=document.version,
        direction=document.direction.value,
        state=document.state.value,
        code=document.code,
        type_name=document.type_name,
        subject=document.subject,
        issuer_name=document.issuer_name,
        issuer_organ_id=document.issuer_organ_id,
        issued_on=document.issued_on,
        arrived_at=document.arrived_at,
        priority=document.priority.value,
        due_on=document.due_on,
        signer_position=document.signer_position,
        signer_name=document.signer_name,
        page_amount=document.page_amount,
        language=document.language,
        responsible=next(iter(titles.values()), ""),
        files=tuple(_file_views(document, contributed.get("verdict", ""))),
        actions=tuple(actions),
        relations=tuple(_relations(session, actor, document_id)),
        operation=document.operation.value,
        operation_codes=_operation_codes(document),
        operation_reason=document.operation_reason,
        secrecy_hold=document.secrecy_hold.value,
        refusals=document.refusals,
        may_attach=attaching,
        **{"recipients": recipients, **contributed},
    )


def with_numbers(found: Sequence[DocumentRow], numbers: Mapping[UUID, int]) -> list[DocumentRow]:
    """Return the rows with the register numbers that `numbers` knows."""
    return [replace(row, register_number=str(numbers.get(row.id, ""))) for row in found]


def _file_views(document: Document, verdict: str) -> Iterable[FileView]:
    order = [FileRole.MAIN, FileRole.ATTACHMENT, FileRole.MESSAGE, FileRole.RECEIPT]
    if document.secrecy_hold == SecrecyHold.CONFIRMED:
        return
    current = [f for f in document.files if f.superseded_at is None]
    for file in sorted(current, key=lambda f: (order.index(f.role), f.id)):
        is_main = file.role == FileRole.MAIN
        pages = document.page_amount if is_main and file.media_type == "application/pdf" else 0
        yield FileView(
            id=file.id,
            role=file.role.value,
            name=file.name,
            media_type=file.media_type,
            size_bytes=file.size_bytes,
            sha256=file.sha256,
            page_count=pages,
            verdict=verdict if is_main else "",
        )


def _relations(session: Session, actor: Actor, document_id: UUID) -> Iterable[RelationView]:
    links = session.scalars(
        select(DocumentRelation).where(
            or_(DocumentRelation.document_id == document_id, DocumentRelation.target_id == document_id)
        )
    ).all()
    for link in links:
        outward = link.document_id == document_id
        other_id = link.target_id if outward else link.document_id
        kind = link.kind.value if outward else _PASSIVE[link.kind.value]
        other = session.scalars(select(Document).where(Document.id == other_id, visible_to(actor))).one_or_none()
        if other is not None:
            yield RelationView(_RELATION_LABELS[kind], other.id, other.code, other.subject, kind)
        elif kind in _CONCERNS_EVERYBODY:
            yield RelationView(_RELATION_LABELS[kind], None, "", "", kind)


def _operation_codes(document: Document) -> str:
    return ", ".join(one["code"] for one in document.operation_targets)


def _read_in_position(session: Session, actor: Actor, ids: Sequence[UUID]) -> set[UUID]:
    query = select(JournalEntry.subject_id).where(
        JournalEntry.subject_kind == "document",
        JournalEntry.subject_id.in_(ids),
        JournalEntry.act == "document.read",
        JournalEntry.position_id == actor.position_id,
    )
    return set(session.scalars(query))


def _titles(session: Session, ids: set[Any]) -> dict[UUID, str]:
    if not ids:
        return {}
    found = session.execute(select(Position.id, Position.title).where(Position.id.in_(ids))).all()
    return {row.id: row.title for row in found}


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def with_files(session: Session, actor: Actor, document_id: UUID) -> Document:
    """Return the document with its files and recipients loaded, detached from the session. Raises `DocumentNotFound`."""
    find(session, actor, document_id)
    options = (selectinload(Document.files), selectinload(Document.recipients))
    document = session.scalars(select(Document).where(Document.id == document_id).options(*options)).one()
    session.expunge(document)
    return document


def timeline_part(session: Session, actor: Actor, document_id: UUID, at: datetime) -> Mapping[str, Any]:
    """Contribute the journal's sentences to a document's page; who looked at it is left out here."""
    del actor, at
    acts = [one for one in history(session, "document", document_id) if one.act not in LOOKS]
    return {"timeline": tuple(TimelineEntry(one.at, one.who, one.sentence(), one.sentence("en")) for one in acts)}
