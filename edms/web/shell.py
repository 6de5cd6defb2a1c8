"""Puts the shell around the pages of the slices: templates, formats, languages, assets and the page of a refusal.

The slices hand the shell plain values. Who is signed in, what the navigation counts and what a refusal says come from
outside (`Frame`, `Refusal`), so that the shell knows no slice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.wrappers import Response as BaseResponse

from edms.web import assets, formats, translations
from storage.clock import Clock

PRODUCT = "Liên Thông"
"""The name of the product; it is not translated."""

_SLICES_FOLDER = Path(__file__).parent.parent
_YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True)
class NavigationEntry:
    """One place in the navigation.

    `label` is a Vietnamese message (`mark`); `icon` names a symbol of `icons.svg`; `count` is shown when it is not 0.
    """

    label: str
    path: str
    icon: str
    count: int = 0


@dataclass(frozen=True)
class ActingChoice:
    """A further appointment of the signed-in person, to which they may change."""

    appointment_id: UUID
    position_title: str
    agency_name: str


@dataclass(frozen=True)
class Frame:
    """What surrounds a page of a signed-in person. Names are data and are never translated."""

    agency_name: str
    person_name: str
    position_title: str
    entries: tuple[NavigationEntry, ...] = ()
    choices: tuple[ActingChoice, ...] = ()
    """Appointments other than the one now acted in."""


class Refusal(Protocol):
    """What the page of a refusal says; `axis.http.problems.ProblemDetails` has this shape."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def code(self) -> str:
        """The stable code of the problem."""

    @property
    def title(self) -> str:
        """What is wrong and what to do next, in Vietnamese."""

    @property
    def title_en(self) -> str:
        """The same in English."""

    @property
    def detail(self) -> str:
        """A fact known only where it was raised; may be empty."""

    @property
    def request_id(self) -> str:
        """The id to quote when asking for help."""


def install(app: Flask, clock: Clock, frame: Callable[[], Frame | None], *, demonstration: bool = False) -> None:
    """Give `app` the layout, the components, the formats, both languages and the assets.

    `frame` is called at most once while a page is rendered, and never for the page of a fault of ours (status 500 and
    above), when whatever it reads may be what is broken. It returns None when nobody is signed in.

    `demonstration` marks every page as one of no legal value.

    Every template folder of every slice is found without a blueprint's `template_folder`. An undefined name in a template is
    an error. `csrf_token()` answers an empty text until `edms.accounts.authentication` replaces it, and `deeds_done()` nothing
    until `edms.feedback` does.
    """
    files = assets.load_assets()
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    folders = sorted(_SLICES_FOLDER.glob("*/templates"))
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
    translations.install(app)
    environment.filters |= {
        "date": formats.date_text,
        "moment": formats.moment_text,
        "moment_machine": formats.moment_machine,
        "size": lambda size_bytes: formats.size_text(size_bytes, translations.current_language()),
        "number": lambda number: formats.number_text(number, translations.current_language()),
        "deadline": lambda due_on: formats.deadline(due_on, formats.vietnam_date(clock.now())),
    }
    environment.globals |= {
        "asset": lambda name: files[name].path,
        "current_language": translations.current_language,
        "demonstration": demonstration,
        "languages": translations.LANGUAGES,
        "pages_around": formats.pages_around,
        "product": PRODUCT,
    }
    environment.globals.setdefault("csrf_token", lambda: "")
    environment.globals.setdefault("deeds_done", list)

    def context() -> dict[str, Any]:
        today: date = formats.vietnam_date(clock.now())
        return {"frame": frame, "today": today}

    app.context_processor(context)
    app.register_blueprint(assets.blueprint(files))
    app.register_blueprint(_language_switch())


def problem_page(refusal: Refusal) -> Response:
    """Return the page that tells a person of `refusal`, in both languages, the person's own first.

    Fits `axis.http.problems.install_problems(app, render=…)`; the caller answers programs with JSON instead.
    """
    overrides: dict[str, Any] = {"frame": lambda: None} if refusal.status >= 500 else {}
    page = render_template("problem.html", refusal=refusal, previous=_previous_page(), **overrides)
    return make_response(page, refusal.status)


def same_site_path(value: str) -> str:
    """Return `value` when it is a path on this site, else `/`: a redirect must never lead elsewhere."""
    leads_elsewhere = not value.startswith("/") or value.startswith(("//", "/\\"))
    return "/" if leads_elsewhere or any(ord(character) < 0x20 for character in value) else value


def _previous_page() -> str:
    """Return the path of this site from which the person came, when it is another than the one refused; else nothing."""
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host or came_from.path == request.path:
        return ""
    return f"{same_site_path(came_from.path)}?{came_from.query}".rstrip("?")


def _language_switch() -> Blueprint:
    pages = Blueprint("language", __name__)

    @pages.post("/language")
    def language() -> BaseResponse:
        chosen = translations.choose_language(request.form.get("language"))
        response = redirect(same_site_path(request.form.get("next", "/")), 303)
        response.set_cookie(
            translations.COOKIE,
            chosen,
            max_age=_YEAR_SECONDS,
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
        return response

    return pages
