"""Stand-alone receipts, judged also by the validator that is built into the JDK."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree

from signing.demo_pki import DemoPki
from signing.errors import MessageUnsuitable
from signing.trust import Trust
from signing.verdicts import Verdict
from signing.xml import sign_xml, verify_envelope, verify_xml
from tests.provoked import provokes
from tests.signing.pki import PASSWORD, open_folder
from tests.signing.xml.messages import parse

RECEIPT = '<receipt xmlns="urn:test:receipt"><number>12/STC-VP</number><note>Đã nhận</note></receipt>'
VALIDATOR = Path(__file__).with_name("Validate.java")


@pytest.fixture(scope="session")
def receipt(live_pki: DemoPki) -> bytes:
    with open_folder(live_pki).open("system.p12", PASSWORD) as key:
        return etree.tostring(sign_xml(parse(RECEIPT), key), encoding="UTF-8")


def test_a_receipt_is_valid(receipt: bytes, trust: Trust, when: datetime) -> None:
    report = verify_xml(parse(receipt), trust, when)
    assert report.findings == ()
    assert report.verdict is Verdict.VALID
    assert report.signed_envelope is not None
    assert [child.text for child in report.signed_envelope] == ["12/STC-VP", "Đã nhận"]


@provokes("signature.broken")
def test_a_changed_receipt_is_invalid(receipt: bytes, trust: Trust, when: datetime) -> None:
    report = verify_xml(parse(receipt.replace(b"12/", b"13/")), trust, when)
    assert [finding.code for finding in report.findings] == ["signature.broken"]
    assert report.signed_envelope is None


def test_an_unsigned_receipt_is_open(trust: Trust, when: datetime) -> None:
    assert [finding.code for finding in verify_xml(parse(RECEIPT), trust, when).findings] == ["signature.absent"]


def test_a_receipt_is_no_envelope(receipt: bytes, trust: Trust, when: datetime) -> None:
    assert [one.code for one in verify_envelope(parse(receipt), trust, when).findings] == ["signature.wrapped"]


def test_a_receipt_inside_another_document_is_not_judged_as_a_whole(
    receipt: bytes, trust: Trust, when: datetime
) -> None:
    outer = parse("<outer/>")
    outer.append(parse(receipt))
    assert [one.code for one in verify_xml(outer, trust, when).findings] == ["signature.wrapped"]


def test_a_part_of_a_document_is_not_signed_as_a_whole(live_pki: DemoPki) -> None:
    outer = parse(f"<outer>{RECEIPT}</outer>")
    with open_folder(live_pki).open("system.p12", PASSWORD) as key, pytest.raises(MessageUnsuitable):
        sign_xml(outer[0], key)


@pytest.mark.skipif(shutil.which("java") is None, reason="no JDK here")
def test_the_jdk_accepts_receipts_and_envelopes_and_refuses_changed_ones(
    receipt: bytes, signed_bytes: bytes, tmp_path: Path
) -> None:
    documents = {
        "receipt": receipt,
        "message": signed_bytes,
        "changed": receipt.replace(b"12/", b"13/"),
        "forged": signed_bytes.replace("dự toán".encode(), "quyết toán".encode()),
    }
    for name, content in documents.items():
        (tmp_path / name).write_bytes(content)
    # One start of the virtual machine for all of them.
    command = ["java", str(VALIDATOR), *(str(tmp_path / name) for name in documents)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["true", "true", "false", "false"]
