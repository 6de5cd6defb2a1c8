"""How the EDMS shows a problem: problem+json to programs, a plain page in both languages to people."""

from __future__ import annotations

from urllib.parse import quote

from flask import Flask, Response, render_template, request

from axis.http.problems import ProblemDetails, install_problems, problem_json

API_PREFIX = "/api/"


def install(app: Flask) -> None:
    """Answer every exception of `app`: JSON under `/api/`, the sign-in page for strangers, a page otherwise."""
    install_problems(app, _render)


def _render(details: ProblemDetails) -> Response:
    if request.path.startswith(API_PREFIX):
        return problem_json(details)
    if details.status == 401:
        wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
        return Response(status=303, headers={"Location": "/sign-in?next=" + quote(wanted)})
    page = render_template("problem.html", problem=details)
    return Response(page, status=details.status, content_type="text/html; charset=utf-8")
