"""Headers that every answer carries, and the limit on bodies.

Sources: CSP level 3, Fetch (`nosniff`), Referrer Policy; OWASP secure headers for the choice of values.
"""

from __future__ import annotations

import io
from typing import IO

from flask import Flask, Request, Response, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.utils import cached_property

from axis.http.errors import BodyIncomplete

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
"""Scripts, styles, images and frames come from the service itself; nothing inline."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class BoundedRequest(Request):
    """A request whose body never ends early in silence.

    Werkzeug cuts a body without a declared length at the limit when it is read in one go; here it is refused instead. A server
    that ends the body by itself (`wsgi.input_terminated`) ends it in the same way when the line is cut; here a body that is
    shorter than declared raises `BodyIncomplete`. Of a body without a declared length nobody can tell.
    """

    @cached_property
    def stream(self) -> IO[bytes]:
        """The body, read from the connection as the view reads it."""
        limit = self.max_content_length
        if self.content_length is None and limit is not None and self.environ.get("wsgi.input_terminated"):
            return io.BufferedReader(_Bounded(self.environ["wsgi.input"], limit))
        if self.content_length is None:
            return super().stream
        return io.BufferedReader(_Whole(super().stream, self.content_length))


class _Bounded(io.RawIOBase):
    """Reads `source` to its end; raises when that lies beyond `limit_bytes`."""

    def __init__(self, source: IO[bytes], limit_bytes: int) -> None:
        self._source = source
        self._left_bytes = limit_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self._source.read(min(len(view), self._left_bytes + 1))
        if len(data) > self._left_bytes:
            raise RequestEntityTooLarge
        view[: len(data)] = data
        self._left_bytes -= len(data)
        return len(data)


class _Whole(io.RawIOBase):
    """Reads `source` to its end; raises when that comes before `declared_bytes` were read."""

    def __init__(self, source: IO[bytes], declared_bytes: int) -> None:
        self._source = source
        self._left_bytes = declared_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        try:
            data = self._source.read(min(len(view), self._left_bytes))
        except ClientDisconnected as error:
            raise BodyIncomplete from error
        if not data and self._left_bytes:
            raise BodyIncomplete(f"{self._left_bytes} bytes are missing")
        view[: len(data)] = data
        self._left_bytes -= len(data)
        return len(data)


def install_security(
    app: Flask, *, body_limit_bytes: int, content_security_policy: str = CONTENT_SECURITY_POLICY
) -> None:
    """Add the headers to every answer of `app` (a view may set its own value) and refuse bodies over `body_limit_bytes`.

    The limit holds for bodies without a declared length too. A view that takes larger bodies calls `allow_body` first.
    """
    app.request_class = BoundedRequest
    app.config["MAX_CONTENT_LENGTH"] = body_limit_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = min(body_limit_bytes, 1024 * 1024)

    def add(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", content_security_policy)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if "Authorization" in request.headers:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.after_request(add)


def allow_body(limit_bytes: int) -> None:
    """Let the present request's body be up to `limit_bytes` long; call before the body is touched."""
    request.max_content_length = limit_bytes
