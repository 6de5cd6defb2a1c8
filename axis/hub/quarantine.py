"""Keeps what was refused: the bytes stay in the blob store, the reason in a row, so that both sides can look at it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from axis.hub.evidence import digest_of, quarantine_text
from axis.hub.model import Quarantined
from schemas.problems import Problem
from storage.blobs.port import BlobRef
from storage.identifiers import new_id
from storage.unit_of_work import Database


def quarantine(database: Database, account_id: UUID, ref: BlobRef, refusal: Problem) -> UUID:
    """Record that the bytes `ref` of this account were refused with `refusal`; return the record's id."""
    entry = Quarantined(
        id=new_id(),
        account_id=account_id,
        sha256=ref.sha256,
        size_bytes=ref.size_bytes,
        code=refusal.code,
        detail=refusal.detail,
        line=_number(refusal, "line"),
        column=_number(refusal, "column"),
        message_vi=refusal.message_vi,
        message_en=refusal.message_en,
    )
    with database.begin() as tx:
        entry.at = tx.now
        entry.digest = digest_of(quarantine_text(entry))
        tx.session.add(entry)
    return entry.id


def quarantined_of(session: Session, account_id: UUID, limit: int) -> list[dict[str, Any]]:
    """Return the newest `limit` entries of an account as plain data, newest first."""
    query = (
        select(Quarantined)
        .where(Quarantined.account_id == account_id)
        .order_by(Quarantined.at.desc(), Quarantined.id.desc())
        .limit(limit)
    )
    return [
        {
            "quarantine_id": str(row.id),
            "code": row.code,
            "title": row.message_vi,
            "title_en": row.message_en,
            "detail": row.detail,
            "line": row.line,
            "column": row.column,
            "sha256": row.sha256,
            "size_bytes": row.size_bytes,
            "at": row.at.isoformat(),
        }
        for row in session.scalars(query)
    ]


def _number(refusal: Problem, name: str) -> int | None:
    value = refusal.facts.get(name)
    return value if isinstance(value, int) else None
