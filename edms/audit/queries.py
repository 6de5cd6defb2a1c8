"""Reads of the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from edms.audit.model import JournalEntry
from edms.audit.sentences import deed, sentence, who


@dataclass(frozen=True)
class JournalView:
    """One act as it was journalled. Names and titles are those of its day, not of today."""

    id: UUID
    at: datetime
    act: str
    subject_kind: str
    subject_id: UUID
    agency_id: UUID
    person_id: UUID | None
    position_id: UUID | None
    actor: Mapping[str, Any]
    data: Mapping[str, Any]
    digest: str

    @property
    def who(self) -> str:
        """`Nguyễn Văn A (Văn thư, UBND xã B)`."""
        return who(self.actor)

    def sentence(self, language: str = "vi") -> str:
        """Return the act as a plain sentence in `vi` or `en`, beginning with who did it."""
        return sentence(self.act, self.actor, self.data, language)

    def deed(self, language: str = "vi") -> str:
        """Return the act as its doer is told of it: the sentence without who did it."""
        return deed(self.act, self.data, language)


def history(session: Session, subject_kind: str, subject_id: UUID) -> list[JournalView]:
    """Return what was done to one subject, oldest first.

    The caller has made sure that the reader may see the subject.
    """
    statement = (
        select(JournalEntry)
        .where(JournalEntry.subject_kind == subject_kind, JournalEntry.subject_id == subject_id)
        .order_by(JournalEntry.at, JournalEntry.place)
    )
    return [_view(entry) for entry in session.scalars(statement)]


def own_deeds(session: Session, person_id: UUID, ids: Sequence[UUID]) -> list[JournalView]:
    """Return those of the entries `ids` that `person_id` did, in the order of writing."""
    query = select(JournalEntry).where(JournalEntry.id.in_(ids), JournalEntry.person_id == person_id)
    return [_view(entry) for entry in session.scalars(query.order_by(JournalEntry.at, JournalEntry.place))]


def _view(entry: JournalEntry) -> JournalView:
    return JournalView(
        id=entry.id,
        at=entry.at,
        act=entry.act,
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        agency_id=entry.agency_id,
        person_id=entry.person_id,
        position_id=entry.position_id,
        actor=MappingProxyType(entry.actor),
        data=MappingProxyType(entry.data),
        digest=entry.digest,
    )
