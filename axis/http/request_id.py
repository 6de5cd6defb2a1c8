"""One id per request: taken from the caller when it is plausible, made otherwise, answered, and put into every log record.

The header is `X-Request-Id`, 8 to 64 characters of `A-Z a-z 0-9 . _ -`; anything else is replaced, because it ends up in logs.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from contextvars import ContextVar

from flask import Flask, Response, g, request

HEADER = "X-Request-Id"

log = logging.getLogger("axis.http.access")

_PLAUSIBLE = re.compile(r"[A-Za-z0-9._-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="-")


def current_request_id() -> str:
    """Return the id of the request being served, or `-` outside one."""
    return _current.get()


def install_request_ids(app: Flask) -> None:
    """Give each request of `app` an id and log one line per request: method, path (no query), status, milliseconds."""
    app.before_request(_begin)
    app.after_request(_answer)
    app.teardown_request(_end)


class RequestIdFilter(logging.Filter):
    """Puts `request_id` on every record that passes."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the id; never drop a record."""
        record.request_id = _current.get()
        return True


def _begin() -> None:
    offered = request.headers.get(HEADER, "")
    _current.set(offered if _PLAUSIBLE.fullmatch(offered) else secrets.token_hex(16))
    g.request_started = time.perf_counter()


def _answer(response: Response) -> Response:
    response.headers[HEADER] = _current.get()
    elapsed_ms = (time.perf_counter() - g.get("request_started", time.perf_counter())) * 1000
    log.info("%s %s %s %.1f ms", request.method, request.path, response.status_code, elapsed_ms)
    return response


def _end(_error: BaseException | None) -> None:
    _current.set("-")
