"""A real S3 service for the tests: one Ceph cluster of one node a session, in memory; one bucket a test.

Use by importing the fixtures. Tests that need it stand in few modules, so that under xdist's `loadfile` few workers start one.
Without Ceph's packages they are skipped, and pytest's summary names what lacks.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from demo.servers.ceph import Ceph, missing
from storage.blobs.opening import bucket_at
from storage.blobs.s3 import S3Store

FreshBucket = Callable[..., str]
"""Returns the URL of a store in a new bucket; keywords become keys of the URL (`lock`, `lock_days`)."""


@pytest.fixture(scope="session")
def ceph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ceph]:
    """The cluster of the session; a test that stops it starts one of its own."""
    require_ceph()
    cluster = Ceph(tmp_path_factory.mktemp("ceph") / "node")
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def fresh_bucket(ceph: Ceph) -> FreshBucket:
    """Make a bucket with versions, and with object lock if the keywords ask for it."""
    numbers = itertools.count(1)

    def fresh(**query: str) -> str:
        url = ceph.url(f"blobs-{next(numbers)}", **query)
        S3Store(bucket_at(url)).make_bucket()
        return url

    return fresh


def require_ceph() -> None:
    """Skip the test, loudly, where no cluster can be started."""
    if lacking := missing():
        pytest.skip(f"no S3 service: install {' '.join(lacking)} (make system)")
