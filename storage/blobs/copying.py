"""Every blob of a store read, and taken over into another if wanted: for moving house, and for looking after what is kept."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from storage.blobs.port import BlobRef, BlobStore, read_chunks
from storage.errors import BlobDamaged, BlobMissing

_BATCH = 64


@dataclass
class Tally:
    """How far the work is. `damaged` holds the digests of blobs that are not what their name says, or vanished."""

    read: int = 0
    """Blobs that were read whole, and stored if they were to be."""
    read_bytes: int = 0
    skipped: int = 0
    """Blobs that were there already."""
    damaged: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def bytes_per_second(self) -> float:
        """Of all that was read since the start."""
        return self.read_bytes / self.seconds if self.seconds else 0.0


Report = Callable[[Tally], None]
"""Is told the tally now and then."""


def copy_all(source: BlobStore, target: BlobStore, *, threads: int = 4, report: Report | None = None) -> Tally:
    """Copy every blob of `source` that `target` has not; each is stored only if its bytes match its name.

    Killed and run again it goes on where it was. A damaged blob is named, and the others are still copied.
    """

    def copy(ref: BlobRef) -> bool:
        if target.has(ref.sha256):
            return False
        with source.open(ref.sha256) as stream, target.stage(stream) as staged:
            if staged.ref.sha256 != ref.sha256:
                raise BlobDamaged(ref.sha256)
            staged.keep()
        return True

    return _each(source.refs(), copy, threads, report)


def verify_all(store: BlobStore, *, threads: int = 4, report: Report | None = None) -> Tally:
    """Read every blob of `store` to its end, which checks its digest."""

    def read(ref: BlobRef) -> bool:
        with store.open(ref.sha256) as stream:
            for _ in read_chunks(stream):
                pass
        return True

    return _each(store.refs(), read, threads, report)


def _each(refs: Iterator[BlobRef], act: Callable[[BlobRef], bool], threads: int, report: Report | None) -> Tally:
    """Do `act` with each blob, some at once; it tells whether the blob was read."""

    def attempt(ref: BlobRef) -> bool | None:
        try:
            return act(ref)
        except (BlobDamaged, BlobMissing):
            return None

    tally, start = Tally(), time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        for batch in _batches(refs):
            for ref, done in zip(batch, pool.map(attempt, batch), strict=True):
                if done is None:
                    tally.damaged.append(ref.sha256)
                elif done:
                    tally.read += 1
                    tally.read_bytes += ref.size_bytes
                else:
                    tally.skipped += 1
            tally.seconds = time.monotonic() - start
            if report is not None:
                report(tally)
    return tally


def _batches(refs: Iterable[BlobRef]) -> Iterator[list[BlobRef]]:
    remaining = iter(refs)
    while batch := list(itertools.islice(remaining, _BATCH)):
        yield batch
