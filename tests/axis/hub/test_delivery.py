"""Routing, inbox, hand-over, and what others may see."""

from __future__ import annotations

import hashlib
import threading
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text

from axis.hub.model import Delivery, Receipt
from axis.hub.receipts import NAMESPACE
from schemas.reader import parse
from storage.outbox.model import OutboxRow
from storage.outbox.repair import dead_letters
from tests.axis.hub.messages import document, status
from tests.axis.hub.world import World, bearer
from tests.provoked import provokes

RAW = document(recipients=["H99.01", "H99.101"])


def state(world: World, account: str, message_id: UUID) -> dict[str, Any]:
    answer = world.get(account, f"/v1/messages/{message_id}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def test_an_accepted_message_waits_for_each_recipient_once_it_is_routed(world: World) -> None:
    world.post("province", RAW)
    assert world.inbox("department") == []
    assert world.work() == 1
    (item,) = world.inbox("department")
    assert (item["kind"], item["business"], item["sender_organ_id"]) == ("document", "new", "H99")
    assert (item["sha256"], item["size_bytes"]) == (hashlib.sha256(RAW).hexdigest(), len(RAW))
    assert len(world.inbox("commune")) == 1
    assert world.inbox("province") == []


def test_the_bytes_come_out_as_they_went_in(world: World) -> None:
    world.deliver("province", RAW)
    (item,) = world.inbox("department")
    answer = world.get("department", f"/v1/deliveries/{item['delivery_id']}/message")
    assert answer.data == RAW
    assert answer.headers["Lt-Message-Sha256"] == hashlib.sha256(RAW).hexdigest()
    assert answer.content_length == len(RAW)


def test_an_old_code_finds_the_agency_that_bore_it_last(world: World) -> None:
    world.deliver("province", document(recipients=["000.00.01.H99"]))
    (item,) = world.inbox("department")
    assert item["recipient_organ_id"] == "000.00.01.H99"


def test_old_and_new_code_of_one_agency_are_one_delivery(world: World) -> None:
    world.deliver("province", document(recipients=["000.00.01.H99", "H99.01"]))
    assert len(world.inbox("department")) == 1


def test_what_was_fetched_is_kept_from_others_until_the_lease_ends(world: World) -> None:
    world.deliver("province", RAW)
    (item,) = world.inbox("department")
    assert world.inbox("department") == []
    world.clock.advance(timedelta(seconds=59))
    assert world.inbox("department") == []
    assert world.report("department", item["delivery_id"], "processing").status_code == 200
    world.clock.advance(timedelta(seconds=59))
    assert world.inbox("department") == []
    world.clock.advance(timedelta(seconds=1))
    assert [one["delivery_id"] for one in world.inbox("department")] == [item["delivery_id"]]


def test_fetchers_at_once_share_the_inbox_without_overlap(world: World) -> None:
    for number in range(12):
        world.deliver("province", document(document_id=f"H99,2026/11/20,{number}/UBND"))
    together = threading.Barrier(4)
    taken: list[str] = []

    def fetch() -> None:
        client = world.app.test_client()
        together.wait()
        while items := client.get("/v1/inbox?limit=2", headers=bearer("department")).get_json()["deliveries"]:
            taken.extend(item["delivery_id"] for item in items)

    threads = [threading.Thread(target=fetch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 12


def test_done_ends_the_delivery_with_a_receipt_that_follows_the_first(world: World) -> None:
    message_id = world.deliver("province", RAW)
    (item,) = world.inbox("department")
    first = world.report("department", item["delivery_id"], "done").get_json()
    world.clock.advance(timedelta(hours=1))
    assert world.report("department", item["delivery_id"], "done").get_json() == first
    assert world.inbox("department") == []
    answer = world.get("province", f"/v1/messages/{message_id}/receipts").get_json()
    accepted, delivered = answer["receipts"]
    assert (accepted["step"], delivered["step"]) == ("accepted", "delivered")
    assert delivered["sha256"] == hashlib.sha256(delivered["xml"].encode()).hexdigest() == first["receipt_sha256"]
    assert delivered["previous_sha256"] == hashlib.sha256(accepted["xml"].encode()).hexdigest()
    previous = parse(delivered["xml"].encode()).find(f"{{{NAMESPACE}}}Previous")
    assert previous is not None
    assert previous.get("sha256") == accepted["sha256"]


def test_the_sender_sees_how_each_delivery_stands(world: World) -> None:
    message_id = world.deliver("province", RAW)
    (one,), (other,) = world.inbox("department"), world.inbox("commune")
    world.report("department", one["delivery_id"], "done")
    world.report("commune", other["delivery_id"], "fail", "Sai địa chỉ")
    deliveries = {row["recipient_organ_id"]: row for row in state(world, "province", message_id)["deliveries"]}
    assert deliveries["H99.01"]["transport_status"] == "done"
    assert deliveries["H99.01"]["done_at"] == "2026-11-20T05:00:00+00:00"
    assert (deliveries["H99.101"]["transport_status"], deliveries["H99.101"]["fail_reason"]) == ("fail", "Sai địa chỉ")
    assert {row["step"] for row in state(world, "province", message_id)["receipts"]} == {
        "accepted",
        "delivered",
        "refused",
    }


def test_a_recipient_sees_its_own_delivery_only(world: World) -> None:
    message_id = world.deliver("province", RAW)
    (other,) = world.inbox("commune")
    world.report("commune", other["delivery_id"], "done")
    seen = state(world, "department", message_id)
    assert [row["recipient_organ_id"] for row in seen["deliveries"]] == ["H99.01"]
    assert [row["step"] for row in seen["receipts"]] == ["accepted"]


@provokes("exchange.delivery-closed")
@pytest.mark.parametrize(("first", "second"), [("done", "fail"), ("fail", "done"), ("done", "processing")])
def test_an_ended_delivery_takes_no_other_state(world: World, first: str, second: str) -> None:
    world.deliver("province", RAW)
    (item,) = world.inbox("department")
    assert world.report("department", item["delivery_id"], first, "Lý do").status_code == 200
    answer = world.report("department", item["delivery_id"], second, "Lý do")
    assert (answer.status_code, answer.get_json(force=True)["code"]) == (409, "exchange.delivery-closed")


def test_done_at_once_from_two_threads_is_one_receipt(world: World) -> None:
    world.deliver("province", RAW)
    (item,) = world.inbox("department")
    together = threading.Barrier(4)
    answers: list[str] = []

    def report() -> None:
        client = world.app.test_client()
        together.wait()
        path = f"/v1/deliveries/{item['delivery_id']}/status"
        answers.append(client.post(path, json={"status": "done"}, headers=bearer("department")).text)

    threads = [threading.Thread(target=report) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    with world.hub.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Receipt)) == 2


def test_what_belongs_to_others_is_not_found_like_what_does_not_exist(world: World) -> None:
    message_id = world.deliver("province", document())
    (item,) = world.inbox("department")

    def attempts(delivery_id: object, message: object) -> list[tuple[int, str, str]]:
        answers = [
            world.get("commune", f"/v1/deliveries/{delivery_id}/message"),
            world.report("commune", str(delivery_id), "done"),
            world.get("commune", f"/v1/messages/{message}"),
            world.get("commune", f"/v1/messages/{message}/receipts"),
            world.get("commune", "/v1/inbox?organ_id=H99.01"),
            world.get("commune", "/v1/inbox?organ_id=X1"),
        ]
        bodies = [answer.get_json(force=True) for answer in answers]
        return [(a.status_code, b["code"], b["title"]) for a, b in zip(answers, bodies, strict=True)]

    own, made_up = attempts(item["delivery_id"], message_id), attempts(uuid4(), uuid4())
    assert own == made_up
    assert {status_code for status_code, _, _ in own} == {404}
    assert world.inbox("commune") == []
    quarantine = world.get("commune", "/v1/quarantine").get_json()
    assert quarantine == {"quarantine": []}


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"status": "finished"}, "finished"),
        ({"status": "fail"}, "reason"),
        ({"status": "fail", "reason": "  "}, "reason"),
        ({"status": "done", "note": "x"}, "note"),
        ({"status": "fail", "reason": "x" * 1001}, "reason"),
    ],
)
def test_a_wrong_report_names_its_member(world: World, body: dict[str, str], wrong: str) -> None:
    world.deliver("province", RAW)
    (item,) = world.inbox("department")
    answer = world.client.post(f"/v1/deliveries/{item['delivery_id']}/status", json=body, headers=bearer("department"))
    assert (answer.status_code, answer.get_json(force=True)["code"]) == (422, "http.request-invalid")
    assert wrong in answer.get_json(force=True)["detail"]


@provokes("http.request-invalid")
@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "", "٣", "1" * 30])
def test_a_wrong_limit_is_refused(world: World, limit: str) -> None:
    assert world.get("department", f"/v1/inbox?limit={limit}").status_code == 422


def test_a_status_reaches_the_sender_of_its_document_and_is_linked(world: World) -> None:
    document_message = world.deliver("province", document())
    status_message = world.deliver("department", status())
    (item,) = world.inbox("province")
    assert (item["kind"], item["status_code"]) == ("status", "03")
    target = state(world, "department", status_message)["target"]
    assert (target["state"], target["message_id"]) == ("resolved", str(document_message))


def test_a_request_to_take_back_is_linked_to_the_senders_own_document(world: World) -> None:
    document_message = world.deliver("province", document())
    taken_back = world.deliver("province", status(sender="H99", about_organ="H99.01", code="13"))
    assert [item["status_code"] for item in world.inbox("department")] == [None, "13"]
    assert state(world, "province", taken_back)["target"]["message_id"] == str(document_message)


def test_a_status_that_overtakes_its_document_is_linked_when_that_arrives(world: World) -> None:
    status_message = world.deliver("department", status())
    assert state(world, "department", status_message)["target"]["state"] == "unresolved"
    document_message = world.deliver("province", document())
    target = state(world, "department", status_message)["target"]
    assert (target["state"], target["message_id"]) == ("resolved", str(document_message))


def test_routing_twice_changes_nothing(world: World) -> None:
    world.deliver("province", RAW)
    with world.hub.database.begin() as tx:
        tx.session.execute(text("UPDATE outbox SET state = 'pending'"))
    assert world.work() == 1
    with world.hub.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 2


def test_a_recipient_that_left_the_directory_becomes_a_dead_letter_and_not_a_loss(world: World) -> None:
    world.post("province", document())
    with world.hub.database.begin() as tx:
        tx.session.execute(text("UPDATE agency_identifier SET value = 'MOVED' WHERE value = 'H99.01'"))
    world.work()
    (dead,) = dead_letters(world.hub.database)
    assert "H99.01" in dead.reason
    with world.hub.database.reading() as session:
        assert session.scalars(select(OutboxRow.state)).all() == ["dead"]


def test_the_directory_shows_old_and_new_codes(world: World) -> None:
    answer = world.get("commune", "/v1/agencies").get_json()
    codes = {agency["name"]: agency["identifiers"] for agency in answer["agencies"]}
    department = codes["Sở Nội vụ tỉnh Sông Vân"]
    assert [(one["value"], one["primary"], one["current"]) for one in department] == [
        ("H99.01", True, True),
        ("000.00.01.H99", False, False),
    ]
