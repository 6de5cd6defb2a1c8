"""The `minio` SDK with bounded waiting, our errors, and the requests that it cannot make."""

from __future__ import annotations

import contextlib
import hashlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3
from minio import Minio
from minio.datatypes import Object
from minio.error import MinioException, S3Error
from minio.helpers import ObjectWriteResult

from storage.blobs.port import CHUNK_BYTES
from storage.blobs.staging import PrivateFile
from storage.errors import BlobMissing, BlobStoreUnavailable

PART_BYTES = 5 * 1024 * 1024
"""A larger blob is sent in parts of this size, the smallest that S3 knows; some two of them are in memory at once."""
CONNECT_SECONDS = 3.0
READ_SECONDS = 20.0
"""How long one answer, or the next bytes of one, may take, unless told otherwise."""
_RETRIES = 2
_CONNECTIONS = 32


@dataclass(frozen=True)
class Bucket:
    """Where blobs lie and how they are kept there. `endpoint` is `host` or `host:port`; the keys never show."""

    endpoint: str
    name: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    tls: bool = True
    ca_file: Path | None = None
    """PEM of the roots of the server's certificate; without one, those of the system count."""
    region: str = "us-east-1"
    lock_mode: str = ""
    """`GOVERNANCE` or `COMPLIANCE`: nobody deletes or shortens before `lock_days` have passed since a blob was put."""
    lock_days: int = 0


class Client(Minio):
    """The SDK's client with bounded waiting, and with the requests that it cannot make."""

    def __init__(self, bucket: Bucket, *, read_seconds: float = READ_SECONDS) -> None:
        retries = urllib3.Retry(total=_RETRIES, read=1, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504])
        pool = urllib3.PoolManager(
            maxsize=_CONNECTIONS,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=read_seconds),
            retries=retries,
            ssl_context=ssl.create_default_context(cafile=bucket.ca_file) if bucket.tls else None,
        )
        super().__init__(
            bucket.endpoint,
            access_key=bucket.access_key,
            secret_key=bucket.secret_key,
            secure=bucket.tls,
            region=bucket.region,
            http_client=pool,
        )

    def put_new(self, bucket: str, key: str, content: bytes, headers: dict[str, str]) -> ObjectWriteResult:
        """Put an object where none lies; the public `put_object` takes no such header."""
        return self._put_object(bucket, key, content, {**headers, "If-None-Match": "*"})

    def try_writing(self, bucket: str, key: str, headers: dict[str, str]) -> None:
        """See whether an object might be written with `headers`, and leave none: parts are announced and called off."""
        self._abort_multipart_upload(bucket, key, self._create_multipart_upload(bucket, key, dict(headers)))


@contextlib.contextmanager
def translated(sha256: str = "") -> Iterator[None]:
    """Turn the SDK's errors, and those of the HTTP client below it, into ours."""
    try:
        yield
    except S3Error as error:
        if sha256 and error.code == "NoSuchKey":
            raise BlobMissing(sha256) from error
        raise BlobStoreUnavailable(f"{error.code}: {error.message}") from error
    except (MinioException, urllib3.exceptions.HTTPError) as error:
        raise BlobStoreUnavailable(f"{type(error).__name__}: {error}") from error


def part_sums(file: PrivateFile) -> list[bytes]:
    """Return the MD5 of each part, which ETags are made of; of one empty part when there are no bytes."""
    sums = []
    with file.open() as stream:
        for _ in range(max(1, -(-file.ref.size_bytes // PART_BYTES))):
            digest, left = hashlib.md5(usedforsecurity=False), PART_BYTES
            while left and (chunk := stream.read(min(left, CHUNK_BYTES))):
                digest.update(chunk)
                left -= len(chunk)
            sums.append(digest.digest())
    return sums


def etag_of(sums: list[bytes]) -> str:
    """Return the ETag of an object that was put as one (one sum) or in parts."""
    if len(sums) == 1:
        return sums[0].hex()
    return f"{hashlib.md5(b''.join(sums), usedforsecurity=False).hexdigest()}-{len(sums)}"


def check_etag(etag: str | None, headers: Any, sums: list[bytes]) -> None:
    """Hold the server's answer against the bytes sent; where it encrypts with keys of its own, its ETag tells nothing."""
    encrypted = str((headers or {}).get("x-amz-server-side-encryption", "")).startswith("aws:kms")
    if not encrypted and etag != etag_of(sums):
        raise BlobStoreUnavailable(f"the server stored other bytes than were sent (ETag {etag})")


def lock_mode_of(found: Object) -> str:
    """Return `COMPLIANCE` or `GOVERNANCE` if the object is locked, else an empty string."""
    headers: Any = found.metadata or {}
    return str(headers.get("x-amz-object-lock-mode", ""))
