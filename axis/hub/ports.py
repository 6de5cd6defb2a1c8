"""What the hub asks of the world; `axis.bootstrap` gives the real parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from lxml import etree

Verdict = Literal["valid", "indeterminate", "invalid"]


@dataclass(frozen=True)
class SignatureReport:
    """What was found about an envelope's signature."""

    verdict: Verdict
    organization_identifier: str = ""
    """From the certificate's subject (attribute 2.5.4.97), empty without one."""
    certificate_sha256: str = ""
    """Of the DER form, lower-case hex; empty when there is no certificate."""
    report: Mapping[str, Any] = field(default_factory=dict)
    """The whole report as plain JSON data, kept with the message."""
    signed: etree._Element | None = None
    """What the signature covers, when it fits: a copy of the envelope holding nothing else."""


class EnvelopeVerifier(Protocol):
    """Judges the signature of an `edXMLEnvelope`."""

    def verify(self, envelope: etree._Element, when: datetime) -> SignatureReport:
        """Return what is found; never raises for what is wrong with the signature. May ask revocation servers."""
        ...


class ReceiptSigner(Protocol):
    """Holds the key of the hub."""

    def sign(self, root: etree._Element) -> bytes:
        """Return the receipt with an enveloped XML signature, serialised in UTF-8. Raises a `Problem` of `signing`."""
        ...
