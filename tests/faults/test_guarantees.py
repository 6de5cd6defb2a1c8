"""What the hub promises, each promise by its number in docs/operations.md, tried on real processes that die.

The storm (`test_storm`) tries the first five together; here each is alone, at the very moment that would break it.
"""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from axis.client import AxisRefused, AxisUnavailable, SentReceipt
from tests.axis.hub.messages import status
from tests.faults.acts import (
    deliveries_of,
    half_an_upload,
    letter,
    messages_of,
    offer,
    offer_until_accepted,
    routed,
    taken,
)
from tests.faults.plan import FAN_OUT_CRASH, POINTS, RECIPIENTS, SENDERS
from tests.faults.world import World

pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("faults")]

ACCEPTING = [point for point in POINTS if point.startswith(("storage.blob.", "axis.acceptance."))]
KEPT_AFTER = "axis.acceptance.committed"
ENDING = [point for point in POINTS if point.startswith("axis.acknowledgement.")]
ROUTING = [point for point in POINTS if point.startswith(("storage.outbox.", "axis.routing."))]


@pytest.mark.parametrize("point", ACCEPTING)
def test_1_3_4_a_crash_while_accepting_loses_nothing_and_only_a_commit_makes_a_duplicate(
    world: World, point: str
) -> None:
    document_id, raw = letter(world, [RECIPIENTS[0]])
    world.wish(point)
    with world.client("senders") as sender:
        with pytest.raises(AxisUnavailable):
            offer(sender, raw)
        assert world.wished() == []
        before = messages_of(world, document_id)
        assert len(before) == (1 if point == KEPT_AFTER else 0)
        first = offer_until_accepted(world, sender, raw)
        again = offer(sender, raw)
    assert first.replayed == (point == KEPT_AFTER)
    assert before in ([], [str(first.message_id)])
    assert (again.message_id, again.receipt_xml, again.replayed) == (first.message_id, first.receipt_xml, True)
    world.wait(lambda: routed(world, first.message_id), "the message is routed")
    assert deliveries_of(world, first.message_id) == [RECIPIENTS[0]]
    assert messages_of(world, document_id) == [str(first.message_id)]


@pytest.mark.parametrize("point", ROUTING)
def test_1_a_crash_while_routing_loses_nothing_and_doubles_nothing(world: World, point: str) -> None:
    recipients = RECIPIENTS[10:13]
    _, raw = letter(world, recipients)
    world.wish(point)
    with world.client("senders") as sender:
        sent = offer(sender, raw)
    world.wait(lambda: world.wished() == [], "a worker dies")
    world.wait(lambda: routed(world, sent.message_id), "the message is routed")
    assert deliveries_of(world, sent.message_id) == list(recipients)


@pytest.mark.parametrize("point", [*ENDING, "axis.delivery.leased"])
def test_1_a_crash_while_delivering_or_acknowledging_delivers_once(world: World, point: str) -> None:
    organ_id = RECIPIENTS[20 + [*ENDING, "axis.delivery.leased"].index(point)]
    document_id, raw = letter(world, [organ_id])
    with world.client("senders") as sender, world.client("all") as recipient:
        sent = offer(sender, raw)
        world.wait(lambda: routed(world, sent.message_id), "the message is routed")
        world.wish(point)
        with pytest.raises(AxisUnavailable):
            taken(recipient, organ_id)
        arrived: list[tuple[str, bytes]] = []

        def ended() -> bool:
            try:
                arrived.extend((item.document_id or "", body) for item, body in taken(recipient, organ_id))
            except AxisUnavailable:
                return False
            state = world.value("SELECT transport_status FROM delivery WHERE message_id = %s", sent.message_id)
            return bool(state == "done")

        world.wait(ended, "the delivery ends")
        assert taken(recipient, organ_id) == []
        assert arrived in ([], [(document_id, raw)])  # nothing new where the end was committed before the crash
        receipts = sender.receipts(sent.message_id)
    assert len(receipts) == 2
    assert b"<Step>delivered</Step>" in receipts[1]


def test_2_five_at_once_are_one_document_with_one_receipt(world: World) -> None:
    _, raw = letter(world, [RECIPIENTS[1]])
    together = threading.Barrier(5)

    def send(number: int) -> SentReceipt:
        with world.client("senders", node=1 + number % 2) as sender:
            together.wait()
            return offer_until_accepted(world, sender, raw)

    with ThreadPoolExecutor(5) as pool:
        receipts = list(pool.map(send, range(5)))
    assert len({(one.message_id, one.receipt_xml) for one in receipts}) == 1
    assert sum(not one.replayed for one in receipts) == 1
    world.wait(lambda: routed(world, receipts[0].message_id), "the message is routed")
    assert deliveries_of(world, receipts[0].message_id) == [RECIPIENTS[1]]


def test_2_other_content_under_the_same_id_is_refused_and_kept_as_evidence(world: World) -> None:
    document_id, raw = letter(world, [RECIPIENTS[2]])
    _, other = letter(world, [RECIPIENTS[2]], name=document_id, content=b"%PDF-1.4 another content")
    with world.client("senders") as sender:
        first = offer(sender, raw)
        with pytest.raises(AxisRefused) as refusal:
            offer(sender, other)
        assert (refusal.value.hub_code, refusal.value.hub_status) == ("exchange.conflict", 409)
        assert offer(sender, raw).receipt_xml == first.receipt_xml
    evidence = world.value("SELECT sha256 FROM message_conflict WHERE message_id = %s", first.message_id)
    assert evidence == refusal.value.problem["sha256"]
    assert world.blob_sha256(evidence) == evidence
    assert messages_of(world, document_id) == [str(first.message_id)]


def test_5_a_crash_at_recipient_57_of_100_and_a_replay_reach_each_once(world: World) -> None:
    _, raw = letter(world, RECIPIENTS)
    world.wish("axis.routing.recipient-offered", FAN_OUT_CRASH)
    with world.client("senders") as sender:
        sent = offer(sender, raw)
    world.wait(lambda: world.wished() == [], "a worker dies at its 57th recipient")
    world.wait(lambda: routed(world, sent.message_id), "another one routes the message")
    assert deliveries_of(world, sent.message_id) == sorted(RECIPIENTS)
    replay = (
        "INSERT INTO outbox (topic, payload, created_at, available_at)"
        " SELECT topic, payload, now(), now() FROM outbox WHERE payload ->> 'message_id' = %s RETURNING id"
    )
    row_id = world.value(replay, str(sent.message_id))
    world.wait(lambda: world.value("SELECT state FROM outbox WHERE id = %s", row_id) == "done", "the replay is done")
    assert deliveries_of(world, sent.message_id) == sorted(RECIPIENTS)


def test_6_statuses_in_any_order_lead_to_one_state_and_unknown_codes_are_kept(world: World) -> None:
    """Some overtake their document; two nodes and two workers handle them at the same time, and one worker dies."""
    recipients = RECIPIENTS[30:34]
    document_id, raw = letter(world, recipients)
    said = [(organ_id, code) for organ_id in recipients for code in ("01", "03", "04", "05", "06", "77")]
    random.Random(6).shuffle(said)

    def say(number: int) -> tuple[str, SentReceipt]:
        organ_id, code = said[number]
        message = status(organ_id, SENDERS[0], document_id, code=code, description="Báo trạng thái")
        with world.client("all", node=1 + number % 2) as speaker:
            return code, offer_until_accepted(world, speaker, message)

    with ThreadPoolExecutor(4) as pool, world.client("senders") as sender:
        early = list(pool.map(say, range(len(said) // 2)))
        world.wish("axis.routing.settled")
        sent = offer(sender, raw)
        late = list(pool.map(say, range(len(said) // 2, len(said))))
        for message_id in [sent.message_id, *(one.message_id for _, one in early + late)]:
            world.wait(partial(routed, world, message_id), "everything is routed")
        deliveries = sender.message(sent.message_id)["deliveries"]
    assert world.wished() == []
    assert {one["recipient_organ_id"]: one["business_state"]["handling"] for one in deliveries} == dict.fromkeys(
        recipients, "06"
    )
    for code, one in early + late:
        if code == "77":
            kept = "SELECT status_code || ' ' || effect FROM message WHERE id = %s"
            assert world.value(kept, one.message_id) == "77 unknown"
            assert deliveries_of(world, one.message_id) == [SENDERS[0]]


def test_7_losing_every_wake_up_loses_nothing(world: World) -> None:
    for worker in ("worker-1", "worker-2"):
        world.parts[worker].kill(pause_seconds=3600)
    with world.client("senders") as sender:
        sent = [offer(sender, letter(world, [RECIPIENTS[3]])[1]) for _ in range(5)]
    with world.connect() as connection:
        connection.execute("TRUNCATE pgmq.q_axis")
    for worker in ("worker-1", "worker-2"):
        world.parts[worker].kill(pause_seconds=0)
    world.keep()
    world.wait(lambda: all(routed(world, one.message_id) for one in sent), "the poller finds the rows")


def test_10_a_node_dies_and_the_other_goes_on_with_its_work(world: World) -> None:
    """The worker dies with a claim in hand, the web process with half a message; neither comes back."""
    document_id, raw = letter(world, [RECIPIENTS[4]])
    with world.client("senders", node=2) as sender, half_an_upload(world, raw, node=1):
        world.parts["web-1"].kill(pause_seconds=3600)
        world.parts["worker-2"].kill(pause_seconds=3600)  # so that it is the other one that claims
        with world.connect() as holding, holding.transaction():
            row = "SELECT 1 FROM agency_identifier JOIN agency ON agency.id = agency_id WHERE value = %s FOR UPDATE"
            holding.execute(row, [RECIPIENTS[4]])  # the handler waits here, its claim in hand
            first = offer(sender, raw)
            claim = "SELECT claimed_by FROM outbox WHERE state = 'claimed' AND payload ->> 'message_id' = %s"
            world.wait(lambda: world.value(claim, str(first.message_id)) is not None, "the first worker claims")
            dead = world.value(claim, str(first.message_id))
            lease_until = world.value("SELECT lease_until FROM outbox WHERE claimed_by = %s", dead)
            world.parts["worker-1"].kill(pause_seconds=3600)
            world.parts["worker-2"].kill(pause_seconds=0)
            world.keep()
        world.wait(lambda: routed(world, first.message_id), "the other worker takes it over")
    with world.connect() as connection:
        query = "SELECT attempts, claimed_by, finished_at FROM outbox WHERE payload ->> 'message_id' = %s"
        attempts, holder, finished_at = connection.execute(query, [str(first.message_id)]).fetchone() or (0, "", None)
    assert (attempts, holder != dead) == (2, True)
    assert finished_at >= lease_until  # never while the dead one could still have been at it
    assert messages_of(world, document_id) == [str(first.message_id)]
    assert deliveries_of(world, first.message_id) == [RECIPIENTS[4]]
    for part in ("web-1", "worker-1"):
        world.parts[part].kill(pause_seconds=0)
