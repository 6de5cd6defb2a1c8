"""Sending files and fetching into a folder, against the real application."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from axis.client import AxisClient, AxisUnavailable
from axis.correspondent import fetch_waiting, read_token, send_files
from axis.http.errors import FileUnreadable
from axis.http.progress import Progress
from axis.hub.tables import HISTORY
from tests.axis.hub.messages import document
from tests.axis.hub.world import World, settings_for
from tests.postgres import FreshDatabase
from tests.provoked import provokes

LEASE = timedelta(seconds=61)
"""Longer than `settings_for` reserves a delivery."""
QUIET = Progress(stream=io.StringIO())
GOOD = document(contents=[b"%PDF-1.4" + bytes(300_000)])
WRONG = document(recipients=["X1"], document_id="H99,2026/11/20,99/UBND")


@pytest.fixture
def world(postgres_url: FreshDatabase, tmp_path: Path) -> Iterator[World]:
    world = World(settings_for(postgres_url(HISTORY), tmp_path))
    try:
        yield world
    finally:
        world.hub.close()


class Line(httpx.BaseTransport):
    """A line to the application that breaks when the path of a request ends with `breaks_at`."""

    def __init__(self, world: World, breaks_at: str = "") -> None:
        self._inner = httpx.WSGITransport(world.app)
        self.breaks_at = breaks_at

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.breaks_at and request.url.path.endswith(self.breaks_at):
            raise httpx.ReadError("cut", request=request)
        return self._inner.handle_request(request)


def client_of(world: World, account: str, breaks_at: str = "") -> AxisClient:
    return AxisClient("http://hub", f"token-{account}", transport=Line(world, breaks_at))


@provokes("exchange.recipient-unknown", "axis.refused")
def test_a_refused_file_does_not_hold_up_the_next(world: World, tmp_path: Path) -> None:
    for name, raw in (("wrong", WRONG), ("good", GOOD)):
        (tmp_path / name).write_bytes(raw)
    with client_of(world, "province") as client:
        files = [tmp_path / "wrong", tmp_path / "good", tmp_path / "good"]
        refused, sent, again = send_files(client, files, tmp_path / "receipts", QUIET)
    assert (refused.refused, refused.message_id, refused.receipt) == ("exchange.recipient-unknown", None, "")
    assert "X1" in refused.reason or "recipient" in refused.reason
    assert (sent.replayed, again.replayed, again.message_id) == (False, True, sent.message_id)
    assert [path.name for path in (tmp_path / "receipts").iterdir()] == [f"{sent.message_id}.xml"]
    assert b"<Receipt" in Path(sent.receipt).read_bytes()


@pytest.mark.parametrize("breaks_at", ["/message", "/status"])
@provokes("axis.unavailable")
def test_a_line_that_breaks_loses_and_doubles_nothing(world: World, tmp_path: Path, breaks_at: str) -> None:
    world.deliver("province", GOOD)
    folder = tmp_path / "in"
    with client_of(world, "department", breaks_at) as client, pytest.raises(AxisUnavailable):
        list(fetch_waiting(client, folder, QUIET, done=True))
    assert [path.suffix for path in folder.iterdir()] == ([] if breaks_at == "/message" else [".edxml"])
    world.clock.advance(LEASE)
    with client_of(world, "department") as client:
        (one,) = fetch_waiting(client, folder, QUIET, done=True)
        assert list(fetch_waiting(client, folder, QUIET, done=True)) == []
    digest = hashlib.sha256(GOOD).hexdigest()
    assert [path.name for path in folder.iterdir()] == [f"{one.delivery_id}.{digest}.edxml"]
    assert Path(one.file).read_bytes() == GOOD


def test_what_is_not_whole_is_fetched_again_and_nothing_is_reported_without_done(world: World, tmp_path: Path) -> None:
    world.deliver("province", GOOD)
    with client_of(world, "department") as client:
        (one,) = fetch_waiting(client, tmp_path / "in", QUIET)
        Path(one.file).write_bytes(GOOD[:100])
        world.clock.advance(LEASE)
        (again,) = fetch_waiting(client, tmp_path / "in", QUIET, done=True)
    assert (one.done, again.done, again.delivery_id) == (False, True, one.delivery_id)
    assert Path(again.file).read_bytes() == GOOD


@provokes("axis.refused", "exchange.delivery-closed")
def test_a_delivery_that_ended_meanwhile_is_told_and_the_rest_goes_on(world: World, tmp_path: Path) -> None:
    world.deliver("province", GOOD)
    with client_of(world, "department") as client:
        waiting = fetch_waiting(client, tmp_path / "in", QUIET, done=True)
        (item,) = client.inbox()
        world.report("department", str(item.delivery_id), "fail", "Lý do")
        world.clock.advance(LEASE)
        assert list(waiting) == []
        late = AxisClient("http://hub", "token-department", transport=_Offering(world, item.delivery_id))
        with late:
            (one,) = fetch_waiting(late, tmp_path / "in", QUIET, done=True)
    assert (one.done, one.refused) == (False, "exchange.delivery-closed")


class _Offering(httpx.BaseTransport):
    """A line on which an inbox that was asked before the end of a delivery answers after it."""

    def __init__(self, world: World, delivery_id: UUID) -> None:
        self._inner = httpx.WSGITransport(world.app)
        self._delivery_id = delivery_id
        self._offered = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/v1/inbox" or self._offered:
            return self._inner.handle_request(request)
        self._offered = True
        item = {
            "delivery_id": str(self._delivery_id),
            "message_id": str(self._delivery_id),
            "kind": "document",
            "business": "new",
            "status_code": None,
            "sender_organ_id": "H99",
            "recipient_organ_id": "H99.01",
            "document_id": None,
            "subject": "",
            "sha256": hashlib.sha256(GOOD).hexdigest(),
            "size_bytes": len(GOOD),
            "signature_verdict": "valid",
            "superseded_effect": False,
            "offered_at": "2026-11-20T09:00:00+07:00",
        }
        return httpx.Response(200, json={"deliveries": [item]})


@pytest.mark.parametrize("content", [None, b"", b"two words", "mã".encode(), b"\xff", b"two\nlines"])
@provokes("command.file-unreadable")
def test_a_file_that_holds_no_token_is_told(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(FileUnreadable):
        read_token(tmp_path / "token")


@provokes("command.file-unreadable")
def test_a_folder_that_cannot_be_written_is_told_and_the_message_stays(world: World, tmp_path: Path) -> None:
    world.deliver("province", GOOD)
    (tmp_path / "in").write_text("a file, no folder")
    with client_of(world, "department") as client, pytest.raises(FileUnreadable):
        list(fetch_waiting(client, tmp_path / "in", QUIET, done=True))
    (tmp_path / "in").unlink()
    world.clock.advance(LEASE)
    with client_of(world, "department") as client:
        assert len(list(fetch_waiting(client, tmp_path / "in", QUIET, done=True))) == 1


def test_progress_is_told_where_it_is_wanted() -> None:
    for wanted, words in ((False, ""), (True, "one\n    0 %\n   50 %\n  100 %\n")):
        stream = io.StringIO()
        progress = Progress(wanted=wanted, stream=stream)
        progress.step("one")
        for done in (0, 1, 50, 51, 100):
            progress.share(done, 100)
        assert stream.getvalue() == words
