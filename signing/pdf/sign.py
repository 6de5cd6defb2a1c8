"""The two signatures of an official document: the competent person's, and the agency's seal (PAdES B-T)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO, Final

from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession

from signing.errors import (
    CertificateExpired,
    CertificateNotYetValid,
    CertificateProblem,
    CertificateRevoked,
    CertificateUnsuitable,
    CertificateUntrusted,
    FieldEmpty,
    RevocationUnknown,
)
from signing.path_validation import run, validate_path
from signing.pdf.appearance import VIETNAM, Appearance, stamp_style
from signing.pdf.fields import DATE_FIELD, LEADER_FIELD, NUMBER_FIELD, SEAL_FIELD
from signing.pdf.opening import document_errors, field_value, open_writer, require_empty, required_field
from signing.pdf.timestamps import HttpTimeStamper
from signing.pdf.validate import require_leader
from signing.providers import OpenKey
from signing.revocation import Sources
from signing.trust import Trust
from signing.verdicts import Finding

TOKEN_RESERVE_BYTES: Final = 10 * 1024
"""Room for a time-stamp token with the certificates of its authority."""

CMS_RESERVE_BYTES: Final = 2 * 1024
"""Room for signature, attributes and frames."""

_PROBLEM_OF: Final[dict[str, type[CertificateProblem]]] = {
    "certificate.expired": CertificateExpired,
    "certificate.not-yet-valid": CertificateNotYetValid,
    "certificate.revoked": CertificateRevoked,
    "certificate.untrusted": CertificateUntrusted,
    "certificate.unsuitable": CertificateUnsuitable,
    "certificate.revocation-unknown": RevocationUnknown,
}


def sign_leader(
    source: BinaryIO,
    target: BinaryIO,
    key: OpenKey,
    appearance: Appearance,
    timestamp_url: str,
    trust: Trust,
    when: datetime,
) -> None:
    """Sign as the competent person, locking everything but number, date and seal (NĐ 30/2020, articles 13 and 32).

    The certificate is checked first, as of `when` (aware), with its path and revocation. `when` is also the time that the
    signature claims; the time that it proves is the time-stamp's, from `timestamp_url` (RFC 3161).

    Raises a `CertificateProblem`, `FieldMissing`, `FieldAlreadyFilled`, `ImageUnsuitable`, `TimestampUnavailable`,
    `TimestampUntrusted` or `DocumentUnreadable`; in each case nothing is signed.
    """
    sources = Sources(trust)
    _require_usable(key, sources, when)
    writer = open_writer(source)
    with document_errors():
        for name in (NUMBER_FIELD, DATE_FIELD):
            require_empty(required_field(writer.root, name, "/Tx"), name)
        for name in (LEADER_FIELD, SEAL_FIELD):
            require_empty(required_field(writer.root, name, "/Sig"), name)
        first = not writer.prev.embedded_signatures
    metadata = _metadata(LEADER_FIELD, MDPPerm.FILL_FORMS, certify=first)
    _sign(writer, target, key, metadata, appearance, HttpTimeStamper(timestamp_url, sources, when), when)


def seal(
    source: BinaryIO,
    target: BinaryIO,
    key: OpenKey,
    appearance: Appearance,
    timestamp_url: str,
    trust: Trust,
    when: datetime,
) -> None:
    """Seal as the agency: the second signature, after which nothing may change.

    Refuses unless the leader's signature is there and valid and number and date are filled (NĐ 30/2020, article 32). Raises
    what `sign_leader` raises, and `LeaderSignatureMissing`, `LeaderSignatureInvalid` and `FieldEmpty`.
    """
    sources = Sources(trust)
    _require_usable(key, sources, when)
    writer = open_writer(source)
    with document_errors():
        require_empty(required_field(writer.root, SEAL_FIELD, "/Sig"), SEAL_FIELD)
        fields = {name: required_field(writer.root, name, "/Tx") for name in (NUMBER_FIELD, DATE_FIELD)}
    require_leader(source, trust, when)
    for name, field in fields.items():
        if not field_value(field):
            raise FieldEmpty(f"field {name}")
    metadata = _metadata(SEAL_FIELD, MDPPerm.NO_CHANGES, certify=False)
    _sign(writer, target, key, metadata, appearance, HttpTimeStamper(timestamp_url, sources, when), when)


def certificate_problem(findings: Sequence[Finding]) -> CertificateProblem | None:
    """The error that forbids signing with a certificate on which these findings were made; `None` when there is none."""
    for finding in findings:
        return _PROBLEM_OF[finding.code](finding.detail)
    return None


def _require_usable(key: OpenKey, sources: Sources, when: datetime) -> None:
    findings, _ = validate_path(key.certificate, when, sources, key.chain, "signature")
    problem = certificate_problem(findings)
    if problem is not None:
        raise problem


def _metadata(field: str, permission: MDPPerm, *, certify: bool) -> PdfSignatureMetadata:
    return PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=certify,
        docmdp_permissions=permission,
    )


def _sign(
    writer: IncrementalPdfFileWriter,
    target: BinaryIO,
    key: OpenKey,
    metadata: PdfSignatureMetadata,
    appearance: Appearance,
    timestamper: HttpTimeStamper,
    when: datetime,
) -> None:
    style = stamp_style(appearance, when, red=metadata.field_name == SEAL_FIELD)
    signer = _ClockedSigner(metadata, key.pyhanko_signer(), timestamper=timestamper, stamp_style=style)
    signer.clock = when
    certificates = sum(len(one.public_bytes(Encoding.DER)) for one in (key.certificate, *key.chain))
    # Given the size, pyHanko need not build the CMS twice nor fetch a time-stamp to throw away. Two hexadecimal digits a byte.
    reserve = 2 * (certificates + CMS_RESERVE_BYTES + TOKEN_RESERVE_BYTES)
    with document_errors():
        run(signer.async_sign_pdf(writer, existing_fields_only=True, bytes_reserved=reserve, output=target))


class _ClockedSigner(PdfSigner):
    """Claims the time that it is told, in Vietnam's zone, instead of the server's clock in the server's zone."""

    clock: datetime

    def init_signing_session(self, *arguments: Any, **options: Any) -> PdfSigningSession:
        session = super().init_signing_session(*arguments, **options)
        session.system_time = self.clock.astimezone(VIETNAM)
        return session
