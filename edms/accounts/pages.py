"""Pages of accounts: sign in, choose the position to act in, sign out, access tokens."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from edms.accounts.authentication import current_actor, current_signed, session_cookie, signed_in
from edms.accounts.commands import ActAs, IssueToken, SignIn
from edms.accounts.errors import AccountLocked, NoAppointment, SignInRefused
from edms.accounts.queries import tokens_of
from edms.accounts.service import AccountService
from edms.commands import decode_form
from edms.web.shell import same_site_path


def blueprint(service: AccountService) -> Blueprint:
    """Return the pages `/sign-in`, `/sign-out`, `/acting-as`, `/tokens`."""
    pages = Blueprint("accounts", __name__)
    _doors(pages, service)
    _positions(pages, service)
    _tokens(pages, service)
    return pages


def _doors(pages: Blueprint, service: AccountService) -> None:
    @pages.get("/sign-in")
    def sign_in() -> str | Response:
        wanted = same_site_path(request.args.get("next", "/"))
        if signed_in() is not None:
            return redirect(wanted, 303)
        return render_template("accounts/sign_in.html", next=wanted, login="", problem=None)

    @pages.post("/sign-in")
    def open_session() -> Response | tuple[str, int]:
        command = decode_form(SignIn, request.form)
        wanted = same_site_path(command.next)
        try:
            opened = service.sign_in(command.login, request.form["password"], request.remote_addr or "")
        except (SignInRefused, AccountLocked, NoAppointment) as problem:
            page = render_template("accounts/sign_in.html", next=wanted, login=command.login, problem=problem)
            return page, problem.status
        before = signed_in()
        if before is not None:
            service.sign_out(before)
        several = len(opened.choices) > 1
        response = redirect(url_for("accounts.choose", next=wanted) if several else wanted, 303)
        session_cookie().set(response, opened.token, opened.expires_at - service.database.clock.now())
        return response

    @pages.post("/sign-out")
    def sign_out() -> Response:
        found = signed_in()
        if found is not None:
            service.sign_out(found)
        response = redirect(url_for("accounts.sign_in"), 303)
        session_cookie().clear(response)
        return response


def _positions(pages: Blueprint, service: AccountService) -> None:
    @pages.get("/acting-as")
    def choose() -> str:
        actor = current_actor()
        wanted = same_site_path(request.args.get("next", "/"))
        return render_template(
            "accounts/acting_as.html", choices=service.choices(actor), current=actor.appointment_id, next=wanted
        )

    @pages.post("/acting-as")
    def act_as() -> Response:
        signed = current_signed()
        command = decode_form(ActAs, request.form)
        service.switch(signed, command.appointment_id)
        return redirect(same_site_path(command.next), 303)


def _tokens(pages: Blueprint, service: AccountService) -> None:
    def page(issued: str = "") -> str:
        actor = current_actor()
        with service.database.reading() as session:
            found = tokens_of(session, actor, service.database.clock.now())
        return render_template("accounts/tokens.html", tokens=found, issued=issued, position_title=actor.position_title)

    @pages.get("/tokens")
    def tokens() -> str:
        return page()

    @pages.post("/tokens")
    def issue() -> str:
        return page(service.issue_token(current_actor(), decode_form(IssueToken, request.form)))

    @pages.post("/tokens/<uuid:token_id>/revoke")
    def revoke(token_id: UUID) -> Response:
        service.revoke_token(current_actor(), token_id)
        return redirect(url_for("accounts.tokens"), 303)
