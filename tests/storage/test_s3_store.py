"""The S3 store on a real service: what every store does, and what only a service can do to it."""

from __future__ import annotations

import hashlib
import io
import secrets
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from minio.error import S3Error

from demo.servers.ceph import Ceph
from storage.blobs.opening import bucket_at, open_store
from storage.blobs.port import BlobStore
from storage.blobs.s3 import S3Store
from storage.blobs.s3_client import PART_BYTES, Client
from storage.errors import BlobDamaged, BlobMissing, BlobStoreUnavailable, BlobStoreUnfit
from tests.ceph import FreshBucket, ceph, fresh_bucket
from tests.storage.blob_conformance import BlobStoreConformance

__all__ = ["ceph", "fresh_bucket"]

ROOT = Path(__file__).parents[2]
LARGE = 2 * PART_BYTES + 12_345
"""Bytes of a blob that is put in three parts."""


@pytest.fixture(scope="module")
def url(fresh_bucket: FreshBucket) -> str:
    return fresh_bucket()


@pytest.fixture
def store(url: str) -> BlobStore:
    return open_store(url)


def client_of(url: str) -> tuple[Client, str]:
    bucket = bucket_at(url)
    return Client(bucket), bucket.name


def versions(url: str, sha256: str) -> list[str]:
    client, bucket = client_of(url)
    return [
        str(one.version_id)
        for one in client.list_objects(bucket, prefix=f"sha256/{sha256}", include_version=True)
        if not one.is_delete_marker
    ]


def replace(url: str, sha256: str, content: bytes) -> None:
    """Write behind the store's back."""
    client, bucket = client_of(url)
    client.put_object(bucket, f"sha256/{sha256}", io.BytesIO(content), len(content))


class TestS3Store(BlobStoreConformance):
    """The bucket does what every store does."""


def test_a_bucket_as_it_should_be_passes_however_often_it_is_asked(fresh_bucket: FreshBucket) -> None:
    for query in ({}, {"lock": "COMPLIANCE", "lock_days": "1"}, {"lock": "GOVERNANCE", "lock_days": "2"}):
        url = fresh_bucket(**query)
        for _ in range(3):
            open_store(url).check()
        client, bucket = client_of(url)
        assert len(list(client.list_objects(bucket, recursive=True, include_version=True))) == 1
        assert list(open_store(url).refs()) == []


def test_what_a_bucket_lacks_is_said(ceph: Ceph) -> None:
    with pytest.raises(BlobStoreUnfit, match="no bucket"):
        open_store(ceph.url("not-there")).check()
    with pytest.raises(BlobStoreUnavailable, match="no bucket"):
        open_store(ceph.url("not-there")).ping()
    client, _ = client_of(ceph.url("plain"))
    client.make_bucket("plain")
    with pytest.raises(BlobStoreUnfit, match="versioning"):
        open_store(ceph.url("plain")).check()
    S3Store(bucket_at(ceph.url("plain"))).make_bucket()
    open_store(ceph.url("plain")).check()
    with pytest.raises(BlobStoreUnfit, match="object lock"):
        open_store(ceph.url("plain", lock="COMPLIANCE", lock_days="1")).check()


def test_a_wrong_key_is_no_reason_to_show_it(ceph: Ceph) -> None:
    for at_fault in (ceph.access_key, ceph.secret_key):
        store = open_store(ceph.url("any").replace(at_fault, "WRONG-WORD"))
        with pytest.raises(BlobStoreUnavailable) as refusal:
            store.put(io.BytesIO(b"x"))
        assert "WRONG-WORD" not in str(refusal.value)
        assert ceph.secret_key not in str(refusal.value)


def test_of_two_writers_at_once_one_puts_and_the_other_is_told(ceph: Ceph) -> None:
    """The condition itself, where the service keeps it: in a bucket without versions."""
    client, _ = client_of(ceph.url("conditional"))
    client.make_bucket("conditional")
    both = threading.Barrier(2)

    def write(number: int, key: str) -> str:
        both.wait()
        try:
            client.put_new("conditional", key, b"writer %d" % number, {})
        except S3Error as error:
            return str(error.code)
        return f"writer {number}"

    for attempt in range(10):
        key = f"key-{attempt}"
        with ThreadPoolExecutor(2) as pool:
            said = sorted(pool.map(write, (1, 2), (key, key)))
        assert said[0] == "PreconditionFailed"
        answer = client.get_object("conditional", key)
        assert answer.read().decode() == said[1]
        answer.close()


def test_what_lies_there_is_not_put_again(url: str) -> None:
    for size in (0, 10, PART_BYTES, LARGE):
        content = secrets.token_bytes(size)
        refs = {open_store(url).put(io.BytesIO(content)) for _ in range(3)}
        assert len(refs) == 1
        assert len(versions(url, refs.pop().sha256)) == 1


def test_a_large_blob_is_put_in_parts_and_comes_back(store: BlobStore, url: str) -> None:
    content = secrets.token_bytes(LARGE)
    ref = store.put(io.BytesIO(content))
    client, bucket = client_of(url)
    assert str(client.stat_object(bucket, f"sha256/{ref.sha256}").etag).endswith("-3")
    with store.open(ref.sha256) as stream:
        assert stream.read() == content
    with store.open(ref.sha256) as stream:
        stream.seek(-100, io.SEEK_END)
        assert stream.read() == content[-100:]
        stream.seek(PART_BYTES - 5)
        assert stream.read(10) == content[PART_BYTES - 5 : PART_BYTES + 5]


@pytest.mark.parametrize("size", [20, LARGE])
def test_bytes_changed_behind_its_back_are_noticed_and_can_be_mended(store: BlobStore, url: str, size: int) -> None:
    content = secrets.token_bytes(size)
    ref = store.put(io.BytesIO(content))
    replace(url, ref.sha256, content[:-1] + bytes([content[-1] ^ 1]))
    with store.open(ref.sha256) as stream, pytest.raises(BlobDamaged):
        stream.read()
    with store.open(ref.sha256) as stream, pytest.raises(BlobDamaged):
        stream.seek(-1, io.SEEK_END)
    assert len(versions(url, ref.sha256)) == 2  # what was replaced is still there
    assert store.put(io.BytesIO(content)) == ref
    with store.open(ref.sha256) as stream:
        assert stream.read() == content


def test_what_another_program_put_whole_is_not_put_again(store: BlobStore, url: str) -> None:
    content = secrets.token_bytes(PART_BYTES + 1)
    sha256 = hashlib.sha256(content).hexdigest()
    replace(url, sha256, content)  # in other parts than ours, so the ETag alone does not tell
    assert store.put(io.BytesIO(content)).sha256 == sha256
    assert len(versions(url, sha256)) == 1


def test_what_was_deleted_is_missing_and_its_version_stays(store: BlobStore, url: str) -> None:
    ref = store.put(io.BytesIO(b"deleted by somebody"))
    client, bucket = client_of(url)
    client.remove_object(bucket, f"sha256/{ref.sha256}")
    assert not store.has(ref.sha256)
    with pytest.raises(BlobMissing):
        store.open(ref.sha256)
    assert len(versions(url, ref.sha256)) == 1
    store.put(io.BytesIO(b"deleted by somebody"))
    assert store.has(ref.sha256)


@pytest.mark.parametrize("size", [20, LARGE])
def test_a_locked_blob_cannot_be_deleted(fresh_bucket: FreshBucket, size: int) -> None:
    url = fresh_bucket(lock="COMPLIANCE", lock_days="30")
    ref = open_store(url).put(io.BytesIO(secrets.token_bytes(size)))
    client, bucket = client_of(url)
    key = f"sha256/{ref.sha256}"
    with pytest.raises(S3Error, match="AccessDenied"):
        client.remove_object(bucket, key, version_id=versions(url, ref.sha256)[0])
    found = client.stat_object(bucket, key).metadata or {}
    assert found["x-amz-object-lock-mode"] == "COMPLIANCE"
    until = datetime.fromisoformat(found["x-amz-object-lock-retain-until-date"][:19]).replace(tzinfo=UTC)
    assert timedelta(days=29) < until - datetime.now(UTC) < timedelta(days=31)


def test_many_processes_put_the_same(url: str) -> None:
    program = "import io, sys; from storage.blobs.opening import open_store; "
    program += "print(open_store(sys.argv[1]).put(io.BytesIO(b'together' * 1000)).sha256)"
    command = [sys.executable, "-c", program, url]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = {process.communicate()[0].strip() for process in running}
    assert said == {hashlib.sha256(b"together" * 1000).hexdigest()}


def test_a_killed_writer_leaves_nothing_to_be_seen(url: str) -> None:
    content = secrets.token_bytes(1000)
    program = f"""
import io, os, signal, sys
from storage.blobs.opening import open_store
with open_store(sys.argv[1]).stage(io.BytesIO(bytes.fromhex({content.hex()!r}))):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", program, url], cwd=ROOT, check=False)
    assert not open_store(url).has(hashlib.sha256(content).hexdigest())


PEAK = """
import os, sys
from storage.blobs.opening import open_store
from storage.blobs.port import read_chunks
def peak_kib():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
class Source:
    def __init__(self, size):
        self.left = size
    def read(self, size):
        size = min(size, self.left)
        self.left -= size
        return os.urandom(size)
def there_and_back(size):
    ref = store.put(Source(size))
    with store.open(ref.sha256) as stream:
        for _ in read_chunks(stream):
            pass
    with store.open(ref.sha256) as stream:
        stream.seek(-10, 2)
        assert len(stream.read()) == 10
store = open_store(sys.argv[1])
there_and_back(1000)
before = peak_kib()
there_and_back(50 * 2**20)
print(peak_kib() - before)
"""


@pytest.mark.parametrize("kind", ["folder", "s3"])
def test_memory_does_not_grow_with_the_blob(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"file:{tmp_path}" if kind == "folder" else request.getfixturevalue("url")
    done = subprocess.run([sys.executable, "-c", PEAK, url], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) < {"folder": 4, "s3": 24}[kind] * 1024  # KiB, for a blob of 50 MiB
