"""The frame, the pages of refusals, and what the templates promise of documents."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from edms.documents.model import DocumentState, Priority
from edms.web import shell
from edms.web.shell import same_site_path
from edms.web.translations import COOKIE
from storage.clock import ManualClock
from tests.edms.web import gallery, samples

WORDS = re.compile(r"<[^>]+>")


@pytest.mark.parametrize(
    ("given_path", "path"),
    [
        ("/documents/incoming?text=a", "/documents/incoming?text=a"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/\t/evil.example", "/"),
        ("", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_a_redirect_stays_on_this_site(given_path: str, path: str) -> None:
    assert same_site_path(given_path) == path


@given(st.text())
def test_whatever_is_asked_for_a_redirect_begins_with_exactly_one_slash(value: str) -> None:
    path = same_site_path(value)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))


def test_the_frame_names_who_acts_and_for_whom(visitor: FlaskClient) -> None:
    page = visitor.get("/documents/incoming").text
    for text in (samples.FRAME.agency_name, samples.FRAME.person_name, samples.FRAME.position_title):
        assert text in page
    assert 'href="/documents/incoming" aria-current="page"' in page
    assert page.count("aria-current") == 2, "the navigation and the pager"


def test_a_person_with_one_position_is_offered_no_other(visitor: FlaskClient) -> None:
    assert "/acting-as" in visitor.get("/documents/incoming").text
    assert "/acting-as" not in visitor.get("/documents/incoming?signed_out").text


def test_whoever_is_not_signed_in_sees_no_navigation_and_no_sign_out(visitor: FlaskClient) -> None:
    page = visitor.get("/problem?signed_out").text
    assert "/sign-out" not in page
    assert '<nav class="navigation"' not in page


def test_a_refusal_says_both_languages_the_persons_own_first(visitor: FlaskClient) -> None:
    vietnamese, english = gallery.CONFLICT.title, gallery.CONFLICT.title_en
    answer = visitor.get("/problem")
    assert answer.status_code == 409
    assert 0 < answer.text.index(vietnamese) < answer.text.index(english)
    visitor.set_cookie(COOKIE, "en")
    swapped = visitor.get("/problem").text
    assert 0 < swapped.index(english) < swapped.index(vietnamese)
    for quoted in (gallery.CONFLICT.code, gallery.CONFLICT.request_id, gallery.CONFLICT.detail):
        assert quoted in answer.text


def test_a_refusal_leads_back_to_the_page_before_it_on_this_site_only(visitor: FlaskClient) -> None:
    page = visitor.get("/problem", headers={"Referer": "http://localhost/documents/registered?page=2"}).text
    assert 'href="/documents/registered?page=2"' in page
    assert "evil" not in visitor.get("/problem", headers={"Referer": "http://evil.example/x"}).text


def test_a_fault_is_shown_even_when_the_frame_cannot_be_read() -> None:
    app = Flask("broken", static_folder=None)

    def frame() -> None:
        raise ConnectionError("the database is away")

    shell.install(app, ManualClock(samples.NOW), frame)
    app.add_url_rule("/fault", view_func=gallery.PAGES["/fault"])
    answer = app.test_client().get("/fault")
    assert answer.status_code == 500
    assert gallery.FAULT.request_id in answer.text


def test_an_unknown_name_in_a_template_is_an_error(gallery_app: Flask) -> None:
    with gallery_app.app_context(), pytest.raises(UndefinedError):
        gallery_app.jinja_env.from_string("{{ nobody_gave_this }}").render()


def test_text_is_escaped(gallery_app: Flask) -> None:
    hostile = '"><script>alert(1)</script>'
    with gallery_app.test_request_context("/documents/incoming"):
        page = gallery._list("incoming", [replace(samples.ROWS[0], subject=hostile)], text=hostile)()
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert") == 2, "the subject and the search box"


def test_every_state_and_priority_has_its_words(gallery_app: Flask) -> None:
    parts = gallery_app.jinja_env.get_template("documents/parts.html").module
    with gallery_app.test_request_context("/"):
        words = {WORDS.sub("", str(parts.state_tag(state))).strip() for state in DocumentState}  # type: ignore[attr-defined]
        urgencies = [WORDS.sub("", str(parts.priority_tag(one))).strip() for one in Priority]  # type: ignore[attr-defined]
    assert len(words) == len(DocumentState)
    assert "" not in words
    assert urgencies == ["", "Khẩn", "Thượng khẩn", "Hỏa tốc", "Hỏa tốc hẹn giờ"]


def test_every_state_can_be_filtered_in_the_list_of_its_direction(gallery_app: Flask) -> None:
    parts = gallery_app.jinja_env.get_template("documents/parts.html").module
    with gallery_app.test_request_context("/"):
        options = [str(parts.state_options(way, ["draft"])) for way in ("incoming", "outgoing")]  # type: ignore[attr-defined]
    offered = [set(re.findall(r'value="(\w+)"', text)) for text in options]
    assert offered[0] | offered[1] == {state.value for state in DocumentState}
    assert not offered[0] & offered[1]
    assert '"draft" selected' in options[1]


@pytest.mark.parametrize(
    ("path", "acts"),
    [
        ("/documents/arrived", {"register", "return"}),
        ("/documents/registered", {"direct"}),
        ("/documents/working", {"complete"}),
        ("/documents/assigned", {"start"}),
        ("/documents/draft", {"sign", "return-draft"}),
        ("/documents/signed", {"number-and-seal"}),
        ("/documents/sealed", {"dispatch"}),
        ("/documents/dispatched", set()),
        ("/documents/not-mine", set()),
    ],
)
def test_a_document_offers_exactly_the_acts_that_are_open(visitor: FlaskClient, path: str, acts: set[str]) -> None:
    page = visitor.get(path).text
    forms = re.findall(
        r'<form[^>]*method="post" action="/documents/[\w-]+/([\w-]+)"[^>]*>(.*?)</form>', page, re.DOTALL
    )
    assert {act for act, _ in forms} == acts
    for _, inside in forms:
        assert 'name="csrf_token"' in inside
        assert 'name="version" value="4"' in inside


@pytest.mark.parametrize(
    ("verdicts", "own", "worst"),
    [
        (["valid", "valid"], "valid", "Hợp lệ"),
        (["valid", "indeterminate"], "valid", "Chưa đủ căn cứ"),
        (["valid", "indeterminate"], "invalid", "Không hợp lệ"),
        (["invalid", "valid"], "valid", "Không hợp lệ"),
        ([], "", "Chưa kiểm tra"),
    ],
)
def test_the_worst_verdict_stands_above(gallery_app: Flask, verdicts: list[str], own: str, worst: str) -> None:
    signatures = [replace(samples.SIGNATURES[0], verdict=verdict) for verdict in verdicts]
    files = [replace(samples.FILES[0], verdict=own)]
    with gallery_app.test_request_context("/"):
        page = gallery._document(signatures=signatures, files=files)()
    large = re.search(r'verdict-large">(.*?)</span></span>', page, re.DOTALL)
    assert large is not None
    assert WORDS.sub("", large[1]).strip() == worst
