"""What verification reports: plain data, complete enough to be stored and judged again later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from signing.pdf.appearance import vietnam_time
from signing.verdicts import Finding, Verdict

Role = Literal["leader", "seal", "timestamp", "other"]


@dataclass(frozen=True)
class SignatureReport:
    """One signature.

    `field` is the form field's name and `role` what it means here. `signer` is the common name, `certificate_serial`
    hexadecimal. `claimed_time` is what the signer's software says, `timestamp_time` what the time-stamp authority says (RFC
    3161); both are aware, or `None`. `intact`: the signed bytes match and the signature is the key's. `trusted`: the
    certificate leads to a trusted root and was in force. Neither alone makes `verdict` `valid`. `revocation`: how the
    certificate's revocation was checked. `revision` counts from 0.
    """

    field: str
    role: Role
    signer: str
    organization_identifier: str
    certificate_serial: str
    certificate_sha256: str
    claimed_time: datetime | None
    timestamp_time: datetime | None
    intact: bool
    trusted: bool
    revocation: Literal["ocsp", "crl", "none"]
    revision: int
    verdict: Verdict
    findings: tuple[Finding, ...]

    def to_dict(self) -> dict[str, object]:
        """Plain data for storage and JSON; times in ISO 8601 with +07:00."""
        return {
            "field": self.field,
            "role": self.role,
            "signer": self.signer,
            "organization_identifier": self.organization_identifier,
            "certificate_serial": self.certificate_serial,
            "certificate_sha256": self.certificate_sha256,
            "claimed_time": _time(self.claimed_time),
            "timestamp_time": _time(self.timestamp_time),
            "intact": self.intact,
            "trusted": self.trusted,
            "revocation": self.revocation,
            "revision": self.revision,
            "verdict": self.verdict.value,
            "verdict_vi": self.verdict.vietnamese,
            "findings": [finding.to_dict() for finding in self.findings],
        }


@dataclass(frozen=True)
class PdfReport:
    """The verdict on a document, under the named `policy` and the trust list with `trust_digest`, as of `when`.

    `findings` concern the document as a whole; each signature has its own. `sha256` (hexadecimal) names the bytes judged.
    `number_text` and `date_text` are what the reserved fields hold. A report grows old: judge again when policy or
    trust list change.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    signatures: tuple[SignatureReport, ...]
    policy: str
    trust_name: str
    trust_digest: str
    when: datetime
    sha256: str
    number_text: str = ""
    date_text: str = ""

    def signature(self, role: Role) -> SignatureReport | None:
        """The first signature in a role, or `None`."""
        return next((signature for signature in self.signatures if signature.role == role), None)

    def to_dict(self) -> dict[str, object]:
        """Plain data for storage and JSON; times in ISO 8601 with +07:00."""
        return {
            "verdict": self.verdict.value,
            "verdict_vi": self.verdict.vietnamese,
            "findings": [finding.to_dict() for finding in self.findings],
            "signatures": [signature.to_dict() for signature in self.signatures],
            "policy": self.policy,
            "trust_name": self.trust_name,
            "trust_digest": self.trust_digest,
            "when": _time(self.when),
            "sha256": self.sha256,
            "number_text": self.number_text,
            "date_text": self.date_text,
        }


def _time(when: datetime | None) -> str | None:
    return None if when is None else vietnam_time(when)
