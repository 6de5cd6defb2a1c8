"""The pages of a handover, from the form that prepares it to the minutes, as three people use them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from edms.accounts.commands import NewAccount
from edms.accounts.service import AccountService
from edms.documents.layout.fonts import FontSet
from edms.handover.handlers import MinutesWriter
from edms.handover.minutes import PdfMinutes
from edms.handover.pages import blueprint
from edms.handover.service import MINUTES_TOPIC, HandoverService
from storage.blobs.folder import FolderStore
from storage.outbox.relay import Relay, Topic
from storage.unit_of_work import Database
from tests.builders import SPECIALIST, Office
from tests.edms.handover.desk import put_documents
from tests.edms.shell import application, form_token, sign_in
from tests.provoked import provokes

PASSWORD = "hoa dã quỳ vàng"
FONTS = Path(__file__).parents[3] / "build" / "fonts"


@pytest.fixture
def site(accounts: AccountService, handovers: HandoverService, office: Office) -> Flask:
    """The application with the handover's pages and an account for everybody of the office."""
    for short in ("an", "binh", "chi", "dung"):
        accounts.create_account(office.system(), NewAccount(office.person(short), short, PASSWORD))
    put_documents(office, office.position(SPECIALIST), 2)
    return application(accounts, blueprint(handovers))


def browser(site: Flask, login: str) -> FlaskClient:
    client = site.test_client()
    assert sign_in(client, login, PASSWORD).status_code == 303
    return client


def send(client: FlaskClient, page: str, action: str, **form: str) -> str:
    """Send a form of `page` and return where it led."""
    answer = client.post(action, data={"csrf_token": form_token(client, page), **form})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


@provokes("accounts.sign-in-needed", "handover.minutes-not-ready")
def test_three_people_hand_a_position_over(
    site: Flask, office: Office, edms_database: Database, blobs: FolderStore
) -> None:
    leader, leaver, successor = (browser(site, login) for login in ("an", "chi", "dung"))
    form = leader.get("/handovers/new").text
    assert f'value="{office.position(SPECIALIST)}"' in form
    assert f'value="{office.person("dung")}"' in form
    where = send(
        leader,
        "/handovers/new",
        "/handovers/new",
        position_id=str(office.position(SPECIALIST)),
        to_person_id=str(office.person("dung")),
        reason="chuyển công tác",
    )
    assert "Chờ bạn" in leaver.get("/handovers").text
    assert "Chờ bạn" not in successor.get("/handovers").text
    assert "Xác nhận danh mục" in leaver.get(where).text
    assert "Xác nhận danh mục" not in successor.get(where).text

    send(leaver, where, f"{where}/confirm", remarks="Gọi bà Hoa ở Sở <khi cần>.")
    page = successor.get(where).text
    assert "Gọi bà Hoa ở Sở &lt;khi cần&gt;." in page
    assert 'name="objection-2"' in page
    shown = re.search(r'name="inventory_sha256" value="([0-9a-f]{64})"', page)
    assert shown is not None
    objections = {"objection-1": "", "objection-2": "Thiếu bản giấy."}
    send(successor, where, f"{where}/accept", inventory_sha256=shown.group(1), **objections)

    assert leaver.get("/handovers").location.startswith("/sign-in")
    after = successor.get(where).text
    assert "Thiếu bản giấy." in after
    assert "Biên bản đang được lập" in after
    assert successor.get(f"{where}/minutes.pdf").status_code == 409
    writer = MinutesWriter(edms_database, blobs, PdfMinutes(lambda: FontSet.load(FONTS)))
    Relay(edms_database, [Topic(MINUTES_TOPIC, writer)]).drain(MINUTES_TOPIC)
    minutes = successor.get(f"{where}/minutes.pdf")
    assert minutes.mimetype == "application/pdf"
    assert minutes.data.startswith(b"%PDF-")
    assert f"{where}/minutes.pdf" in leader.get(where).text


@provokes("handover.not-found")
def test_others_see_neither_the_handover_nor_that_it_is_there(site: Flask, office: Office) -> None:
    leader, clerk = browser(site, "an"), browser(site, "binh")
    where = send(
        leader,
        "/handovers/new",
        "/handovers/new",
        position_id=str(office.position(SPECIALIST)),
        to_person_id=str(office.person("dung")),
        reason="chuyển công tác",
    )
    assert clerk.get(where).status_code == 404
    assert clerk.get(f"{where}/minutes.pdf").status_code == 404
    assert where not in clerk.get("/handovers").text
    assert "Lập bàn giao" not in clerk.get("/handovers").text


def test_a_leader_withdraws_and_the_form_says_what_is_missing(site: Flask, office: Office) -> None:
    leader = browser(site, "an")
    token = form_token(leader, "/handovers/new")
    incomplete = leader.post("/handovers/new", data={"csrf_token": token, "reason": "nghỉ hưu"})
    assert incomplete.status_code == 422
    assert "position_id" in incomplete.text
    where = send(
        leader,
        "/handovers/new",
        "/handovers/new",
        position_id=str(office.position(SPECIALIST)),
        to_person_id=str(office.person("dung")),
        reason="chuyển công tác",
    )
    send(leader, where, f"{where}/withdraw", reason="chọn nhầm người")
    assert "Đã rút lại" in leader.get(where).text
