"""What statuses do to a document at the hub: the state reached at each recipient, and what each status did."""

from __future__ import annotations

import random
import threading
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from axis.hub.routing import TOPIC, Routing, route
from storage.outbox.model import OutboxRow
from storage.outbox.relay import Relay, Topic
from tests.axis.hub.messages import document, status
from tests.axis.hub.world import World
from tests.waiting import wait_until

DOCUMENT_ID = "H99,2026/11/20,15/QĐ-UBND"


_WAITING = text("""
SELECT count(*) FROM pg_locks
WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")


def say(world: World, code: str, account: str = "department", **values: Any) -> UUID:
    """Have a status accepted and routed; without more, the department speaks of the province's document."""
    senders = {"department": ("H99.01", "H99"), "commune": ("H99.101", "H99"), "province": ("H99", "H99.01")}
    sender, other = senders[account]
    return world.deliver(account, status(sender, values.pop("about_organ", other), code=code, **values))


def message(world: World, message_id: UUID, account: str = "province") -> dict[str, Any]:
    answer = world.get(account, f"/v1/messages/{message_id}")
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return dict(answer.json)


def state(world: World, message_id: UUID, organ_id: str = "H99.01") -> dict[str, Any]:
    found = {one["recipient_organ_id"]: one["business_state"] for one in message(world, message_id)["deliveries"]}
    return dict(found[organ_id])


def reached(world: World, message_id: UUID, organ_id: str = "H99.01") -> tuple[str | None, str | None]:
    found = state(world, message_id, organ_id)
    return found["handling"], found["request"]


def effect(world: World, message_id: UUID, account: str = "department") -> str:
    return str(message(world, message_id, account)["effect"])


def test_statuses_move_a_document_forward_at_the_recipient_that_sends_them(world: World) -> None:
    sent = world.deliver("province", document(recipients=["H99.01", "H99.101"]))
    assert reached(world, sent) == (None, None)
    first = say(world, "01")
    say(world, "03")
    assert (reached(world, sent), reached(world, sent, "H99.101")) == (("03", None), (None, None))
    events = state(world, sent)["events"]
    assert [(one["status_code"], one["effect"]) for one in events] == [("01", "applied"), ("03", "applied")]
    assert events[0]["message_id"] == str(first)
    assert events[0]["meaning"]["vi"].startswith("Đã đến: H99.01 báo về văn bản 15/QĐ-UBND của H99")


def test_the_status_says_itself_what_it_did_and_where_the_document_stands(world: World) -> None:
    sent = world.deliver("province", document())
    say(world, "06")
    late = say(world, "04")
    found = message(world, late, "department")
    assert (found["effect"], found["target"]["message_id"]) == ("contradicts", str(sent))
    assert found["target"]["business_state"]["handling"] == "06"


def test_a_status_in_other_words_repeats(world: World) -> None:
    sent = world.deliver("province", document())
    say(world, "03")
    assert effect(world, say(world, "03", description="Đã vào sổ")) == "repeated"
    assert reached(world, sent) == ("03", None)


def test_an_unknown_code_is_carried_and_changes_nothing(world: World) -> None:
    sent = world.deliver("province", document())
    assert effect(world, say(world, "77")) == "unknown"
    assert reached(world, sent) == (None, None)


def test_statuses_that_overtake_their_document_wait_and_are_applied_when_it_comes(world: World) -> None:
    early = say(world, "03")
    found = message(world, early, "department")
    assert (found["effect"], found["target"]["state"]) == ("unresolved", "unresolved")
    sent = world.deliver("province", document())
    found = message(world, early, "department")
    assert (found["effect"], found["target"]["message_id"]) == ("applied", str(sent))
    assert reached(world, sent) == ("03", None)


def test_only_the_sender_asks_for_a_document_back_and_only_the_recipient_answers(world: World) -> None:
    sent = world.deliver("province", document())
    early = say(world, "15")
    assert effect(world, early) == "unresolved"
    assert reached(world, sent) == (None, None)
    say(world, "13", "province")
    assert (reached(world, sent), effect(world, early)) == ((None, "agreed"), "applied")
    assert effect(world, say(world, "16")) == "applied"
    assert reached(world, sent) == (None, "refused")
    wrong_way = say(world, "13", about_organ="H99")
    assert message(world, wrong_way, "department")["target"]["state"] == "unresolved"


@pytest.mark.parametrize("business", ["1", "2"])
def test_an_update_or_a_revocation_can_be_answered_whichever_comes_first(world: World, business: str) -> None:
    sent = world.deliver("province", document())
    answer = say(world, "16")
    changed = world.deliver("province", document(business=business))
    assert (reached(world, sent), effect(world, answer)) == ((None, "refused"), "applied")
    assert reached(world, changed) == (None, None)


def test_what_an_agency_says_of_a_document_that_it_never_received_moves_nothing(world: World) -> None:
    sent = world.deliver("province", document(recipients=["H99.01"]))
    stranger = say(world, "06", "commune")
    assert effect(world, stranger, "commune") == "contradicts"
    assert reached(world, sent) == (None, None)


def test_an_agency_that_received_only_the_update_speaks_of_the_update(world: World) -> None:
    first = world.deliver("province", document(recipients=["H99.01"]))
    early = say(world, "03", "commune")
    assert effect(world, early, "commune") == "contradicts"
    update = world.deliver("province", document(recipients=["H99.101"], business="2"))
    assert (effect(world, early, "commune"), reached(world, update, "H99.101")) == ("applied", ("03", "open"))
    assert reached(world, first) == (None, None)


def test_the_document_itself_outranks_its_update_though_it_comes_later(world: World) -> None:
    update = world.deliver("province", document(business="2"))
    say(world, "04")
    assert reached(world, update) == ("04", "open")
    sent = world.deliver("province", document())
    assert (reached(world, update), reached(world, sent)) == ((None, None), ("04", "open"))


def test_routing_everything_again_changes_nothing(world: World) -> None:
    sent = world.deliver("province", document())
    said = [say(world, "13", "province"), *(say(world, code) for code in ("15", "05", "01"))]
    before = [message(world, one) for one in (sent, *said)]
    with world.hub.database.begin() as tx:
        for one in (sent, *said):
            tx.publish("message.accepted", {"message_id": str(one)})
    assert world.work() == 1 + len(said)
    assert [message(world, one) for one in (sent, *said)] == before


def test_workers_side_by_side_lead_to_the_same_state(world: World) -> None:
    sent = [world.post("province", document(business=kind)).headers["Lt-Message-Id"] for kind in ("0", "1", "2")]
    for code in ("06", "15", "01", "16", "03", "02", "04", "05"):
        assert world.post("department", status(code=code)).status_code == 201
    world.post("province", status("H99", "H99.01", code="13"))
    together = threading.Barrier(4)

    def work() -> None:
        one_by_one = Topic(TOPIC, Routing(world.hub.database), batch=1)
        relay = Relay(world.hub.database, [one_by_one])
        together.wait()
        relay.drain(TOPIC)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with world.hub.database.reading() as session:
        rows = session.execute(select(OutboxRow.state, OutboxRow.attempts)).all()
    assert set(rows) == {("done", 1)}
    assert reached(world, UUID(sent[0])) == ("02", "refused")
    assert (reached(world, UUID(sent[1])), reached(world, UUID(sent[2]))) == ((None, None), (None, None))


def test_a_status_waits_while_its_document_is_being_routed(world: World) -> None:
    sent = UUID(world.post("province", document()).headers["Lt-Message-Id"])
    said = UUID(world.post("department", status(code="03")).headers["Lt-Message-Id"])

    def route_the_status() -> None:
        with world.hub.database.begin() as tx:
            route(tx, said)

    def is_waiting() -> bool:
        with world.hub.database.reading() as session:
            return bool(session.scalar(_WAITING))

    worker = threading.Thread(target=route_the_status)
    with world.hub.database.begin() as tx:
        route(tx, sent)
        tx.session.flush()
        worker.start()
        wait_until(lambda: is_waiting() or not worker.is_alive(), "the status waits, or is done too early")
    worker.join()
    assert (effect(world, said), reached(world, sent)) == ("applied", ("03", None))


@pytest.mark.parametrize("seed", range(6))
def test_any_order_of_messages_leads_to_the_same_states(world: World, seed: int) -> None:
    """Nine codes, two sayings of one of them, the document, its update and its revocation."""
    messages = [("province", document(business=kind)) for kind in ("0", "1", "2")]
    messages += [("department", status(code=code)) for code in ("01", "02", "03", "04", "05", "06", "15", "16")]
    messages += [("province", status("H99", "H99.01", code="13")), ("department", status(code="01", description="x"))]
    order = random.Random(seed)
    order.shuffle(messages)
    for account, raw in messages:
        assert world.post(account, raw).status_code == 201
        if order.random() < 0.5:
            world.work()
    world.work()
    (original,) = [
        one["message_id"] for one in world.inbox("department") if one["kind"] == "document" and one["business"] == "new"
    ]
    found = state(world, UUID(original))
    assert (found["handling"], found["request"]) == ("02", "refused"), f"seed {seed}"
    assert len(found["events"]) == 10
    assert "unresolved" not in {one["effect"] for one in found["events"]}
