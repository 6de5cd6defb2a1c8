"""A leader leaves, the certificate is revoked, and what was signed before stays signed (NĐ 68/2024, article 30)."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from signing.demo_pki import DemoPki
from signing.demo_pki.files import ARCHITECTURE, CONFIGURATION
from signing.errors import CertificateRevoked
from signing.trust import check_certificate
from signing.verdicts import Verdict
from tests.provoked import provokes
from tests.signing.pdf.stages import Desk, codes, now, plain_document
from tests.signing.pki import holder, open_folder, running_pki, serving


@provokes("signing.certificate-revoked")
def test_a_revocation_after_the_time_stamp_does_no_harm_but_ends_signing(tmp_path: Path, serif_font: Path) -> None:
    with running_pki(tmp_path / "pki", [holder("leader", "leader", "Nguyễn Văn Ưu")], serif_font) as pki:
        desk = Desk(pki, pki.trust(), serif_font, now())
        reserved = desk.reserve(plain_document())
        signed = desk.sign(reserved)
        leader = desk.validate(signed).signatures[0]
    assert leader.timestamp_time is not None
    _revoke(pki, "leader", leader.timestamp_time + timedelta(seconds=1))
    with serving(pki):
        _wait_until_revoked(pki)
        later = Desk(pki, pki.trust(), serif_font, datetime.now(UTC))
        report = later.validate(signed)
        assert codes(report) == set()
        assert report.verdict is Verdict.VALID
        with pytest.raises(CertificateRevoked):
            later.sign(reserved)


@provokes("certificate.revoked")
def test_without_a_time_stamp_the_moment_of_signing_is_not_proven(tmp_path: Path, serif_font: Path) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=2)
    who = [holder("leader", "leader", "Nguyễn Văn Ưu", revoked_at=long_ago)]
    with running_pki(tmp_path / "pki", who, serif_font) as pki:
        # Signing "yesterday a week" is accepted, for then the certificate was in force; the time-stamp tells the truth.
        desk = Desk(pki, pki.trust(), serif_font, long_ago - timedelta(days=7))
        signed = desk.sign(desk.reserve(plain_document()))
        report = desk.validate(signed, when=datetime.now(UTC))
        assert "certificate.revoked" in codes(report)
        assert report.verdict is Verdict.INVALID


def _revoke(pki: DemoPki, label: str, since: datetime) -> None:
    path = pki.directory / CONFIGURATION
    configuration = json.loads(path.read_text(encoding="utf-8"))
    entry = configuration["pki-architectures"][ARCHITECTURE]["certs"][label]
    entry["revocation"] = {"revoked-since": since.isoformat(), "reason": "cessation_of_operation"}
    path.write_text(json.dumps(configuration), encoding="utf-8")


def _wait_until_revoked(pki: DemoPki) -> None:
    certificate = open_folder(pki).certificate("leader.p12")
    deadline = time.monotonic() + 30
    while check_certificate(certificate, datetime.now(UTC), pki.trust()).verdict is not Verdict.INVALID:
        assert time.monotonic() < deadline
