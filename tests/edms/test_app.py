"""The edges of the whole application: who gets in, what forms must carry, and how refusals are told to people and programs."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask

from edms.accounts.commands import IssueToken
from edms.app import create_app
from tests.edms.browsing import person
from tests.edms.ground import Town

OPEN = {"accounts.sign_in", "accounts.open_session", "accounts.sign_out", "language.language", "static"}


@pytest.fixture
def site(town: Town) -> Flask:
    return create_app(town.services)


def test_every_page_needs_a_sign_in_and_every_resource_a_token(town: Town, site: Flask) -> None:
    nobody, adapter, tried = site.test_client(), site.url_map.bind("localhost"), 0
    values = {
        "document_id": town.letter_id,
        "file_id": uuid4(),
        "number": 1,
        "direction": "incoming",
        "token_id": uuid4(),
    }
    for rule in site.url_map.iter_rules():
        if (
            rule.endpoint in OPEN
            or not rule.arguments <= values.keys()
            or rule.endpoint.split(".")[0] in ("health", "assets")
        ):
            continue
        for method in {"GET", "POST"} & (rule.methods or set()):
            path = adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments}, method)
            answer = nobody.open(path, method=method)
            if path.startswith("/api/"):
                assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), path
            elif method == "GET":
                assert (answer.status_code, answer.location.split("?")[0]) == (303, "/sign-in"), path
            else:
                assert answer.status_code == 401, path
            tried += 1
    assert tried >= 25, tried


def test_every_deed_needs_the_form_token(town: Town, site: Flask) -> None:
    binh = person(site, "binh")
    adapter, tried = site.url_map.bind("localhost"), 0
    for rule in site.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or not rule.arguments <= {"document_id"} or rule.rule.startswith("/api/"):
            continue
        path = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, town.letter_id), "POST")
        for form in ({}, {"csrf_token": "x" * 43}, {"csrf_token": "ộ"}):
            assert binh.client.post(path, data=form).status_code == 403, path
        tried += 1
    assert tried >= 14, tried


def test_a_refusal_is_told_to_people_in_both_languages(site: Flask) -> None:
    page = person(site, "binh").get(f"/documents/{uuid4()}")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    for part in ("Không tìm thấy văn bản.", "No such document.", "documents.not-found", page.headers["X-Request-Id"]):
        assert part in page.text
    assert site.test_client().get("/nowhere").status_code == 404


def test_a_refusal_is_told_to_programs_as_a_problem_document(town: Town, site: Flask) -> None:
    bearer = {"Authorization": "Bearer " + town.services.accounts.issue_token(town.actor("binh"), IssueToken("thử"))}
    program = site.test_client()
    missing = program.get(f"/api/v1/documents/{uuid4()}", headers=bearer)
    assert (missing.status_code, missing.mimetype) == (404, "application/problem+json")
    assert missing.json is not None
    assert missing.json["code"] == "documents.not-found"
    assert missing.json["title"].startswith("Không tìm thấy")
    assert missing.json["title_en"].startswith("No such document")
    wrong = program.get("/api/v1/documents/incoming?page=0&states=x", headers=bearer)
    assert wrong.status_code == 422
    assert wrong.json is not None
    assert set(wrong.json["errors"]) == {"page", "states"}
    assert program.get("/api/v1/nowhere", headers=bearer).mimetype == "application/problem+json"


def test_the_api_shows_what_the_page_shows(town: Town, site: Flask) -> None:
    bearer = {"Authorization": "Bearer " + town.services.accounts.issue_token(town.actor("chi"), IssueToken("thử"))}
    program = site.test_client()
    listed = program.get("/api/v1/documents/outgoing", headers=bearer).json
    assert listed is not None
    assert (listed["total"], {one["code"] for one in listed["items"]}) == (2, {"01/UBND-VP", ""})
    shown = program.get(f"/api/v1/documents/{town.letter_id}", headers=bearer).json
    assert shown is not None
    assert (shown["verdict"], shown["register_number"], len(shown["signatures"])) == ("valid", "1", 2)


def test_the_navigation_follows_the_capacity_and_counts_what_waits(town: Town, site: Flask) -> None:
    expected = {"binh": {"/quarantine"}, "an": {"/leader"}, "chi": set[str]()}
    for short, own in expected.items():
        page = person(site, short).get("/documents/outgoing").text
        navigation = page.split('class="navigation"')[1].split("</nav>")[0]
        assert {path for path in ("/leader", "/quarantine") if f'href="{path}"' in navigation} == own
    with_work = {short for short in ("binh", "yen") if str(town.signed_id) in person(site, short).get("/").text}
    assert len(with_work) == 1, "the signed letter waits for one clerk's position"
