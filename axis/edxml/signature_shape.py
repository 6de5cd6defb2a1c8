"""Whether a signature element could be verified at all, told from its shape: no key is touched, no digest computed.

Published messages of the national axis carry signatures whose certificate is cut after a few characters and which stand
in the namespace of edXML. Verifying is the work of `signing`; here only what can never verify is told apart.
"""

from __future__ import annotations

import base64
import binascii
import re

from lxml import etree

from axis.edxml.rules import Notes
from axis.edxml.tree import descendants, text_of

_SPACE = re.compile(r"\s+")
_SEQUENCE = 0x30
_LONG_FORM = 0x80


def is_dummy(signature: etree._Element) -> bool:
    """Whether `signature` lacks a reference, a value, or a whole certificate or key: nothing can ever verify it."""
    notes = Notes()
    has_digest = any(text_of(one, notes) for one in descendants(signature, "DigestValue"))
    has_value = any(_decoded(text_of(one, notes)) for one in descendants(signature, "SignatureValue"))
    has_key = next(descendants(signature, "KeyValue"), None) is not None
    certificates = [text_of(one, notes) for one in descendants(signature, "X509Certificate")]
    return not (has_digest and has_value and (has_key or any(map(_is_whole_der, certificates))))


def subject_of(signature: etree._Element) -> str:
    """The name that the signature states for its signer (X509SubjectName); empty when it states none."""
    notes = Notes()
    return next((text for one in descendants(signature, "X509SubjectName") if (text := text_of(one, notes))), "")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(_SPACE.sub("", text), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _is_whole_der(text: str) -> bool:
    """Whether `text` is base64 of one DER sequence of just its length (X.690 §8.1.3), as a certificate is."""
    data = _decoded(text)
    if len(data) < 2 or data[0] != _SEQUENCE:
        return False
    if data[1] < _LONG_FORM:
        return len(data) == 2 + data[1]
    octets = data[1] - _LONG_FORM
    return 0 < octets <= 4 and len(data) == 2 + octets + int.from_bytes(data[2 : 2 + octets], "big")
