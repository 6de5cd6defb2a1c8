"""XML signatures (XMLDSig): the envelope of an edXML message, and stand-alone receipts.

Only elements go in and out; parsing bytes is the business of `schemas`. Nothing here loads pyHanko.
"""

from signing.xml.algorithms import DS, EDXML
from signing.xml.sign import sign_envelope, sign_xml
from signing.xml.verify import EnvelopeReport, verify_envelope, verify_xml

__all__ = ["DS", "EDXML", "EnvelopeReport", "sign_envelope", "sign_xml", "verify_envelope", "verify_xml"]
