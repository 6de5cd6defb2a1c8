"""Certificate path validation (RFC 5280) on top of pyhanko-certvalidator, translated into findings."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, Literal, TypeVar

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    InsufficientRevinfoError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    PathError,
    RevokedError,
    ValidationError,
)

from signing.revocation import Sources
from signing.trust import Usage
from signing.verdicts import Finding

_T = TypeVar("_T")

SIGNER_KEY_USAGE: Final = frozenset({"digital_signature", "non_repudiation"})
"""Either of these makes a certificate one for signing; certificates of public duty carry one or both."""

_FINDING_OF: Final[tuple[tuple[type[Exception], str], ...]] = (
    (ExpiredError, "certificate.expired"),
    (NotYetValidError, "certificate.not-yet-valid"),
    (RevokedError, "certificate.revoked"),
    (InsufficientRevinfoError, "certificate.revocation-unknown"),
    (PathBuildingError, "certificate.untrusted"),
    (InvalidCertificateError, "certificate.unsuitable"),
    (ValidationError, "certificate.unsuitable"),
    (PathError, "certificate.untrusted"),
)


def run(work: Coroutine[object, object, _T]) -> _T:
    """Run a coroutine to its end from synchronous code, also where the calling thread has a running loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def to_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The same certificate in the form that the validator and pyHanko use."""
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def from_asn1(certificate: asn1_x509.Certificate) -> x509.Certificate:
    """The same certificate in the form that the rest of the package uses; `ValueError` when it is malformed."""
    return x509.load_der_x509_certificate(certificate.dump())


def validation_context(
    when: datetime, sources: Sources, others: Iterable[asn1_x509.Certificate] = ()
) -> ValidationContext:
    """A validation context as of `when` in which every certificate of a path must be shown not to be revoked, if trust says so.

    Revocation data that is newer than `when` counts, a revocation later than `when` does not: a signature that a trusted
    time-stamp places before the revocation stays what it was.
    """
    trust = sources.trust
    return ValidationContext(
        trust_roots=[to_asn1(root) for root in trust.roots],
        other_certs=[*(to_asn1(certificate) for certificate in trust.intermediates), *others],
        moment=when,
        allow_fetching=trust.fetch,
        fetchers=sources.fetchers() if trust.fetch else None,
        crls=(),
        ocsps=(),
        revocation_mode="require" if trust.require_revocation else "soft-fail",
        retroactive_revinfo=True,
        weak_hash_algos={"md2", "md5", "sha1"},
    )


def validate_path(
    certificate: x509.Certificate, when: datetime, sources: Sources, chain: Sequence[x509.Certificate], usage: Usage
) -> tuple[list[Finding], Literal["ocsp", "crl", "none"]]:
    """The findings on one certificate and how its revocation was checked; see `signing.trust.check_certificate`."""
    try:
        subject = to_asn1(certificate)
        context = validation_context(when, sources, (to_asn1(other) for other in chain))
        try:
            run(_validate(subject, context, usage))
        except InsufficientRevinfoError as error:
            # The validator asks about the issuers first; that nobody answers must not hide what the dates say.
            return [_outside_its_dates(certificate, when) or finding_for(error)], sources.used_for(subject)
        except (ValidationError, PathError) as error:
            return [finding_for(error)], sources.used_for(subject)
        return [], sources.used_for(subject)
    except Exception as error:  # noqa: BLE001 - asn1crypto parses lazily, so that anything malformed shows up anywhere
        return [Finding("certificate.unsuitable", f"malformed: {type(error).__name__}: {error}")], "none"


def _outside_its_dates(certificate: x509.Certificate, when: datetime) -> Finding | None:
    if when < certificate.not_valid_before_utc:
        return Finding("certificate.not-yet-valid", f"valid from {certificate.not_valid_before_utc.isoformat()}")
    if when > certificate.not_valid_after_utc:
        return Finding("certificate.expired", f"valid to {certificate.not_valid_after_utc.isoformat()}")
    return None


async def _validate(certificate: asn1_x509.Certificate, context: ValidationContext, usage: Usage) -> None:
    validator = CertificateValidator(certificate, validation_context=context)
    try:
        await validator.async_validate_path()
    except InvalidCertificateError as error:  # a self-signed certificate that is no root of ours
        raise PathBuildingError(str(error)) from error
    if usage == "timestamp":
        await validator.async_validate_usage(set(), {"time_stamping"})
    else:
        present = certificate.key_usage_value.native if certificate.key_usage_value else set()
        if not SIGNER_KEY_USAGE & set(present):
            raise InvalidCertificateError(f"key usage {sorted(present)} does not allow signing")


def finding_for(error: Exception) -> Finding:
    """The finding that an error of the certificate validator amounts to."""
    code = next(code for kind, code in _FINDING_OF if isinstance(error, kind))
    return Finding(code, str(error))
