"""Acts as sentences, in both languages, whatever their data lack."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edms.audit.sentences import SENTENCES, sentence, who
from edms.organisation.actor import Actor

CLERK = Actor(uuid4(), "UBND xã B", uuid4(), "Nguyễn Văn A", position_title="Văn thư").snapshot()
SYSTEM = Actor(uuid4(), "UBND xã B").snapshot()
LANGUAGES = st.sampled_from(["vi", "en"])
TEXT = st.text(st.characters(exclude_characters="{}[]"), min_size=1, max_size=10)


@pytest.mark.parametrize(
    ("act", "data", "vietnamese", "english"),
    [
        (
            "document.registered",
            {"number": 12},
            "Nguyễn Văn A (Văn thư, UBND xã B) đã vào sổ văn bản đến số 12.",
            "Nguyễn Văn A (Văn thư, UBND xã B) registered the document as number 12.",
        ),
        (
            "document.assigned",
            {"lead": "Chuyên viên", "due_on": "2026-03-09"},
            "Nguyễn Văn A (Văn thư, UBND xã B) đã giao Chuyên viên chủ trì xử lý, hạn 09/03/2026.",
            "Nguyễn Văn A (Văn thư, UBND xã B) assigned the work to Chuyên viên, due 09/03/2026.",
        ),
        (
            "document.assigned",
            {"lead": "Chuyên viên", "due_on": ""},
            "Nguyễn Văn A (Văn thư, UBND xã B) đã giao Chuyên viên chủ trì xử lý.",
            "Nguyễn Văn A (Văn thư, UBND xã B) assigned the work to Chuyên viên.",
        ),
        (
            "document.dispatched",
            {"recipients": ["Sở Tài chính", "Sở Nội vụ"]},
            "Nguyễn Văn A (Văn thư, UBND xã B) đã phát hành văn bản đến Sở Tài chính, Sở Nội vụ.",
            "Nguyễn Văn A (Văn thư, UBND xã B) dispatched the document to Sở Tài chính, Sở Nội vụ.",
        ),
        (
            "token.issued",
            {"name": "máy quét", "expires_at": "2026-05-31T17:30:00+00:00"},
            "Nguyễn Văn A (Văn thư, UBND xã B) đã tạo mã truy cập “máy quét”, hết hạn 00:30 01/06/2026.",
            "Nguyễn Văn A (Văn thư, UBND xã B) made the access token “máy quét”, valid until 00:30 01/06/2026.",
        ),
        (
            "dossier.opened",
            {"code": "01.TCCB"},
            "Nguyễn Văn A (Văn thư, UBND xã B) đã thực hiện thao tác dossier.opened.",
            "Nguyễn Văn A (Văn thư, UBND xã B) did dossier.opened.",
        ),
    ],
)
def test_wordings(act: str, data: dict[str, Any], vietnamese: str, english: str) -> None:
    assert sentence(act, CLERK, data) == vietnamese
    assert sentence(act, CLERK, data, "en") == english


def test_a_status_of_another_agency_is_told_in_words() -> None:
    data = {"code": "03", "organ": "Sở Tài chính", "staff": "Lê B", "position": "Văn thư", "description": ""}
    said = "Hệ thống (UBND xã B) được Sở Tài chính báo: đã tiếp nhận, Lê B (Văn thư)."
    assert sentence("document.status-received", SYSTEM, data) == said
    assert "báo: 77" in sentence("document.status-received", SYSTEM, {**data, "code": "77"})


@given(st.sampled_from(sorted(SENTENCES)), LANGUAGES)
def test_without_data_every_sentence_still_reads(act: str, language: str) -> None:
    said = sentence(act, SYSTEM, {}, language)
    assert said.startswith("Hệ thống (UBND xã B) ")
    assert said.endswith(".")
    assert not re.search(r"[\[\]{}]|  | [.,:]", said)


@given(st.sampled_from(sorted(SENTENCES)), LANGUAGES, st.data())
def test_with_all_data_every_member_is_told(act: str, language: str, data: st.DataObject) -> None:
    wording = SENTENCES[act][0 if language == "vi" else 1]
    members = sorted(set(re.findall(r"\{([a-z_0-9]+)\}", wording)))
    values = {name: data.draw(TEXT, name) for name in members if name != "status"}
    said = sentence(act, CLERK, values, language)
    assert all(value in said for value in values.values())
    assert not re.search(r"\{[a-z]", said)


@given(st.text(), st.text(), LANGUAGES)
def test_what_people_wrote_is_not_taken_for_a_template(subject: str, name: str, language: str) -> None:
    data = {"subject": "x" + subject + "{reason}[y]", "reason": "bí mật"}
    actor = {**CLERK, "person_name": "x" + name}
    said = sentence("document.drafted", actor, data, language)
    assert data["subject"] in said
    assert who(actor) in said


def test_both_languages_name_the_same_members() -> None:
    for act, (vietnamese, english) in SENTENCES.items():
        assert set(re.findall(r"\{(\w+)\}", vietnamese)) == set(re.findall(r"\{(\w+)\}", english)), act
