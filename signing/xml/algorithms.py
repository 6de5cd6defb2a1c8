"""The one profile of XMLDSig that is made and accepted here."""

from __future__ import annotations

from typing import Final

from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod

DS: Final = "http://www.w3.org/2000/09/xmldsig#"
EDXML: Final = "http://www.mic.gov.vn/TBT/QCVN_102_2016"

ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
CANONICALIZATION: Final = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
"""Exclusive and without comments: the signature holds wherever the element stands, whatever prefixes surround it."""

DIGEST: Final = DigestAlgorithm.SHA256
SIGNATURES: Final = frozenset({SignatureMethod.RSA_SHA256, SignatureMethod.ECDSA_SHA256})

ID_ATTRIBUTE: Final = "Id"
"""The only attribute that a reference may point to; a name without namespace, as in XMLDSig itself."""

SIGNATURE: Final = f"{{{DS}}}Signature"
ENVELOPE: Final = f"{{{EDXML}}}edXMLEnvelope"
HEADER: Final = f"{{{EDXML}}}edXMLHeader"
