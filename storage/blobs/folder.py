"""Blobs in a folder: written to a temporary file, fsynced, then renamed to the name their content gives them."""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
from pathlib import Path
from typing import BinaryIO, cast

from storage.blobs.port import BlobRef, read_chunks
from storage.errors import BlobDamaged, BlobMissing, BlobTooLarge

_DIGEST = re.compile(r"[0-9a-f]{64}")


class FolderStore:
    """Keeps blobs under `root/ab/cd/<sha256>`; the folder is made when first needed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"

    def put(self, source: BinaryIO, *, limit_bytes: int | None = None) -> BlobRef:
        """See `BlobStore.put`."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(dir=self._incoming, delete=False) as target:
            temporary = Path(target.name)
            try:
                for chunk in read_chunks(source):
                    size += len(chunk)
                    if limit_bytes is not None and size > limit_bytes:
                        raise BlobTooLarge(f"more than {limit_bytes} bytes")
                    digest.update(chunk)
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
                self._keep(temporary, digest.hexdigest())
            finally:
                temporary.unlink(missing_ok=True)
        return BlobRef(digest.hexdigest(), size)

    def _keep(self, temporary: Path, sha256: str) -> None:
        path = self._path(sha256)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.chmod(0o440)
        temporary.rename(path)
        for folder in (path.parent, path.parent.parent, self._root):
            _sync_folder(folder)

    def open(self, sha256: str) -> BinaryIO:
        """See `BlobStore.open`."""
        try:
            raw = self._path(sha256).open("rb", buffering=0)
        except FileNotFoundError as error:
            raise BlobMissing(sha256) from error
        return cast("BinaryIO", io.BufferedReader(CheckedReader(raw, sha256), 256 * 1024))

    def has(self, sha256: str) -> bool:
        """See `BlobStore.has`."""
        return self._path(sha256).exists()

    def _path(self, sha256: str) -> Path:
        if not _DIGEST.fullmatch(sha256):
            raise BlobMissing(f"not a digest: {sha256[:80]!r}")
        return self._root / sha256[:2] / sha256[2:4] / sha256


class CheckedReader(io.RawIOBase):
    """Passes bytes on and checks their digest at the end, if they were read from first to last in order."""

    def __init__(self, raw: io.RawIOBase | io.FileIO, sha256: str) -> None:
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
        position = self._raw.seek(offset, whence)
        self._in_order = position == 0
        self._digest = hashlib.sha256()
        return position

    def tell(self) -> int:
        """Return the position."""
        return self._raw.tell()

    def readinto(self, buffer: object) -> int:
        """Read into `buffer`; raise `BlobDamaged` at the end if the digest is another."""
        count = self._raw.readinto(buffer) or 0  # type: ignore[arg-type]
        if count:
            self._digest.update(memoryview(buffer)[:count])  # type: ignore[arg-type]
        elif self._in_order and self._digest.hexdigest() != self._sha256:
            raise BlobDamaged(self._sha256)
        return count

    def close(self) -> None:
        """Close the file."""
        self._raw.close()
        super().close()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
