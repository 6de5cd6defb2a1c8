"""A clerk returns what was not meant for her; the sender's clerk sees who, why and when, until it is settled."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from edms.app import create_app
from edms.documents.commands import ListDocuments
from edms.documents.errors import DocumentNotFound, NotYours, WrongState
from edms.documents.model import Direction
from edms.documents.queries import listed
from edms.documents.views import RecipientView
from edms.exchange.errors import DeliveryNotFound
from edms.exchange.refusals import SettleRefusal
from edms.registers.errors import ReasonMissing
from edms.registers.service import CAUSE_LABELS, ReturnCause, ReturnDocument
from edms.workflow.queries import REFUSED_GROUP, desk, waiting_count
from storage.clock import VIETNAM
from tests.edms.browsing import person
from tests.edms.exchange.hubs import Axis
from tests.edms.exchange.test_round import arrived, dispatch, sender_sees
from tests.edms.ground import HERE, THERE
from tests.provoked import provokes

WRONG = ReturnDocument(ReturnCause.WRONG_ADDRESSEE, "Xã không quản lý dự toán này.")


def returned(axis: Axis, command: ReturnDocument = WRONG) -> RecipientView:
    """Send the letter, have its recipient return it, and give what the sender's clerk sees of the recipient."""
    dispatch(axis)
    axis.work()
    (document,) = arrived(axis)
    axis.town.services.registers.return_incoming(axis.town.actor("binh", THERE), document.id, command)
    axis.work()
    (recipient,) = sender_sees(axis).recipients
    return recipient


def on_desk(axis: Axis, short: str) -> list[UUID]:
    actor = axis.town.actor(short)
    with axis.town.services.database.reading() as session:
        groups = dict(desk(session, actor, axis.town.clock.now().astimezone(VIETNAM).date()).groups)
        count = waiting_count(session, actor)
    assert count == sum(len(rows) for rows in groups.values())
    return [row.id for row in groups.get(REFUSED_GROUP, ())]


@provokes("exchange.delivery-not-found", "documents.not-found", "documents.not-yours", "documents.wrong-state")
def test_the_sender_sees_who_refused_why_and_when_until_it_is_settled(axis: Axis) -> None:
    recipient = returned(axis)
    assert [one.code for one in recipient.statuses] == ["01", "02"]
    refusal = recipient.statuses[-1]
    assert refusal.description == "Gửi nhầm địa chỉ: Xã không quản lý dự toán này."
    assert (refusal.person, refusal.position) == ("Trần Thị Bình", "Văn thư, Văn phòng")
    assert refusal.at <= axis.town.clock.now()
    letter, services = axis.town.letter_id, axis.town.services
    assert [short for short in ("an", "binh", "chi", "dung", "yen") if on_desk(axis, short) == [letter]] == [
        "binh",
        "chi",
        "yen",
    ], "the clerks and the drafter"
    with services.database.reading() as session:
        rows, _ = listed(session, axis.town.actor("binh"), Direction.OUTGOING, ListDocuments())
    assert {row.id: row.refusals for row in rows}[letter] == 1
    assert recipient.delivery_id is not None
    for actor, problem in (
        (axis.town.actor("chi"), NotYours),
        (axis.town.actor("binh", THERE), DocumentNotFound),
    ):
        with pytest.raises(problem):
            services.refusals.settle(actor, letter, recipient.delivery_id, SettleRefusal("Đã báo."))
    binh = axis.town.actor("binh")
    with pytest.raises(DeliveryNotFound):
        services.refusals.settle(binh, letter, letter, SettleRefusal("Đã báo."))
    services.refusals.settle(binh, letter, recipient.delivery_id, SettleRefusal("Đã báo người soạn."))
    with pytest.raises(WrongState):
        services.refusals.settle(binh, letter, recipient.delivery_id, SettleRefusal("Lần nữa."))
    assert on_desk(axis, "binh") == on_desk(axis, "chi") == []
    (settled,) = sender_sees(axis).recipients
    assert (settled.settled_note, settled.settled_by) == ("Đã báo người soạn.", "Trần Thị Bình")
    assert settled.business_status == "02", "what the recipient said stays"


@pytest.mark.parametrize("cause", [one for one in ReturnCause if one is not ReturnCause.OTHER])
def test_every_cause_is_told_in_words(cause: ReturnCause) -> None:
    assert ReturnDocument(cause).told() == CAUSE_LABELS[cause]
    assert ReturnDocument(cause, "Thiếu phụ lục 2.").told() == f"{CAUSE_LABELS[cause]}: Thiếu phụ lục 2."


@provokes("registers.reason-missing")
def test_another_cause_needs_words_of_its_own() -> None:
    for reason in ("", "abcd"):
        with pytest.raises(ReasonMissing):
            ReturnDocument(ReturnCause.OTHER, reason).told()
    assert ReturnDocument(ReturnCause.OTHER, "Văn bản trùng.").told() == "Văn bản trùng."


@pytest.fixture
def site(axis: Axis) -> Flask:
    return create_app(axis.town.services)


def test_from_page_to_page(axis: Axis, site: Flask) -> None:
    dispatch(axis)
    axis.work()
    (document,) = arrived(axis)
    page, clerk = f"/documents/{document.id}", person(site, "binh", THERE)
    form = clerk.get(page).text
    assert all(f'name="cause" value="{cause.value}"' in form for cause in ReturnCause)
    assert clerk.post(f"{page}/return").status_code == 422
    assert clerk.post(f"{page}/return", cause="wrong-addressee", reason="Nhầm xã.").status_code == 303
    told = clerk.get(page).text
    assert "Đã trả lại nơi gửi: Gửi nhầm địa chỉ: Nhầm xã." in told
    assert "Đã trả lại nơi gửi: Gửi nhầm địa chỉ: Nhầm xã." not in _notices(clerk.get(page).text), "said once"
    axis.work()
    sender, letter = person(site, "binh", HERE), f"/documents/{axis.town.letter_id}"
    assert letter in sender.get("/").text
    assert "1 nơi nhận từ chối" in sender.get("/documents/outgoing").text
    shown = sender.get(letter).text
    assert "Lý do: Gửi nhầm địa chỉ: Nhầm xã." in shown
    (recipient,) = sender_sees(axis).recipients
    settle = f"{letter}/deliveries/{recipient.delivery_id}/settle"
    assert settle in shown
    assert settle not in person(site, "chi", HERE).get(letter).text
    assert sender.post(settle, note="").status_code == 422
    assert sender.post(settle, note="Gửi lại bằng công văn khác.").status_code == 303
    assert "Đã xử lý việc" in _notices(sender.get(letter).text)
    assert letter not in sender.get("/").text


def _notices(page: str) -> Any:
    return page.partition('<main id="content"')[2].partition('class="page-header"')[0]
