"""What is hashed: the two spellings that an outsider must know. The standard library is all that it needs."""

from __future__ import annotations

import base64
import hashlib
from uuid import UUID

from storage.merkle.tree import leaf_hash


def entry_leaf(entry_id: UUID, text: str) -> bytes:
    """Return the leaf hash of an entry: over its id (16 bytes) and the SHA-256 of its text in UTF-8.

    The text enters by its digest, so a log can still be verified where a text must be withheld.
    """
    return digest_leaf(entry_id, hashlib.sha256(text.encode()).digest())


def digest_leaf(entry_id: UUID, digest: bytes) -> bytes:
    """Return the leaf hash of the entry whose text has the SHA-256 `digest`."""
    return leaf_hash(entry_id.bytes + digest)


def checkpoint_text(log: str, tree_size: int, root: bytes) -> str:
    """Return a checkpoint as three lines (C2SP tlog-checkpoint): name of the log, number of leaves, root in base64."""
    return f"{log}\n{tree_size}\n{base64.b64encode(root).decode()}\n"


def imprint(log: str, tree_size: int, root: bytes) -> bytes:
    """Return what a time-stamp stands over: the SHA-256 of the checkpoint's text in UTF-8."""
    return hashlib.sha256(checkpoint_text(log, tree_size, root).encode()).digest()
