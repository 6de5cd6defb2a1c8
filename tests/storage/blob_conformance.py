"""What every blob store must do; a test module subclasses `BlobStoreConformance` and gives it a store."""

from __future__ import annotations

import hashlib
import io
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.blobs.port import BlobRef, BlobStore
from storage.errors import BlobMissing, BlobTooLarge

_SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]  # one test, many stores: on purpose
_ONE_STORE = settings(suppress_health_check=_SHARED, deadline=None, max_examples=40)


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

    def test_what_is_staged_can_be_read_again_and_again_before_it_is_kept(self, store: BlobStore) -> None:
        content = secrets.token_bytes(700_000)
        with store.stage(io.BytesIO(content)) as staged:
            assert staged.ref == BlobRef(hashlib.sha256(content).hexdigest(), len(content))
            with staged.open() as first, staged.open() as second:
                assert first.read(5) == content[:5]
                assert second.read() == content
                assert first.read() == content[5:]
                assert first.seek(-3, io.SEEK_END) == len(content) - 3
                assert first.read() == content[-3:]
            assert not store.has(staged.ref.sha256)
            assert staged.keep() == staged.ref
            with staged.open() as still, store.open(staged.ref.sha256) as stored:
                assert still.read() == stored.read() == content
        assert store.has(staged.ref.sha256)

    def test_what_is_not_kept_is_gone(self, store: BlobStore) -> None:
        content = secrets.token_bytes(100)
        with pytest.raises(ZeroDivisionError), store.stage(io.BytesIO(content)) as staged:
            raise ZeroDivisionError
        assert not store.has(staged.ref.sha256)
        with pytest.raises(BlobMissing), store.open(staged.ref.sha256):
            pass
        with pytest.raises(ValueError, match="gone"):
            staged.keep()
        with pytest.raises(ValueError, match="gone"):
            staged.open()
        assert not store.has(staged.ref.sha256)

    def test_keeping_twice_and_beside_others_is_harmless(self, store: BlobStore) -> None:
        content = secrets.token_bytes(100_000)
        with store.stage(io.BytesIO(content)) as one, store.stage(io.BytesIO(content)) as other:
            assert one.keep() == other.keep() == one.keep() == one.ref
        with store.open(one.ref.sha256) as stream:
            assert stream.read() == content

    def test_a_reader_of_what_was_staged_outlives_the_block(self, store: BlobStore) -> None:
        with store.stage(io.BytesIO(b"not kept")) as staged:
            stream = staged.open()
        with stream:
            assert stream.read() == b"not kept"

    def test_too_long_a_stream_cannot_be_staged(self, store: BlobStore) -> None:
        with pytest.raises(BlobTooLarge), store.stage(io.BytesIO(b"12345"), limit_bytes=4):
            pass
        with store.stage(io.BytesIO(b"1234"), limit_bytes=4) as staged:
            assert staged.ref.size_bytes == 4

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

    def test_all_blobs_are_listed_in_order_with_their_size(self, store: BlobStore) -> None:
        put = {store.put(io.BytesIO(secrets.token_bytes(size))) for size in (0, 1, 100, 5000)}
        listed = list(store.refs())
        assert put <= set(listed)
        assert [ref.sha256 for ref in listed] == sorted({ref.sha256 for ref in listed})

    def test_a_store_in_order_passes_its_checks_and_holds_no_more_than_before(self, store: BlobStore) -> None:
        store.ping()
        before = list(store.refs())
        store.check()
        assert list(store.refs()) == before
