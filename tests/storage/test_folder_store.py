from __future__ import annotations

import io
from pathlib import Path

import pytest

from storage.blobs.folder import FolderStore
from storage.blobs.port import BlobStore
from storage.errors import BlobDamaged
from tests.storage.blob_conformance import BlobStoreConformance


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return FolderStore(tmp_path / "blobs")


class TestFolderStore(BlobStoreConformance):
    """The folder does what every store does."""


def test_altered_bytes_are_never_given_as_whole(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    ref = store.put(io.BytesIO(b"the minister agrees"))
    path = tmp_path / ref.sha256[:2] / ref.sha256[2:4] / ref.sha256
    path.chmod(0o640)
    path.write_bytes(b"the minister refuses")
    with store.open(ref.sha256) as stream, pytest.raises(BlobDamaged):
        stream.read()


def test_nothing_is_left_behind_by_refused_or_repeated_puts(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    for _ in range(3):
        store.put(io.BytesIO(b"once"))
    assert list((tmp_path / "incoming").iterdir()) == []
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
