"""How the EDMS shows a problem: problem+json to programs, a plain page in both languages to people."""

from __future__ import annotations

from flask import Flask, Response, request

from axis.http.problems import ProblemDetails, describe, install_problems, problem_json
from edms.accounts.authentication import API_PREFIX
from edms.web.shell import problem_page


def answer(error: Exception) -> Response:
    """Return the answer to `error`, for a view that cannot go on by itself."""
    return _render(describe(error))


def install(app: Flask) -> None:
    """Answer every exception of `app`: JSON under `/api/`, a page otherwise."""
    install_problems(app, _render)


def _render(details: ProblemDetails) -> Response:
    if request.path.startswith(API_PREFIX):
        return problem_json(details)
    return problem_page(details)
