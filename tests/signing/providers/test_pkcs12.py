from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from hypothesis import given
from hypothesis import strategies as st

from signing.demo_pki import DemoPki
from signing.errors import KeyNotFound, KeyUnusable, SigningProblem, WrongPin
from signing.providers import KeyProvider, Pkcs12Folder
from tests.provoked import provokes
from tests.signing.pki import PASSWORD, open_folder
from tests.signing.providers.conformance import KeyProviderConformance


class TestPkcs12Folder(KeyProviderConformance):
    @pytest.fixture
    def provider(self, live_pki: DemoPki) -> KeyProvider:
        return open_folder(live_pki)

    @pytest.fixture
    def reference(self) -> str:
        return "leader.p12"

    @pytest.fixture
    def secret(self) -> str:
        return PASSWORD


def _write(path: Path, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "thử")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    encryption = BestAvailableEncryption(PASSWORD.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, encryption))


def test_p256_keys_are_taken_and_other_curves_are_not(tmp_path: Path) -> None:
    _write(tmp_path / "p256.p12", ec.generate_private_key(ec.SECP256R1()))
    _write(tmp_path / "p521.p12", ec.generate_private_key(ec.SECP521R1()))
    folder = Pkcs12Folder(tmp_path)
    with folder.open("p256.p12", PASSWORD) as key:
        assert isinstance(key.private_key, ec.EllipticCurvePrivateKey)
    with pytest.raises(KeyUnusable), folder.open("p521.p12", PASSWORD):
        pytest.fail("opened")


@provokes("signing.key-not-found")
def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "keys", tmp_path / "elsewhere.p12"
    inside.mkdir()
    _write(outside, ec.generate_private_key(ec.SECP256R1()))
    (inside / "link.p12").symlink_to(outside)
    with pytest.raises(KeyNotFound), Pkcs12Folder(inside).open("link.p12", PASSWORD):
        pytest.fail("followed")


@pytest.mark.parametrize("content", [b"", b"0", b"no key at all", bytes(2000), b"0\x82\x10\x00\x02\x01\x03"])
def test_what_is_no_key_file_is_unusable_rather_than_a_wrong_pin(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.p12").write_bytes(content)
    with pytest.raises(KeyUnusable), Pkcs12Folder(tmp_path).open("x.p12", PASSWORD):
        pytest.fail("opened")


@provokes("signing.key-unusable")
def test_a_truncated_key_file_is_unusable(tmp_path: Path, live_pki: DemoPki) -> None:
    whole = (live_pki.directory / "leader.p12").read_bytes()
    (tmp_path / "x.p12").write_bytes(whole[:-20])
    with pytest.raises(KeyUnusable), Pkcs12Folder(tmp_path).open("x.p12", PASSWORD):
        pytest.fail("opened")


def test_without_a_certificate_beside_it_the_key_says_so(tmp_path: Path) -> None:
    _write(tmp_path / "x.p12", ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(KeyUnusable):
        Pkcs12Folder(tmp_path).certificate("x.p12")


@given(reference=st.text(), secret=st.text(max_size=20))
def test_no_reference_leaves_the_folder_or_raises_anything_else(reference: str, secret: str) -> None:
    with pytest.raises((KeyNotFound, WrongPin)) as refusal, Pkcs12Folder(Path(__file__).parent).open(reference, secret):
        pytest.fail("opened")
    assert isinstance(refusal.value, SigningProblem)
