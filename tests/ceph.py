"""A real S3 service for the tests: one Ceph cluster of one node, in memory, for all workers of a run; one bucket a test.

Use by importing the fixtures. The cluster belongs to a process of its own (this module as a program), which waits for the lock
that every worker holds and stops the cluster once it gets it: after the last of them, however that ended. Without Ceph's
packages the tests are skipped, and pytest's summary names what lacks.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.servers.ceph import Ceph, missing
from storage.blobs.opening import bucket_at
from storage.blobs.s3 import S3Store

FreshBucket = Callable[..., str]
"""Returns the URL of a store in a new bucket; keywords become keys of the URL (`lock`, `lock_days`)."""

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def ceph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ceph]:
    """The cluster of the run; a test that stops it starts one of its own."""
    require_ceph()
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "ceph"
    folder.mkdir(exist_ok=True)
    with (folder / "users").open("a") as users, (folder / "starting").open("a") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        if not (folder / "ready").exists():
            _start_keeper(folder)
        fcntl.flock(starting, fcntl.LOCK_UN)
        yield Ceph(folder / "node")


@pytest.fixture(scope="session")
def fresh_bucket(ceph: Ceph) -> FreshBucket:
    """Make a bucket with versions, and with object lock if the keywords ask for it."""

    def fresh(**query: str) -> str:
        url = ceph.url(f"blobs-{secrets.token_hex(8)}", **query)
        S3Store(bucket_at(url)).make_bucket()
        return url

    return fresh


def require_ceph() -> None:
    """Skip the test, loudly, where no cluster can be started."""
    if lacking := missing():
        pytest.skip(f"no S3 service: install {' '.join(lacking)} (make system)")


def _start_keeper(folder: Path) -> None:
    """Start the process that holds the cluster, and wait until the cluster answers."""
    with (folder / "keeper.log").open("ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.ceph", str(folder)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    assert keeper.stdout is not None
    with keeper.stdout:
        assert keeper.stdout.readline() == b"ready\n", f"see {folder}/keeper.log"
    keeper.returncode = 0  # it outlives this worker on purpose


def _keep(folder: Path) -> None:
    cluster = Ceph(folder / "node")
    cluster.start()
    try:
        (folder / "ready").touch()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        with (folder / "users").open("a") as users:
            fcntl.flock(users, fcntl.LOCK_EX)  # nobody uses it any more
            (folder / "ready").unlink()
            cluster.stop()
    finally:
        cluster.stop()


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
