"""A reader that never gives altered bytes as whole; every store reads through it."""

from __future__ import annotations

import hashlib
import io

from storage.errors import BlobDamaged


class CheckedReader(io.RawIOBase):
    """Passes bytes on and checks their digest at the end, if they were read from first to last in order."""

    def __init__(self, raw: io.RawIOBase, sha256: str) -> None:
        self._raw = raw
        self._sha256 = sha256
        self._digest = hashlib.sha256()
        self._in_order = True

    def readable(self) -> bool:
        """Tell that reading is possible."""
        return True

    def seekable(self) -> bool:
        """Tell that moving is possible."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move; only a reader that goes back to the start still checks the digest."""
        before = self._raw.tell()
        position = self._raw.seek(offset, whence)
        if position != before:
            self._in_order = position == 0
            self._digest = hashlib.sha256()
        return position

    def tell(self) -> int:
        """Return the position."""
        return self._raw.tell()

    def readinto(self, buffer: object) -> int:
        """Read into `buffer`; raise `BlobDamaged` at the end if the digest is another, or when the disk cannot read on."""
        try:
            count = self._raw.readinto(buffer) or 0  # type: ignore[arg-type]
        except OSError as error:
            raise BlobDamaged(f"{self._sha256}: {error}") from error
        if count:
            self._digest.update(memoryview(buffer)[:count])  # type: ignore[arg-type]
        elif self._in_order and self._digest.hexdigest() != self._sha256:
            raise BlobDamaged(self._sha256)
        return count

    def close(self) -> None:
        """Close what is read."""
        self._raw.close()
        super().close()
