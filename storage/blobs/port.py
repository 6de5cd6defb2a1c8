"""The port that every blob store fulfils; `tests/storage/blob_conformance.py` is run on each."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from storage.errors import BlobMissing

CHUNK_BYTES = 256 * 1024

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class BlobRef:
    """Names a stored blob: `sha256` in lower-case hex, `size_bytes` its length."""

    sha256: str
    size_bytes: int


class Staged(Protocol):
    """Bytes that were read to their end and are not kept yet."""

    @property
    def ref(self) -> BlobRef:
        """Name that the bytes have, or will have, in the store."""

    def open(self) -> BinaryIO:
        """Open the bytes for reading from the start, as often as wanted; the caller closes each reader."""
        ...

    def keep(self) -> BlobRef:
        """Make the bytes durable in the store; return `ref` once they are. Doing so again is harmless.

        Raises `ValueError` after the block was left.
        """
        ...


class BlobStore(Protocol):
    """Keeps blobs. Safe for many threads and processes at once.

    Every method raises `BlobStoreUnavailable` when the store does not answer within bounded time, refuses or has no room.
    """

    def stage(self, source: BinaryIO, *, limit_bytes: int | None = None) -> AbstractContextManager[Staged]:
        """Read all that `source` still holds into a private place, for somebody who decides before keeping it.

        What was not kept when the block is left is gone, and nobody else ever sees it; a crash leaves nothing of it either.
        The caller keeps ownership of `source`. Raises `BlobTooLarge` as soon as more than `limit_bytes` were read.
        """
        ...

    def put(self, source: BinaryIO, *, limit_bytes: int | None = None) -> BlobRef:
        """Store all that `source` still holds and return its name once it is durable.

        The same as staging and keeping. Storing the same bytes again is harmless. The caller keeps ownership of `source`.
        Raises `BlobTooLarge` as soon as more than `limit_bytes` were read; nothing is kept then.
        """
        ...

    def open(self, sha256: str) -> BinaryIO:
        """Open a blob for reading; the caller closes it (it is its own context). Raises `BlobMissing`.

        Reading to the end checks the digest: the last read raises `BlobDamaged` instead of giving altered bytes as whole.
        """
        ...

    def has(self, sha256: str) -> bool:
        """Tell whether a blob is stored."""
        ...

    def refs(self) -> Iterator[BlobRef]:
        """Yield every blob in the order of their digests; those stored meanwhile may be missed."""
        ...

    def ping(self) -> None:
        """Return when the store answers: cheap enough to be asked every second by a load balancer."""
        ...

    def check(self) -> None:
        """Try what the service relies on, writing included, without leaving a blob. Raises `BlobStoreUnfit`."""
        ...


def is_digest(name: str) -> bool:
    """Tell whether `name` can be that of a blob: SHA-256 in lower-case hex."""
    return _DIGEST.fullmatch(name) is not None


def digest_of(name: str) -> str:
    """Return `name` if it can be a digest. Raises `BlobMissing`: nothing is stored under another name."""
    if not is_digest(name):
        raise BlobMissing(f"not a digest: {name[:80]!r}")
    return name


def read_chunks(source: BinaryIO, chunk_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Yield what is left of `source` in chunks of at most `chunk_bytes`."""
    while chunk := source.read(chunk_bytes):
        yield chunk


def sha256_of(source: BinaryIO) -> str:
    """Return the SHA-256 of what is left of `source`, lower-case hex."""
    digest = hashlib.sha256()
    for chunk in read_chunks(source):
        digest.update(chunk)
    return digest.hexdigest()
