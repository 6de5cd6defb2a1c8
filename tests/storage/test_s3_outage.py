"""A service that is away or hangs is an answer within bounded time, and no lasting harm. The service is a real one."""

from __future__ import annotations

import hashlib
import io
import secrets
from collections.abc import Iterator

import pytest

from demo.servers.ceph import Ceph
from storage.blobs.opening import bucket_at
from storage.blobs.port import BlobStore
from storage.blobs.s3 import S3Store
from storage.errors import BlobStoreUnavailable
from tests.ceph import require_ceph


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ceph]:
    require_ceph()
    cluster = Ceph(tmp_path_factory.mktemp("ceph-outage") / "node")
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def away(own: Ceph) -> Iterator[BlobStore]:
    store = S3Store(bucket_at(own.url("outage")))
    store.make_bucket()
    store.put(io.BytesIO(b"before"))
    own.stop_gateway()
    try:
        yield store
    finally:
        own.start_gateway()


def test_every_method_says_so_when_nobody_listens(away: BlobStore) -> None:
    known = hashlib.sha256(b"before").hexdigest()
    for act in (
        lambda: away.put(io.BytesIO(b"new")),
        lambda: away.open(known),
        lambda: away.has(known),
        lambda: list(away.refs()),
        away.ping,
        away.check,
    ):
        with pytest.raises(BlobStoreUnavailable):
            act()


def test_it_goes_on_when_the_service_is_back(away: BlobStore, own: Ceph) -> None:
    with away.stage(io.BytesIO(b"during")) as staged:
        with pytest.raises(BlobStoreUnavailable):
            staged.keep()
        own.start_gateway()
        staged.keep()
    with away.open(staged.ref.sha256) as stream:
        assert stream.read() == b"during"
    with away.open(hashlib.sha256(b"before").hexdigest()) as stream:
        assert stream.read() == b"before"


def test_a_service_that_takes_connections_and_hangs_is_given_up(own: Ceph) -> None:
    bucket = bucket_at(own.url("hanging"))
    S3Store(bucket).make_bucket()
    own.pause_gateway()
    try:
        with pytest.raises(BlobStoreUnavailable, match="timed out"):
            S3Store(bucket, read_seconds=0.2).put(io.BytesIO(b"hanging"))
    finally:
        own.resume_gateway()
    assert S3Store(bucket).put(io.BytesIO(b"hanging")).size_bytes == 7


def test_a_reader_cut_off_in_the_middle_never_takes_the_part_for_the_whole(own: Ceph) -> None:
    store = S3Store(bucket_at(own.url("cut")))
    store.make_bucket()
    ref = store.put(io.BytesIO(secrets.token_bytes(64 * 2**20)))
    with store.open(ref.sha256) as stream:
        stream.read(100)
        own.stop_gateway()
        try:
            with pytest.raises(BlobStoreUnavailable):
                stream.read()
        finally:
            own.start_gateway()
