"""Blobs in a folder: written to a file without a name, fsynced, then given the name that their content gives them."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from storage.blobs.checked import CheckedReader
from storage.blobs.port import CHUNK_BYTES, BlobRef, Staged, digest_of, is_digest, sha256_of
from storage.blobs.staging import PrivateFile, StagedFile, writing
from storage.crash_points import reached
from storage.errors import BlobMissing, BlobStoreUnavailable

log = logging.getLogger(__name__)

_FOLDER = re.compile(r"[0-9a-f]{2}")


class FolderStore:
    """Keeps blobs under `root/ab/cd/<sha256>`; the folder is made when first needed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"

    @contextlib.contextmanager
    def stage(self, source: BinaryIO, *, limit_bytes: int | None = None) -> Iterator[Staged]:
        """See `BlobStore.stage`."""
        with writing():
            self._make_root()
        with PrivateFile(self._incoming, source, limit_bytes=limit_bytes) as file:
            yield StagedFile(file, self.keep)

    def put(self, source: BinaryIO, *, limit_bytes: int | None = None) -> BlobRef:
        """See `BlobStore.put`."""
        with self.stage(source, limit_bytes=limit_bytes) as staged:
            return staged.keep()

    def keep(self, file: PrivateFile) -> None:
        """Give `file` the name of its content, durably; what lies there already stays if it is whole."""
        descriptor = file.descriptor
        with writing():
            os.fsync(descriptor)
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
        except OSError as error:
            raise BlobStoreUnavailable(str(error)) from error
        return cast("BinaryIO", io.BufferedReader(CheckedReader(raw, sha256), CHUNK_BYTES))

    def has(self, sha256: str) -> bool:
        """See `BlobStore.has`."""
        return self._path(sha256).exists()

    def refs(self) -> Iterator[BlobRef]:
        """See `BlobStore.refs`; without the folder there is no store."""
        if not self._root.is_dir():
            raise BlobStoreUnavailable(f"there is no folder {self._root}")
        for first in _subfolders(self._root):
            for second in _subfolders(first):
                for path in sorted(one for one in second.iterdir() if is_digest(one.name)):
                    yield BlobRef(path.name, path.stat().st_size)

    def ping(self) -> None:
        """See `BlobStore.ping`."""
        with writing():
            self._make_root()
        if not os.access(self._incoming, os.W_OK | os.X_OK):
            raise BlobStoreUnavailable(f"{self._incoming}: may not be written")

    def check(self) -> None:
        """See `BlobStore.check`."""
        with self.stage(io.BytesIO(b"probe")) as staged, staged.open() as stream:
            stream.read()

    def _path(self, sha256: str) -> Path:
        digest_of(sha256)
        return self._root / sha256[:2] / sha256[2:4] / sha256


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


def _subfolders(folder: Path) -> list[Path]:
    return sorted(one for one in folder.iterdir() if _FOLDER.fullmatch(one.name))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
