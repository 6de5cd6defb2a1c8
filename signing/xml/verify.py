"""Verify a signature in an XML tree, and return only what it covers."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.exceptions import InvalidSignature
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from signing.trust import Trust, check_certificate, organization_identifier, serial_text, subject_text
from signing.verdicts import Finding, Verdict, worst
from signing.xml.algorithms import (
    CANONICALIZATION,
    DIGEST,
    DS,
    ENVELOPE,
    ENVELOPED,
    HEADER,
    ID_ATTRIBUTE,
    SIGNATURE,
    SIGNATURES,
)

_NAMESPACES: Final = {"ds": DS}
_CERTIFICATE_LIMIT: Final = 6
_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True)
class EnvelopeReport:
    """The verdict on one XML signature as of `when` (aware), under the trust list with `trust_digest`.

    `signed_envelope` is a new tree holding only what the signature covers, without the signature itself; read the message from
    it, never from the element that was handed in. It is `None` unless the signature matches its content. `certificate_pem`,
    `serial` (hexadecimal) and `organization_identifier` (subject attribute 2.5.4.97) come from the signer's certificate and are
    empty when there is none that can be read. `revocation` says how its revocation was checked.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    signer: str
    organization_identifier: str
    certificate_pem: str
    serial: str
    revocation: Literal["ocsp", "crl", "none"]
    signed_envelope: etree._Element | None
    when: datetime
    trust_digest: str

    def to_dict(self) -> dict[str, object]:
        """Plain data for storage and JSON, without the tree."""
        return {
            "verdict": self.verdict.value,
            "verdict_vi": self.verdict.vietnamese,
            "findings": [finding.to_dict() for finding in self.findings],
            "signer": self.signer,
            "organization_identifier": self.organization_identifier,
            "certificate_pem": self.certificate_pem,
            "serial": self.serial,
            "revocation": self.revocation,
            "when": self.when.isoformat(),
            "trust_digest": self.trust_digest,
        }


class _Refused(Exception):
    """The element cannot be judged further; carries the finding that says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.finding = Finding(code, detail)


def verify_envelope(envelope_element: etree._Element, trust: Trust, when: datetime) -> EnvelopeReport:
    """Verify an `edXMLEnvelope`, alone or inside its message, as `signing.xml.sign_envelope` makes it.

    Raises nothing for what is in the tree. Signatures that the national axis' samples carry (in a wrong namespace, with a cut
    certificate) give `indeterminate` with `signature.unverifiable`; none at all gives `signature.absent`.
    """
    return _verify(envelope_element, trust, when, whole=False)


def verify_xml(root: etree._Element, trust: Trust, when: datetime) -> EnvelopeReport:
    """Verify a stand-alone document as `signing.xml.sign_xml` makes it; otherwise as `verify_envelope`."""
    return _verify(root, trust, when, whole=True)


def _verify(element: etree._Element, trust: Trust, when: datetime, *, whole: bool) -> EnvelopeReport:
    certificates: list[x509.Certificate] = []
    signed: etree._Element | None = None
    revocation: Literal["ocsp", "crl", "none"] = "none"
    try:
        signature = _only_signature(element, whole=whole)
        certificates = _certificates(signature)
        _require_profile(element, signature, whole=whole)
        signed = _signed_content(element, certificates[0], when)
        judged = check_certificate(certificates[0], when, trust, chain=certificates[1:])
        findings, revocation = judged.findings, judged.revocation
    except _Refused as refused:
        findings = (refused.finding,)
    signer = certificates[0] if certificates else None
    return EnvelopeReport(
        verdict=worst(findings),
        findings=findings,
        signer=subject_text(signer) if signer else "",
        organization_identifier=organization_identifier(signer) if signer else "",
        certificate_pem=signer.public_bytes(Encoding.PEM).decode() if signer else "",
        serial=serial_text(signer) if signer else "",
        revocation=revocation,
        signed_envelope=signed,
        when=when,
        trust_digest=trust.digest,
    )


def _only_signature(element: etree._Element, *, whole: bool) -> etree._Element:
    """The one signature of the element, in its place; anything that only calls itself so is "unverifiable"."""
    found = [one for one in element.iter(etree.Element) if etree.QName(one).localname == "Signature"]
    genuine = [one for one in found if one.tag == SIGNATURE]
    if not found:
        raise _Refused("signature.absent")
    if len(genuine) > 1:
        raise _Refused("signature.multiple", f"{len(genuine)} signatures")
    if not genuine:
        raise _Refused("signature.unverifiable", f"namespace {etree.QName(found[0]).namespace!r}")
    parent = genuine[0].getparent()
    expected = element if whole else element.find(HEADER)
    if not whole and element.tag != ENVELOPE:
        raise _Refused("signature.wrapped", f"{element.tag!r} is no envelope")
    if parent is None or parent is not expected:
        raise _Refused("signature.wrapped", "the signature does not stand in its place")
    return genuine[0]


def _certificates(signature: etree._Element) -> list[x509.Certificate]:
    texts = [node.text or "" for node in signature.findall("ds:KeyInfo/ds:X509Data/ds:X509Certificate", _NAMESPACES)]
    if not 1 <= len(texts) <= _CERTIFICATE_LIMIT:
        raise _Refused("signature.unverifiable", f"{len(texts)} certificates")
    try:
        return [x509.load_der_x509_certificate(b64decode(_SPACE.sub("", text), validate=True)) for text in texts]
    except (ValueError, binascii.Error) as error:
        raise _Refused("signature.unverifiable", f"certificate: {error}") from error


def _require_profile(element: etree._Element, signature: etree._Element, *, whole: bool) -> None:
    """Refuse, each by its own code, the shapes by which a signature can be made to vouch for what it does not cover."""
    _require_algorithms(signature)
    references = signature.findall(".//ds:Reference", _NAMESPACES)
    if len(references) != 1 or signature.find("ds:Object", _NAMESPACES) is not None:
        raise _Refused("signature.reference-count", f"{len(references)} references")
    identifiers = Counter(_identifiers(element.getroottree().getroot()))
    twice = sorted(name for name, times in identifiers.items() if times > 1)
    if twice:
        raise _Refused("signature.duplicate-id", ", ".join(twice[:3]))
    own = "" if whole else f"#{element.get(ID_ATTRIBUTE, '')}"
    if references[0].get("URI") != own or own == "#":
        raise _Refused("signature.wrapped", f"reference {references[0].get('URI')!r} instead of {own!r}")
    foreign = next(element.iter(etree.Comment, etree.ProcessingInstruction, etree.Entity), None)
    if foreign is not None:
        raise _Refused("signature.comment", str(foreign)[:80])


def _require_algorithms(signature: etree._Element) -> None:
    wanted = {
        "ds:SignedInfo/ds:CanonicalizationMethod": {CANONICALIZATION.value},
        "ds:SignedInfo/ds:SignatureMethod": {method.value for method in SIGNATURES},
        "ds:SignedInfo/ds:Reference/ds:DigestMethod": {DIGEST.value},
    }
    for path, allowed in wanted.items():
        for node in signature.findall(path, _NAMESPACES):
            if node.get("Algorithm") not in allowed or len(node):
                raise _Refused("signature.algorithm-forbidden", f"{path}: {node.get('Algorithm')}")
    for transforms in signature.findall("ds:SignedInfo/ds:Reference/ds:Transforms", _NAMESPACES):
        named = [node.get("Algorithm") for node in transforms]
        if named != [ENVELOPED, CANONICALIZATION.value] or any(len(node) for node in transforms):
            raise _Refused("signature.algorithm-forbidden", f"transforms {named}")


def _identifiers(element: etree._Element) -> Iterable[str]:
    """Every value that any reader could take for an identifier."""
    for node in element.iter(etree.Element):
        for name, value in node.attrib.items():
            if etree.QName(name).localname.lower() == "id":
                yield str(value)


def _signed_content(element: etree._Element, certificate: x509.Certificate, when: datetime) -> etree._Element:
    # The certificate's own validity is judged with its path; here it only has to be the key of this signature.
    moment = min(max(when, certificate.not_valid_before_utc), certificate.not_valid_after_utc)
    configuration = SignatureConfiguration(
        require_x509=True,
        expect_references=1,
        signature_methods=SIGNATURES,
        digest_algorithms=frozenset({DIGEST}),
        verification_time=moment,
    )
    try:
        result = XMLVerifier().verify(
            element, x509_cert=certificate, id_attribute=ID_ATTRIBUTE, expect_config=configuration
        )
    except InvalidSignature as error:
        raise _Refused("signature.broken", str(error)) from error
    except Exception as error:  # the tree may hold anything, and so may what its readers raise: fail closed
        raise _Refused("signature.unverifiable", f"{type(error).__name__}: {error}") from error
    content = result.signed_xml if isinstance(result, VerifyResult) else None
    if content is None or content.tag != element.tag or content.get(ID_ATTRIBUTE) != element.get(ID_ATTRIBUTE):
        raise _Refused("signature.wrapped", "the signed element is another one")
    return content
