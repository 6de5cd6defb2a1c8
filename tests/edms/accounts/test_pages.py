"""Pages and the edge: cookies, forms that belong to the session, the API by token only."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask, Response
from flask.testing import FlaskClient

from edms.accounts.authentication import current_actor, login_required
from edms.accounts.commands import IssueToken, NewAccount
from edms.accounts.service import AccountService
from edms.organisation.commands import Appoint
from edms.organisation.model import AppointmentKind
from edms.organisation.service import OrganisationService
from tests.builders import Office
from tests.edms.shell import application, form_token, sign_in
from tests.provoked import provokes

PASSWORD = "hoa dã quỳ vàng"


def probe() -> Blueprint:
    """A page, a form and a resource that tell who acts."""
    views = Blueprint("probe", __name__)

    @views.get("/who")
    @login_required
    def who() -> str:
        return current_actor().position_title

    @views.post("/who")
    def form() -> str:
        return current_actor().position_title

    @views.route("/api/v1/who", methods=["GET", "POST"])
    def resource() -> str:
        return current_actor().position_title

    @views.get("/open")
    def open_page() -> Response:
        return Response("open")

    return views


@pytest.fixture
def site(accounts: AccountService, office: Office) -> Flask:
    """The application, with accounts for the clerk and the chairman."""
    for short in ("binh", "an"):
        accounts.create_account(office.system(), NewAccount(office.person(short), short, PASSWORD))
    return application(accounts, probe())


@pytest.fixture
def browser(site: Flask) -> FlaskClient:
    """A browser that keeps cookies."""
    return site.test_client()


@provokes("accounts.sign-in-needed")
def test_signing_in_leads_where_one_wanted_to_go(browser: FlaskClient) -> None:
    asked = browser.get("/who?tab=2")
    assert (asked.status_code, asked.location) == (303, "/sign-in?next=/who?tab%3D2")
    assert 'value="/who?tab=2"' in browser.get(asked.location).text
    answer = sign_in(browser, "binh", PASSWORD, next="/who?tab=2")
    assert (answer.status_code, answer.location) == (303, "/who?tab=2")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=43200" in cookie
    assert "Secure" not in cookie
    page = browser.get("/who")
    assert page.text == "Văn thư"
    assert page.headers["Cache-Control"] == "no-store"
    assert browser.get("/sign-in").location == "/"


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(accounts: AccountService, site: Flask) -> None:
    browser = application(accounts, secure=True).test_client()
    cookie = sign_in(browser, "binh", PASSWORD).headers["Set-Cookie"]
    assert cookie.startswith("__Host-lienthong=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_a_refusal_shows_the_form_again_and_says_nothing_of_the_cause(browser: FlaskClient) -> None:
    wrong = sign_in(browser, "binh", "sai mật khẩu")
    unknown = sign_in(browser, "khong-co", "sai mật khẩu")
    assert wrong.status_code == unknown.status_code == 403
    assert "Set-Cookie" not in wrong.headers
    assert 'role="alert"' in wrong.text
    assert wrong.text.replace('value="binh"', "") == unknown.text.replace('value="khong-co"', "")


@provokes("accounts.csrf", "accounts.session-ended")
def test_an_unsafe_request_needs_the_form_token_of_its_session(browser: FlaskClient) -> None:
    sign_in(browser, "binh", PASSWORD)
    token = form_token(browser, "/tokens")
    assert "accounts.csrf" in browser.post("/who").text
    assert browser.post("/who", data={"csrf_token": token[:-1] + "é"}).status_code == 403
    assert browser.post("/who", data={"csrf_token": token}).text == "Văn thư"
    assert browser.post("/who", headers={"X-CSRF-Token": token}).text == "Văn thư"
    assert browser.post("/sign-out").status_code == 403
    assert browser.post("/sign-out", data={"csrf_token": token}).location == "/sign-in"
    ended = browser.post("/who", data={"csrf_token": token})
    assert ended.status_code == 401
    assert "accounts.session-ended" in ended.text


@provokes("accounts.csrf")
def test_another_session_s_form_token_is_worth_nothing(site: Flask) -> None:
    clerk, chairman = site.test_client(), site.test_client()
    sign_in(clerk, "binh", PASSWORD)
    sign_in(chairman, "an", PASSWORD)
    assert clerk.post("/who", data={"csrf_token": form_token(chairman, "/tokens")}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://xau.example"}],
)
def test_a_sign_in_form_of_another_site_is_refused(browser: FlaskClient, headers: dict[str, str]) -> None:
    form = {"login": "binh", "password": PASSWORD}
    assert browser.post("/sign-in", data=form, headers=headers).status_code == 403
    assert browser.post("/sign-in", data=form, headers={"Origin": "http://localhost"}).status_code == 303


@provokes("accounts.sign-in-needed", "accounts.token-refused", "http.unauthenticated")
def test_the_api_takes_tokens_and_no_cookies(
    site: Flask, browser: FlaskClient, accounts: AccountService, office: Office
) -> None:
    bearer = {"Authorization": "Bearer " + accounts.issue_token(office.actor("an"), IssueToken("tổng hợp"))}
    program = site.test_client()
    assert program.get("/api/v1/who", headers=bearer).text == "Chủ tịch"
    assert program.post("/api/v1/who", headers=bearer).text == "Chủ tịch"
    assert program.get("/who", headers=bearer).status_code == 303
    sign_in(browser, "binh", PASSWORD)
    nobody = browser.get("/api/v1/who")
    assert (nobody.status_code, nobody.json["code"]) == (401, "http.unauthenticated")  # type: ignore[index]
    refused = browser.get("/api/v1/who", headers={"Authorization": "Bearer lt_gone"})
    assert (refused.status_code, refused.json["code"]) == (401, "accounts.token-refused")  # type: ignore[index]


def test_who_holds_several_positions_chooses_and_old_forms_are_refused(
    browser: FlaskClient, accounts: AccountService, office: Office
) -> None:
    acting = OrganisationService(accounts.database).appoint(
        office.actor("an"),
        Appoint(office.person("binh"), office.position("van-phong/chuyen-vien"), AppointmentKind.ACTING),
    )
    answer = sign_in(browser, "binh", PASSWORD, next="/who")
    assert answer.location == "/acting-as?next=/who"
    token = form_token(browser, answer.location)
    chosen = {"csrf_token": token, "appointment_id": str(acting), "next": "/who"}
    assert browser.post("/acting-as", data=chosen).location == "/who"
    assert browser.get("/who").text == "Chuyên viên"
    assert browser.post("/who", data={"csrf_token": token}).status_code == 403


def test_a_token_is_shown_once_and_can_be_revoked(browser: FlaskClient) -> None:
    sign_in(browser, "binh", PASSWORD)
    form = {"csrf_token": form_token(browser, "/tokens"), "name": "bộ số hoá", "valid_days": "30"}
    made = browser.post("/tokens", data=form)
    assert "lt_" in made.text
    listed = browser.get("/tokens").text
    assert "bộ số hoá" in listed
    assert "lt_" not in listed
    revoke = listed.split('action="/tokens/')[1].split('"')[0]
    assert browser.post(f"/tokens/{revoke}", data=form).status_code == 303
    assert "bộ số hoá" not in browser.get("/tokens").text


def test_pages_that_ask_for_nobody_ask_nothing_of_the_database(browser: FlaskClient) -> None:
    sign_in(browser, "binh", PASSWORD)
    answer = browser.get("/open")
    assert answer.text == "open"
    assert "Cache-Control" not in answer.headers


@pytest.mark.parametrize("elsewhere", ["//xau.example", "https://xau.example", "/\\xau.example"])
def test_signing_in_never_leads_to_another_site(browser: FlaskClient, elsewhere: str) -> None:
    assert sign_in(browser, "binh", PASSWORD, next=elsewhere).location == "/"
