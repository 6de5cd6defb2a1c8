"""Opaque bearer tokens (RFC 6750): 256 random bits, of which only the SHA-256 is kept.

A random token needs no slow hash: it cannot be guessed, and its digest opens nothing. Never log a token.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

from flask import request

from axis.http.errors import Unauthenticated

PREFIX = "lt_"
"""Lets a scanner for leaked secrets recognise our tokens."""

_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]{1,512}=*)", re.IGNORECASE)


class NewToken(NamedTuple):
    """A token just made: `token` is shown once to its owner, `sha256` (lower-case hex) is what is stored."""

    token: str
    sha256: str


def new_token() -> NewToken:
    """Return a fresh token of 256 random bits with its digest."""
    token = PREFIX + secrets.token_urlsafe(32)
    return NewToken(token, token_sha256(token))


def token_sha256(token: str) -> str:
    """Return the digest under which `token` is stored and looked up, lower-case hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_matches(token: str, sha256: str) -> bool:
    """Tell, in time that does not depend on where they differ, whether `token` has the digest `sha256`."""
    return hmac.compare_digest(token_sha256(token), sha256)


def bearer_token() -> str:
    """Return the token of the present request's `Authorization: Bearer …`.

    Raises `Unauthenticated` when there is none or it is not well formed.
    """
    found = _BEARER.fullmatch(request.headers.get("Authorization", "").strip())
    if found is None:
        raise Unauthenticated
    return found.group(1)
