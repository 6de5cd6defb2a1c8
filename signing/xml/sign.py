"""Put a signature into an XML tree."""

from __future__ import annotations

import secrets

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from signxml.algorithms import SignatureMethod
from signxml.signer import SignatureReference, XMLSigner

from signing.errors import MessageUnsuitable
from signing.providers.base import OpenKey
from signing.xml.algorithms import CANONICALIZATION, DIGEST, DS, EDXML, ENVELOPE, HEADER, ID_ATTRIBUTE, SIGNATURE


def sign_envelope(root: etree._Element, key: OpenKey) -> etree._Element:
    """Sign the `edXMLEnvelope` that is the first child of `root` (`edXML`, QCVN 102:2016/BTTTT).

    Returns the same `root`, in which the envelope now has an `Id` and a `ds:Signature` stands last in its header. The one
    reference covers the envelope alone, so that it verifies when cut out of the message, and attachments, which stand beside
    it, can be streamed. The tree must not be indented or otherwise changed afterwards. Raises `MessageUnsuitable`.
    """
    envelope = root[0] if root.tag == f"{{{EDXML}}}edXML" and len(root) else None
    headers = envelope.findall(HEADER) if envelope is not None and envelope.tag == ENVELOPE else []
    if envelope is None or len(headers) != 1:
        raise MessageUnsuitable("the root's first child is not an envelope with one header")
    identifier = envelope.get(ID_ATTRIBUTE)
    if identifier is None:
        identifier = f"id-{secrets.token_hex(16)}"
        envelope.set(ID_ATTRIBUTE, identifier)
    _insert_signature(envelope, headers[0], key, reference=f"#{identifier}")
    return root


def sign_xml(root: etree._Element, key: OpenKey) -> etree._Element:
    """Sign a stand-alone document as a whole (reference URI ""), with the `ds:Signature` as last child of `root`.

    Returns the same `root`. Any conforming validator accepts it, the JDK's included. Raises `MessageUnsuitable`.
    """
    if root.getparent() is not None:
        raise MessageUnsuitable("only a whole document is signed as such")
    _insert_signature(root, root, key, reference="")
    return root


def _insert_signature(element: etree._Element, parent: etree._Element, key: OpenKey, reference: str) -> None:
    if next(element.iter(SIGNATURE), None) is not None:
        raise MessageUnsuitable("there is a signature already")
    if next(element.iter(etree.Comment, etree.ProcessingInstruction, etree.Entity), None) is not None:
        raise MessageUnsuitable("comments, instructions and entities cannot be signed")
    # signxml replaces a placeholder; it works on a copy, from which the finished signature is taken over.
    placeholder = etree.SubElement(parent, SIGNATURE, {"Id": "placeholder"}, nsmap={"ds": DS})
    try:
        method = (
            SignatureMethod.RSA_SHA256
            if isinstance(key.private_key, rsa.RSAPrivateKey)
            else SignatureMethod.ECDSA_SHA256
        )
        signer = XMLSigner(signature_algorithm=method, digest_algorithm=DIGEST, c14n_algorithm=CANONICALIZATION)
        certificates: list[x509.Certificate] = [key.certificate, *_intermediates(key)]
        signed = signer.sign(
            element,
            key=key.private_key,
            cert=certificates,
            # Without a reference signxml takes the whole document, under the same canonicalisation.
            reference_uri=[SignatureReference(URI=reference, c14n_method=CANONICALIZATION)] if reference else None,
            id_attribute=ID_ATTRIBUTE,
        )
        signature = next(signed.iter(SIGNATURE))
    except Exception:
        parent.remove(placeholder)
        raise
    signature.tail = None
    parent.replace(placeholder, signature)


def _intermediates(key: OpenKey) -> list[x509.Certificate]:
    """The chain without self-signed roots: the receiver has those, and a message has no archive form."""
    return [certificate for certificate in key.chain if certificate.subject != certificate.issuer]
