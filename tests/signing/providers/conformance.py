"""What every key provider must do. Subclass `KeyProviderConformance` and give it the three fixtures."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from signing.errors import KeyNotFound, WrongPin
from signing.providers import KeyProvider

MESSAGE = "Công hòa xã hội chủ nghĩa Việt Nam".encode()


class KeyProviderConformance:
    """The suite."""

    @pytest.fixture
    def provider(self) -> KeyProvider:
        """The provider under test."""
        raise NotImplementedError

    @pytest.fixture
    def reference(self) -> str:
        """A key that it holds."""
        raise NotImplementedError

    @pytest.fixture
    def secret(self) -> str:
        """The secret of that key."""
        raise NotImplementedError

    def test_the_certificate_is_shown_without_the_secret(
        self, provider: KeyProvider, reference: str, secret: str
    ) -> None:
        with provider.open(reference, secret) as key:
            assert provider.certificate(reference) == key.certificate

    def test_the_chain_leads_upwards(self, provider: KeyProvider, reference: str, secret: str) -> None:
        with provider.open(reference, secret) as key:
            lower = key.certificate
            for upper in key.chain:
                lower.verify_directly_issued_by(upper)
                lower = upper

    def test_the_private_key_is_that_of_the_certificate(
        self, provider: KeyProvider, reference: str, secret: str
    ) -> None:
        with provider.open(reference, secret) as key:
            public: Any = key.certificate.public_key()
            if isinstance(key.private_key, rsa.RSAPrivateKey):
                signature = key.private_key.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())
                public.verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())
            else:
                public.verify(
                    key.private_key.sign(MESSAGE, ec.ECDSA(hashes.SHA256())), MESSAGE, ec.ECDSA(hashes.SHA256())
                )

    def test_the_signer_makes_cms_with_the_whole_chain(
        self, provider: KeyProvider, reference: str, secret: str
    ) -> None:
        with provider.open(reference, secret) as key:
            signer = key.pyhanko_signer()
            content: cms.ContentInfo = asyncio.run(signer.async_sign_general_data(MESSAGE, "sha256"))
            assert signer is key.pyhanko_signer()
            assert len(content["content"]["certificates"]) == 1 + len(key.chain)

    @pytest.mark.parametrize("wrong", ["", "sai", "0000", "\x00", "mật khẩu"])
    def test_a_wrong_secret_is_refused_and_not_repeated(
        self, provider: KeyProvider, reference: str, wrong: str
    ) -> None:
        with pytest.raises(WrongPin) as refusal, provider.open(reference, wrong):
            pytest.fail("opened with a wrong secret")
        if wrong.strip("\x00"):
            assert wrong not in str(refusal.value)

    @pytest.mark.parametrize(
        "unknown", ["nobody.p12", "", ".", "..", "../x.p12", "/etc/passwd", "a\x00.p12", "a/b.p12"]
    )
    def test_an_unknown_reference_is_refused(self, provider: KeyProvider, unknown: str, secret: str) -> None:
        with pytest.raises(KeyNotFound):
            provider.certificate(unknown)
        with pytest.raises(KeyNotFound), provider.open(unknown, secret):
            pytest.fail("opened what is not there")
