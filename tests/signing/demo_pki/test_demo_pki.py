"""The demonstration PKI says what it is, and hands out nothing that it should keep."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import httpx
import pytest
from certomancer.registry import CertLabel
from cryptography import x509
from PIL import Image

from signing.demo_pki import NO_LEGAL_VALUE, DemoPki, load_pki
from signing.demo_pki.images import draw_seal, draw_signature
from signing.demo_pki.issuing import make_pki, open_architecture
from tests.signing.pki import AGENCY_IDENTIFIER, holder, holders


def test_every_certificate_says_that_it_has_no_legal_value(live_pki: DemoPki) -> None:
    architecture = open_architecture(live_pki.directory)
    certificates = [x509.load_der_x509_certificate(architecture.get_cert(label).dump()) for label in _labels(live_pki)]
    assert len(certificates) == 5 + len(holders())
    for certificate in certificates:
        assert NO_LEGAL_VALUE in certificate.subject.rfc4514_string()
    for name in ("root.pem", "ca.pem"):
        authority = x509.load_pem_x509_certificate((live_pki.directory / name).read_bytes())
        (common_name,) = authority.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        assert NO_LEGAL_VALUE in str(common_name.value)


def _labels(pki: DemoPki) -> list[CertLabel]:
    architecture = open_architecture(pki.directory)
    return [spec.label for entity in architecture.enumerate_certs_by_issuer() for spec in entity[1]]


def test_the_identifier_of_the_agency_is_in_the_subject(live_pki: DemoPki) -> None:
    certificate = x509.load_pem_x509_certificate((live_pki.directory / "seal.pem").read_bytes())
    (attribute,) = certificate.subject.get_attributes_for_oid(x509.ObjectIdentifier("2.5.4.97"))
    assert attribute.value == AGENCY_IDENTIFIER


def test_a_new_start_serves_the_same_certificates(live_pki: DemoPki) -> None:
    one, other = open_architecture(live_pki.directory).get_cert, open_architecture(live_pki.directory).get_cert
    for label in _labels(live_pki):
        assert one(label).dump() == other(label).dump()


def test_the_authority_keeps_no_key_of_a_holder(live_pki: DemoPki) -> None:
    keys = live_pki.directory / "authority"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    for one in holders():
        assert b"PRIVATE" not in (keys / f"{one.label}.pem").read_bytes()
        assert stat.S_IMODE((live_pki.directory / f"{one.file_stem}.p12").stat().st_mode) == 0o600


@pytest.mark.parametrize("path", ["/", "/_certomancer/pfx-download/demo", "/_certomancer/cert-bundle/demo", "/demo"])
def test_there_is_no_web_interface(live_pki: DemoPki, path: str) -> None:
    for method in ("GET", "POST"):
        answer = httpx.request(method, f"http://{live_pki.host}{path}", trust_env=False)
        assert answer.status_code in {404, 405}


def test_a_request_cannot_set_the_time(live_pki: DemoPki) -> None:
    there = httpx.get(live_pki.revocation_url, trust_env=False)
    headers = {"X-Certomancer-Fake-Time": "2030-01-01T00:00:00+00:00"}
    pretended = httpx.get(live_pki.revocation_url, headers=headers, trust_env=False)
    updates = [x509.load_der_x509_crl(answer.content).last_update_utc for answer in (there, pretended)]
    assert updates[0] == updates[1]


def test_a_pki_is_not_overwritten(live_pki: DemoPki, serif_font: Path) -> None:
    with pytest.raises(FileExistsError):
        make_pki(live_pki.directory, 1, [], serif_font)
    assert load_pki(live_pki.directory) == live_pki


def test_names_longer_than_a_certificate_bears_are_refused() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        holder("seal", "x", "Ủy ban nhân dân " * 5)


def test_the_images_are_transparent_and_in_their_colours(serif_font: Path) -> None:
    for content, high, low in (
        (draw_seal("Sở Tài chính tỉnh Lâm Đồng", serif_font), 0, 2),
        (draw_signature("Nguyễn Văn Ưu", serif_font), 2, 0),
    ):
        image = Image.open(io.BytesIO(content))
        assert image.format == "PNG"
        assert image.mode == "RGBA"
        assert image.getpixel((0, 0))[3] == 0  # type: ignore[index]  # four bands
        colours = [colour for _, colour in image.getcolors(1 << 20) if colour[3] > 200]  # type: ignore[union-attr, index]
        assert colours
        assert all(colour[high] > colour[low] for colour in colours)  # type: ignore[index]


def test_signatures_differ_with_the_name(serif_font: Path) -> None:
    assert draw_signature("Nguyễn Văn Ưu", serif_font) != draw_signature("Trần Thị Bãi", serif_font)
    assert draw_signature("Nguyễn Văn Ưu", serif_font) == draw_signature("Nguyễn Văn Ưu", serif_font)
