"""A key and a certificate of its own, for tests that need any signature at all."""

from __future__ import annotations

import datetime as dt

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def self_signed(common_name: str = "UBND xã Mẫu") -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """A P-256 key with a self-signed certificate for signatures, valid from 2026 for a hundred years."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=36500))
        .add_extension(x509.KeyUsage(*[True] + [False] * 8), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("mau.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key, certificate
