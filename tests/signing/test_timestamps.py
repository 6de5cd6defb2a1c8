"""Time-stamps over digests from the live authority, and checked later with nothing but the root."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.demo_pki import DemoPki
from signing.errors import TimestampUnavailable, TimestampUntrusted, TrustUnusable
from signing.timestamps import archive_trust, check_timestamp, request_timestamp
from signing.trust import Trust

DIGEST = hashlib.sha256(b"a checkpoint").digest()


def trust_of(pki: DemoPki) -> Trust:
    return Trust.from_pem(
        "test",
        roots=(pki.directory / "root.pem").read_bytes(),
        intermediates=(pki.directory / "ca.pem").read_bytes(),
        allowed_hosts=[pki.host],
    )


@pytest.fixture(scope="module")
def token(live_pki: DemoPki) -> bytes:
    return request_timestamp(DIGEST, live_pki.timestamp_url, trust_of(live_pki), datetime.now(UTC))


def test_the_time_is_proved_offline_by_the_root_alone(live_pki: DemoPki, token: bytes) -> None:
    archive = archive_trust((live_pki.directory / "root.pem").read_bytes())
    moment = check_timestamp(token, DIGEST, archive)
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=10)
    with pytest.raises(TimestampUntrusted, match="revocation"):
        check_timestamp(token, DIGEST, Trust("strict", archive.roots, fetch=False))


def test_another_digest_or_another_root_proves_nothing(live_pki: DemoPki, foreign_pki: DemoPki, token: bytes) -> None:
    with pytest.raises(TimestampUntrusted, match="broken"):
        check_timestamp(token, hashlib.sha256(b"another").digest(), trust_of(live_pki))
    with pytest.raises(TimestampUntrusted, match="untrusted"):
        check_timestamp(token, DIGEST, archive_trust((foreign_pki.directory / "root.pem").read_bytes()))


@given(st.data())
def test_damaged_tokens_prove_nothing(live_pki: DemoPki, token: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(token) - 1))
    cut = data.draw(st.booleans())
    damaged = token[:place] if cut else token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :]
    archive = archive_trust((live_pki.directory / "root.pem").read_bytes())
    try:
        moment = check_timestamp(damaged, DIGEST, archive)
    except TimestampUntrusted:
        return
    assert moment == check_timestamp(token, DIGEST, archive)  # what was damaged is not covered: other certificates


def test_an_authority_that_is_away_gives_no_token(live_pki: DemoPki) -> None:
    with pytest.raises(TimestampUnavailable):
        request_timestamp(DIGEST, "http://127.0.0.1:1/", trust_of(live_pki), datetime.now(UTC))


@pytest.mark.parametrize("pem", [b"", b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"])
def test_a_list_without_a_root_is_refused(live_pki: DemoPki, pem: bytes) -> None:
    with pytest.raises(TrustUnusable):
        archive_trust(pem)
    with pytest.raises(TrustUnusable):
        archive_trust((live_pki.directory / "ca.pem").read_bytes())
