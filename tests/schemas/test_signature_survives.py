"""An XML signature over the envelope verifies on the tree that the streaming reader gives."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureMethod
from signxml.exceptions import InvalidDigest
from signxml.signer import XMLSigner
from signxml.verifier import VerifyResult, XMLVerifier

from schemas import parse
from schemas.reader import read_message
from tests.messages.keys import self_signed
from tests.messages.wire import NAMESPACE, attachment, message

ENVELOPE = """
  <!-- a comment of the sender -->
  <edXML:edXMLHeader xmlns:lt="urn:lienthong:edxml:1" xmlns:unused="urn:x"><edXML:MessageHeader>
    <edXML:Subject lt:sha256="00">Về việc &lt;kết nối&gt;\u00a0liên thông</edXML:Subject>
    <Content xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016">không tiền tố</Content>
  </edXML:MessageHeader></edXML:edXMLHeader>
"""


def signed(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bytes:
    """A message with 3 MB of attachment whose envelope carries an enveloped signature."""
    root = parse(message(ENVELOPE))
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.ECDSA_SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    envelope = signer.sign(root[0], key=key, cert=[certificate])
    # joined as text: lxml rewrites prefixes when an element moves below another that binds the same namespace
    encoded = f"<AttachmentEncoded>{attachment(os.urandom(3_000_000))}</AttachmentEncoded></edXML>"
    return f'<edXML xmlns="{NAMESPACE}">'.encode() + etree.tostring(envelope) + encoded.encode()


def canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True)


def test_envelope_verifies_after_streaming(tmp_path: Path) -> None:
    key, certificate = self_signed()
    raw = signed(key, certificate)
    read = read_message(io.BytesIO(raw), spool=tmp_path)
    assert read.attachments[0].size_bytes == 3_000_000
    assert read.envelope is not None

    result = XMLVerifier().verify(read.envelope, x509_cert=certificate)
    assert isinstance(result, VerifyResult)
    assert result.signed_xml is not None
    assert result.signed_xml.tag == read.envelope.tag

    whole = etree.fromstring(raw, etree.XMLParser(huge_tree=True))
    assert canonical(read.envelope) == canonical(whole[0])

    changed = read_message(io.BytesIO(raw.replace(b'lt:sha256="00"', b'lt:sha256="01"')), spool=tmp_path)
    with pytest.raises(InvalidDigest):
        XMLVerifier().verify(changed.envelope, x509_cert=certificate)
