"""Verifies a receipt without any code of the hub: XML Signature (W3C, exclusive canonicalisation, RSA with SHA-256) by hand."""

from __future__ import annotations

import base64
import copy
import hashlib

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

_DS = {"ds": "http://www.w3.org/2000/09/xmldsig#", "r": "urn:lienthong:receipt:1"}


def fault_of_receipt(xml: bytes, certificate: x509.Certificate, document_sha256: str) -> str:
    """Return what is wrong with an `accepted` or `delivered` receipt, empty when it proves the document with that digest."""
    root = etree.fromstring(xml)
    signature = root.find("ds:Signature", _DS)
    if signature is None:
        return "no signature"
    content = copy.deepcopy(root)
    content.remove(content.find("ds:Signature", _DS))  # type: ignore[arg-type]
    stated = signature.findtext("ds:SignedInfo/ds:Reference/ds:DigestValue", namespaces=_DS)
    if base64.b64decode(stated or "") != hashlib.sha256(_canonical(content)).digest():
        return "another content than was signed"
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return "another key than RSA"
    value = base64.b64decode(signature.findtext("ds:SignatureValue", "", _DS))
    info = signature.find("ds:SignedInfo", _DS)
    try:
        key.verify(value, _canonical(info), padding.PKCS1v15(), hashes.SHA256())  # type: ignore[arg-type]
    except InvalidSignature:
        return "not signed by the hub"
    message = root.find("r:Message", _DS)
    if message is None or message.get("sha256") != document_sha256:
        return "speaks of another document"
    return ""


def _canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)
