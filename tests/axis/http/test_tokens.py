"""Bearer tokens: only well-formed ones are read, only the digest is kept."""

from __future__ import annotations

import pytest
from flask import Flask

from axis.http.errors import Unauthenticated
from axis.http.tokens import bearer_token, new_token, token_matches, token_sha256


def test_a_token_matches_its_own_digest_only() -> None:
    one, other = new_token(), new_token()
    assert one.token != other.token
    assert token_matches(one.token, one.sha256)
    assert not token_matches(one.token, other.sha256)
    assert one.sha256 == token_sha256(one.token)
    assert one.token not in one.sha256


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "Bearer ắ", "Bearer " + "x" * 600]
)
def test_what_is_no_bearer_token_is_refused(header: str) -> None:
    with (
        Flask(__name__).test_request_context(environ_overrides={"HTTP_AUTHORIZATION": header}),
        pytest.raises(Unauthenticated),
    ):
        bearer_token()


def test_the_scheme_is_case_insensitive() -> None:
    token = new_token().token
    with Flask(__name__).test_request_context(headers={"Authorization": f"bearer {token}"}):
        assert bearer_token() == token
