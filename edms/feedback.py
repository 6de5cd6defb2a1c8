"""Tells people what they have just done, for every act in one place: the page after a form shows the form's journal entries.

A form that is answered with a redirect leaves the ids of the entries it wrote in a short-lived cookie; the next page says their
sentences once. The cookie names entries and holds no text, and only the reader's own are told: it cannot be made to lie.
"""

from __future__ import annotations

from uuid import UUID

from flask import Flask, g, request
from werkzeug.wrappers import Response

from edms.accounts.authentication import signed_in
from edms.audit.journal import note_entries
from edms.audit.queries import own_deeds
from edms.web.translations import current_language
from storage.unit_of_work import Database

COOKIE = "done"
UNTOLD = frozenset({"document.read", "account.signed-in", "account.signed-out"})
"""Acts that people see anyway."""

_LIFETIME_SECONDS = 60
_MOST_ENTRIES = 10
_SEE_OTHER = 303


def install(app: Flask, database: Database, *, secure_cookies: bool) -> None:
    """Give templates `deeds_done()`: pairs of category and sentence, each shown once. `secure_cookies` as for the session."""

    def begin() -> None:
        g.noted_entries = note_entries()

    def deeds_done() -> list[tuple[str, str]]:
        ids = _named_entries()
        found = signed_in()
        if not ids or found is None or found.actor.person_id is None:
            return []
        g.deeds_told = True
        with database.reading() as session:
            done = own_deeds(session, found.actor.person_id, ids)
        sentences = [one.deed(current_language()) for one in done if one.act not in UNTOLD]
        return [("success", " ".join(sentences))] if sentences else []

    def remember(response: Response) -> Response:
        noted: list[UUID] = g.get("noted_entries", [])
        if request.method == "POST" and response.status_code == _SEE_OTHER and noted:
            value = ".".join(one.hex for one in noted[-_MOST_ENTRIES:])
            response.set_cookie(
                COOKIE, value, max_age=_LIFETIME_SECONDS, secure=secure_cookies, httponly=True, samesite="Lax"
            )
        elif g.get("deeds_told"):
            response.delete_cookie(COOKIE, secure=secure_cookies, httponly=True, samesite="Lax")
        return response

    app.before_request(begin)
    app.after_request(remember)
    app.jinja_env.globals["deeds_done"] = deeds_done


def _named_entries() -> list[UUID]:
    if request.method != "GET":
        return []
    try:
        return [UUID(hex=one) for one in request.cookies.get(COOKIE, "").split(".")[:_MOST_ENTRIES] if one]
    except ValueError:
        return []
