"""Who holds a certificate of the demonstration PKI."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

UPPER_BOUND_BYTES: Final = 64


@dataclass(frozen=True, kw_only=True)
class Holder:
    """One certificate to be issued, with its key.

    `kind`: a `leader` gets the image of a blue signature, an agency's `seal` that of a red seal, a `system` (the XML signature
    of an agency's software) none. `label` names the certificate inside the PKI and `file_stem` its files (`STEM.p12`,
    `STEM.pem`, `STEM.png`); both are ASCII. `organization_identifier` goes into subject attribute 2.5.4.97 and may be empty.
    `password` protects the PKCS#12 file. `revoked_at`, `valid_from` and `valid_to` are aware; the last two default to the
    validity of the PKI. Names longer than 64 bytes in UTF-8 are refused with `ValueError` (RFC 5280, upper bounds).
    """

    kind: Literal["leader", "seal", "system"]
    label: str
    common_name: str
    organization: str
    organization_identifier: str
    file_stem: str
    password: str
    revoked_at: datetime | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    def __post_init__(self) -> None:
        for name in (self.common_name, self.organization):
            if not 1 <= len(name.encode()) <= UPPER_BOUND_BYTES:
                raise ValueError(f"a name in a certificate has 1 to {UPPER_BOUND_BYTES} bytes: {name!r}")
