"""Both languages are whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po
from flask.testing import FlaskClient

from edms.web import translations
from tests.edms.web.messages import messages

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (translations.LOCALE_FOLDER / "en.po").open("rb") as source:
        return read_po(source, abort_invalid=True)


def test_every_text_has_an_english_translation(english: Catalog) -> None:
    missing = []
    for place, text in messages():
        entry = english.get(text[0] if isinstance(text, tuple) else text)
        if entry is None or entry.fuzzy or not entry.string or (isinstance(text, tuple) and not all(entry.string)):
            missing.append(f"{place}: {text}")
    assert not missing, "add these to edms/web/locale/en.po"


def test_placeholders_are_the_same_in_both_languages(english: Catalog) -> None:
    for entry in english:
        if not entry.id:
            continue
        vietnamese = entry.id[0] if isinstance(entry.id, list | tuple) else entry.id
        forms = entry.string if isinstance(entry.string, list | tuple) else [entry.string]
        for form in forms:
            assert form
            assert set(_PLACEHOLDER.findall(form)) == set(_PLACEHOLDER.findall(vietnamese)), vietnamese


def test_the_templates_have_no_vietnamese_outside_the_catalogue() -> None:
    marked = re.compile(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
    vietnamese = re.compile(r"[À-ỹĐđ]")
    folder = Path(translations.__file__).parents[1]
    for template in folder.glob("*/templates/**/*.html"):
        assert not vietnamese.search(marked.sub("", template.read_text("utf-8"))), template


@pytest.mark.parametrize(("chosen", "spoken"), [("en", "en"), ("vi", "vi"), ("fr", "vi"), ("", "vi"), (None, "vi")])
def test_vietnamese_is_spoken_unless_the_person_chose_otherwise(chosen: str | None, spoken: str) -> None:
    assert translations.choose_language(chosen) == spoken


def test_a_person_changes_the_language_and_comes_back(visitor: FlaskClient) -> None:
    assert "Không còn việc nào chờ bạn" in visitor.get("/desk/empty").text
    answer = visitor.post("/language", data={"language": "en", "next": "/desk/empty?a=1"})
    assert (answer.status_code, answer.location) == (303, "/desk/empty?a=1")
    page = visitor.get("/desk/empty").text
    assert "Nothing is waiting for you" in page
    assert '<html lang="en">' in page


def test_how_the_browser_was_set_up_decides_nothing(visitor: FlaskClient) -> None:
    assert '<html lang="vi">' in visitor.get("/", headers={"Accept-Language": "en-GB,en;q=0.9"}).text


def test_numbers_take_their_plural(visitor: FlaskClient) -> None:
    visitor.set_cookie(translations.COOKIE, "en")
    page = visitor.get("/").text
    assert "3 days overdue" in page
    assert "2 days left" in page
    assert "1 day left" in visitor.get("/documents/working").text


def test_a_broken_catalogue_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "en.po"
    broken.write_text('msgid "a"\nmsgstr "b"\n<<<<<<< ours\n', "utf-8")
    with pytest.raises(PoFileError):
        translations.read_catalogue(broken)
