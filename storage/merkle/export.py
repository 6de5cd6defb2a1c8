"""Writes a log to a file that `storage.merkle.verifier` judges; the form of the lines stands there.

Texts are made anew from the entries' rows and leaf hashes are taken as they were placed, so a row that was changed in the
database no longer fits its leaf.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from storage.merkle.model import Checkpoint, Leaf
from storage.merkle.stored import Log, StoredTree

_BATCH = 1000


def export_lines(session: Session, log: Log, *, start: int = 0) -> Iterator[str]:
    """Yield the lines of the log without line ends, from leaf `start` on; memory stays that of a thousand entries.

    `session` is a snapshot (`Database.reading`), held until the last line. Raises `ValueError` for a `start` beyond the log.
    """
    tree = StoredTree(session, log.name)
    size = tree.size()
    if not 0 <= start <= size:
        raise ValueError(f"the log has {size} entries")
    before = [one.hex() for one in tree.range(start).hashes]
    yield _line({"log": log.name, "format": 1, "start": start, "range": before})
    counted = {"checkpoints": 0, "tail": 0}
    checkpoints = session.scalars(
        select(Checkpoint)
        .where(Checkpoint.log == log.name, Checkpoint.tree_size >= max(start, 1))
        .order_by(Checkpoint.tree_size)
        .execution_options(yield_per=_BATCH)
    )
    waiting = next(checkpoints, None)
    for leaf, text in _leaves(session, log, start):
        while waiting is not None and waiting.tree_size <= leaf.sequence:
            counted["checkpoints"] += 1
            yield _checkpoint(waiting)
            waiting = next(checkpoints, None)
        yield _line({"n": leaf.sequence, "id": str(leaf.entry_id), "leaf": leaf.leaf_hash.hex(), "entry": text})
    while waiting is not None:
        counted["checkpoints"] += 1
        yield _checkpoint(waiting)
        waiting = next(checkpoints, None)
    for entry_id, text in _unsequenced(session, log):
        counted["tail"] += 1
        yield _line({"unsequenced": str(entry_id), "entry": text})
    yield _line({"end": size, "root": _root(tree, size), **counted})


def _leaves(session: Session, log: Log, start: int) -> Iterator[tuple[Leaf, str | None]]:
    while True:
        query = select(Leaf).where(Leaf.log == log.name, Leaf.sequence >= start).order_by(Leaf.sequence).limit(_BATCH)
        batch = list(session.scalars(query))
        texts = _texts(session, log, [leaf.entry_id for leaf in batch])
        for leaf in batch:
            yield leaf, texts.get(leaf.entry_id)
        if len(batch) < _BATCH:
            return
        start = batch[-1].sequence + 1
        session.expunge_all()


def _texts(session: Session, log: Log, ids: list[UUID]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for source in log.sources:
        rows = session.scalars(select(source.model).where(source.model.id.in_(ids)))
        found.update({row.id: source.text(row) for row in rows})
    return found


def _unsequenced(session: Session, log: Log) -> Iterator[tuple[UUID, str]]:
    """Entries without a leaf, whether or not one is pending."""
    for source in log.sources:
        placed = exists().where(Leaf.log == log.name, Leaf.entry_id == source.model.id)
        query = select(source.model).where(~placed).order_by(source.model.id).execution_options(yield_per=_BATCH)
        for row in session.scalars(query):
            yield row.id, source.text(row)


def _root(tree: StoredTree, size: int) -> str | None:
    try:
        return tree.range(size).root().hex()
    except LookupError:
        return None  # parts of the tree were removed; the verifier says which leaves


def _checkpoint(checkpoint: Checkpoint) -> str:
    token = base64.b64encode(checkpoint.token).decode() if checkpoint.token is not None else None
    facts = {"checkpoint": checkpoint.tree_size, "root": checkpoint.root_hash.hex(), "at": checkpoint.at.isoformat()}
    return _line({**facts, "token": token})


def _line(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
