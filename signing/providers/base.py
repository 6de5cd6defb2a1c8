"""The port through which the rest of the system reaches a signing key, wherever the key is kept."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer

SigningKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
"""A key that signs; a provider for tokens and HSMs returns its own object of this interface, so nothing leaves the device."""


class OpenKey(Protocol):
    """A key ready to sign, valid inside the `with` block that `KeyProvider.open` starts."""

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate of the key."""

    @property
    def chain(self) -> Sequence[x509.Certificate]:
        """The certificates above it as far as the store knows them, issuer first; the root may be the last."""

    @property
    def private_key(self) -> SigningKey:
        """The key itself, as signxml takes it: RSA (PKCS#1 v1.5) or ECDSA on P-256."""

    def pyhanko_signer(self) -> Signer:
        """A signer for CMS in PDF. It reuses the parsed key and embeds the whole chain with its root."""


class KeyProvider(Protocol):
    """A store of signing keys, each named by a `reference` that means something to the store only."""

    def certificate(self, reference: str) -> x509.Certificate:
        """The certificate of a key, without its secret: checked before anybody is asked for a PIN.

        Raises `KeyNotFound`; `KeyUnusable` when the store cannot show a certificate without the secret.
        """

    def open(self, reference: str, secret: str) -> AbstractContextManager[OpenKey]:
        """Open the key for one session. `secret` is the PIN or password; it is kept neither in logs nor in errors.

        Raises `KeyNotFound`, `WrongPin` or `KeyUnusable` on entering the block.
        """
