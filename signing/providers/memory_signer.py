"""A pyHanko signer around a key that is already parsed.

pyHanko's own `SimpleSigner` parses the private key anew for each signature (41 ms for RSA-2048), twice per document.
"""

from __future__ import annotations

from collections.abc import Sequence

from asn1crypto.algos import SignedDigestAlgorithm
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from signing.path_validation import to_asn1
from signing.providers.base import SigningKey


class MemorySigner(Signer):
    """Signs with SHA-256 and either RSA (PKCS#1 v1.5) or ECDSA.

    Roots are embedded: without them the archive form (PAdES B-LTA) cannot be made later.
    """

    def __init__(self, certificate: x509.Certificate, chain: Sequence[x509.Certificate], key: SigningKey) -> None:
        self._key = key
        store = SimpleCertificateStore()
        store.register_multiple(to_asn1(other) for other in chain)
        algorithm = "sha256_rsa" if isinstance(key, rsa.RSAPrivateKey) else "sha256_ecdsa"
        super().__init__(
            embed_roots=True,
            signature_mechanism=SignedDigestAlgorithm({"algorithm": algorithm}),
            signing_cert=to_asn1(certificate),
            cert_registry=store,
        )

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001 - pyHanko's signature
        """Sign `data`; in a dry run return as many zero bytes as a signature may take."""
        if digest_algorithm != "sha256":
            raise SigningError(f"digest {digest_algorithm} is not used here")
        digest = get_pyca_cryptography_hash(digest_algorithm)
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return bytes(72) if dry_run else self._key.sign(data, ec.ECDSA(digest))
        return bytes(self._key.key_size // 8) if dry_run else self._key.sign(data, padding.PKCS1v15(), digest)
