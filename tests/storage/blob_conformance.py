"""What every blob store must do; a test module subclasses `BlobStoreConformance` and gives it a store."""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.blobs.port import BlobStore
from storage.errors import BlobMissing, BlobTooLarge

_ONE_STORE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)


class BlobStoreConformance:
    @_ONE_STORE
    @given(content=st.binary(max_size=300_000))
    def test_what_was_put_comes_back_under_its_digest(self, store: BlobStore, content: bytes) -> None:
        ref = store.put(io.BytesIO(content))
        assert ref.sha256 == hashlib.sha256(content).hexdigest()
        assert ref.size_bytes == len(content)
        assert store.has(ref.sha256)
        with store.open(ref.sha256) as stream:
            assert stream.read() == content

    def test_only_what_is_left_of_the_stream_is_stored(self, store: BlobStore) -> None:
        source = io.BytesIO(b"header and body")
        source.read(len("header and "))
        assert store.put(source).sha256 == hashlib.sha256(b"body").hexdigest()

    def test_the_same_bytes_may_be_put_by_many_at_once(self, store: BlobStore) -> None:
        content = b"m\xe1\xba\xadt" * 50_000
        with ThreadPoolExecutor(8) as pool:
            refs = list(pool.map(lambda _: store.put(io.BytesIO(content)), range(16)))
        assert len(set(refs)) == 1
        with store.open(refs[0].sha256) as stream:
            assert stream.read() == content

    def test_too_long_a_stream_is_refused_and_not_kept(self, store: BlobStore) -> None:
        content = b"x" * 1_000_001
        with pytest.raises(BlobTooLarge):
            store.put(io.BytesIO(content), limit_bytes=1_000_000)
        assert not store.has(hashlib.sha256(content).hexdigest())
        assert store.put(io.BytesIO(content[:-1]), limit_bytes=1_000_000).size_bytes == 1_000_000

    @pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "A" * 64])
    def test_an_unknown_name_is_missing(self, store: BlobStore, name: str) -> None:
        assert not store.has("0" * 64)
        with pytest.raises(BlobMissing), store.open(name):
            pass

    def test_a_reader_can_go_back_to_the_start(self, store: BlobStore) -> None:
        ref = store.put(io.BytesIO(b"%PDF-1.7 ..."))
        with store.open(ref.sha256) as stream:
            assert stream.read(4) == b"%PDF"
            stream.seek(0)
            assert stream.read() == b"%PDF-1.7 ..."
