"""Errors as problem details (RFC 9457): one place turns any exception into an answer.

The body is `application/problem+json`: `type` (`urn:lienthong:problem:<code>`), `title` (Vietnamese), `title_en`, `status`,
`detail`, `code`, `request_id`, and the facts of the error as further members. A service that serves people passes its own
`render`, which may answer with a page instead.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from axis.http.errors import (
    BadRequest,
    BodyTooLarge,
    ConcurrentChange,
    Internal,
    MediaTypeUnsupported,
    MethodNotAllowed,
    NotFound,
    RequestInvalid,
    Unauthenticated,
    Unavailable,
)
from axis.http.request_id import current_request_id
from schemas.problems import Problem
from storage.errors import BlobMissing, BlobStoreUnavailable, BlobTooLarge, Conflict, Duplicate, LeaseLost

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:lienthong:problem:"

_STORAGE: dict[type[Exception], type[Problem]] = {
    Conflict: ConcurrentChange,
    Duplicate: ConcurrentChange,
    LeaseLost: ConcurrentChange,
    BlobMissing: NotFound,
    BlobTooLarge: BodyTooLarge,
    BlobStoreUnavailable: Unavailable,
    OperationalError: Unavailable,
    InterfaceError: Unavailable,
}
"""What the edge answers when a service let an error of storage through."""

_HTTP: dict[int, type[Problem]] = {
    problem.status: problem
    for problem in (
        Unauthenticated,
        NotFound,
        MethodNotAllowed,
        BodyTooLarge,
        MediaTypeUnsupported,
        RequestInvalid,
        Unavailable,
    )
}
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


@dataclass(frozen=True)
class ProblemDetails:
    """What is said about one error: `code` stable, `title` Vietnamese, `title_en` English, `facts` plain JSON values."""

    status: int
    code: str
    title: str
    title_en: str
    detail: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str = field(default_factory=current_request_id)

    def body(self) -> dict[str, Any]:
        """Return the members of the problem document; a fact never hides a standard member."""
        members: dict[str, Any] = dict(self.facts)
        members |= {
            "type": TYPE_PREFIX + self.code,
            "title": self.title,
            "title_en": self.title_en,
            "status": self.status,
            "code": self.code,
            "request_id": self.request_id,
        }
        if self.detail:
            members["detail"] = self.detail
        return members


Render = Callable[[ProblemDetails], Response]


def problem_json(details: ProblemDetails) -> Response:
    """Return `details` as `application/problem+json` in UTF-8."""
    text = json.dumps(details.body(), ensure_ascii=False, default=str)
    return Response(text, status=details.status, content_type=MEDIA_TYPE, headers=dict(details.headers))


def install_problems(app: Flask, render: Render = problem_json) -> None:
    """Answer every exception of `app` through `render`.

    Faults of ours (anything that `describe` does not know) are logged with their traceback; refusals are logged as one
    line. `render` may look at the present request, for example at what it accepts.
    """

    def answer(error: Exception) -> Response:
        details = describe(error)
        if details.status >= 500:
            log.error("%s", details.code, exc_info=error)
        else:
            log.info("%s %s %s", details.status, details.code, details.detail)
        response = render(details)
        for name, value in details.headers.items():
            response.headers.setdefault(name, value)
        return response

    app.register_error_handler(Exception, answer)


def describe(error: Exception) -> ProblemDetails:
    """Return what may be said about `error`; an unknown one becomes `http.internal` and its text stays in the log."""
    if isinstance(error, Problem):
        return _of_problem(error)
    if isinstance(error, HTTPException):
        return _of_http(error)
    for known, problem in _STORAGE.items():
        if isinstance(error, known):
            return _of_problem(problem())
    return _of_problem(Internal())


def _of_problem(problem: Problem) -> ProblemDetails:
    headers = {}
    if problem.status == Unauthenticated.status:
        headers["WWW-Authenticate"] = "Bearer"
    if problem.status == Unavailable.status:
        headers["Retry-After"] = "5"
    return ProblemDetails(
        problem.status, problem.code, problem.message_vi, problem.message_en, problem.detail, problem.facts, headers
    )


def _of_http(error: HTTPException) -> ProblemDetails:
    status = error.code or 500
    headers = {name: value for name, value in error.get_headers() if name in _KEPT_HEADERS}
    problem = _HTTP.get(status, Internal if status >= 500 else BadRequest)
    details = _of_problem(problem())
    return ProblemDetails(
        status, details.code, details.title, details.title_en, headers=dict(details.headers) | headers
    )
