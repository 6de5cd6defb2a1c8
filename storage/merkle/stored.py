"""Reads of a log as it is stored: its tree, its checkpoints, the proof that an entry stands in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.merkle.model import STORED_LEVELS, Checkpoint, Leaf, Subtree
from storage.merkle.tree import CompactRange, inclusion_proof, range_of

_TILE = 1 << STORED_LEVELS


@dataclass(frozen=True)
class Source:
    """A table whose rows are entries of a log: `model.id` is the entry's id, `text(row)` the text that was hashed."""

    model: Any
    text: Callable[[Any], str]


@dataclass(frozen=True)
class Log:
    """A log by its name, which stands in every checkpoint and never changes, and where its entries lie."""

    name: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Inclusion:
    """The proof that a leaf stands at `sequence` in the tree of `checkpoint`."""

    sequence: int
    leaf: bytes
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint


class StoredTree:
    """The complete subtrees of a log as a `tree.Reader`; what was read once is not read again."""

    def __init__(self, session: Session, log: str) -> None:
        self._session = session
        self._log = log
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def size(self) -> int:
        """Return the number of leaves."""
        last = self._session.scalar(select(func.max(Leaf.sequence)).where(Leaf.log == self._log))
        return 0 if last is None else last + 1

    def range(self, size: int) -> CompactRange:
        """Return the compact range of the first `size` leaves."""
        return range_of(size, self)

    def __call__(self, level: int, index: int) -> bytes:
        """See `tree.Reader`. Raises `LookupError` when leaves or subtrees are missing from the database."""
        above = level % STORED_LEVELS
        first = index << above
        tile = self._tile(level - above, first // _TILE)
        hashes = tile[first % _TILE : first % _TILE + (1 << above)]
        if len(hashes) != 1 << above:
            raise LookupError(f"{self._log}: subtree {level}/{index} is not whole")
        subtree = CompactRange()
        subtree.extend(hashes)
        return subtree.root()

    def _tile(self, level: int, number: int) -> list[bytes]:
        if (level, number) not in self._tiles:
            start, end = number * _TILE, (number + 1) * _TILE
            if level == 0:
                query = (
                    select(Leaf.leaf_hash)
                    .where(Leaf.log == self._log, Leaf.sequence >= start, Leaf.sequence < end)
                    .order_by(Leaf.sequence)
                )
            else:
                query = (
                    select(Subtree.hash)
                    .where(Subtree.log == self._log, Subtree.level == level)
                    .where(Subtree.index >= start, Subtree.index < end)
                    .order_by(Subtree.index)
                )
            self._tiles[level, number] = list(self._session.scalars(query))
        return self._tiles[level, number]


def newest_checkpoint(session: Session, log: str) -> Checkpoint | None:
    """Return the checkpoint of the largest tree, detached."""
    found = checkpoints(session, log, limit=1)
    return found[0] if found else None


def checkpoints(session: Session, log: str, *, limit: int) -> list[Checkpoint]:
    """Return the newest `limit` checkpoints, newest first."""
    query = select(Checkpoint).where(Checkpoint.log == log).order_by(Checkpoint.tree_size.desc()).limit(limit)
    return list(session.scalars(query))


def inclusion(session: Session, log: str, entry_id: UUID) -> Inclusion | None:
    """Return the proof against the first checkpoint that covers the entry; None until there is one."""
    leaf = session.scalar(select(Leaf).where(Leaf.log == log, Leaf.entry_id == entry_id))
    if leaf is None:
        return None
    covering = (
        select(Checkpoint)
        .where(Checkpoint.log == log, Checkpoint.tree_size > leaf.sequence)
        .order_by(Checkpoint.tree_size)
        .limit(1)
    )
    checkpoint = session.scalar(covering)
    if checkpoint is None:
        return None
    proof = inclusion_proof(leaf.sequence, checkpoint.tree_size, StoredTree(session, log))
    return Inclusion(leaf.sequence, leaf.leaf_hash, tuple(proof), checkpoint)
