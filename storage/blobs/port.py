"""The port that every blob store fulfils; `tests/storage/blob_conformance.py` is run on each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True)
class BlobRef:
    """Names a stored blob: `sha256` in lower-case hex, `size_bytes` its length."""

    sha256: str
    size_bytes: int


class BlobStore(Protocol):
    """Keeps blobs. Safe for many processes at once."""

    def put(self, source: BinaryIO, *, limit_bytes: int | None = None) -> BlobRef:
        """Store all that `source` still holds and return its name once it is durable.

        Storing the same bytes again is harmless. The caller keeps ownership of `source`.
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
