"""Fetching OCSP responses (RFC 6960) and CRLs (RFC 5280), from allowed hosts only.

One `Sources` serves one validation: what it fetched once it does not fetch again, and it can say what was used. The validator
calls it from an event loop of its own that has nothing else to do, so requests simply block; httpx's asynchronous client would
spend more time on finding out which event loop it runs in than on the request.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, Iterable
from functools import lru_cache
from typing import Final, Literal
from urllib.parse import urlsplit

import httpx
from asn1crypto import crl, ocsp
from asn1crypto import x509 as asn1_x509
from pyhanko_certvalidator.authority import Authority
from pyhanko_certvalidator.errors import CRLFetchError, OCSPFetchError
from pyhanko_certvalidator.fetchers import CertificateFetcher, CRLFetcher, Fetchers, OCSPFetcher
from pyhanko_certvalidator.fetchers.common_utils import (
    enumerate_delivery_point_urls,
    format_ocsp_request,
    process_ocsp_response_data,
)
from pyhanko_certvalidator.util import get_ocsp_urls, get_relevant_crl_dps

from signing.trust import Trust

OCSP_SIZE_LIMIT_BYTES: Final = 64 * 1024
CRL_SIZE_LIMIT_BYTES: Final = 16 * 1024 * 1024
_URL_LIMIT: Final = 4
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_NOTHING: Final[tuple[asn1_x509.Certificate, ...]] = ()

_Key = tuple[bytes, int]


class FetchRefused(Exception):
    """An address is not allowed, or its answer is no answer."""


class Sources:
    """The OCSP responders and CRL servers that a trust list allows, with what they have answered so far."""

    def __init__(self, trust: Trust) -> None:
        self.trust = trust
        self.ocsp: dict[_Key, ocsp.OCSPResponse] = {}
        self.crls: dict[str, crl.CertificateList] = {}
        self.covered_by_crl: set[_Key] = set()
        self._failed: set[str] = set()

    def fetchers(self) -> Fetchers:
        """What the certificate validator asks for revocation data."""
        return Fetchers(_Ocsp(self), _Crl(self), _NoIssuers())

    def used_for(self, certificate: asn1_x509.Certificate) -> Literal["ocsp", "crl", "none"]:
        """How the revocation of `certificate` could be looked up."""
        if _key(certificate) in self.ocsp:
            return "ocsp"
        return "crl" if _key(certificate) in self.covered_by_crl else "none"

    def request(self, url: str, *, content: bytes | None, media_type: str, limit_bytes: int) -> bytes:
        """Get or post one address; raises `FetchRefused`. An address that failed once is not asked again."""
        if not allowed(url, self.trust.allowed_hosts):
            raise FetchRefused(f"host not allowed: {url}")
        if url in self._failed:
            raise FetchRefused(f"failed before: {url}")
        try:
            return exchange(
                url,
                content=content,
                media_type=media_type,
                limit_bytes=limit_bytes,
                timeout_seconds=self.trust.timeout_seconds,
            )
        except (httpx.HTTPError, FetchRefused) as error:
            self._failed.add(url)
            raise FetchRefused(f"{url}: {error or type(error).__name__}") from error


def exchange(url: str, *, content: bytes | None, media_type: str, limit_bytes: int, timeout_seconds: float) -> bytes:
    """Post `content` (or get, when it is `None`) without redirects, proxies or credentials.

    Raises `FetchRefused` for any status but 200 and for more than `limit_bytes`, and `httpx.HTTPError`.
    """
    body = bytearray()
    headers = {"Content-Type": media_type} if content is not None else {}
    with (
        httpx.Client(verify=_tls(), timeout=timeout_seconds, follow_redirects=False, trust_env=False) as client,
        client.stream("GET" if content is None else "POST", url, content=content, headers=headers) as answer,
    ):
        if answer.status_code != httpx.codes.OK:
            raise FetchRefused(f"status {answer.status_code}")
        for part in answer.iter_bytes():
            body += part
            if len(body) > limit_bytes:
                raise FetchRefused(f"more than {limit_bytes} bytes")
    return bytes(body)


class _Ocsp(OCSPFetcher):
    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def fetch(self, cert: asn1_x509.Certificate, authority: Authority) -> ocsp.OCSPResponse:
        question = format_ocsp_request(cert, authority, certid_hash_algo="sha1", request_nonces=True)
        last: Exception | None = None
        for url in get_ocsp_urls(cert)[:_URL_LIMIT]:
            try:
                answer = self._sources.request(
                    url,
                    content=question.dump(),
                    media_type="application/ocsp-request",
                    limit_bytes=OCSP_SIZE_LIMIT_BYTES,
                )
                response = process_ocsp_response_data(answer, ocsp_request=question, ocsp_url=url)
            except (FetchRefused, ValueError) as error:
                last = error
                continue
            self._sources.ocsp[_key(cert)] = response
            return response
        raise OCSPFetchError(str(last or "no OCSP address")) from last

    def fetched_responses(self) -> Iterable[ocsp.OCSPResponse]:
        return self._sources.ocsp.values()

    def fetched_responses_for_cert(self, cert: asn1_x509.Certificate) -> Iterable[ocsp.OCSPResponse]:
        found = self._sources.ocsp.get(_key(cert))
        return () if found is None else (found,)


class _Crl(CRLFetcher):
    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._by_certificate: dict[_Key, list[crl.CertificateList]] = {}

    async def fetch(
        self, cert: asn1_x509.Certificate, *, use_deltas: bool | None = None
    ) -> Iterable[crl.CertificateList]:
        del use_deltas  # full lists are enough, and a delta alone proves nothing
        found: list[crl.CertificateList] = []
        last: Exception | None = None
        for url in crl_urls(cert)[:_URL_LIMIT]:
            try:
                if url not in self._sources.crls:
                    answer = self._sources.request(
                        url, content=None, media_type="application/pkix-crl", limit_bytes=CRL_SIZE_LIMIT_BYTES
                    )
                    self._sources.crls[url] = crl.CertificateList.load(answer, strict=True)
                found.append(self._sources.crls[url])
            except (FetchRefused, ValueError) as error:
                last = error
        if last is not None and not found:
            raise CRLFetchError(str(last)) from last
        self._by_certificate[_key(cert)] = found
        if found:
            self._sources.covered_by_crl.add(_key(cert))
        return found

    def fetched_crls(self) -> Iterable[crl.CertificateList]:
        return self._sources.crls.values()

    def fetched_crls_for_cert(self, cert: asn1_x509.Certificate) -> Iterable[crl.CertificateList]:
        return self._by_certificate[_key(cert)]


class _NoIssuers(CertificateFetcher):
    """Issuer certificates come from the trust list or from the file, never from an address inside a certificate."""

    async def _none(self) -> AsyncGenerator[asn1_x509.Certificate, None]:
        for nothing in _NOTHING:
            yield nothing

    def fetch_cert_issuers(self, cert: asn1_x509.Certificate) -> AsyncGenerator[asn1_x509.Certificate, None]:
        del cert
        return self._none()

    def fetch_crl_issuers(self, certificate_list: crl.CertificateList) -> AsyncGenerator[asn1_x509.Certificate, None]:
        del certificate_list
        return self._none()

    def fetched_certs(self) -> Iterable[asn1_x509.Certificate]:
        return ()


def allowed(url: str, hosts: frozenset[str]) -> bool:
    """Whether `url` is plain HTTP(S), without credentials, to a host that stands in `hosts`."""
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return False
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username or parts.password:
        return False
    names = {f"{parts.hostname}:{port}"}
    if port == _DEFAULT_PORTS[parts.scheme]:
        names.add(parts.hostname)
    return not names.isdisjoint(hosts)


def crl_urls(certificate: asn1_x509.Certificate) -> list[str]:
    """The HTTP addresses of the full CRLs that cover `certificate`, in the order in which it names them."""
    return [
        url
        for point in get_relevant_crl_dps(certificate, use_deltas=False)
        for url in enumerate_delivery_point_urls(point)
    ]


def _key(certificate: asn1_x509.Certificate) -> _Key:
    return certificate.issuer.dump(), certificate.serial_number


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    # Loading the system's authorities costs tens of milliseconds: once per process.
    return ssl.create_default_context()
