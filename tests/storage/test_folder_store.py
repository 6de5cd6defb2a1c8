from __future__ import annotations

import errno
import hashlib
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.blobs.checked import CheckedReader
from storage.blobs.folder import FolderStore
from storage.blobs.port import BlobStore
from storage.errors import BlobDamaged
from tests.storage.blob_conformance import BlobStoreConformance


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return FolderStore(tmp_path / "blobs")


class TestFolderStore(BlobStoreConformance):
    """The folder does what every store does."""


class TestFolderStoreWithoutUnnamedFiles(BlobStoreConformance):
    """A file system on which an unnamed file cannot be given a name: blobs are copied to their place then."""

    @pytest.fixture
    def store(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BlobStore:
        monkeypatch.delattr(os, "O_TMPFILE")
        return FolderStore(tmp_path / "blobs")


def test_altered_bytes_are_never_given_as_whole(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    ref = store.put(io.BytesIO(b"the minister agrees"))
    path = tmp_path / ref.sha256[:2] / ref.sha256[2:4] / ref.sha256
    path.chmod(0o640)
    path.write_bytes(b"the minister refuses")
    with store.open(ref.sha256) as stream, pytest.raises(BlobDamaged):
        stream.read()


def test_moving_to_where_one_is_does_not_switch_the_check_off(tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(b"the minister refuses")
    reader = CheckedReader(
        (tmp_path / "blob").open("rb", buffering=0), hashlib.sha256(b"the minister agrees").hexdigest()
    )
    with reader, pytest.raises(BlobDamaged):
        reader.read(5)
        reader.seek(0, io.SEEK_CUR)
        reader.read()


def test_a_disk_that_cannot_read_on_is_damage(tmp_path: Path) -> None:
    class Failing(io.RawIOBase):
        def readinto(self, buffer: object) -> int:
            raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(BlobDamaged, match="Input/output"):
        CheckedReader(Failing(), "0" * 64).read()


def test_a_damaged_blob_is_mended_by_storing_it_again(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    ref = store.put(io.BytesIO(b"the minister agrees"))
    path = tmp_path / ref.sha256[:2] / ref.sha256[2:4] / ref.sha256
    path.chmod(0o640)
    path.write_bytes(b"")
    assert store.put(io.BytesIO(b"the minister agrees")) == ref
    with store.open(ref.sha256) as stream:
        assert stream.read() == b"the minister agrees"


@pytest.mark.parametrize("kept", [False, True])
def test_a_killed_process_leaves_nothing_of_what_it_did_not_keep(tmp_path: Path, kept: bool) -> None:
    program = f"""
import io, os, signal
from pathlib import Path
from storage.blobs.folder import FolderStore
with FolderStore(Path({str(tmp_path)!r})).stage(io.BytesIO(b"secret" * 100_000)) as staged:
    {"staged.keep()" if kept else "pass"}
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == -signal.SIGKILL
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == kept
    assert all(path.stat().st_mode & 0o777 == 0o440 for path in files)


def test_nothing_is_left_behind_by_refused_or_repeated_puts(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    for _ in range(3):
        store.put(io.BytesIO(b"once"))
    assert list((tmp_path / "incoming").iterdir()) == []
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
