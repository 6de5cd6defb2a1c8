"""Building, signing, writing, reading, verifying and parsing meet: what is acted on is what was signed."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from axis.edxml.build import OutgoingAttachment, build_document, write_message
from axis.edxml.model import AttachmentRef
from axis.edxml.parse import parse_message
from schemas.edxml.validation import check_v102
from schemas.reader import read_message
from signing.trust import Trust
from signing.xml import sign_envelope, verify_envelope
from tests.axis.edxml.test_round_trip import LETTER
from tests.messages.keys import self_signed
from tests.provoked import provokes

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer


@dataclass
class KeyInMemory:
    """A fake of the port `signing.providers.base.OpenKey`, for XML signatures only."""

    private_key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    chain: Sequence[x509.Certificate] = ()

    def pyhanko_signer(self) -> Signer:
        raise NotImplementedError


@provokes("edxml.business-missing")
def test_a_signed_message_verifies_and_parses_from_what_was_signed(tmp_path: Path) -> None:
    key, certificate = self_signed()
    blob = bytes(range(256)) * 8000
    ref = AttachmentRef(
        content_id="cid:1",
        content_type="application/octet-stream",
        attachment_name="tệp & đính kèm.bin",
        sha256=hashlib.sha256(blob).hexdigest(),
        size_bytes=len(blob),
    )
    message = replace(LETTER, attachments=(ref,))
    root = sign_envelope(build_document(message), KeyInMemory(key, certificate))
    check_v102(root)
    target = io.BytesIO()
    write_message(root, [OutgoingAttachment(ref, partial(io.BytesIO, blob))], target)

    read = read_message(io.BytesIO(target.getvalue()), spool=tmp_path)
    assert read.envelope is not None
    trust = Trust(name="thử", roots=(certificate,), fetch=False)
    when = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    report = verify_envelope(read.envelope, trust, when)
    assert report.signed_envelope is not None
    parsed = parse_message(read, envelope=report.signed_envelope)
    assert parsed.message == message
    assert len(parsed.signatures) == 1
    assert {finding.rule for finding in parsed.findings} == {"edxml.business-missing"}

    altered = target.getvalue().replace(ref.sha256.encode(), b"0" * 64)
    changed = read_message(io.BytesIO(altered), spool=tmp_path)
    assert changed.envelope is not None
    assert verify_envelope(changed.envelope, trust, when).signed_envelope is None
