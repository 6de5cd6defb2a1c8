"""Blobs in a bucket of an S3 service, through the `minio` SDK, which only this module and `s3_client` know.

A blob lies under `sha256/<digest>`. What lies there whole is not put again; what is put, is put on the condition that nothing
lies there (If-None-Match). The bucket keeps versions, so that even where the condition does not hold (parts know none; Ceph 16
ignores it in a bucket with versions) bytes once written are not replaced, and locks them where the settings say so. The
server checks each request's bytes by their digest, and the ETag it answers is held against the bytes that were sent.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import os
import tempfile
import threading
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from minio.commonconfig import ENABLED
from minio.datatypes import Object
from minio.error import S3Error
from minio.retention import Retention
from minio.versioningconfig import VersioningConfig

from storage.blobs.checked import CheckedReader
from storage.blobs.port import CHUNK_BYTES, BlobRef, Staged, digest_of, is_digest, read_chunks
from storage.blobs.s3_client import (
    PART_BYTES,
    READ_SECONDS,
    Bucket,
    Client,
    check_etag,
    etag_of,
    lock_mode_of,
    part_sums,
    translated,
)
from storage.blobs.s3_reader import ObjectReader
from storage.blobs.staging import PrivateFile, StagedFile
from storage.clock import Clock, SystemClock
from storage.errors import BlobDamaged, BlobMissing, BlobStoreUnavailable, BlobStoreUnfit

log = logging.getLogger(__name__)

_PREFIX = "sha256/"
_STANDS = {"PreconditionFailed", "ConditionalRequestConflict"}
"""What a server answers to a conditional put where something lies, or is being put at this moment."""


class S3Store:
    """Keeps blobs in a bucket. One connection pool a process; safe to be used after a fork."""

    def __init__(self, bucket: Bucket, *, clock: Clock | None = None, read_seconds: float = READ_SECONDS) -> None:
        """`read_seconds` is how long one answer, or the next bytes of one, may take."""
        self._bucket = bucket
        self._read_seconds = read_seconds
        self._clock = clock or SystemClock()
        self._clients: dict[int, Client] = {}
        self._making = threading.Lock()

    @contextlib.contextmanager
    def stage(self, source: BinaryIO, *, limit_bytes: int | None = None) -> Iterator[Staged]:
        """See `BlobStore.stage`; the private place is the folder for temporary files (`TMPDIR`)."""
        with PrivateFile(Path(tempfile.gettempdir()), source, limit_bytes=limit_bytes) as file:
            yield StagedFile(file, self.keep)

    def put(self, source: BinaryIO, *, limit_bytes: int | None = None) -> BlobRef:
        """See `BlobStore.put`."""
        with self.stage(source, limit_bytes=limit_bytes) as staged:
            return staged.keep()

    def keep(self, file: PrivateFile) -> None:
        """Put `file` under the name of its content; what lies there already stays if it is whole."""
        sums = part_sums(file)
        if self._is_whole(file.ref, sums) or (len(sums) == 1 and self._put_if_new(file)):
            return
        if len(sums) > 1 or not self._is_whole(file.ref, sums):
            self._put(file, sums)

    def open(self, sha256: str) -> BinaryIO:
        """See `BlobStore.open`; whoever moves about reads from a private copy that was checked as a whole before."""
        key = _key(sha256)

        def fetch() -> Any:
            with translated(sha256):
                return self._client.get_object(self._bucket.name, key)

        reader = CheckedReader(ObjectReader(fetch, sha256), sha256)
        return cast("BinaryIO", io.BufferedReader(reader, CHUNK_BYTES))

    def has(self, sha256: str) -> bool:
        """See `BlobStore.has`."""
        with translated():
            return self._is_there(_key(sha256))

    def refs(self) -> Iterator[BlobRef]:
        """See `BlobStore.refs`."""
        with translated():
            for found in self._client.list_objects(self._bucket.name, prefix=_PREFIX, recursive=True):
                name = str(found.object_name).removeprefix(_PREFIX)
                if is_digest(name):
                    yield BlobRef(name, int(found.size or 0))

    def ping(self) -> None:
        """See `BlobStore.ping`."""
        with translated():
            if not self._client.bucket_exists(self._bucket.name):
                raise BlobStoreUnavailable(f"there is no bucket {self._bucket.name} at {self._bucket.endpoint}")

    def check(self) -> None:
        """See `BlobStore.check`; leaves one small object, `probe/…`, however often it is asked."""
        name = self._bucket.name
        with translated():
            if not self._client.bucket_exists(name):
                raise BlobStoreUnfit(f"there is no bucket {name} at {self._bucket.endpoint}")
            if self._client.get_bucket_versioning(name).status != ENABLED:
                raise BlobStoreUnfit(f"bucket {name}: versioning is not enabled")
            if self._bucket.lock_mode:
                self._check_lock()
            key = f"probe/{self._bucket.lock_mode or 'unlocked'}-{self._bucket.lock_days}"
            if self._is_there(key):
                self._client.try_writing(name, key, self._lock_headers())
            else:
                self._put_bytes_if_new(key, b"probe")
            self._check_probe(key)

    def make_bucket(self) -> None:
        """Make the bucket as `check` wants it: with versions, and with object lock if blobs are to be locked."""
        with translated():
            if not self._client.bucket_exists(self._bucket.name):
                self._client.make_bucket(self._bucket.name, object_lock=bool(self._bucket.lock_mode))
            self._client.set_bucket_versioning(self._bucket.name, VersioningConfig(ENABLED))

    @property
    def _client(self) -> Client:
        """The client of this process: connections must not be shared over a fork."""
        with self._making:
            if os.getpid() not in self._clients:
                self._clients[os.getpid()] = Client(self._bucket, read_seconds=self._read_seconds)
            return self._clients[os.getpid()]

    def _put_if_new(self, file: PrivateFile) -> bool:
        with file.open() as stream:
            content = stream.read()
        with translated():
            return self._put_bytes_if_new(_key(file.ref.sha256), content)

    def _put_bytes_if_new(self, key: str, content: bytes) -> bool:
        """Put a small object; return False if something lies there."""
        digest = hashlib.md5(content, usedforsecurity=False).digest()
        headers = {"Content-MD5": b64encode(digest).decode(), "Content-Type": "application/octet-stream"}
        try:
            written = self._client.put_new(self._bucket.name, key, content, headers | self._lock_headers())
        except S3Error as error:
            if error.code in _STANDS:
                return False
            raise
        check_etag(written.etag, written.http_headers, [digest])
        return True

    def _put(self, file: PrivateFile, sums: list[bytes]) -> None:
        with translated(), file.open() as stream:
            written = self._client.put_object(
                self._bucket.name,
                _key(file.ref.sha256),
                stream,
                file.ref.size_bytes,
                part_size=PART_BYTES,
                num_parallel_uploads=1,
                retention=self._retention(),
            )
            # The SDK does not understand what Ceph answers to the last of several parts, and Ceph 16 does not lock what comes
            # in parts: the object itself tells.
            found = self._client.stat_object(self._bucket.name, _key(file.ref.sha256))
            check_etag(found.etag, written.http_headers, sums)
            self._see_locked(found)

    def _is_whole(self, ref: BlobRef, sums: list[bytes]) -> bool:
        """Tell whether the blob lies there undamaged; it is read only when its size and ETag do not tell."""
        try:
            with translated(ref.sha256):
                found = self._client.stat_object(self._bucket.name, _key(ref.sha256))
                self._see_locked(found)
            if found.size == ref.size_bytes and found.etag == etag_of(sums):
                return True
            with self.open(ref.sha256) as stream:
                for _ in read_chunks(stream):
                    pass
        except BlobMissing:
            return False
        except BlobDamaged:
            log.error("blob %s was damaged and is replaced by the bytes that its name promises", ref.sha256)  # noqa: TRY400
            return False
        return True

    def _retention(self) -> Retention | None:
        if not self._bucket.lock_mode:
            return None
        until = self._clock.now().replace(microsecond=0) + timedelta(days=self._bucket.lock_days)
        return Retention(self._bucket.lock_mode, until)

    def _lock_headers(self) -> dict[str, str]:
        retention = self._retention()
        if retention is None:
            return {}
        until = retention.retain_until_date.strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"x-amz-object-lock-mode": retention.mode, "x-amz-object-lock-retain-until-date": until}

    def _see_locked(self, found: Object) -> None:
        """Lock an object that is to be locked and is not."""
        retention = self._retention()
        if retention is not None and not lock_mode_of(found):
            version = found.version_id
            self._client.set_object_retention(self._bucket.name, str(found.object_name), retention, version)

    def _is_there(self, key: str) -> bool:
        try:
            self._client.stat_object(self._bucket.name, key)
        except S3Error as error:
            if error.code == "NoSuchKey":
                return False
            raise
        return True

    def _check_lock(self) -> None:
        try:
            self._client.get_object_lock_config(self._bucket.name)
        except S3Error as error:
            if error.code == "ObjectLockConfigurationNotFoundError":
                problem = "was made without object lock, which cannot be added: make another one"
                raise BlobStoreUnfit(f"bucket {self._bucket.name} {problem}") from error
            raise

    def _check_probe(self, key: str) -> None:
        found = self._client.stat_object(self._bucket.name, key)
        mode = lock_mode_of(found)
        if self._bucket.lock_mode and mode != self._bucket.lock_mode:
            raise BlobStoreUnfit(f"bucket {self._bucket.name}: objects are put and not locked ({mode or 'no mode'})")


def _key(sha256: str) -> str:
    return _PREFIX + digest_of(sha256)
