"""Time-stamps (RFC 3161) over a digest that is no document's: getting one, and checking one decades later without a network."""

from __future__ import annotations

from datetime import datetime

from asn1crypto import cms
from cryptography import x509

from signing.errors import TimestampUntrusted, TrustUnusable
from signing.path_validation import run
from signing.pdf.cms import check_token
from signing.pdf.timestamps import HttpTimeStamper
from signing.revocation import Sources
from signing.trust import Trust


def request_timestamp(digest: bytes, url: str, trust: Trust, when: datetime) -> bytes:
    """Return a token (DER of its ContentInfo) over the SHA-256 `digest` from the authority at `url`, checked as of `when`.

    Uses the network. Raises `TimestampUnavailable` and `TimestampUntrusted`.
    """
    stamper = HttpTimeStamper(url, Sources(trust), when)
    return bytes(run(stamper.async_timestamp(digest, "sha256")).dump())


def archive_trust(pem: bytes) -> Trust:
    """Return a trust list for checking offline: of the certificates in `pem` the self-issued ones are the roots.

    Nothing is fetched and revocation is not asked for. Raises `TrustUnusable`.
    """
    try:
        certificates = x509.load_pem_x509_certificates(pem)
        roots = tuple(one for one in certificates if one.subject == one.issuer)
        others = tuple(one for one in certificates if one.subject != one.issuer)
    except ValueError as error:
        raise TrustUnusable(str(error)) from error
    return Trust("archive", roots, others, fetch=False, require_revocation=False)


def check_timestamp(token: bytes, digest: bytes, trust: Trust) -> datetime:
    """Return the time, aware, that `token` proves for the SHA-256 `digest`, as the authority's certificates stood then.

    Whether the authority's key was found to be stolen since can only be told where `trust` asks for revocation.
    Raises `TimestampUntrusted`, also for bytes that are no token.
    """
    try:
        content = cms.ContentInfo.load(token, strict=True)["content"]
        claimed: datetime = content["encap_content_info"]["content"].parsed["gen_time"].native
        proven, findings = check_token(
            content, lambda algorithm: digest if algorithm == "sha256" else b"", Sources(trust), claimed
        )
    except Exception as error:  # asn1crypto parses lazily, so that anything malformed shows up anywhere
        raise TimestampUntrusted(f"{type(error).__name__}: {error}") from error
    if proven is None:
        raise TimestampUntrusted("; ".join(f"{finding.code}: {finding.detail}" for finding in findings))
    return proven
