"""Keys in PKCS#12 files (RFC 7292) of one folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from signing.errors import KeyNotFound, KeyUnusable, WrongPin
from signing.providers.base import SigningKey

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer

MINIMUM_RSA_BITS: Final = 2048
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.p12")


@dataclass(frozen=True)
class Pkcs12Key:
    """An opened PKCS#12 key (an `OpenKey`)."""

    certificate: x509.Certificate
    chain: Sequence[x509.Certificate]
    private_key: SigningKey

    def pyhanko_signer(self) -> Signer:
        """The one signer of this key; parsing and indexing happen once."""
        return self._signer

    @cached_property
    def _signer(self) -> Signer:
        from signing.providers.memory_signer import MemorySigner  # noqa: PLC0415 - loads pyHanko

        return MemorySigner(self.certificate, self.chain, self.private_key)


class Pkcs12Folder:
    """A `KeyProvider` over the `.p12` files of `folder`; the reference is the file name, such as `nguyen-van-a.p12`.

    A certificate in PEM may stand beside each file under the same stem (`nguyen-van-a.pem`), because a PKCS#12 file shows
    even its certificate to nobody without the password.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def certificate(self, reference: str) -> x509.Certificate:
        """The certificate beside the key file; see `KeyProvider.certificate`."""
        path = self._path(reference).with_suffix(".pem")
        try:
            return x509.load_pem_x509_certificate(path.read_bytes())
        except FileNotFoundError as error:
            raise KeyUnusable(f"no certificate stands beside {reference!r}") from error
        except ValueError as error:
            raise KeyUnusable(f"the certificate beside {reference!r} is damaged") from error

    @contextmanager
    def open(self, reference: str, secret: str) -> Iterator[Pkcs12Key]:
        """Decrypt the file and hold its key for the block; see `KeyProvider.open`."""
        content = self._path(reference).read_bytes()
        if "\x00" in secret:
            # OpenSSL takes the password as a C string, and its binding panics (no `Exception`) on a NUL.
            raise WrongPin(f"key {reference!r}")
        try:
            loaded = pkcs12.load_pkcs12(content, secret.encode())
        except (ValueError, UnsupportedAlgorithm) as error:
            # The library has one exception for both causes; a file without any password structure tells them apart.
            if _is_pkcs12(content):
                raise WrongPin(f"key {reference!r}") from None
            raise KeyUnusable(f"{reference!r} is no PKCS#12 file") from error
        if loaded.key is None or loaded.cert is None:
            raise KeyUnusable(f"{reference!r} holds no key with its certificate")
        key = _accepted(loaded.key, reference)
        if key.public_key() != loaded.cert.certificate.public_key():
            raise KeyUnusable(f"the certificate in {reference!r} belongs to another key")
        yield Pkcs12Key(loaded.cert.certificate, tuple(other.certificate for other in loaded.additional_certs), key)

    def _path(self, reference: str) -> Path:
        path = self._folder / reference
        # A name that fits the pattern has no separator; a symbolic link could still lead out of the folder.
        if not _NAME.fullmatch(reference) or not path.is_file() or path.resolve().parent != self._folder.resolve():
            raise KeyNotFound(f"no key {reference!r}")
        return path


def _accepted(key: object, reference: str) -> SigningKey:
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= MINIMUM_RSA_BITS:
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise KeyUnusable(f"the key in {reference!r} is of a kind that is not used")


def _is_pkcs12(content: bytes) -> bool:
    """Whether the bytes are the outer frame of a PKCS#12 file: SEQUENCE, INTEGER 3, SEQUENCE, and all of its length."""
    if len(content) < 2 or content[0] != 0x30:
        return False
    if content[1] & 0x80:
        octets = content[1] & 0x7F
        header, length = 2 + octets, int.from_bytes(content[2 : 2 + octets])
    else:
        header, length = 2, content[1]
    return header + length == len(content) and content[header : header + 4] == b"\x02\x01\x03\x30"
