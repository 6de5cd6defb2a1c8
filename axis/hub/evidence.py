"""The hub's evidence as a log that can be verified offline: receipts, conflicts and quarantine, in the order they were placed.

The text of a receipt is its XML, so a partner who holds a receipt can prove by himself that it stands in the log. The others are
told as canonical JSON; their rows carry its SHA-256 as `digest`.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from axis.http.errors import RequestInvalid
from axis.hub.model import MessageConflict, Quarantined, Receipt
from storage.canonical import canonical_json
from storage.merkle import stored
from storage.merkle.model import Checkpoint
from storage.merkle.stored import Log, Source, StoredTree
from storage.merkle.tree import consistency_proof


def receipt_text(receipt: Receipt) -> str:
    """Return the receipt's XML."""
    return receipt.xml.decode()


def conflict_text(conflict: MessageConflict) -> str:
    """Return what a conflict says, as canonical JSON."""
    return _text(
        "conflict",
        id=conflict.id,
        message_id=conflict.message_id,
        account_id=conflict.account_id,
        sha256=conflict.sha256,
        size_bytes=conflict.size_bytes,
        at=_moment(conflict.received_at),
    )


def quarantine_text(entry: Quarantined) -> str:
    """Return what an entry of the quarantine says, as canonical JSON."""
    return _text(
        "quarantine",
        id=entry.id,
        account_id=entry.account_id,
        sha256=entry.sha256,
        size_bytes=entry.size_bytes,
        code=entry.code,
        detail=entry.detail,
        line=entry.line,
        column=entry.column,
        message_vi=entry.message_vi,
        message_en=entry.message_en,
        at=_moment(entry.at),
    )


def digest_of(text: str) -> str:
    """Return the SHA-256 (hex) of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


LOG = Log(
    "axis/evidence",
    (Source(Receipt, receipt_text), Source(MessageConflict, conflict_text), Source(Quarantined, quarantine_text)),
)
"""The triggers of the three tables name it too."""


def inclusion(session: Session, receipt_id: UUID) -> dict[str, Any] | None:
    """Return the proof that a receipt stands in the log as plain data; None until a checkpoint covers it."""
    found = stored.inclusion(session, LOG.name, receipt_id)
    if found is None:
        return None
    return {
        "sequence": found.sequence,
        "leaf": found.leaf.hex(),
        "proof": [one.hex() for one in found.proof],
        "tree_size": found.checkpoint.tree_size,
        "root": found.checkpoint.root_hash.hex(),
    }


def checkpoints(session: Session, limit: int, since: int | None) -> dict[str, Any]:
    """Return the newest `limit` checkpoints, newest first, as plain data.

    With `since`, also the proof that the newest tree begins with that of the first `since` leaves. Raises `RequestInvalid` when
    there is no checkpoint of that many.
    """
    found = stored.checkpoints(session, LOG.name, limit=limit)
    answer: dict[str, Any] = {"log": LOG.name, "checkpoints": [_plain(one) for one in found]}
    if since is not None:
        newest = found[0].tree_size if found else 0
        if not 0 < since <= newest:
            raise RequestInvalid(f"since: 1 … {newest}")
        proof = consistency_proof(since, newest, StoredTree(session, LOG.name))
        answer["consistency"] = {"from": since, "to": newest, "proof": [one.hex() for one in proof]}
    return answer


def _plain(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "tree_size": checkpoint.tree_size,
        "root": checkpoint.root_hash.hex(),
        "at": checkpoint.at.isoformat(),
        "token": base64.b64encode(checkpoint.token).decode() if checkpoint.token is not None else None,
    }


def _text(kind: str, **said: object) -> str:
    return canonical_json({"kind": kind, **said}).decode()


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
