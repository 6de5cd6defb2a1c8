"""Tells each request of a Flask application whom it comes from.

Pages are opened by a cookie, the API (`/api/…`) by a bearer token, and never the other way round: a form on another site
cannot reach the API in somebody's name, and a leaked token does not open pages.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from axis.http.errors import Unauthenticated
from axis.http.tokens import bearer_token
from edms.accounts.errors import CsrfMismatch, SessionEnded, SignInNeeded, TokenRefused
from edms.accounts.service import AccountService, Signed
from edms.organisation.actor import Actor

P = ParamSpec("P")
R = TypeVar("R")

API_PREFIX = "/api/"
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"

_EXTENSION = "edms.accounts"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class SessionCookie:
    """The cookie that holds a session's token: HttpOnly, SameSite=Lax, and over HTTPS `Secure` with the `__Host-` prefix.

    The prefix makes browsers refuse the cookie from any other host or path (RFC 6265bis §4.1.3.2).
    """

    secure: bool

    @property
    def name(self) -> str:
        """Name of the cookie."""
        return "__Host-lienthong" if self.secure else "lienthong"

    def set(self, response: BaseResponse, token: str, lifetime: timedelta) -> None:
        """Hand `token` to the browser, which forgets it after `lifetime`, however wrong its own clock is."""
        seconds = int(lifetime.total_seconds())
        response.set_cookie(
            self.name, token, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="Lax"
        )

    def clear(self, response: BaseResponse) -> None:
        """Make the browser forget the token."""
        response.delete_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite="Lax")


@dataclass(frozen=True)
class _Glue:
    service: AccountService
    cookie: SessionCookie


def install(app: Flask, service: AccountService, *, secure_cookies: bool) -> None:
    """Authenticate every request of `app` and refuse forged forms.

    `secure_cookies` is True wherever people reach the service over HTTPS. Templates get `csrf_token()`. A page that asks for
    `current_actor()` while nobody is signed in is answered with the way to the sign-in page.
    """
    app.extensions[_EXTENSION] = _Glue(service, SessionCookie(secure_cookies))
    app.before_request(_refuse_forged_forms)
    app.after_request(_keep_out_of_caches)
    app.register_error_handler(SignInNeeded, _to_sign_in)
    app.jinja_env.globals[CSRF_FIELD] = current_csrf_token


def session_cookie() -> SessionCookie:
    """Return the cookie of the present application."""
    return _glue().cookie


def signed_in() -> Signed | None:
    """Return whom the present request comes from, or None; asked of the database at most once per request.

    Raises `TokenRefused` for a bearer token that opens nothing, `Unauthenticated` for a malformed one.
    """
    if "signed" not in g:
        g.signed = _from_token() if _is_api() else _from_cookie()
    found: Signed | None = g.signed
    return found


def current_actor() -> Actor:
    """Return who acts, in which position.

    Raises when nobody is known: `Unauthenticated` in the API, `SignInNeeded` on a page, `SessionEnded` for a form.
    """
    found = signed_in()
    if found is not None:
        return found.actor
    if _is_api():
        raise Unauthenticated
    raise SignInNeeded if request.method in _SAFE_METHODS else SessionEnded


def current_signed() -> Signed:
    """Return whom the present request comes from; raises as `current_actor`."""
    current_actor()
    found = signed_in()
    if found is None:
        raise SignInNeeded
    return found


def current_csrf_token() -> str:
    """Return what forms of this session must carry as `csrf_token`; empty when nobody is signed in by cookie."""
    found = signed_in()
    return found.session.csrf_token if found is not None and found.session is not None else ""


def login_required(view: Callable[P, R]) -> Callable[P, R]:
    """Let a view run only for somebody known; raises as `current_actor`."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        current_actor()
        return view(*args, **kwargs)

    return guarded


def _glue() -> _Glue:
    glue: _Glue = current_app.extensions[_EXTENSION]
    return glue


def _is_api() -> bool:
    return request.path.startswith(API_PREFIX)


def _from_cookie() -> Signed | None:
    glue = _glue()
    token = request.cookies.get(glue.cookie.name)
    return None if not token else glue.service.authenticate_session(token, glue.service.database.clock.now())


def _from_token() -> Signed | None:
    if "Authorization" not in request.headers:
        return None
    service = _glue().service
    found = service.authenticate_token(bearer_token(), service.database.clock.now())
    if found is None:
        raise TokenRefused
    return found


def _refuse_forged_forms() -> None:
    if request.method in _SAFE_METHODS or _is_api():
        return
    if not is_from_here():
        raise CsrfMismatch
    expected = current_csrf_token()
    given = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
    if expected and not hmac.compare_digest(expected.encode(), given.encode()):
        raise CsrfMismatch


def is_from_here() -> bool:
    """Tell whether the browser says the form is ours; old browsers and programs say nothing, and then the token decides.

    This guards the sign-in form, which has no session and so no token yet.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin", "null")
    return origin == "null" or urlsplit(origin).netloc == request.host


def _keep_out_of_caches(response: Response) -> Response:
    if g.get("signed") is not None:
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.add("Cookie")
    return response


def _to_sign_in(_error: SignInNeeded) -> BaseResponse:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("accounts.sign_in", next=wanted), 303)
