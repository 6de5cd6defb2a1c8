"""A service that is away or hangs is an answer within bounded time, and no lasting harm; TLS is checked.

The service is a real one, of this module's own, because it is stopped in between.
"""

from __future__ import annotations

import hashlib
import io
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from demo.servers.ceph import Ceph
from storage.blobs.opening import bucket_at
from storage.blobs.port import BlobStore
from storage.blobs.s3 import S3Store
from storage.blobs.s3_client import PART_BYTES
from storage.errors import BlobStoreUnavailable
from tests.ceph import require_ceph


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ceph]:
    require_ceph()
    folder = tmp_path_factory.mktemp("ceph-outage")
    cluster = Ceph(folder / "node", certificate_file=certificate(folder / "tls.pem"))
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


def certificate(path: Path) -> Path:
    """Write a self-signed certificate for 127.0.0.1 with its key to `path`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *plain) + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


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


def test_over_tls_all_is_the_same(own: Ceph) -> None:
    url = own.url("over-tls", tls="1", lock="GOVERNANCE", lock_days="1")
    store = S3Store(bucket_at(url))
    store.make_bucket()
    store.check()
    for size in (0, 1000, PART_BYTES + 1):
        content = secrets.token_bytes(size)
        ref = store.put(io.BytesIO(content))
        assert store.put(io.BytesIO(content)) == ref
        with store.open(ref.sha256) as stream:
            assert stream.read() == content
    assert len(list(store.refs())) == 3


def test_a_server_that_nobody_vouches_for_gets_no_bytes(own: Ceph, tmp_path: Path) -> None:
    other = certificate(tmp_path / "other.pem")
    store = S3Store(bucket_at(own.url("over-tls", tls="1", ca=str(other))))
    with pytest.raises(BlobStoreUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        store.put(io.BytesIO(b"secret"))
