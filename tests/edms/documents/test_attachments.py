"""Files that go with a draft: none is read before its secrecy is declared; content decides; a removed one stays a version."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from edms.accounts.commands import IssueToken
from edms.app import create_app
from edms.documents.attachments import SUFFIXES
from edms.documents.commands import NewAttachment
from edms.documents.errors import AttachmentKindRefused, AttachmentsTooLarge, NotYours, WrongState
from edms.documents.model import Document, DocumentFile, FileRole
from edms.exchange.outgoing import sent_files
from edms.secrecy.levels import Secrecy
from edms.secrecy.model import SecrecyIncident
from edms.signatures.errors import FileChanged
from edms.signatures.service import GivePin
from tests.edms.browsing import person
from tests.edms.ground import PIN, Ground, Town
from tests.provoked import provokes

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


class Untouched(io.RawIOBase):
    """A body that nobody may begin to read; `told` makes it that of a request of 50 MB."""

    def __init__(self) -> None:
        self.reads = 0
        self.told = {"wsgi.input": self, "CONTENT_LENGTH": "50000000"}

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.reads += 1
        return 0


@pytest.fixture
def site(town: Town) -> Flask:
    return create_app(town.services)


def attach(town: Town, document_id: UUID, name: str = "Phụ lục 1.pdf", content: bytes = PDF, by: str = "chi") -> UUID:
    command = NewAttachment(Secrecy.ORDINARY, name)
    return town.services.attachments.attach(town.actor(by), document_id, command, io.BytesIO(content))


def attached(town: Town, document_id: UUID) -> list[str]:
    return [one.name for one in sent_files(town.document(document_id)) if one.role == FileRole.ATTACHMENT]


def rows(town: Town, kind: type[SecrecyIncident | Document | DocumentFile]) -> int:
    with town.services.database.reading() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def test_a_person_declares_chooses_and_removes(town: Town, site: Flask) -> None:
    draft, chi = town.draft(), person(site, "chi")
    page = f"/documents/{draft}"
    assert f"{page}/attachments/declare" in chi.get(page).text
    step = chi.post(f"{page}/attachments/declare", secrecy="thuong")
    assert (step.status_code, step.location) == (303, f"{page}/attachments/new?secrecy=thuong")
    assert f'action="{page}/attachments?secrecy=thuong"' in chi.get(step.location).text
    files = [(io.BytesIO(PDF), "Phụ lục 1.pdf"), (io.BytesIO(PNG), "sơ đồ.png")]
    sent = chi.client.post(f"{page}/attachments?secrecy=thuong", data={"csrf_token": chi.token, "files": files})
    assert sent.status_code == 303
    assert attached(town, draft) == ["Phụ lục 1.pdf", "sơ đồ.png"]
    shown = chi.get(page).text
    assert "Đã thêm tệp kèm theo Phụ lục 1.pdf. Đã thêm tệp kèm theo sơ đồ.png." in shown
    file_id = next(one.id for one in town.document(draft).files if one.name == "sơ đồ.png")
    assert f"{page}/attachments/{file_id}/remove" in shown
    assert chi.post(f"{page}/attachments/{file_id}/remove").status_code == 303
    assert attached(town, draft) == ["Phụ lục 1.pdf"]
    removed = next(one for one in town.document(draft).files if one.id == file_id)
    assert removed.superseded_at is not None, "the former version stays"
    assert town.services.attachments.blobs.has(removed.sha256)


@pytest.mark.parametrize(
    ("query", "status", "incidents"),
    [("", 422, 0), ("?secrecy=la", 422, 0), ("?secrecy=mat", 403, 1), ("?secrecy=tuyet-mat", 403, 1)],
)
def test_a_body_with_files_is_not_touched_before_its_secrecy_is_known(
    town: Town, site: Flask, query: str, status: int, incidents: int
) -> None:
    draft, chi, body = town.draft(), person(site, "chi"), Untouched()
    answer = chi.client.post(
        f"/documents/{draft}/attachments{query}",
        environ_overrides=body.told,
        content_type="multipart/form-data; boundary=x",
    )
    assert (answer.status_code, body.reads) == (status, 0)
    assert rows(town, SecrecyIncident) == incidents
    if status == 403:
        assert "Luật 117/2025/QH15" in answer.text


@provokes("secrecy.upload-unexpected")
@pytest.mark.parametrize("path", ["/documents/new", "/sign-in", "/language", "/handovers/new", "/nowhere"])
def test_files_that_nobody_asked_for_are_not_touched(site: Flask, path: str) -> None:
    chi, body = person(site, "chi"), Untouched()
    answer = chi.client.post(path, environ_overrides=body.told, content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, body.reads) == (415, 0)


def test_files_of_another_site_or_of_nobody_are_not_touched(town: Town, site: Flask) -> None:
    path, chi = f"/documents/{town.draft()}/attachments?secrecy=mat", person(site, "chi")
    for client, headers in ((chi.client, {"Sec-Fetch-Site": "cross-site"}), (site.test_client(), {})):
        body = Untouched()
        sent = client.post(
            path, environ_overrides=body.told, content_type="multipart/form-data; boundary=x", headers=headers
        )
        assert sent.status_code in (401, 403)
        assert body.reads == 0
    assert rows(town, SecrecyIncident) == 0, "nobody gets an incident for what another site made the browser send"


def test_programs_declare_in_the_address(town: Town, site: Flask) -> None:
    draft = town.draft()
    token = town.services.accounts.issue_token(town.actor("chi"), IssueToken("thử"))
    bearer = {"Authorization": f"Bearer {token}"}
    path, client = f"/api/v1/documents/{draft}/attachments", site.test_client()
    for query, status, incidents in (("name=a.pdf", 422, 0), ("name=a.pdf&secrecy=mat", 403, 1)):
        body = Untouched()
        refused = client.post(f"{path}?{query}", environ_overrides=body.told, headers=bearer)
        assert (refused.status_code, body.reads, rows(town, SecrecyIncident)) == (status, 0, incidents)
    made = client.post(f"{path}?name=a.pdf&secrecy=thuong", data=PDF, headers=bearer)
    assert made.status_code == 201
    assert made.json is not None
    assert attached(town, draft) == ["a.pdf"]
    assert client.delete(f"{path}/{made.json['id']}", headers=bearer).status_code == 204
    assert attached(town, draft) == []


def test_a_draft_declared_secret_leaves_nothing_but_an_incident(town: Town, site: Flask) -> None:
    before, chi = rows(town, Document), person(site, "chi")
    answer = chi.post("/documents/new", secrecy="toi-mat", subject="Nội dung rất mật", body="Không được lưu.")
    assert answer.status_code == 403
    assert "Nội dung rất mật" not in answer.text
    assert (rows(town, Document), rows(town, SecrecyIncident)) == (before, 1)
    undeclared = chi.post("/documents/new", subject="Về việc thường")
    assert undeclared.status_code == 422
    assert 'id="secrecy-error"' in undeclared.text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rỗng.pdf", b""),
        ("trang.pdf", b"<!doctype html><script>"),
        ("nén.zip", b"PK\x05\x06" + b"\0" * 18),
        ("nén.docx", b"PK\x05\x06" + b"\0" * 18),
        ("ảnh.pdf", PNG),
        ("chương trình.exe", b"MZ" + b"\0" * 100),
        ("không đuôi", PDF),
    ],
)
@provokes("documents.attachment-kind-refused")
def test_content_decides_what_may_be_attached(town: Town, name: str, content: bytes) -> None:
    draft = town.draft()
    with pytest.raises(AttachmentKindRefused):
        attach(town, draft, name, content)
    assert attached(town, draft) == []


def test_upper_case_endings_and_paths_in_names_are_borne(town: Town) -> None:
    draft = town.draft()
    attach(town, draft, "C:\\Users\\chi\\BÁO CÁO.PDF")
    assert attached(town, draft) == ["BÁO CÁO.PDF"]
    assert all(suffix == suffix.lower() for suffixes in SUFFIXES.values() for suffix in suffixes)


@provokes("documents.attachments-too-large")
def test_all_attachments_together_must_travel(ground: Ground) -> None:
    with ground.town(attachments_limit_bytes=2 * len(PDF)) as town:
        draft = town.draft()
        attach(town, draft, "1.pdf")
        attach(town, draft, "2.pdf")
        with pytest.raises(AttachmentsTooLarge):
            attach(town, draft, "3.pdf")
        assert attached(town, draft) == ["1.pdf", "2.pdf"]


def test_the_same_name_takes_the_place_of_the_former(town: Town) -> None:
    draft = town.draft()
    attach(town, draft, "1.pdf")
    attach(town, draft, "1.pdf", PDF + b"\n")
    assert attached(town, draft) == ["1.pdf"]
    assert sum(one.name == "1.pdf" for one in town.document(draft).files) == 2


def test_nobody_signs_attachments_that_he_has_not_seen(town: Town) -> None:
    draft = town.draft()
    seen = town.document(draft).version
    attach(town, draft)
    with pytest.raises(FileChanged):
        town.services.signatures.sign(town.actor("an"), draft, GivePin(PIN, seen))


def test_only_a_draft_takes_attachments_and_only_from_those_who_have_it(town: Town) -> None:
    draft = town.draft()
    attach(town, draft, "của lãnh đạo.pdf", by="an")
    with pytest.raises(NotYours):
        attach(town, draft, by="binh")
    with pytest.raises(WrongState):
        attach(town, town.signed_id)
