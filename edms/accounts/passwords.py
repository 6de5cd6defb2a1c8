"""Passwords: kept as Argon2id digests (RFC 9106), compared in time that tells nothing."""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from edms.accounts.errors import PasswordUnfit

MIN_CHARACTERS = 8
MAX_CHARACTERS = 200


class Passwords:
    """Makes and checks password digests.

    `hasher` sets the cost; the default is RFC 9106's second recommendation (64 MiB, three passes, four lanes).
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._of_nobody = self._hasher.hash("mật khẩu không của ai")

    def digest(self, password: str) -> str:
        """Return the digest of a new password. Raises `PasswordUnfit`."""
        normal = _normal(password)
        if not MIN_CHARACTERS <= len(normal) <= MAX_CHARACTERS:
            raise PasswordUnfit
        return self._hasher.hash(normal)

    def matches(self, digest: str | None, password: str) -> bool:
        """Tell whether `password` has `digest`; None stands for an unknown login and costs the same time."""
        try:
            self._hasher.verify(digest or self._of_nobody, _normal(password)[: MAX_CHARACTERS + 1])
        except VerifyMismatchError:
            return False
        return digest is not None

    def is_outdated(self, digest: str) -> bool:
        """Tell whether `digest` was made at another cost than the present one and should be made again."""
        return self._hasher.check_needs_rehash(digest)


def _normal(password: str) -> str:
    """Return the password in NFC (RFC 8265 §4.2): keyboards differ in how they compose Vietnamese letters."""
    return unicodedata.normalize("NFC", password)
