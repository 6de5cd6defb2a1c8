from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from signing.demo_pki import DemoPki
from signing.errors import TrustUnusable
from signing.revocation import allowed
from signing.trust import Trust, check_certificate, common_name, organization_identifier
from signing.verdicts import Verdict
from tests.provoked import provokes
from tests.signing.pki import AGENCY_IDENTIFIER, open_folder

DAY = timedelta(days=1)


def _codes(pki: DemoPki, label: str, trust: Trust, when: datetime) -> list[str]:
    found = check_certificate(open_folder(pki).certificate(f"{label}.p12"), when, trust)
    return [finding.code for finding in found.findings]


def test_a_good_certificate_is_valid_and_its_revocation_was_asked_by_ocsp(live_pki: DemoPki) -> None:
    certificate = open_folder(live_pki).certificate("leader.p12")
    trust = live_pki.trust()
    now = datetime.now(UTC)
    verdict = check_certificate(certificate, now, trust)
    assert verdict.verdict is Verdict.VALID
    assert verdict.revocation == "ocsp"
    assert verdict.organization_identifier == AGENCY_IDENTIFIER
    assert verdict.trust_digest == trust.digest
    assert verdict.when == now
    assert int(verdict.serial, 16) == certificate.serial_number


@provokes(by="code")
@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("revoked", "certificate.revoked"),
        ("expired", "certificate.expired"),
        ("future", "certificate.not-yet-valid"),
    ],
)
def test_a_certificate_out_of_force_is_invalid(live_pki: DemoPki, label: str, code: str) -> None:
    assert _codes(live_pki, label, live_pki.trust(), datetime.now(UTC)) == [code]


def test_a_revocation_does_not_reach_back_before_its_time(live_pki: DemoPki) -> None:
    assert _codes(live_pki, "revoked", live_pki.trust(), datetime.now(UTC) - 3 * DAY) == []


def test_without_the_network_revocation_stays_open(live_pki: DemoPki) -> None:
    found = _codes(live_pki, "leader", live_pki.trust(fetch=False), datetime.now(UTC))
    assert found == ["certificate.revocation-unknown"]


@provokes("certificate.revocation-unknown")
def test_hosts_that_are_not_allowed_are_not_asked(live_pki: DemoPki) -> None:
    trust = replace(live_pki.trust(), allowed_hosts=frozenset({"127.0.0.1:1"}))
    assert _codes(live_pki, "revoked", trust, datetime.now(UTC)) == ["certificate.revocation-unknown"]


def test_a_foreign_authority_is_not_trusted(live_pki: DemoPki, foreign_pki: DemoPki) -> None:
    assert _codes(foreign_pki, "leader", live_pki.trust(), datetime.now(UTC)) == ["certificate.untrusted"]


@provokes("certificate.unsuitable")
def test_an_authority_may_not_sign_documents_as_a_time_stamper(live_pki: DemoPki) -> None:
    certificate = open_folder(live_pki).certificate("leader.p12")
    found = check_certificate(certificate, datetime.now(UTC), live_pki.trust(), usage="timestamp")
    assert [finding.code for finding in found.findings] == ["certificate.unsuitable"]


@provokes("certificate.untrusted")
def test_a_self_signed_certificate_is_not_trusted(live_pki: DemoPki) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tự ký")])
    now = datetime.now(UTC)
    certificate = x509.CertificateBuilder(name, name, key.public_key(), 1, now - DAY, now + DAY).sign(
        key, hashes.SHA256()
    )
    found = check_certificate(certificate, now, live_pki.trust())
    assert [finding.code for finding in found.findings] == ["certificate.untrusted"]
    assert found.organization_identifier == ""
    assert common_name(certificate) == "tự ký"


def test_two_organization_identifiers_are_none() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    oid = x509.NameOID.ORGANIZATION_IDENTIFIER
    name = x509.Name([x509.NameAttribute(oid, "A"), x509.NameAttribute(oid, "B")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - DAY, now + DAY)
    assert organization_identifier(builder.sign(key, hashes.SHA256())) == ""


def test_it_works_under_a_running_event_loop(live_pki: DemoPki) -> None:
    async def inside() -> list[str]:
        return _codes(live_pki, "leader", live_pki.trust(), datetime.now(UTC))

    assert asyncio.run(inside()) == []


def test_the_digest_names_the_list_and_not_its_order(live_pki: DemoPki, foreign_pki: DemoPki) -> None:
    one, other = live_pki.trust(), foreign_pki.trust()
    both = replace(one, roots=(*one.roots, *other.roots))
    turned = replace(one, roots=(*other.roots, *one.roots))
    assert both.digest == turned.digest
    assert len({one.digest, other.digest, both.digest}) == 3
    # An intermediate promoted to a root is another list.
    promoted = replace(one, roots=(*one.roots, *one.intermediates), intermediates=())
    assert promoted.digest != one.digest


@provokes("signing.trust-unusable")
@pytest.mark.parametrize("text", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_trust_list_without_a_readable_root_is_refused(text: bytes) -> None:
    with pytest.raises(TrustUnusable):
        Trust.from_pem("empty", roots=text)


@pytest.mark.parametrize(
    ("url", "hosts", "expected"),
    [
        ("http://ocsp.gov.vn/x", {"ocsp.gov.vn"}, True),
        ("http://ocsp.gov.vn:80/x", {"ocsp.gov.vn"}, True),
        ("https://ocsp.gov.vn/x", {"ocsp.gov.vn:443"}, True),
        ("http://OCSP.gov.vn/x", {"ocsp.gov.vn"}, True),
        ("http://ocsp.gov.vn:8080/x", {"ocsp.gov.vn"}, False),
        ("http://ocsp.gov.vn@evil.example/x", {"ocsp.gov.vn"}, False),
        ("http://user@ocsp.gov.vn/x", {"ocsp.gov.vn"}, False),
        ("http://ocsp.gov.vn.evil.example/", {"ocsp.gov.vn"}, False),
        ("file:///etc/passwd", {"", "file"}, False),
        ("ldap://ocsp.gov.vn/x", {"ocsp.gov.vn"}, False),
        ("http://[::1", {"::1"}, False),
        ("http://ocsp.gov.vn:99999/", {"ocsp.gov.vn"}, False),
    ],
)
def test_which_addresses_may_be_asked(url: str, hosts: set[str], expected: bool) -> None:
    assert allowed(url, frozenset(hosts)) is expected


@given(st.text())
def test_no_text_passes_for_an_allowed_address_by_accident(url: str) -> None:
    assert not allowed(url, frozenset())
