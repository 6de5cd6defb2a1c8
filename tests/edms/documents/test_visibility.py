"""Whose document it is: for another agency it does not exist; a specialist needs a part in it; a successor sees it at once."""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, BinaryIO, get_type_hints
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from edms.accounts.commands import IssueToken
from edms.app import create_app
from edms.documents.commands import DraftLetter, ListDocuments, NewAttachment, ReleaseFromHold, ReturnDraft
from edms.documents.errors import DocumentNotFound, FileNotFound
from edms.documents.model import Direction, DocumentState, ParticipantRole
from edms.documents.queries import listed
from edms.exchange.refusals import SettleRefusal
from edms.organisation.actor import Actor
from edms.organisation.commands import Appoint, EndAppointment
from edms.organisation.model import Appointment
from edms.registers.service import ReturnCause, ReturnDocument
from edms.secrecy.levels import Secrecy
from edms.signatures.service import GivePin
from edms.workflow.commands import CompleteWork, GiveDirective
from tests.builders import CHAIRMAN, SPECIALIST
from tests.edms.filing_cabinet import let_see, place
from tests.edms.ground import HERE, ORGAN_IDS, PASSWORD, PIN, THERE, Town
from tests.edms.shell import form_token, sign_in
from tests.provoked import provokes

DEEDS: tuple[object, ...] = (
    1,
    GivePin(PIN),
    ReturnDraft("Bổ sung căn cứ."),
    ReturnDocument(ReturnCause.WRONG_ADDRESSEE),
    ReleaseFromHold("Không mật."),
    SettleRefusal("Đã báo."),
    NewAttachment(Secrecy.ORDINARY, "a.pdf"),
    CompleteWork("Xong."),
    GiveDirective("Giao việc.", UUID(int=1)),
)
"""An argument of each type that a service method takes beside the actor and the document; a draft comes with its signer."""


def answer(signer: UUID, **changes: Any) -> DraftLetter:
    return DraftLetter("Trả lời văn bản", [ORGAN_IDS[HERE]], "Nội dung.", signer, Secrecy.ORDINARY, **changes)


def services_methods(town: Town) -> Iterator[tuple[str, Callable[..., object]]]:
    """Every public method of every service that takes an actor and a document's id."""
    services = town.services
    for service in (
        services.documents,
        services.attachments,
        services.secrecy_review,
        services.refusals,
        services.registers,
        services.workflow,
        services.signatures,
        services.dispatches,
        services.statuses,
        services.arrivals,
    ):
        for name, method in inspect.getmembers(service, inspect.ismethod):
            if not name.startswith("_") and "document_id" in inspect.signature(method).parameters:
                yield f"{type(service).__name__}.{name}", method


def test_no_method_of_a_service_knows_another_agencys_document(town: Town) -> None:
    signer = town.offices[THERE].position(CHAIRMAN)
    anything = {type(one): one for one in (*DEEDS, answer(signer))} | {BinaryIO: io.BytesIO()}
    file = town.document(town.letter_id).main_file()
    assert file is not None
    tried = []
    for name, method in services_methods(town):
        hints = get_type_hints(method)
        for short, document_id in product(("an", "binh", "chi"), (town.letter_id, uuid4())):
            known = {"actor": town.actor(short, THERE), "document_id": document_id}
            known |= {"file_id": file.id, "delivery_id": uuid4()}
            names = inspect.signature(method).parameters
            with pytest.raises((DocumentNotFound, FileNotFound)):
                method(**{one: known[one] if one in known else anything[hints[one]] for one in names})
        tried.append(name)
    assert len(tried) >= 18, tried
    with pytest.raises(DocumentNotFound):
        town.services.documents.draft(town.actor("chi", THERE), answer(signer, replies_to_id=town.letter_id))


@pytest.fixture
def site(town: Town) -> Flask:
    return create_app(town.services)


def browser_of(site: Flask, short: str, key: str) -> FlaskClient:
    browser = site.test_client()
    assert sign_in(browser, f"{short}.{key}", PASSWORD).status_code == 303
    return browser


def addresses(site: Flask, method: str, document_id: UUID, file_id: UUID) -> list[str]:
    """Every address of the application that names a document."""
    values = {"document_id": document_id, "file_id": file_id, "delivery_id": uuid4(), "number": 1}
    query = {"secrecy": "thuong", "name": "a.pdf"}
    adapter = site.url_map.bind("localhost")
    return [
        adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments} | query, method)
        for rule in site.url_map.iter_rules()
        if method in (rule.methods or ()) and "document_id" in rule.arguments
    ]


def test_every_page_and_resource_answers_as_if_it_did_not_exist(town: Town, site: Flask) -> None:
    file = town.document(town.letter_id).main_file()
    assert file is not None
    browser = browser_of(site, "an", THERE)
    token = town.services.accounts.issue_token(town.actor("an", THERE), IssueToken("thử"))
    bearer = {"Authorization": f"Bearer {token}"}
    form = {"csrf_token": form_token(browser, "/documents/new"), "pin": PIN, "reason": "Gửi nhầm.", "result": "Xong."}
    form |= {"text": "Giao việc.", "lead_position_id": str(uuid4()), "subject": "Trả lời văn bản", "body": "Nội dung."}
    form |= {"secrecy": "thuong", "cause": "wrong-addressee", "note": "Đã báo."}
    form |= {"recipient_organ_ids": ORGAN_IDS[HERE], "signer_position_id": str(town.offices[THERE].position(CHAIRMAN))}
    for document_id in (town.letter_id, uuid4()):
        pages = addresses(site, "GET", document_id, file.id)
        assert len(pages) >= 7, pages
        for path in pages:
            client = site.test_client() if path.startswith("/api/") else browser
            answer = client.get(path, headers=bearer if path.startswith("/api/") else {})
            assert answer.status_code == 404, f"GET {path}"
            assert town.document(town.letter_id).subject not in answer.text
        deeds = addresses(site, "POST", document_id, file.id)
        assert len(deeds) >= 10, deeds
        for path in deeds:
            client = site.test_client() if path.startswith("/api/") else browser
            headers = bearer if path.startswith("/api/") else {}
            assert client.post(path, data=form, headers=headers).status_code == 404, f"POST {path}"
    for path in ("/documents/outgoing", "/documents/incoming", "/", "/leader"):
        assert str(town.letter_id) not in browser.get(path).text


def lists(town: Town, actor: Actor) -> set[UUID]:
    found: set[UUID] = set()
    with town.services.database.reading() as session:
        for direction in Direction:
            found |= {row.id for row in listed(session, actor, direction, ListDocuments())[0]}
    return found


@provokes("documents.not-found")
def test_a_specialist_sees_what_the_position_takes_part_in_and_nothing_else(town: Town) -> None:
    office = town.offices[HERE]
    hidden = place(office, DocumentState.REGISTERED)
    informed = place(office, DocumentState.REGISTERED)
    let_see(office, informed, SPECIALIST, ParticipantRole.INFORMED)
    responsible = place(office, DocumentState.ASSIGNED)
    drafted = {town.letter_id, town.signed_id}
    assert lists(town, town.actor("chi")) == {informed, responsible, *drafted}
    assert lists(town, town.actor("dung")) == set()
    for short in ("an", "binh", "phuc", "yen"):
        assert lists(town, town.actor(short)) == {hidden, informed, responsible, *drafted}
    with pytest.raises(DocumentNotFound):
        town.page(town.actor("chi"), hidden)


def test_a_related_document_out_of_sight_is_not_shown(town: Town) -> None:
    office = town.offices[HERE]
    incoming = place(office, DocumentState.REGISTERED, subject="Thư hỏi riêng của lãnh đạo")
    let_see(office, incoming, SPECIALIST, ParticipantRole.INFORMED)
    reply = town.draft(replies_to_id=incoming)
    assert [one.document_id for one in town.page(town.actor("chi"), reply).relations] == [incoming]
    let_see(office, reply, "van-phong/chuyen-vien-2", ParticipantRole.INFORMED)
    assert town.page(town.actor("dung"), reply).relations == ()


def test_the_successor_in_the_position_sees_it_at_once_and_the_leaver_no_more(town: Town, site: Flask) -> None:
    office, organisation = town.offices[HERE], town.services.organisation
    leaver, browser = town.actor("chi"), browser_of(site, "chi", HERE)
    assert browser.get(f"/documents/{town.letter_id}").status_code == 200
    assert leaver.appointment_id is not None
    organisation.end_appointment(town.actor("an"), EndAppointment(leaver.appointment_id))
    appointment = organisation.appoint(town.actor("an"), Appoint(office.person("dung"), office.position(SPECIALIST)))
    with town.services.database.reading() as session:
        successor = Actor.of(session.get_one(Appointment, appointment))
    page = town.page(successor, town.letter_id)
    assert page.timeline[0].who.startswith("Lê Thị Chi"), "history keeps who drafted it"
    assert lists(town, successor) == {town.letter_id, town.signed_id}
    gone = browser.get(f"/documents/{town.letter_id}")
    assert (gone.status_code, gone.location) == (303, f"/sign-in?next=/documents/{town.letter_id}")


@provokes("documents.not-yours")
def test_the_quarantine_is_for_those_who_see_the_agency(town: Town, site: Flask) -> None:
    assert browser_of(site, "binh", HERE).get("/quarantine").status_code == 200
    assert browser_of(site, "chi", HERE).get("/quarantine").status_code == 403
