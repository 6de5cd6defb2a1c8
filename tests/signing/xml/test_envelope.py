"""Envelopes that are signed, and the ways in which a signature is bent to cover something else."""

from __future__ import annotations

import base64
import copy
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from signing.demo_pki import DemoPki
from signing.errors import MessageUnsuitable
from signing.providers.pkcs12 import Pkcs12Key
from signing.trust import Trust
from signing.verdicts import Verdict
from signing.xml import DS, EDXML, sign_envelope, verify_envelope
from tests.provoked import provokes
from tests.signing.pki import AGENCY_IDENTIFIER, PASSWORD, open_folder
from tests.signing.xml.messages import message, parse

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "edxml"
NAMES = {"e": EDXML, "ds": DS}


def _find(element: etree._Element, path: str) -> Any:
    found = element.find(path, NAMES)
    assert found is not None, path
    return found


def _codes(envelope: etree._Element, trust: Trust, when: datetime) -> list[str]:
    return [finding.code for finding in verify_envelope(envelope, trust, when).findings]


def test_a_signed_envelope_is_valid_and_names_its_agency(
    live_pki: DemoPki, signed_bytes: bytes, trust: Trust, when: datetime
) -> None:
    report = verify_envelope(parse(signed_bytes)[0], trust, when)
    assert report.findings == ()
    assert report.verdict is Verdict.VALID
    assert report.revocation == "ocsp"
    assert report.organization_identifier == AGENCY_IDENTIFIER
    certificate = open_folder(live_pki).certificate("system.p12")
    assert x509.load_pem_x509_certificate(report.certificate_pem.encode()) == certificate
    assert report.to_dict()["trust_digest"] == trust.digest


def test_the_signature_stands_last_in_the_header_and_refers_to_the_envelope(signed_bytes: bytes) -> None:
    root = parse(signed_bytes)
    header = _find(root, "e:edXMLEnvelope/e:edXMLHeader")
    assert header[-1].tag == f"{{{DS}}}Signature"
    assert header.find("e:MessageHeader", NAMES) is header[0]
    assert _find(header, ".//ds:Reference").get("URI") == f"#{root[0].get('Id')}"
    assert len(root.findall(".//ds:Reference", NAMES)) == 1


def test_it_verifies_when_cut_out_of_the_message(signed_bytes: bytes, trust: Trust, when: datetime) -> None:
    start = signed_bytes.index(b"<edXML:edXMLEnvelope")
    end = signed_bytes.index(b"</edXML:edXMLEnvelope>") + len(b"</edXML:edXMLEnvelope>")
    assert verify_envelope(parse(signed_bytes[start:end]), trust, when).verdict is Verdict.VALID


def test_it_verifies_in_another_message_whatever_surrounds_it(
    signed_bytes: bytes, trust: Trust, when: datetime
) -> None:
    envelope = parse(signed_bytes)[0]
    other = parse('<x:wrap xmlns:x="urn:other" xmlns:edXML="urn:misleading" xml:lang="vi"><y/></x:wrap>')
    other.append(envelope)
    again = parse(etree.tostring(other))
    assert verify_envelope(again[1], trust, when).verdict is Verdict.VALID


def test_attachments_do_not_matter_to_it(signed_bytes: bytes, trust: Trust, when: datetime) -> None:
    changed = signed_bytes.replace(b"QUJD", b"WFla" * 1000)
    assert verify_envelope(parse(changed)[0], trust, when).verdict is Verdict.VALID


def test_only_what_was_signed_comes_back(signed_bytes: bytes, trust: Trust, when: datetime) -> None:
    envelope = parse(signed_bytes)[0]
    report = verify_envelope(envelope, trust, when)
    assert report.signed_envelope is not None
    assert report.signed_envelope is not envelope
    assert report.signed_envelope.find(".//ds:Signature", NAMES) is None
    assert _find(report.signed_envelope, ".//e:Subject").text == "Về việc lập dự toán năm 2027"


def test_p256_signatures_are_made_and_accepted(live_pki: DemoPki, trust: Trust, when: datetime) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "P-256")])
    builder = x509.CertificateBuilder(name, name, private.public_key(), 7, when - timedelta(1), when + timedelta(1))
    key = Pkcs12Key(builder.sign(private, hashes.SHA256()), (), private)
    report = verify_envelope(parse(etree.tostring(sign_envelope(parse(message()), key)))[0], trust, when)
    # The signature holds (its content comes back); the certificate is nobody's.
    assert report.signed_envelope is not None
    assert [finding.code for finding in report.findings] == ["certificate.untrusted"]
    assert report.verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize(("label", "code"), [("revoked", "certificate.revoked"), ("expired", "certificate.expired")])
def test_a_certificate_out_of_force_makes_it_invalid(
    live_pki: DemoPki, trust: Trust, when: datetime, label: str, code: str
) -> None:
    with open_folder(live_pki).open(f"{label}.p12", PASSWORD) as key:
        root = sign_envelope(parse(message()), key)
    report = verify_envelope(parse(etree.tostring(root))[0], trust, when)
    assert [finding.code for finding in report.findings] == [code]
    assert report.verdict is Verdict.INVALID


def _change_subject(root: Any) -> None:
    _find(root, ".//e:Subject").text = "Về việc khác"


def _change_attribute(root: Any) -> None:
    _find(root, ".//e:Manifest").set(f"{{{EDXML}}}version", "2.0")


def _change_digest(root: Any) -> None:
    _find(root, ".//ds:DigestValue").text = base64.b64encode(bytes(32)).decode()


def _change_value(root: Any) -> None:
    _find(root, ".//ds:SignatureValue").text = base64.b64encode(bytes(256)).decode()


def _comment_splice(root: Any) -> None:
    organ = _find(root, ".//e:OrganId")
    organ.text = "H36.13"
    comment = etree.Comment("")
    comment.tail = ".00.00"
    organ.append(comment)


def _instruction(root: Any) -> None:
    _find(root, ".//e:Subject").append(etree.ProcessingInstruction("php", "x"))


def _second_signature(root: Any) -> None:
    header = _find(root, ".//e:edXMLHeader")
    header.append(copy.deepcopy(_find(header, "ds:Signature")))


def _hidden_second_signature(root: Any) -> None:
    _find(root, ".//e:Manifest").append(copy.deepcopy(_find(root, ".//ds:Signature")))


def _wrap(root: Any) -> None:
    """The signed envelope moves aside, and a forged one takes its place with the signature."""
    genuine = root[0]
    forged = copy.deepcopy(genuine)
    forged.set("Id", "forged")
    _find(forged, ".//e:Subject").text = "Về việc giả mạo"
    _find(genuine, ".//e:edXMLHeader").remove(_find(genuine, ".//ds:Signature"))
    root[0:1] = [forged]
    root.append(genuine)


def _wrap_inside(root: Any) -> None:
    """The signed envelope hides inside the forged one."""
    genuine = root[0]
    forged = copy.deepcopy(genuine)
    forged.set("Id", "forged")
    inner = _find(genuine, ".//e:edXMLHeader")
    inner.remove(_find(inner, "ds:Signature"))
    root[0:1] = [forged]
    _find(forged, "e:edXMLBody").append(genuine)


def _duplicate_id(root: Any) -> None:
    root.append(parse(f'<x id="{root[0].get("Id")}"/>'))


def _duplicate_other_id(root: Any) -> None:
    for _ in range(2):
        root.append(parse('<x ID="z"/>'))


def _signature_elsewhere(root: Any) -> None:
    _find(root, ".//e:MessageHeader").append(_find(root, ".//ds:Signature"))


def _reference_to_all(root: Any) -> None:
    _find(root, ".//ds:Reference").set("URI", "")


def _reference_to_nothing(root: Any) -> None:
    del _find(root, ".//ds:Reference").attrib["URI"]


def _no_identifier(root: Any) -> None:
    del root[0].attrib["Id"]


def _two_references(root: Any) -> None:
    signed_info = _find(root, ".//ds:SignedInfo")
    signed_info.append(copy.deepcopy(_find(signed_info, "ds:Reference")))


def _no_reference(root: Any) -> None:
    signed_info = _find(root, ".//ds:SignedInfo")
    signed_info.remove(_find(signed_info, "ds:Reference"))


def _object(root: Any) -> None:
    etree.SubElement(_find(root, ".//ds:Signature"), f"{{{DS}}}Object")


def _algorithm(path: str, value: str) -> Callable[[Any], None]:
    return lambda root: _find(root, path).set("Algorithm", value)


def _transform(root: Any) -> None:
    transforms = _find(root, ".//ds:Transforms")
    added = etree.SubElement(transforms, f"{{{DS}}}Transform", Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116")
    etree.SubElement(added, f"{{{DS}}}XPath").text = "not(ancestor-or-self::x)"


def _cut_certificate(root: Any) -> None:
    node = _find(root, ".//ds:X509Certificate")
    node.text = node.text[:200]


def _no_certificate(root: Any) -> None:
    _find(root, ".//ds:Signature").remove(_find(root, ".//ds:KeyInfo"))


def _other_namespace(root: Any) -> None:
    for node in _find(root, ".//ds:Signature").iter():
        node.tag = f"{{{EDXML}}}{etree.QName(node).localname}"


def _no_signature(root: Any) -> None:
    _find(root, ".//e:edXMLHeader").remove(_find(root, ".//ds:Signature"))


def _empty_signature(root: Any) -> None:
    for node in list(_find(root, ".//ds:Signature")):
        node.getparent().remove(node)


def _bad_base64(root: Any) -> None:
    _find(root, ".//ds:SignatureValue").text = "===="


CASES: dict[str, tuple[Callable[[Any], None], str]] = {
    "subject changed": (_change_subject, "signature.broken"),
    "attribute changed": (_change_attribute, "signature.broken"),
    "digest changed": (_change_digest, "signature.broken"),
    "value changed": (_change_value, "signature.broken"),
    "comment splice": (_comment_splice, "signature.comment"),
    "instruction": (_instruction, "signature.comment"),
    "second signature": (_second_signature, "signature.multiple"),
    "hidden second signature": (_hidden_second_signature, "signature.multiple"),
    "wrapped beside": (_wrap, "signature.wrapped"),
    "wrapped inside": (_wrap_inside, "signature.wrapped"),
    "signature elsewhere": (_signature_elsewhere, "signature.wrapped"),
    "reference to the document": (_reference_to_all, "signature.wrapped"),
    "reference to nothing": (_reference_to_nothing, "signature.wrapped"),
    "no identifier": (_no_identifier, "signature.wrapped"),
    "duplicate identifier": (_duplicate_id, "signature.duplicate-id"),
    "another duplicate identifier": (_duplicate_other_id, "signature.duplicate-id"),
    "two references": (_two_references, "signature.reference-count"),
    "no reference": (_no_reference, "signature.reference-count"),
    "an object": (_object, "signature.reference-count"),
    "RSA with SHA-1": (
        _algorithm(".//ds:SignatureMethod", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        "signature.algorithm-forbidden",
    ),
    "HMAC": (
        _algorithm(".//ds:SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
        "signature.algorithm-forbidden",
    ),
    "digest SHA-1": (
        _algorithm(".//ds:DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1"),
        "signature.algorithm-forbidden",
    ),
    "canonicalisation with comments": (
        _algorithm(".//ds:CanonicalizationMethod", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
        "signature.algorithm-forbidden",
    ),
    "a further transform": (_transform, "signature.algorithm-forbidden"),
    "cut certificate": (_cut_certificate, "signature.unverifiable"),
    "no certificate": (_no_certificate, "signature.unverifiable"),
    "namespace of the message": (_other_namespace, "signature.unverifiable"),
    "empty signature": (_empty_signature, "signature.unverifiable"),
    "no base64": (_bad_base64, "signature.unverifiable"),
    "no signature": (_no_signature, "signature.absent"),
}


@provokes(by=lambda case: CASES[case["case"]][1])
@pytest.mark.parametrize("case", CASES)
def test_each_attack_has_its_own_finding(signed_bytes: bytes, trust: Trust, when: datetime, case: str) -> None:
    attack, code = CASES[case]
    root = parse(signed_bytes)
    attack(root)
    for again in (root, parse(etree.tostring(root))):
        report = verify_envelope(again[0], trust, when)
        assert [finding.code for finding in report.findings] == [code]
        assert report.signed_envelope is None
        expected = Verdict.INDETERMINATE if code in {"signature.absent", "signature.unverifiable"} else Verdict.INVALID
        assert report.verdict is expected


@provokes("signature.wrapped")
def test_the_root_is_no_envelope(signed_bytes: bytes, trust: Trust, when: datetime) -> None:
    assert _codes(parse(signed_bytes), trust, when) == ["signature.wrapped"]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_damage_to_the_bytes_is_ever_valid_or_an_exception(
    signed_bytes: bytes, trust: Trust, when: datetime, data: st.DataObject
) -> None:
    start, end = signed_bytes.index(b"<edXML:edXMLEnvelope"), signed_bytes.index(b"<edXML:AttachmentEncoded")
    source = bytearray(signed_bytes)
    where = data.draw(st.integers(start, end - 4))
    source[where : where + 1] = data.draw(st.binary(max_size=3) | st.sampled_from([b"<x/>", b"<!---->", b" ", b"&lt;"]))
    try:
        envelope = parse(bytes(source))[0]
    except (etree.XMLSyntaxError, IndexError):
        return
    report = verify_envelope(envelope, trust, when)
    if report.verdict is Verdict.VALID:
        # Only what canonicalisation levels out may differ: space inside tags, and in base64.
        assert report.signed_envelope is not None
        genuine = verify_envelope(parse(signed_bytes)[0], trust, when).signed_envelope
        assert genuine is not None
        assert etree.tostring(report.signed_envelope, method="c14n") == etree.tostring(genuine, method="c14n")


@provokes("signature.unverifiable")
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of the national axis are not here")
def test_real_messages_are_never_valid_and_never_raise(trust: Trust, when: datetime) -> None:
    seen: set[str] = set()
    for path in sorted(SAMPLES.glob("*.edxml")):
        try:
            root = parse(path.read_bytes())
        except etree.XMLSyntaxError:
            continue  # one of them is malformed
        report = verify_envelope(root[0], trust, when)
        assert report.verdict is Verdict.INDETERMINATE
        seen.update(finding.code for finding in report.findings)
    assert seen == {"signature.absent", "signature.unverifiable"}


@pytest.mark.parametrize(
    "text",
    [
        "<x/>",
        f'<edXML xmlns="{EDXML}"/>',
        f'<edXML xmlns="{EDXML}"><other/></edXML>',
        f'<edXML xmlns="{EDXML}"><edXMLEnvelope/></edXML>',
        f'<edXML xmlns="{EDXML}"><edXMLEnvelope><edXMLHeader/><edXMLHeader/></edXMLEnvelope></edXML>',
        message("<!-- -->"),
        message("<?x y?>"),
    ],
)
def test_what_cannot_be_signed_is_refused(live_pki: DemoPki, text: str) -> None:
    with open_folder(live_pki).open("system.p12", PASSWORD) as key, pytest.raises(MessageUnsuitable):
        sign_envelope(parse(text), key)


@provokes("signing.message-unsuitable")
def test_nothing_is_signed_twice(live_pki: DemoPki, signed_bytes: bytes) -> None:
    with open_folder(live_pki).open("system.p12", PASSWORD) as key, pytest.raises(MessageUnsuitable):
        sign_envelope(parse(signed_bytes), key)


def test_an_identifier_that_is_there_is_kept(live_pki: DemoPki, trust: Trust, when: datetime) -> None:
    root = parse(message())
    root[0].set("Id", "envelope-1")
    with open_folder(live_pki).open("system.p12", PASSWORD) as key:
        sign_envelope(root, key)
    assert root[0].get("Id") == "envelope-1"
    assert _codes(parse(etree.tostring(root))[0], trust, when) == []


def test_pyhanko_is_not_loaded_for_xml() -> None:
    program = "import signing.xml, sys; sys.exit(any(name.startswith('pyhanko') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@provokes("certificate.expired")
def test_the_moment_of_judgement_counts(signed_bytes: bytes, trust: Trust) -> None:
    late = datetime.now(UTC) + timedelta(days=365 * 30)
    assert _codes(parse(signed_bytes)[0], trust, late) == ["certificate.expired"]
