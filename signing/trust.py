"""Whom the system trusts, and whether one certificate may be relied upon at one moment.

The trust list is plain data and costs nothing to import; the path validation (RFC 5280, RFC 6960) is loaded when used.
Certificates are held as `cryptography.x509.Certificate`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from signing.errors import TrustUnusable
from signing.verdicts import Finding, Verdict, worst

NO_LEGAL_VALUE: Final = "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
"""Stands in the subject of every certificate, and on every image, of the demonstration PKI."""

Usage = Literal["signature", "timestamp"]
"""What a certificate is to be used for: signing documents and messages, or issuing time-stamps (RFC 3161)."""


@dataclass(frozen=True)
class Trust:
    """A trust list: the roots that count, and where revocation data may be fetched from.

    `name` names the list in reports. `intermediates` help to build paths and are never trusted by themselves.
    `allowed_hosts` holds `host:port` (or `host` for the scheme's own port) of OCSP responders and CRL servers: addresses in
    certificates are chosen by whoever made the file, so no other host is ever asked, and nothing at all is fetched from
    issuer (AIA) addresses. With `fetch` off no network is used. `timeout_seconds` bounds each single request. With
    `require_revocation` off a certificate passes that is not known to be revoked: for old time-stamps without a network.
    """

    name: str
    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...] = ()
    allowed_hosts: frozenset[str] = frozenset()
    fetch: bool = True
    timeout_seconds: float = 5.0
    require_revocation: bool = True

    def __post_init__(self) -> None:
        if not self.roots:
            raise TrustUnusable("a trust list needs at least one root")

    @classmethod
    def from_pem(
        cls,
        name: str,
        *,
        roots: bytes,
        intermediates: bytes = b"",
        allowed_hosts: Iterable[str] = (),
        fetch: bool = True,
        timeout_seconds: float = 5.0,
    ) -> Trust:
        """Read a trust list from PEM text (one or more certificates in each argument).

        Raises `TrustUnusable` when the text holds no certificate where one is needed, or a damaged one.
        """
        try:
            return cls(
                name,
                tuple(x509.load_pem_x509_certificates(roots)),
                tuple(x509.load_pem_x509_certificates(intermediates)) if intermediates.strip() else (),
                frozenset(allowed_hosts),
                fetch,
                timeout_seconds,
            )
        except ValueError as error:
            raise TrustUnusable(f"trust list {name!r}: {error}") from error

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over the sorted DER of roots and intermediates: the version of the list that reports name."""
        whole = hashlib.sha256()
        for kind, certificates in ((b"root", self.roots), (b"intermediate", self.intermediates)):
            for der in sorted(certificate.public_bytes(Encoding.DER) for certificate in certificates):
                whole.update(kind + hashlib.sha256(der).digest())
        return whole.hexdigest()


@dataclass(frozen=True)
class CertificateVerdict:
    """Whether a certificate may be relied upon at `when` (aware), under the trust list with digest `trust_digest`.

    `revocation` says how revocation was checked: `ocsp`, `crl`, or `none` when it was not.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    subject: str
    organization_identifier: str
    serial: str
    revocation: Literal["ocsp", "crl", "none"]
    when: datetime
    trust_digest: str


def check_certificate(
    certificate: x509.Certificate,
    when: datetime,
    trust: Trust,
    *,
    chain: Sequence[x509.Certificate] = (),
    usage: Usage = "signature",
) -> CertificateVerdict:
    """Validate `certificate` as of `when`: dates, path to a root, key usage, revocation of each certificate of the path.

    `when` must be aware. `chain` are untrusted certificates that came along and may help to build the path. Revocation after
    `when` does not count; that the authority cannot be asked makes the verdict `indeterminate`. Never raises for what is
    wrong with a certificate. May be called from any thread, with or without a running event loop.
    """
    from signing.path_validation import validate_path  # noqa: PLC0415 - loads the certificate validator
    from signing.revocation import Sources  # noqa: PLC0415 - as above

    if not readable(certificate):
        malformed = Finding("certificate.unsuitable", "malformed")
        return CertificateVerdict(Verdict.INVALID, (malformed,), "", "", "", "none", when, trust.digest)
    findings, revocation = validate_path(certificate, when, Sources(trust), chain, usage)
    return CertificateVerdict(
        worst(findings),
        tuple(findings),
        subject_text(certificate),
        organization_identifier(certificate),
        serial_text(certificate),
        revocation,
        when,
        trust.digest,
    )


def readable(certificate: x509.Certificate) -> bool:
    """Whether names, dates, serial number and key can be read: the library parses them only when they are asked for."""
    try:
        subject_text(certificate), certificate.issuer, serial_text(certificate), certificate.public_key()
        dates = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return dates[0] <= dates[1]


def is_demonstration(certificate: x509.Certificate) -> bool:
    """Whether the certificate says of itself that it has no legal value; production must refuse it."""
    return any(NO_LEGAL_VALUE in str(attribute.value) for attribute in certificate.subject)


def organization_identifier(certificate: x509.Certificate) -> str:
    """The identifier of the agency in the subject (attribute 2.5.4.97, ETSI EN 319 412-1); empty when there is not one."""
    return _subject_attribute(certificate, NameOID.ORGANIZATION_IDENTIFIER)


def common_name(certificate: x509.Certificate) -> str:
    """The common name in the subject; empty when there is not exactly one."""
    return _subject_attribute(certificate, NameOID.COMMON_NAME)


def subject_text(certificate: x509.Certificate) -> str:
    """The subject as RFC 4514 text."""
    return certificate.subject.rfc4514_string()


def serial_text(certificate: x509.Certificate) -> str:
    """The serial number as lower-case hexadecimal without a prefix."""
    return f"{certificate.serial_number:x}"


def _subject_attribute(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    values = certificate.subject.get_attributes_for_oid(oid)
    # Two identifiers are an ambiguity that a reader could resolve either way, so neither is reported.
    return str(values[0].value) if len(values) == 1 else ""
