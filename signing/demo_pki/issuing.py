"""Make a demonstration PKI: keys, certificates, PKCS#12 files and images.

All keys are RSA-2048: certificates of public duty are RSA today, every validator in the field takes them (the JDK, poppler's
pdfsig), a PDF stays below PDF 2.0 with them (ISO/TS 32002 asks 2.0 for P-256), and PKCS#1 v1.5 is deterministic, so that the
services, which issue each certificate anew when they start, serve exactly the certificates that stand in the files.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from asn1crypto import pem
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, PKIArchitecture
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)

from signing.demo_pki.files import ARCHITECTURE, AUTHORITY_FILE, CONFIGURATION, ROOT_FILE, DemoPki
from signing.demo_pki.holders import Holder
from signing.demo_pki.images import draw_seal, draw_signature
from signing.trust import NO_LEGAL_VALUE

ORGANISATION: Final = "Liên Thông – hạ tầng thử nghiệm"
LIFETIME: Final = timedelta(days=3650)
_AUTHORITIES: Final = {
    "root": "Root thử nghiệm",
    "ca": "CA thử nghiệm",
    "ocsp-root": "OCSP root thử nghiệm",
    "ocsp-ca": "OCSP thử nghiệm",
    "tsa": "TSA thử nghiệm",
}


def make_pki(directory: Path, port: int, holders: Iterable[Holder], font: Path) -> DemoPki:
    """Write a new PKI into `directory` (created; `FileExistsError` when it holds one already).

    `port` is where its services will listen on 127.0.0.1, for it stands in every certificate. `font` is a TrueType font with
    all Vietnamese letters, for the images.
    """
    holders = tuple(holders)
    pki = DemoPki(directory, port)
    directory.mkdir(parents=True, exist_ok=True)
    if (directory / CONFIGURATION).exists():
        raise FileExistsError(directory / CONFIGURATION)
    authority = directory / "authority"
    authority.mkdir(mode=0o700)
    for label in _AUTHORITIES:
        _write_authority_key(authority / f"{label}.pem")
    keys = {holder: rsa.generate_private_key(public_exponent=65537, key_size=2048) for holder in holders}
    for holder, key in keys.items():
        # As in life, the authority sees only the public half of a subscriber's key.
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (authority / f"{holder.label}.pem").write_bytes(public)
    configuration = _configuration(pki, holders, datetime.now(UTC).replace(microsecond=0))
    (directory / CONFIGURATION).write_text(json.dumps(configuration, ensure_ascii=False, indent=1), encoding="utf-8")
    architecture = open_architecture(directory)
    (directory / ROOT_FILE).write_bytes(_pem(architecture, "root"))
    (directory / AUTHORITY_FILE).write_bytes(_pem(architecture, "ca"))
    for holder, key in keys.items():
        _write_holder(directory, architecture, holder, key, font)
    return pki


def open_architecture(directory: Path) -> PKIArchitecture:
    """The PKI in `directory` as certomancer runs it."""
    configuration = json.loads((directory / CONFIGURATION).read_text(encoding="utf-8"))
    loaded = CertomancerConfig(configuration, key_search_dir=str(directory), lazy_load_keys=True)
    return loaded.get_pki_arch(ArchLabel(ARCHITECTURE))


def _configuration(pki: DemoPki, holders: Sequence[Holder], now: datetime) -> dict[str, Any]:
    start, end = now - timedelta(days=400), now + LIFETIME
    keys: dict[str, Any] = {label: {"path": f"{label}.pem"} for label in _AUTHORITIES}
    keys |= {holder.label: {"path": f"{holder.label}.pem", "public-only": True} for holder in holders}
    entities = {label: {"common-name": f"{name} - {NO_LEGAL_VALUE}"} for label, name in _AUTHORITIES.items()} | {
        holder.label: _subject(holder) for holder in holders
    }
    revocation = {"crl-repo": "ca", "ocsp-service": "ca"}
    certificates: dict[str, Any] = {
        "root": _certificate(
            "root", start, end, [{"id": "simple-ca", "params": {"crl-repo": "root", "ocsp-service": "root"}}]
        ),
        "ca": _certificate("root", start, end, [{"id": "simple-ca", "params": {"max-path-len": 0} | revocation}]),
        "ocsp-root": _certificate("root", start, end, ["ocsp-responder"]),
        "ocsp-ca": _certificate("ca", start, end, ["ocsp-responder"]),
        "tsa": _certificate("ca", start, end, [])
        | {
            "extensions": [
                {
                    "id": "key_usage",
                    "critical": True,
                    "smart-value": {"schema": "key-usage", "params": ["digital_signature"]},
                },
                {"id": "extended_key_usage", "critical": True, "value": ["time_stamping"]},
            ]
        },
    }
    for holder in holders:
        entry = _certificate("ca", holder.valid_from or start, holder.valid_to or end, ["digsig-commitment"])
        if holder.revoked_at is not None:
            entry["revocation"] = {"revoked-since": holder.revoked_at.isoformat(), "reason": "key_compromise"}
        certificates[holder.label] = entry
    return {
        "external-url-prefix": f"http://{pki.host}",
        "keysets": {"keys": {"path-prefix": "authority", "keys": keys}},
        "pki-architectures": {
            ARCHITECTURE: {
                "keyset": "keys",
                "entity-defaults": {"country-name": "VN", "organization-name": ORGANISATION},
                "entities": entities,
                "certs": certificates,
                "services": {
                    "ocsp": {
                        "root": {"for-issuer": "root", "responder-cert": "ocsp-root"},
                        "ca": {"for-issuer": "ca", "responder-cert": "ocsp-ca"},
                    },
                    "crl-repo": {
                        "root": {"for-issuer": "root", "simulated-update-schedule": "P1D"},
                        "ca": {"for-issuer": "ca", "simulated-update-schedule": "P1D"},
                    },
                    "time-stamping": {"tsa": {"signing-cert": "tsa", "certs-to-embed": ["ca", "root"]}},
                },
            }
        },
    }


def _certificate(issuer: str, start: datetime, end: datetime, profiles: list[Any]) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "serial": secrets.randbits(63) | 1 << 62,
        "validity": {"valid-from": start.isoformat(), "valid-to": end.isoformat()},
        "profiles": profiles,
    }


def _subject(holder: Holder) -> Mapping[str, str]:
    subject = {
        "common-name": holder.common_name,
        "organization-name": holder.organization,
        "organizational-unit-name": NO_LEGAL_VALUE,
    }
    if holder.organization_identifier:
        subject["organization-identifier"] = holder.organization_identifier
    return subject


def _write_authority_key(path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _write_holder(
    directory: Path, architecture: PKIArchitecture, holder: Holder, key: rsa.RSAPrivateKey, font: Path
) -> None:
    certificate = x509.load_pem_x509_certificate(_pem(architecture, holder.label))
    chain = [x509.load_pem_x509_certificate(_pem(architecture, label)) for label in ("ca", "root")]
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(20_000)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(holder.password.encode())
    )
    stem = directory / holder.file_stem
    container = stem.with_suffix(".p12")
    container.touch(mode=0o600)
    container.write_bytes(
        pkcs12.serialize_key_and_certificates(holder.label.encode(), key, certificate, chain, encryption)
    )
    stem.with_suffix(".pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    if holder.kind == "seal":
        stem.with_suffix(".png").write_bytes(draw_seal(holder.organization, font))
    elif holder.kind == "leader":
        stem.with_suffix(".png").write_bytes(draw_signature(holder.common_name, font))


def _pem(architecture: PKIArchitecture, label: str) -> bytes:
    der: bytes = architecture.get_cert(CertLabel(label)).dump()
    armoured: bytes = pem.armor("CERTIFICATE", der)
    return armoured
