"""Promise 9: more than the hub can do is declined before it is read, with when to come again, and memory stays flat."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from axis.client import AxisUnavailable
from tests.faults.acts import half_an_upload, letter, offer, offer_until_accepted, routed
from tests.faults.parts import children
from tests.faults.plan import RECIPIENTS
from tests.faults.world import World

pytestmark = pytest.mark.timeout(400)

AT_ONCE = 2
BACKLOG_ROWS = 12
GROWTH_LIMIT_BYTES = 48 * 1024 * 1024
"""120 messages of 0.7 MB at once are 84 MB; what remains are threads, parser buffers and the allocator's slack."""


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A hub of one node that takes in two messages at once and lets twelve wait."""
    settings = {"AXIS_ACCEPTANCES_AT_ONCE": str(AT_ONCE), "AXIS_BACKLOG_LIMIT_ROWS": str(BACKLOG_ROWS)}
    with World(tmp_path_factory.mktemp("narrow"), settings, nodes=1) as hub:
        hub.start()
        yield hub


def post(world: World, raw: bytes) -> httpx.Response:
    token = world.tokens["senders"].token
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/xml"}
    return httpx.post(f"{world.url()}/v1/messages", content=raw, headers=headers, timeout=60)


def is_declined(world: World, raw: bytes, detail: str, seconds: int) -> bool:
    answer = post(world, raw)
    if answer.status_code != 503:
        return False
    assert answer.json()["code"] == "exchange.overloaded"
    assert (answer.json()["detail"], answer.headers["Retry-After"]) == (detail, str(seconds))
    return True


def test_9_more_at_once_than_allowed_is_declined_and_inboxes_are_served_meanwhile(narrow: World) -> None:
    slow = [letter(narrow, [RECIPIENTS[0]])[1] for _ in range(AT_ONCE)]
    document_id, raw = letter(narrow, [RECIPIENTS[0]])
    with contextlib.ExitStack() as open_lines, narrow.client("senders") as sender:
        lines = [open_lines.enter_context(half_an_upload(narrow, one)) for one in slow]
        narrow.wait(lambda: is_declined(narrow, raw, "busy", 2), "both places are taken")
        with narrow.client("all") as recipient:
            recipient.inbox(limit=1)
        assert narrow.value("SELECT count(*) FROM message WHERE document_id = %s", document_id) in (0, 1)
        for line, one in zip(lines, slow, strict=True):
            line.sendall(one[len(one) // 2 :])
            assert b" 201 " in line.makefile("rb").readline()
        offer_until_accepted(narrow, sender, raw)


def test_9_a_backlog_is_not_made_longer_and_the_senders_keep_what_is_declined(narrow: World) -> None:
    narrow.parts["worker-1"].kill(pause_seconds=3600)
    letters = [letter(narrow, [RECIPIENTS[1]])[1] for _ in range(BACKLOG_ROWS + 10)]
    with narrow.client("senders") as sender:

        def behind() -> bool:
            """Put rows into the backlog until the node has counted them."""
            if (
                narrow.value("SELECT count(*) FROM outbox WHERE state <> 'done' AND every_seconds IS NULL")
                <= BACKLOG_ROWS
            ):
                offer_until_accepted(narrow, sender, letters.pop())
            return is_declined(narrow, letters[0], "backlog", 30)

        narrow.wait(behind, "the node declines")
        narrow.parts["worker-1"].kill(pause_seconds=0)
        narrow.keep()
        accepted = offer_until_accepted(narrow, sender, letters[0])
    narrow.wait(lambda: routed(narrow, accepted.message_id), "the workers have caught up")


def test_9_memory_stays_flat_under_a_rush(narrow: World) -> None:
    content = b"%PDF-1.4" + bytes(500_000)
    letters = [letter(narrow, [RECIPIENTS[2]], content=content)[1] for _ in range(120)]
    with narrow.client("senders") as sender:
        offer_until_accepted(narrow, sender, letters[0])
    before = peak_bytes(narrow)

    def rush(raw: bytes) -> str:
        with narrow.client("senders") as sender:
            try:
                offer(sender, raw)
            except AxisUnavailable as error:
                return error.detail.split(":")[0]
        return "accepted"

    with ThreadPoolExecutor(40) as pool:
        answers = Counter(pool.map(rush, letters))
    assert answers["accepted"] > 0
    assert answers["HTTP 503 exchange.overloaded"] > 0, answers
    assert not answers["HTTP 500 http.internal"]
    assert peak_bytes(narrow) - before < GROWTH_LIMIT_BYTES


def peak_bytes(world: World) -> int:
    """The most memory that the node's web process ever had."""
    pid = world.parts["web-1"].pid
    assert pid is not None
    found = [line for one in children(pid) for line in Path(f"/proc/{one}/status").read_text().splitlines()]
    return max(int(line.split()[1]) * 1024 for line in found if line.startswith("VmHWM"))
