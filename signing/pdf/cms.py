"""Checking one CMS signature (RFC 5652, ETSI EN 319 122-1) and the time-stamp in it (RFC 3161)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    extract_tst_data_iter,
    message_imprint_checker,
    validate_sig_integrity,
)
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from signing.path_validation import from_asn1, validate_path
from signing.revocation import Sources
from signing.verdicts import Finding

DIGESTS: Final = frozenset({"sha256", "sha384", "sha512"})
MECHANISMS: Final = frozenset(
    {"rsassa_pkcs1v15", "rsassa_pss"} | {f"{digest}_{key}" for digest in DIGESTS for key in ("rsa", "ecdsa")}
)
MINIMUM_RSA_BITS: Final = 2048
MINIMUM_EC_BITS: Final = 256


@dataclass(frozen=True)
class CmsCheck:
    """The signer's certificate, the certificates that came along, and whether signature and content agree."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    intact: bool
    findings: tuple[Finding, ...]


def check_cms(signed_data: cms.SignedData, content_type: str, digest: Callable[[str], bytes]) -> CmsCheck:
    """Check a CMS signature by its own certificate. `digest` computes the digest of the signed content by algorithm name.

    Raises whatever the ASN.1 and CMS layers raise on malformed data: the caller must treat any exception as "unverifiable".
    """
    signer = extract_signer_info(signed_data)
    certificates = extract_certs_for_validation(signed_data)
    certificate = from_asn1(certificates.signer_cert)
    chain = tuple(from_asn1(other) for other in certificates.other_certs)
    algorithm = signer["digest_algorithm"]["algorithm"].native
    mechanism = signer["signature_algorithm"]["algorithm"].native
    if algorithm not in DIGESTS or mechanism not in MECHANISMS or not _strong(certificate):
        weak = Finding("signature.algorithm-forbidden", f"{algorithm}, {mechanism}")
        return CmsCheck(certificate, chain, intact=False, findings=(weak,))
    if signer["signed_attrs"] is core.VOID:
        bare = Finding("signature.unverifiable", "no signed attributes")
        return CmsCheck(certificate, chain, intact=False, findings=(bare,))
    same, genuine = validate_sig_integrity(
        signer, certificates.signer_cert, expected_content_type=content_type, actual_digest=digest(algorithm)
    )
    if same and genuine:
        return CmsCheck(certificate, chain, intact=True, findings=())
    broken = Finding("signature.broken", "digest differs" if genuine else "signature does not verify")
    return CmsCheck(certificate, chain, intact=False, findings=(broken,))


def check_timestamp(
    signed_data: cms.SignedData, sources: Sources, when: datetime
) -> tuple[datetime | None, list[Finding]]:
    """The time that the signature's time-stamp proves, with the findings on it; `(None, …)` when it proves none."""
    signer = extract_signer_info(signed_data)
    tokens = list(extract_tst_data_iter(signer, signed=False))
    if not tokens:
        return None, [Finding("timestamp.absent")]
    if len(tokens) > 1:
        return None, [Finding("timestamp.untrusted", "more than one time-stamp")]
    return check_token(tokens[0], message_imprint_checker(signer), sources, when)


def check_token(
    token: cms.SignedData, imprint: Callable[[str], bytes], sources: Sources, when: datetime
) -> tuple[datetime | None, list[Finding]]:
    """Check one time-stamp token over the data whose digest `imprint` computes; trust is judged as of `when`."""
    try:
        info = _token_info(token)
        checked = check_cms(token, "tst_info", lambda algorithm: _content_digest(token, algorithm))
        expected = info["message_imprint"]
        same = imprint(expected["hash_algorithm"]["algorithm"].native) == expected["hashed_message"].native
        moment: datetime = info["gen_time"].native
    except Exception as error:  # noqa: BLE001 - the token may be anything, and so may what its parsers raise
        return None, [Finding("timestamp.broken", f"{type(error).__name__}: {error}")]
    if not checked.intact or not same:
        return None, [Finding("timestamp.broken", "; ".join(finding.detail for finding in checked.findings))]
    findings, _ = validate_path(checked.certificate, when, sources, checked.chain, "timestamp")
    if findings:
        return None, [Finding("timestamp.untrusted", f"{finding.code}: {finding.detail}") for finding in findings]
    return moment, []


def _token_info(token: cms.SignedData) -> Any:
    info = token["encap_content_info"]["content"].parsed
    if not isinstance(info, tsp.TSTInfo):
        raise TypeError("the token holds no TSTInfo")
    return info


def _content_digest(token: cms.SignedData, algorithm: str) -> bytes:
    digest = hashes.Hash(get_pyca_cryptography_hash(algorithm))
    digest.update(bytes(token["encap_content_info"]["content"]))
    return digest.finalize()


def _strong(certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= MINIMUM_RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= MINIMUM_EC_BITS
