"""Blobs in a folder: written to a file without a name, fsynced, then given the name that their content gives them."""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from storage.blobs.port import CHUNK_BYTES, BlobRef, Staged, sha256_of
from storage.blobs.staging import PrivateFile
from storage.crash_points import reached
from storage.errors import BlobDamaged, BlobMissing

log = logging.getLogger(__name__)

_DIGEST = re.compile(r"[0-9a-f]{64}")


class FolderStore:
    """Keeps blobs under `root/ab/cd/<sha256>`; the folder is made when first needed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"

    @contextlib.contextmanager
    def stage(self, source: BinaryIO, *, limit_bytes: int | None = None) -> Iterator[Staged]:
        """See `BlobStore.stage`."""
        self._make_root()
        with PrivateFile(self._incoming, source, limit_bytes=limit_bytes) as file:
            yield _StagedFile(self, file)

    def put(self, source: BinaryIO, *, limit_bytes: int | None = None) -> BlobRef:
        """See `BlobStore.put`."""
        with self.stage(source, limit_bytes=limit_bytes) as staged:
            return staged.keep()

    def keep(self, file: PrivateFile) -> None:
        """Give `file` the name of its content, durably; what lies there already stays if it is whole."""
        os.fsync(file.descriptor)
        reached("storage.blob.written")
        path = self._path(file.ref.sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not self._is_whole(path):
            self._name(file, path)
            reached("storage.blob.named")
        for folder in (path.parent, path.parent.parent, self._root):
            _sync_folder(folder)

    def _make_root(self) -> None:
        if not self._incoming.is_dir():
            self._incoming.mkdir(parents=True, exist_ok=True)
            _sync_folder(self._root.parent)

    def _is_whole(self, path: Path) -> bool:
        """Tell whether the blob lies there undamaged: storing it again is the chance to mend it."""
        try:
            with path.open("rb", buffering=0) as stored:
                whole = sha256_of(stored) == path.name
        except FileNotFoundError:
            return False
        if not whole:
            log.error("blob %s was damaged and is replaced by the bytes that its name promises", path.name)
        return whole

    def _name(self, file: PrivateFile, path: Path) -> None:
        if file.linkable and not path.exists() and _link(file.descriptor, path):
            return
        with tempfile.NamedTemporaryFile(dir=self._incoming, delete=False) as target:
            temporary = Path(target.name)
            try:
                with file.open() as staged:
                    shutil.copyfileobj(staged, target, CHUNK_BYTES)
                target.flush()
                temporary.chmod(0o440)
                os.fsync(target.fileno())
                temporary.rename(path)
            finally:
                temporary.unlink(missing_ok=True)

    def open(self, sha256: str) -> BinaryIO:
        """See `BlobStore.open`."""
        try:
            raw = self._path(sha256).open("rb", buffering=0)
        except FileNotFoundError as error:
            raise BlobMissing(sha256) from error
        return cast("BinaryIO", io.BufferedReader(CheckedReader(raw, sha256), CHUNK_BYTES))

    def has(self, sha256: str) -> bool:
        """See `BlobStore.has`."""
        return self._path(sha256).exists()

    def _path(self, sha256: str) -> Path:
        if not _DIGEST.fullmatch(sha256):
            raise BlobMissing(f"not a digest: {sha256[:80]!r}")
        return self._root / sha256[:2] / sha256[2:4] / sha256


class _StagedFile:
    """`Staged` in a folder."""

    def __init__(self, store: FolderStore, file: PrivateFile) -> None:
        self._store = store
        self._file = file
        self.ref = file.ref

    def open(self) -> BinaryIO:
        """See `Staged.open`."""
        return self._file.open()

    def keep(self) -> BlobRef:
        """See `Staged.keep`."""
        self._store.keep(self._file)
        return self.ref


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


def _link(descriptor: int, path: Path) -> bool:
    """Give an unnamed file a name; tell whether one has it now: it may have come from another writer of the same bytes."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # With a folder given Python calls linkat(…, AT_SYMLINK_FOLLOW), which alone can name a file through /proc.
        os.link(f"/proc/self/fd/{descriptor}", path.name, dst_dir_fd=folder)
    except FileExistsError:
        return True
    except OSError:
        return False
    finally:
        os.close(folder)
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
