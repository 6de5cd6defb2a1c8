"""The page after a form says what was done: once, in the reader's language, and only what the reader did."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from edms.app import create_app
from edms.audit.model import JournalEntry
from edms.feedback import COOKIE
from tests.edms.browsing import person
from tests.edms.filing_cabinet import place
from tests.edms.ground import HERE, Town


@pytest.fixture
def site(town: Town) -> Flask:
    return create_app(town.services)


def notices(page: str) -> str:
    """What stands above the page's own content."""
    return page.partition('<main id="content"')[2].partition('class="page-header"')[0]


def test_an_act_is_told_once_on_whatever_page_comes_next(town: Town, site: Flask) -> None:
    binh, document_id = person(site, "binh"), place(town.offices[HERE])
    assert "notice" not in notices(binh.get("/documents/incoming").text)
    assert binh.post(f"/documents/{document_id}/register").status_code == 303
    assert "Đã vào sổ văn bản đến số 1." in notices(binh.get("/documents/incoming").text)
    assert "Đã vào sổ" not in notices(binh.get("/documents/incoming").text)


def test_it_is_told_in_the_readers_language(town: Town, site: Flask) -> None:
    binh, document_id = person(site, "binh"), place(town.offices[HERE])
    binh.post("/language", language="en")
    binh.post(f"/documents/{document_id}/register")
    assert "Registered the document as number 1." in notices(binh.get("/documents/incoming").text)


def test_a_refused_form_tells_of_nothing_done(town: Town, site: Flask) -> None:
    binh, document_id = person(site, "binh"), place(town.offices[HERE])
    assert binh.post(f"/documents/{document_id}/return").status_code == 422
    assert COOKIE not in str(binh.client.get_cookie(COOKIE))
    assert "notice-success" not in notices(binh.get("/documents/incoming").text)


def test_the_cookie_cannot_be_made_to_lie(town: Town, site: Flask) -> None:
    binh, yen = person(site, "binh"), person(site, "yen")
    binh.post(f"/documents/{place(town.offices[HERE])}/register")
    with town.services.database.reading() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "document.registered")).one()
    for value in (entry.id.hex, "x", "a.b.c", "", "." * 500, "<script>"):
        yen.client.set_cookie(COOKIE, value)
        page = yen.get("/documents/incoming")
        assert page.status_code == 200
        assert "notice-success" not in notices(page.text)
