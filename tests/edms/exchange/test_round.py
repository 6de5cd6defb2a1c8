"""A letter's way over a real hub, and its statuses' way back, on lines good and bad."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from axis.hub.tables import HISTORY
from edms.documents.commands import NewAttachment
from edms.documents.model import Direction, Document, DocumentFile, DocumentState, FileRole
from edms.documents.views import DocumentPage
from edms.exchange.model import ArrivedMessage, Delivery, Dispatch, DispatchState, StatusEvent
from edms.secrecy.levels import Secrecy
from edms.signatures.service import GivePin
from edms.workflow.commands import CompleteWork, GiveDirective
from storage.outbox.repair import dead_letters
from tests.builders import SPECIALIST
from tests.edms.exchange.hubs import Axis, Line, hub_settings, open_hub
from tests.edms.ground import HERE, ORGAN_IDS, PIN, THERE, Ground
from tests.postgres import FreshDatabase

MAIN_LINE = ["01", "03", "04", "05", "06"]


def dispatch(axis: Axis) -> None:
    axis.town.services.dispatches.dispatch(axis.town.actor("binh"), axis.town.letter_id)


def arrived(axis: Axis) -> list[Document]:
    """The incoming documents of `THERE`."""
    agency = axis.town.offices[THERE].agency_id
    query = select(Document.id).where(Document.agency_id == agency, Document.direction == Direction.INCOMING)
    with axis.town.services.database.reading() as session:
        ids = list(session.scalars(query))
    return [axis.town.document(one) for one in ids]


def file_of(document: Document, role: FileRole) -> DocumentFile:
    (file,) = (one for one in document.files if one.role == role and one.superseded_at is None)
    return file


def settle(axis: Axis, document_id: UUID) -> None:
    """Register, direct, start and complete, each in its position."""
    services, there = axis.town.services, axis.town.offices[THERE]
    services.registers.register_incoming(there.actor("binh"), document_id)
    submitted_to = axis.town.document(document_id).responsible_position_id
    (leader,) = (one for one in map(there.actor, ("an", "phuc")) if one.position_id == submitted_to)
    services.workflow.direct(leader, document_id, GiveDirective("Giao chuyên viên.", there.position(SPECIALIST)))
    services.workflow.start(there.actor("chi"), document_id)
    services.workflow.complete(there.actor("chi"), document_id, CompleteWork("Đã báo cáo."))


def sender_sees(axis: Axis) -> DocumentPage:
    return axis.town.page(axis.town.actor("binh"), axis.town.letter_id)


def heard(axis: Axis) -> list[str]:
    return sorted(one.code for one in sender_sees(axis).statuses if one.direction == "in")


def test_a_letter_arrives_whole_and_each_status_comes_back_once(axis: Axis) -> None:
    """The hub's account of `HERE` may act for `THERE` too and asks first: each agency still gets its own post."""
    dispatch(axis)
    axis.work()
    (document,) = arrived(axis)
    with axis.town.services.database.reading() as session:
        row = session.scalars(select(ArrivedMessage).where(ArrivedMessage.kind == "document")).one()
        assert (row.agency_id, row.document_id) == (axis.town.offices[THERE].agency_id, document.id)
    sent = axis.town.document(axis.town.letter_id)
    assert (document.state, document.code, document.subject) == (DocumentState.ARRIVED, sent.code, sent.subject)
    assert (document.issuer_organ_id, document.issued_on) == (ORGAN_IDS[HERE], sent.issued_on)
    for role in (FileRole.MAIN, FileRole.MESSAGE):
        there, here = file_of(document, role), file_of(sent, role)
        assert (there.sha256, there.size_bytes) == (here.sha256, here.size_bytes)
    assert axis.town.services.documents.blobs.has(file_of(sent, FileRole.RECEIPT).sha256)
    page = axis.town.page(axis.town.actor("binh", THERE), document.id)
    assert (page.verdict, len(page.signatures), page.actions) == ("valid", 2, ("register", "return"))
    assert page.timeline[0].sentence.endswith(
        "đã nhận văn bản 01/UBND-VP của Ủy ban nhân dân ubnd-xa-b qua trục liên thông."
    )

    settle(axis, document.id)
    axis.work()
    page = sender_sees(axis)
    assert heard(axis) == MAIN_LINE
    people = {one.code: (one.person, one.position) for one in page.statuses}
    assert people["03"] == ("Trần Thị Bình", "Văn thư, Văn phòng")
    assert people["06"] == ("Lê Thị Chi", "Chuyên viên, Văn phòng")
    assert [(one.organ_id, one.business_status) for one in page.recipients] == [(ORGAN_IDS[THERE], "06")]
    assert dead_letters(axis.town.services.database) == []


def test_statuses_that_arrive_in_another_order_tell_the_same(axis: Axis) -> None:
    dispatch(axis)
    axis.work()
    (document,) = arrived(axis)
    settle(axis, document.id)
    offered: list[str] = []

    def backwards(deliveries: list[Any]) -> list[Any]:
        offered.extend(one["status_code"] for one in reversed(deliveries))
        return deliveries[::-1]

    axis.line.reorder = backwards
    axis.work()
    assert offered == MAIN_LINE[:0:-1]
    page = sender_sees(axis)
    assert [one.code for one in page.statuses if one.direction == "in"] == MAIN_LINE, "shown in the order they happened"
    assert page.recipients[0].business_status == "06"


def test_work_done_twice_because_answers_were_lost_counts_once(axis: Axis) -> None:
    """Every request that changes something is carried out by the hub at least twice."""
    lost: set[tuple[str, str, int]] = set()

    def first_time(request: httpx.Request) -> bool:
        key = (request.method, request.url.path, int(request.headers.get("Content-Length", 0)))
        known = key in lost
        lost.add(key)
        return request.method == "POST" and not known

    axis.line.lose_answers_of = first_time
    dispatch(axis)
    axis.work(rounds=4, each=timedelta(minutes=2))
    (document,) = arrived(axis)
    settle(axis, document.id)
    axis.work(rounds=8, each=timedelta(minutes=2))
    assert heard(axis) == MAIN_LINE
    files = axis.town.document(axis.town.letter_id).files
    assert [one.role for one in files if one.role in (FileRole.MESSAGE, FileRole.RECEIPT)] == ["message", "receipt"]
    with axis.town.services.database.reading() as session:
        assert len(session.scalars(select(ArrivedMessage)).all()) == 1 + len(MAIN_LINE)
        assert len(session.scalars(select(StatusEvent)).all()) == 2 * len(MAIN_LINE)
        assert session.scalars(select(Delivery.business_status)).all() == ["06"]
    assert dead_letters(axis.town.services.database) == []


def test_a_hub_that_is_away_for_a_while_delays_and_loses_nothing(axis: Axis) -> None:
    axis.line.cut_for = 7
    dispatch(axis)
    axis.work(rounds=2)
    assert arrived(axis) == []
    assert sender_sees(axis).state == "dispatched"
    with axis.town.services.database.reading() as session:
        assert session.scalars(select(Dispatch.state)).one() is DispatchState.QUEUED
    axis.work(rounds=5, each=timedelta(minutes=1))
    assert axis.line.cut_for == 0
    (document,) = arrived(axis)
    axis.line.cut_for = 7
    settle(axis, document.id)
    axis.work(rounds=6, each=timedelta(minutes=2))
    assert heard(axis) == MAIN_LINE
    sent = [call for call in axis.line.carried if call == "POST /v1/messages"]
    assert len(sent) == 1 + len(MAIN_LINE), "what got through was sent once"


def test_a_reply_is_linked_to_what_it_answers(axis: Axis) -> None:
    dispatch(axis)
    axis.work()
    (document,) = arrived(axis)
    changes = {"replies_to_id": document.id, "subject": "Báo cáo thu ngân sách quý I"}
    reply_id = axis.town.sealed(THERE, to=HERE, by="an", **changes)
    axis.town.services.dispatches.dispatch(axis.town.actor("binh", THERE), reply_id)
    axis.work()
    (relation,) = sender_sees(axis).relations
    assert (relation.subject, relation.kind_label) == ("Báo cáo thu ngân sách quý I", "Văn bản trả lời")


@pytest.fixture
def lonely(ground: Ground, postgres_url: FreshDatabase, tmp_path: Path) -> Iterator[Axis]:
    """A hub that does not know the recipient."""
    line = Line()
    with ground.town(line) as town:
        hub = open_hub(hub_settings(postgres_url(HISTORY), tmp_path, ground), town, [ORGAN_IDS[HERE]])
        try:
            yield Axis(town, hub, line)
        finally:
            hub.close()


def test_a_refusal_by_the_hub_is_told_with_its_reason(lonely: Axis) -> None:
    dispatch(lonely)
    lonely.work(rounds=1)
    with lonely.town.services.database.reading() as session:
        row = session.scalars(select(Dispatch)).one()
        assert (row.state, row.problem.split(":")[0]) == (DispatchState.REFUSED, "exchange.recipient-unknown")
    assert "bị từ chối: " in sender_sees(lonely).timeline[-1].sentence
    assert dead_letters(lonely.town.services.database) == []


def test_attachments_travel_with_the_letter(axis: Axis) -> None:
    services, town, content = axis.town.services, axis.town, b"%PDF-1.7\n%%EOF"
    draft = town.draft()
    for name in ("Phụ lục 1.pdf", "bỏ đi.pdf"):
        file_id = services.attachments.attach(
            town.actor("chi"), draft, NewAttachment(Secrecy.ORDINARY, name), io.BytesIO(content + name.encode())
        )
    services.attachments.remove(town.actor("chi"), draft, file_id)
    services.signatures.sign(town.actor("an"), draft, GivePin(PIN))
    services.signatures.number_and_seal(town.actor("binh"), draft, GivePin(PIN))
    services.dispatches.dispatch(town.actor("binh"), draft)
    axis.work()
    (document,) = arrived(axis)
    there, here = file_of(document, FileRole.ATTACHMENT), file_of(town.document(draft), FileRole.ATTACHMENT)
    assert (there.name, there.sha256, there.media_type) == ("Phụ lục 1.pdf", here.sha256, "application/pdf")
    assert there.size_bytes == len(content) + len("Phụ lục 1.pdf".encode())
