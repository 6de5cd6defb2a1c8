"""Reading of an object that is not on this machine."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from storage.blobs.s3_client import translated
from storage.blobs.staging import PrivateFile
from storage.errors import BlobDamaged


class ObjectReader(io.RawIOBase):
    """Reads an object as it comes; at the first move it is fetched whole into a private file and checked."""

    def __init__(self, fetch: Callable[[], Any], sha256: str) -> None:
        self._fetch = fetch
        self._sha256 = sha256
        self._response: Any = fetch()
        self._position = 0
        self._copy: BinaryIO | None = None

    def readable(self) -> bool:
        """Tell that reading is possible."""
        return True

    def seekable(self) -> bool:
        """Tell that moving is possible."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move; any real move fetches and checks the whole object first. Raises `BlobDamaged`."""
        if whence == os.SEEK_CUR:
            offset, whence = self._position + offset, os.SEEK_SET
        if self._copy is not None or (offset, whence) != (self._position, os.SEEK_SET):
            self._position = self._whole_copy().seek(offset, whence)
        return self._position

    def readinto(self, buffer: object) -> int:
        """Read into `buffer`, as much as has come."""
        view = memoryview(buffer)  # type: ignore[arg-type]
        if self._copy is not None:
            content = self._copy.read(len(view))
        else:
            with translated(self._sha256):
                content = self._response.read(len(view))
        view[: len(content)] = content
        self._position += len(content)
        return len(content)

    def close(self) -> None:
        """Let the connection, or the private copy, go."""
        if not self.closed:
            self._let_go()
            if self._copy is not None:
                self._copy.close()
        super().close()

    def _whole_copy(self) -> BinaryIO:
        if self._copy is None:
            self._let_go()
            self._response = self._fetch()
            with translated(self._sha256), PrivateFile(Path(tempfile.gettempdir()), self._response) as file:
                if file.ref.sha256 != self._sha256:
                    raise BlobDamaged(self._sha256)
                self._copy = file.open()
            self._let_go()
        return self._copy

    def _let_go(self) -> None:
        self._response.close()
        self._response.release_conn()
