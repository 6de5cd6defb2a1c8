"""The client against the real application, and against a network that fails."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from axis.client import AxisClient, AxisDamaged, AxisRefused, AxisUnavailable
from axis.hub.tables import HISTORY
from tests.axis.hub.messages import document
from tests.axis.hub.world import World, settings_for
from tests.postgres import FreshDatabase
from tests.provoked import provokes

RAW = document(contents=[b"%PDF-1.4" + bytes(300_000)])


@pytest.fixture
def world(postgres_url: FreshDatabase, tmp_path: Path) -> Iterator[World]:
    world = World(settings_for(postgres_url(HISTORY), tmp_path))
    try:
        yield world
    finally:
        world.hub.close()


def client_of(world: World, account: str) -> AxisClient:
    return AxisClient("http://hub", f"token-{account}", transport=httpx.WSGITransport(world.app))


def opener() -> io.BytesIO:
    return io.BytesIO(RAW)


@provokes("edxml.attachment-unlisted")
def test_a_message_goes_round(world: World) -> None:
    with client_of(world, "province") as sender, client_of(world, "department") as recipient:
        sent = sender.send(opener, len(RAW))
        assert not sent.replayed
        again = sender.send(opener, len(RAW))
        assert again.replayed
        assert (again.message_id, again.receipt_xml) == (sent.message_id, sent.receipt_xml)
        world.work()
        (item,) = recipient.inbox("H99.01", limit=10)
        assert (item.message_id, item.kind, item.business) == (sent.message_id, "document", "new")
        assert item.meaning["vi"].startswith("Văn bản mới: Cơ quan gửi gửi Văn bản số 15/QĐ-UBND")
        assert (item.sha256, item.size_bytes) == (hashlib.sha256(RAW).hexdigest(), len(RAW))
        target = io.BytesIO()
        assert recipient.fetch(item.delivery_id, target, expected_sha256=item.sha256) == item.sha256
        assert target.getvalue() == RAW
        recipient.acknowledge(item.delivery_id, "processing")
        recipient.acknowledge(item.delivery_id, "done")
        recipient.acknowledge(item.delivery_id, "done")
        assert recipient.inbox() == []
        assert sender.message(sent.message_id)["deliveries"][0]["transport_status"] == "done"
        first, _ = sender.receipts(sent.message_id)
        assert first == sent.receipt_xml


def test_the_directory_is_typed(world: World) -> None:
    with client_of(world, "commune") as client:
        names = {one.value: agency.name for agency in client.agencies() for one in agency.identifiers}
    assert names["000.00.01.H99"] == "Sở Nội vụ tỉnh Sông Vân"


def test_a_refusal_carries_the_hubs_reason(world: World) -> None:
    wrong = document(recipients=["X1"])
    with client_of(world, "province") as client, pytest.raises(AxisRefused) as caught:
        client.send(lambda: io.BytesIO(wrong), len(wrong))
    refusal = caught.value
    assert (refusal.hub_code, refusal.hub_status) == ("exchange.recipient-unknown", 422)
    assert refusal.problem["recipients"] == ["X1"]
    assert UUID(refusal.problem["quarantine_id"])
    assert "danh bạ" in refusal.detail
    with client_of(world, "province") as client:
        (held,) = client.quarantine(limit=1)
    assert (held["quarantine_id"], held["code"]) == (refusal.problem["quarantine_id"], refusal.hub_code)


def test_what_does_not_exist_is_refused(world: World) -> None:
    with client_of(world, "province") as client:
        for call in (
            lambda: client.fetch(uuid4(), io.BytesIO()),
            lambda: client.acknowledge(uuid4(), "done"),
            lambda: client.message(uuid4()),
            lambda: client.inbox("H99.101"),
        ):
            with pytest.raises(AxisRefused) as caught:
                call()
            assert caught.value.hub_code == "http.not-found"


def answering(answer: httpx.Response) -> AxisClient:
    return AxisClient("http://hub", "token", transport=httpx.MockTransport(lambda _: answer))


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500, text="<html>"),
        httpx.Response(503, json={"code": "http.unavailable"}),
        httpx.Response(429),
        httpx.Response(302, headers={"Location": "http://elsewhere"}),
        httpx.Response(200, text="<html>a captive portal</html>"),
        httpx.Response(200, json=["not", "ours"]),
    ],
)
def test_what_may_pass_by_itself_is_unavailable(answer: httpx.Response) -> None:
    with answering(answer) as client, pytest.raises(AxisUnavailable):
        client.inbox()


@provokes("axis.refused")
def test_a_refusal_without_a_problem_document_is_still_a_refusal() -> None:
    with answering(httpx.Response(403, text="Forbidden by proxy")) as client, pytest.raises(AxisRefused) as caught:
        client.inbox()
    assert (caught.value.hub_code, caught.value.hub_status) == ("http.status-403", 403)


@provokes("axis.unavailable")
def test_nobody_listening_is_unavailable() -> None:
    with AxisClient("http://127.0.0.1:1", "token") as client, pytest.raises(AxisUnavailable):
        client.send(opener, len(RAW))


@provokes("axis.damaged")
def test_damaged_bytes_are_never_taken_for_whole() -> None:
    other = {"Lt-Message-Sha256": hashlib.sha256(b"other").hexdigest()}
    right = {"Lt-Message-Sha256": hashlib.sha256(b"bytes").hexdigest()}
    for headers, expected in ((other, None), ({}, None), (right, "0" * 64)):
        with answering(httpx.Response(200, content=b"bytes", headers=headers)) as client, pytest.raises(AxisDamaged):
            client.fetch(uuid4(), io.BytesIO(), expected_sha256=expected)
