"""Signatures whose container was doctored after signing, and a key that may not sign."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12

from signing.errors import CertificateUnsuitable
from signing.pdf import Appearance, sign_leader
from signing.providers import Pkcs12Folder
from signing.verdicts import Verdict
from tests.provoked import provokes
from tests.signing.pdf.stages import Desk, Stages, codes
from tests.signing.pki import PASSWORD


def doctored(source: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Change the CMS of the only signature in place; the container keeps its length."""
    (found,) = re.finditer(rb"/Contents <([0-9a-fA-F]{1000,})>", source)
    old = bytes.fromhex(found[1].decode())
    new = change(old)
    assert len(new) <= len(old)
    return source[: found.start(1)] + new.ljust(len(old), b"\0").hex().encode() + source[found.end(1) :]


def without_timestamp(container: bytes) -> bytes:
    info = cms.ContentInfo.load(container)
    del info["content"]["signer_infos"][0]["unsigned_attrs"]
    made: bytes = info.dump(force=True)
    return made


def with_a_timestamp_of_something_else(container: bytes) -> bytes:
    info = cms.ContentInfo.load(container)
    signature = info["content"]["signer_infos"][0]["signature"].native
    digest = hashlib.sha256(signature).digest()
    assert digest in container
    return container.replace(digest, bytes(32))


@provokes("timestamp.absent")
def test_a_signature_whose_time_stamp_was_taken_away_proves_no_time(desk: Desk, stages: Stages) -> None:
    report = desk.validate(doctored(stages.signed, without_timestamp))
    assert "timestamp.absent" in codes(report)
    assert report.verdict is not Verdict.VALID


@provokes("timestamp.broken")
def test_a_time_stamp_of_something_else_is_broken(desk: Desk, stages: Stages) -> None:
    report = desk.validate(doctored(stages.signed, with_a_timestamp_of_something_else))
    assert "timestamp.broken" in codes(report)
    assert report.verdict is Verdict.INVALID


@provokes("signature.coverage")
def test_a_signature_that_leaves_bytes_of_its_revision_out_is_invalid(desk: Desk, stages: Stages) -> None:
    (found,) = re.finditer(rb"/ByteRange \[0 \d+ \d+ (\d+)", stages.signed)
    fewer = str(int(found[1]) - 10).encode().rjust(len(found[1]), b" ")
    report = desk.validate(stages.signed[: found.start(1)] + fewer + stages.signed[found.end(1) :])
    assert "signature.coverage" in codes(report)
    assert report.verdict is Verdict.INVALID


@provokes("signing.certificate-unsuitable")
def test_a_certificate_for_encryption_signs_no_document(desk: Desk, stages: Stages, tmp_path: Path) -> None:
    authority = desk.pki.directory / "authority" / "ca.pem"
    issuer_key = load_pem_private_key(authority.read_bytes(), None)
    assert isinstance(issuer_key, rsa.RSAPrivateKey)
    with Pkcs12Folder(desk.pki.directory).open("leader.p12", PASSWORD) as leader:
        good, key, chain = leader.certificate, leader.private_key, list(leader.chain)
    made = x509.CertificateBuilder(good.issuer, good.subject, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(good.not_valid_before_utc).not_valid_after(good.not_valid_after_utc)
    for extension in good.extensions:
        if not isinstance(extension.value, x509.KeyUsage | x509.AuthorityInformationAccess):
            made = made.add_extension(extension.value, extension.critical)
    only_encryption = dict.fromkeys(
        ("digital_signature", "content_commitment", "data_encipherment", "key_agreement", "key_cert_sign"), False
    )
    usage = x509.KeyUsage(
        **only_encryption, key_encipherment=True, crl_sign=False, encipher_only=False, decipher_only=False
    )
    certificate = made.add_extension(usage, critical=True).sign(issuer_key, hashes.SHA256())
    assert isinstance(key, rsa.RSAPrivateKey)
    content = pkcs12.serialize_key_and_certificates(
        b"leader", key, certificate, chain, BestAvailableEncryption(PASSWORD.encode())
    )
    (tmp_path / "encryption.p12").write_bytes(content)
    shown = Appearance("Nguyễn Văn Ưu", desk.image("leader"))
    with Pkcs12Folder(tmp_path).open("encryption.p12", PASSWORD) as opened, pytest.raises(CertificateUnsuitable):
        sign_leader(
            io.BytesIO(stages.reserved), io.BytesIO(), opened, shown, desk.pki.timestamp_url, desk.trust, desk.when
        )
