"""Progress of long commands, on the standard error: only where a person looks on, or when it was asked for."""

from __future__ import annotations

import sys
from typing import BinaryIO, Self, TextIO


class Progress:
    """Tells how far a command is. `wanted` tells it also where nobody looks at a terminal."""

    def __init__(self, *, wanted: bool = False, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._in_place = self._stream.isatty()
        self._told = wanted or self._in_place
        self._last_percent = -1

    def step(self, words: str) -> None:
        """Tell what begins now, on a line of its own."""
        self._last_percent = -1
        if self._told:
            print(words, file=self._stream, flush=True)

    def share(self, done: int, total: int) -> None:
        """Tell which part of the present step is done; a terminal shows each per cent, a file each tenth."""
        percent = 100 * done // total if total else 100
        if not self._told or percent == self._last_percent or (not self._in_place and percent % 10):
            return
        self._last_percent = percent
        ends = "\n" if percent >= 100 or not self._in_place else "\r"
        print(f"  {percent:3d} %", end=ends, file=self._stream, flush=True)


class CountedReader:
    """A stream of `total` bytes that tells `progress` how much of it was read. Closing it closes the source."""

    def __init__(self, source: BinaryIO, total: int, progress: Progress) -> None:
        self._source = source
        self._total = total
        self._progress = progress
        self._done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._source.close()

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes."""
        data = self._source.read(size)
        self._done += len(data)
        self._progress.share(self._done, self._total)
        return data
