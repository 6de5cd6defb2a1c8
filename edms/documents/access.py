"""Who may see a document: one SQL condition, used alike by lists, pages, files and API."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
from sqlalchemy.orm import Session

from edms.documents.errors import DocumentNotFound, HeldForSecrecy, NotYours, WrongState
from edms.documents.model import Document, Participant, SecrecyHold
from edms.documents.rules import STEPS, allows
from edms.organisation.actor import Actor
from edms.organisation.model import Capacity

SEES_THE_AGENCY = frozenset({Capacity.CLERK, Capacity.LEADER})
"""Capacities that see every document of their agency."""


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `document` rows that `actor` may see.

    Always the actor's own agency; there, clerks and leaders see all, others what their position takes part in. Rights hang
    on the position, so a successor sees at once what the predecessor saw. What is held because it may be a state secret is
    seen by clerks and the security officer only.
    """
    own = Document.agency_id == actor.agency_id
    if actor.is_system:
        return own
    takes_part = exists().where(Participant.document_id == Document.id, Participant.position_id == actor.position_id)
    part = or_(Document.responsible_position_id == actor.position_id, takes_part)
    seen: ColumnElement[bool] = true() if actor.capacity in SEES_THE_AGENCY else part
    if reviews_secrecy(actor):
        return and_(own, or_(seen, Document.secrecy_hold != SecrecyHold.NONE))
    return and_(own, seen, Document.secrecy_hold == SecrecyHold.NONE)


def reviews_secrecy(actor: Actor) -> bool:
    """Tell whether the actor sees what is held for its secrecy, and decides about it."""
    return actor.capacity == Capacity.CLERK or actor.is_security_officer


def find(session: Session, actor: Actor, document_id: UUID, *, lock: bool = False) -> Document:
    """Return the document; `lock` holds its row until the transaction ends. Raises `DocumentNotFound`."""
    query = select(Document).where(Document.id == document_id, visible_to(actor))
    if lock:
        query = query.with_for_update()
    document = session.scalars(query).one_or_none()
    if document is None:
        raise DocumentNotFound(str(document_id))
    return document


def require(actor: Actor, document: Document, action: str) -> None:
    """Refuse unless `actor` may take `action` on `document` now. Raises `WrongState`, `NotYours` or `HeldForSecrecy`."""
    if document.secrecy_hold:
        raise HeldForSecrecy(action)
    if not allows(action, document.direction, document.state):
        raise WrongState(document.state.value)
    step = STEPS[action]
    if step.capacity is not None and actor.capacity != step.capacity:
        raise NotYours(action)
    if step.signer_only and document.signer_position_id != actor.position_id:
        raise NotYours(action)
    if step.capacity != Capacity.CLERK and document.responsible_position_id != actor.position_id:
        raise NotYours(action)
