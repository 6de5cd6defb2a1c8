"""Bytes that nobody decided to keep yet: a private file without a name, which ends with the process at the latest.

Without a name nothing needs clearing up: not when the block is left, not after a crash, not after a loss of power.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from storage.blobs.port import CHUNK_BYTES, BlobRef, read_chunks
from storage.errors import BlobStoreUnavailable, BlobTooLarge

_UNABLE = {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL}
"""What a file system or a kernel answers that has no O_TMPFILE."""


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Turn what the file system refuses (no room, read only, no permission) into `BlobStoreUnavailable`."""
    try:
        yield
    except OSError as error:
        raise BlobStoreUnavailable(str(error)) from error


class PrivateFile:
    """What a source held, hashed and counted on the way in; closing it lets the bytes go.

    Where it is `linkable` it can be given a name (`linkat`), with mode 0440.
    """

    def __init__(self, folder: Path, source: BinaryIO, *, limit_bytes: int | None = None) -> None:
        """Read `source` to its end into a file on the file system of `folder`. Raises `BlobTooLarge`."""
        with writing():
            self._descriptor, self.linkable = _open_unnamed(folder)
        try:
            self.ref = self._take_in(source, limit_bytes)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def descriptor(self) -> int:
        """Open for reading and writing; its position belongs to nobody. Raises `ValueError` after closing."""
        if self._descriptor < 0:
            raise ValueError("what was staged is gone: the block was left")
        return self._descriptor

    def open(self) -> BinaryIO:
        """Return a new reader of all bytes; the caller closes it, and may do so after this file is closed."""
        return cast("BinaryIO", io.BufferedReader(_PositionedReader(os.dup(self.descriptor)), CHUNK_BYTES))

    def close(self) -> None:
        """Let the bytes go; harmless when done before."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _take_in(self, source: BinaryIO, limit_bytes: int | None) -> BlobRef:
        digest, size_bytes = hashlib.sha256(), 0
        with open(self.descriptor, "wb", buffering=0, closefd=False) as target:
            for chunk in read_chunks(source):
                size_bytes += len(chunk)
                if limit_bytes is not None and size_bytes > limit_bytes:
                    raise BlobTooLarge(f"more than {limit_bytes} bytes")
                digest.update(chunk)
                rest = memoryview(chunk)
                with writing():
                    while rest:
                        rest = rest[target.write(rest) :]
        return BlobRef(digest.hexdigest(), size_bytes)


class StagedFile:
    """`Staged` over a private file; `keep` is how its store makes one durable."""

    def __init__(self, file: PrivateFile, keep: Callable[[PrivateFile], object]) -> None:
        self._file = file
        self._keep = keep
        self.ref = file.ref

    def open(self) -> BinaryIO:
        """See `Staged.open`."""
        return self._file.open()

    def keep(self) -> BlobRef:
        """See `Staged.keep`."""
        self._keep(self._file)
        return self.ref


def _open_unnamed(folder: Path) -> tuple[int, bool]:
    """Return the descriptor of a new file without a name, and whether it can get one later."""
    flag = getattr(os, "O_TMPFILE", None)
    if flag is not None:
        try:
            return os.open(folder, flag | os.O_RDWR, 0o440), True
        except OSError as error:
            if error.errno not in _UNABLE:
                raise
    descriptor, name = tempfile.mkstemp(dir=folder)
    Path(name).unlink()
    return descriptor, False


class _PositionedReader(io.RawIOBase):
    """Reads from a position of its own, so that readers of one file do not disturb one another. Owns the descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        bases = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: os.fstat(self._descriptor).st_size}
        if bases[whence] + offset < 0:
            raise ValueError("before the start")
        self._position = bases[whence] + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: object) -> int:
        count = os.preadv(self._descriptor, [memoryview(buffer)], self._position)  # type: ignore[arg-type]
        self._position += count
        return count

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()
