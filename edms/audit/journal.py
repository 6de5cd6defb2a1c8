"""Writes acts into the journal, in the transaction that does them. A trigger of its table adds them to the log `LOG`."""

from __future__ import annotations

import hashlib
from contextvars import ContextVar
from datetime import UTC
from typing import Any
from uuid import UUID

from edms.audit.model import JournalEntry
from edms.organisation.acts import Act
from storage.canonical import canonical_json, plain
from storage.identifiers import new_id
from storage.merkle.stored import Log, Source
from storage.unit_of_work import Transaction


def write(tx: Transaction, event: object) -> None:
    """Recorder for `storage.unit_of_work.Database(recorders=...)`: journal `event` if it is an `Act`, else leave it alone.

    The entry's time is `tx.now`. Raises `TypeError` when `act.data` is not plain JSON (see `canonical.plain`).
    """
    if not isinstance(event, Act):
        return
    entry = JournalEntry(
        id=new_id(),
        at=tx.now,
        act=event.name,
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        agency_id=event.actor.agency_id,
        person_id=event.actor.person_id,
        position_id=event.actor.position_id,
        actor=plain(event.actor.snapshot()),
        data=plain(event.data),
    )
    entry.digest = digest_of(entry)
    tx.session.add(entry)
    noted = _NOTED.get()
    if noted is not None:
        noted.append(entry.id)


_NOTED: ContextVar[list[UUID] | None] = ContextVar("noted_entries", default=None)


def note_entries() -> list[UUID]:
    """Return a list that takes the id of every entry written in this context from now on, also where that is undone later."""
    noted: list[UUID] = []
    _NOTED.set(noted)
    return noted


def digest_of(entry: JournalEntry) -> str:
    """Return the digest that `entry` must carry: SHA-256 (hex) over `text_of(entry)`."""
    return hashlib.sha256(text_of(entry).encode()).hexdigest()


def text_of(entry: JournalEntry) -> str:
    """Return all that `entry` says as canonical JSON, its own `digest` and place aside.

    The same before writing and after reading, whatever the time zone of the connection.
    """
    said: dict[str, Any] = {
        "id": entry.id,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "act": entry.act,
        "subject_kind": entry.subject_kind,
        "subject_id": entry.subject_id,
        "agency_id": entry.agency_id,
        "person_id": entry.person_id,
        "position_id": entry.position_id,
        "actor": entry.actor,
        "data": entry.data,
    }
    return canonical_json(said).decode()


LOG = Log("edms/journal", (Source(JournalEntry, text_of),))
"""The journal as a log that can be verified offline; the trigger of its table names it too."""
