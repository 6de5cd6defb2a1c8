"""Tables of the logs; they exist in each service's database. Triggers refuse changes to all but `merkle_pending`.

A service puts the trigger `merkle_enqueue(log, column)` on each table whose rows are entries of a log: `id` is the entry's id,
`column` holds the SHA-256 (hex) of the entry's text.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, LargeBinary, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.database import StorageBase

STORED_LEVELS = 8
"""Of the complete subtrees, those of 2^8, 2^16, … leaves are stored; what lies between is worked out of at most 256 hashes."""


class PendingLeaf(StorageBase):
    """The leaf of a committed entry that waits for its place. The sequencer moves it to `merkle_leaf`."""

    __tablename__ = "merkle_pending"
    __table_args__ = (Index("ix_merkle_pending_log_id", "log", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    log: Mapped[str]
    entry_id: Mapped[UUID]
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)


class Leaf(StorageBase):
    """A leaf in its place for ever. The tree had `sequence` + 1 leaves when it came."""

    __tablename__ = "merkle_leaf"
    __table_args__ = (UniqueConstraint("log", "entry_id"), CheckConstraint("sequence >= 0", name="sequence"))

    log: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """From 0, without gap."""
    entry_id: Mapped[UUID]
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)


class Subtree(StorageBase):
    """The hash of a complete subtree of 2^`level` leaves; the levels are 8, 16 and so on."""

    __tablename__ = "merkle_subtree"

    log: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """From 0: it holds the leaves `index` · 2^`level` and following."""
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class Checkpoint(StorageBase):
    """A statement of the service: the first `tree_size` leaves of the log have this root."""

    __tablename__ = "merkle_checkpoint"

    log: Mapped[str] = mapped_column(primary_key=True)
    tree_size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root_hash: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    token: Mapped[bytes | None] = mapped_column(LargeBinary)
    """RFC 3161 token (DER of its ContentInfo) over `storage.merkle.form.imprint`; null where no authority is configured."""
