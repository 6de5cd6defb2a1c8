"""Sending and fetching in the foreground, over a real hub."""

from __future__ import annotations

from axis.hub.routing import TOPIC as ROUTING
from edms.exchange.now import fetch_now, send_now
from tests.edms.exchange.hubs import Axis


def test_sending_and_fetching_now_tells_what_became_of_each(axis: Axis) -> None:
    services, said = axis.town.services, list[str]()
    assert send_now(services.database, axis.relay, said.append) == []
    services.dispatches.dispatch(axis.town.actor("binh"), axis.town.letter_id)
    (sent,) = send_now(services.database, axis.relay, said.append)
    assert (sent.kind, sent.state, sent.reason) == ("document", "accepted", "")
    assert fetch_now(services.database, axis.relay, said.append) == ([], [])
    axis.hub_relay.drain(ROUTING)
    (arrived,), faults = fetch_now(services.database, axis.relay, said.append)
    assert (arrived.kind, arrived.quarantine_code, faults) == ("document", "", [])
    (status,) = send_now(services.database, axis.relay, said.append)
    assert (status.kind, status.state) == ("status", "accepted")
    assert said.count("exchange.fetch") == 2


def test_what_waits_out_a_failure_is_tried_at_once(axis: Axis) -> None:
    services = axis.town.services
    services.dispatches.dispatch(axis.town.actor("binh"), axis.town.letter_id)
    hub, axis.line.hub = axis.line.hub, None
    (waiting,) = send_now(services.database, axis.relay, print)
    assert (waiting.state, bool(waiting.reason)) == ("waiting", True)
    axis.line.hub = hub
    (sent,) = send_now(services.database, axis.relay, print)
    assert sent.state == "accepted"
