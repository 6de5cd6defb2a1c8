"""Pages of documents over the whole application: forms that come back, files, pictures, lists."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from edms.app import create_app
from edms.documents.files import NewFile, add
from edms.documents.model import Document, DocumentState, FileRole
from storage.blobs.port import BlobRef
from storage.clock import VIETNAM
from tests.builders import CHAIRMAN, SPECIALIST
from tests.edms.browsing import Person, person
from tests.edms.filing_cabinet import place
from tests.edms.ground import HERE, ORGAN_IDS, THERE, Town
from tests.provoked import provokes


@pytest.fixture
def site(town: Town) -> Flask:
    return create_app(town.services)


def error_beside(page: str, name: str) -> str:
    """The sentence in the field's own error, which screen readers are pointed to; empty without one."""
    found = re.search(rf'id="{name}-error">.*?<span>(.*?)</span>', page, re.DOTALL)
    assert found is None or f'aria-describedby="{name}' in page
    return unescape(found.group(1)) if found else ""


def summary(page: str) -> list[str]:
    """The fields that the summary above the page links to."""
    notice = re.search(r'role="alert".*?</ul>', page, re.DOTALL)
    return re.findall(r'href="#([a-z_]+)"', notice.group()) if notice else []


def letter(town: Town, **changes: Any) -> dict[str, Any]:
    return {
        "subject": "Về việc thử nghiệm",
        "recipient_organ_ids": [ORGAN_IDS[THERE]],
        "body": "Nội dung thứ nhất.\nNội dung thứ hai.",
        "signer_position_id": str(town.offices[HERE].position(CHAIRMAN)),
        "secrecy": "thuong",
        "priority": "1",
    } | changes


@provokes("documents.not-yours", "http.concurrent-change")
def test_a_draft_is_written_read_and_edited(town: Town, site: Flask) -> None:
    chi = person(site, "chi")
    made = chi.post("/documents/new", **letter(town))
    assert made.status_code == 303
    document_id = UUID(made.location.rsplit("/", 1)[-1])
    assert "Về việc thử nghiệm" in chi.get(made.location).text
    assert chi.get(f"{made.location}/edit").status_code == 403, "it is the chairman's turn"
    an = person(site, "an")
    form = an.get(f"{made.location}/edit").text
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version is not None
    assert "Nội dung thứ hai." in form
    for expected in (303, 409):
        changed = letter(town, subject="Về việc đã sửa", version=version.group(1))
        assert an.post(f"{made.location}/edit", **changed).status_code == expected
    assert town.document(document_id).subject == "Về việc đã sửa"


@provokes("documents.recipient-missing", "input.invalid")
def test_a_refused_draft_comes_back_with_what_was_typed(town: Town, site: Flask) -> None:
    chi = person(site, "chi")
    typed = letter(town, subject="Về", due_on="2026-02-30", recipient_organ_ids=[ORGAN_IDS[THERE]], body="Đoạn đã gõ.")
    back = chi.post("/documents/new", **typed)
    assert back.status_code == 422
    assert error_beside(back.text, "subject") == "Trích yếu quá ngắn. Hãy nhập ít nhất 5 ký tự."
    assert error_beside(back.text, "due_on") == "Hạn trả lời không phải là ngày. Hãy chọn một ngày có trong lịch."
    assert summary(back.text) == ["subject", "due_on"]
    assert "Đoạn đã gõ." in back.text
    assert f'value="{ORGAN_IDS[THERE]}" checked' in back.text
    nobody = chi.post("/documents/new", **letter(town, recipient_organ_ids=[]))
    assert error_beside(nobody.text, "recipient_organ_ids").startswith("Chưa có nơi nhận.")


def test_a_refused_reply_still_answers_its_document(town: Town, site: Flask) -> None:
    incoming = place(town.offices[HERE], DocumentState.IN_PROGRESS)
    chi = person(site, "chi")
    back = chi.post("/documents/new", **letter(town, subject="", replies_to_id=str(incoming)))
    assert back.status_code == 422
    assert f'name="replies_to_id" value="{incoming}"' in back.text
    assert chi.post("/documents/new", **letter(town, subject="", replies_to_id="x")).status_code == 422


def test_a_refused_edit_keeps_the_version_that_the_editor_saw(town: Town, site: Flask) -> None:
    draft_id = town.draft()
    back = person(site, "an").post(f"/documents/{draft_id}/edit", **letter(town, subject="", version="7"))
    assert back.status_code == 422
    assert error_beside(back.text, "subject") == "Trích yếu chưa nhập. Hãy nhập mục này."
    assert 'name="version" value="7"' in back.text


def test_every_form_of_a_documents_page_comes_back_with_the_error_beside_the_field(town: Town, site: Flask) -> None:
    office = town.offices[HERE]
    draft, arrived, registered, working = (
        town.draft(),
        place(office),
        place(office, DocumentState.REGISTERED),
        place(office, DocumentState.IN_PROGRESS),
    )
    yesterday = (town.clock.now().astimezone(VIETNAM).date() - timedelta(days=1)).isoformat()
    lead = str(office.position(SPECIALIST))
    people = {short: person(site, short) for short in ("an", "binh", "chi")}
    cases: list[tuple[Person, UUID, str, dict[str, str], str, str]] = [
        (people["an"], draft, "sign", {"pin": ""}, "pin", "Mã PIN chưa nhập. Hãy nhập mục này."),
        (people["an"], draft, "sign", {"pin": "sai"}, "pin", "Mã PIN hoặc mật khẩu khóa ký không đúng."),
        (people["an"], draft, "return-draft", {"reason": "x"}, "reason", "Lý do trả lại quá ngắn."),
        (
            people["binh"],
            arrived,
            "return",
            {"cause": "other", "reason": "x"},
            "reason",
            "Chưa nói rõ lý do khác là gì.",
        ),
        (
            people["an"],
            registered,
            "direct",
            {"text": "", "lead_position_id": lead},
            "text",
            "Ý kiến chỉ đạo chưa nhập.",
        ),
        (
            people["an"],
            registered,
            "direct",
            {"text": "Giữ lời", "lead_position_id": ""},
            "lead_position_id",
            "Chủ trì chưa",
        ),
        (
            people["an"],
            registered,
            "direct",
            {"text": "Giữ lời", "lead_position_id": lead, "due_on": yesterday},
            "due_on",
            "Hạn xử lý đã qua.",
        ),
        (people["chi"], working, "complete", {"result": "x" * 2001}, "result", "Kết quả giải quyết quá dài."),
        (people["binh"], town.signed_id, "number-and-seal", {"pin": "sai"}, "pin", "Mã PIN hoặc mật khẩu"),
    ]
    for who, document_id, deed, form, name, sentence in cases:
        version = town.document(document_id).version
        back = who.post(f"/documents/{document_id}/{deed}", **form)
        assert (back.status_code, deed) == (422, deed)
        assert error_beside(back.text, name).startswith(sentence), (deed, form)
        assert summary(back.text) == [name]
        assert "Giữ lời" in back.text or "Giữ lời" not in form.values()
        if deed != "number-and-seal":
            assert town.document(document_id).version == version, deed
    secret = people["an"].post(f"/documents/{draft}/sign", pin="sai-bi-mat")
    assert "sai-bi-mat" not in secret.text


def test_the_error_is_said_in_the_readers_language(town: Town, site: Flask) -> None:
    an, draft_id = person(site, "an"), town.draft()
    an.post("/language", language="en")
    back = an.post(f"/documents/{draft_id}/return-draft", reason="")
    assert error_beside(back.text, "reason") == "reason is missing. Enter it."


def test_a_deed_from_page_to_page(town: Town, site: Flask) -> None:
    """Register, direct, start, complete: each form leads back to the document, and the next person finds it on the desk."""
    office, document_id = town.offices[HERE], place(town.offices[HERE])
    page = f"/documents/{document_id}"
    binh, chi = person(site, "binh"), person(site, "chi")
    assert str(document_id) in binh.get("/").text
    assert binh.post(f"{page}/register").location == page
    submitted_to = town.document(document_id).responsible_position_id
    leader = person(site, "an" if submitted_to == office.position(CHAIRMAN) else "phuc")
    assert page in leader.get("/leader").text
    form = {"text": "Giao chuyên viên.", "lead_position_id": str(office.position(SPECIALIST))}
    assert leader.post(f"{page}/direct", **form).location == page
    assert page in chi.get("/").text
    assert chi.post(f"{page}/start").location == page
    assert f"{page}/reply" in chi.get(page).text
    assert chi.get(f"{page}/reply").status_code == 200
    assert chi.post(f"{page}/complete", result="Đã báo cáo.").location == page
    assert town.document(document_id).state is DocumentState.COMPLETED


def test_a_download_is_the_whole_file_under_its_name(town: Town, site: Flask) -> None:
    file = town.document(town.letter_id).main_file()
    assert file is not None
    answer = person(site, "chi").get(f"/documents/{town.letter_id}/files/{file.id}")
    assert hashlib.sha256(answer.data).hexdigest() == file.sha256
    assert answer.headers["Content-Length"] == str(file.size_bytes) == str(len(answer.data))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == "attachment; filename=01-UBND-VP.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_file_whose_bytes_are_gone_is_not_found_rather_than_cut_short(town: Town, site: Flask) -> None:
    with town.services.database.begin() as tx:
        document = tx.session.get_one(Document, town.letter_id)
        lost = NewFile(FileRole.ATTACHMENT, "Phụ lục số 1.xlsx", "text/plain", BlobRef("0" * 64, 5))
        file_id = add(tx, document, lost).id
    assert person(site, "chi").get(f"/documents/{town.letter_id}/files/{file_id}").status_code == 404


@provokes("documents.file-not-found", "layout.page-out-of-range")
def test_a_picture_is_shown_once_and_then_known(town: Town, site: Flask) -> None:
    file = town.document(town.letter_id).main_file()
    assert file is not None
    chi, path = person(site, "chi"), f"/documents/{town.letter_id}/files/{file.id}/pages"
    first = chi.get(f"{path}/1.png?width=400")
    assert (first.status_code, first.headers["Content-Type"]) == (200, "image/png")
    assert first.data.startswith(b"\x89PNG")
    assert int.from_bytes(first.data[16:20]) == 400
    assert "private" in first.headers["Cache-Control"]
    known = {"If-None-Match": first.headers["ETag"]}
    again = chi.get(f"{path}/1.png?width=400", headers=known)
    assert (again.status_code, again.data) == (304, b"")
    assert chi.get(f"{path}/1.png?width=500", headers=known).status_code == 200
    for width in ('"', "%0d%0a", "-1", "99999", "x"):
        assert chi.get(f"{path}/1.png?width={width}").status_code == 200
    for number in (0, 9):
        assert chi.get(f"{path}/{number}.png").status_code == 404
    assert person(site, "binh", THERE).get(f"{path}/1.png?width=400", headers=known).status_code == 404


def test_a_list_is_searched_filtered_and_paged(town: Town, site: Flask) -> None:
    office, binh = town.offices[HERE], person(site, "binh")
    for number in range(30):
        place(office, number=f"{number}", notation="100%_STC", subject=f"Việc thứ {number}")
    listed = binh.get("/documents/incoming").text
    assert listed.count("Việc thứ") == 25
    assert binh.get("/documents/incoming?page=2").text.count("Việc thứ") == 5
    assert binh.get("/documents/incoming?text=100%25_s").text.count("Việc thứ") == 25
    assert "Việc thứ" not in binh.get("/documents/incoming?text=1%25%25STC").text, "a per cent sign is a per cent sign"
    assert "Việc thứ" not in binh.get("/documents/incoming?states=registered").text
    assert binh.get("/documents/incoming?states=arrived&states=").text.count("Việc thứ") == 25


def test_a_list_asked_for_nonsense_says_so(site: Flask) -> None:
    binh = person(site, "binh")
    for query in ("states=nowhere", "page=0", "page=x", "page=99999999999", "text=%00"):
        assert binh.get(f"/documents/incoming?{query}").status_code == 422, query


def test_only_what_was_verified_shows_a_verdict(town: Town, site: Flask) -> None:
    chi = person(site, "chi")
    page = chi.get(f"/documents/{town.letter_id}").text
    assert "Hợp lệ" in page
    assert "Hợp lệ" not in chi.get(f"/documents/{town.signed_id}").text
