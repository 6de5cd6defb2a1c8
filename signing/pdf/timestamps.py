"""Time-stamps over HTTP (RFC 3161), taken only when they verify up to a trusted root."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import httpx
from asn1crypto import cms, tsp
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from signing.errors import TimestampUnavailable, TimestampUntrusted
from signing.pdf.cms import check_token
from signing.revocation import FetchRefused, Sources, exchange

TOKEN_LIMIT_BYTES: Final = 64 * 1024


class HttpTimeStamper(TimeStamper):
    """Asks the authority at `url`, which the system's operator has configured, and checks each token as of `when`.

    Raises `TimestampUnavailable` and `TimestampUntrusted`.
    """

    def __init__(self, url: str, sources: Sources, when: datetime) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]
        self._url = url
        self._sources = sources
        self._when = when

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Post the request; see `TimeStamper`."""
        try:
            answer = exchange(
                self._url,
                content=req.dump(),
                media_type="application/timestamp-query",
                limit_bytes=TOKEN_LIMIT_BYTES,
                timeout_seconds=self._sources.trust.timeout_seconds,
            )
            return tsp.TimeStampResp.load(answer, strict=True)
        except (httpx.HTTPError, httpx.InvalidURL, FetchRefused, ValueError) as error:
            raise TimestampUnavailable(f"{self._url}: {error or type(error).__name__}") from error

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A token over `message_digest` that has been verified; see `TimeStamper`."""
        try:
            token: cms.ContentInfo = await super().async_timestamp(message_digest, md_algorithm)
        except (TimestampRequestError, ValueError, TypeError, KeyError) as error:
            raise TimestampUnavailable(f"{self._url}: {error}") from error
        _, findings = check_token(token["content"], lambda _: message_digest, self._sources, self._when)
        if findings:
            raise TimestampUntrusted("; ".join(f"{finding.code}: {finding.detail}" for finding in findings))
        return token
