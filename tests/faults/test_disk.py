"""A full disk: nothing is accepted that is not kept, senders are told to come again, and all goes on once there is room."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.acts import letter, messages_of, offer_until_accepted, taken
from tests.faults.plan import RECIPIENTS
from tests.faults.storm import limited_disk
from tests.faults.world import World

pytestmark = pytest.mark.timeout(400)

DISK_BYTES = 8 * 1024 * 1024


@pytest.fixture
def small(tmp_path: Path) -> Iterator[World]:
    """A hub whose blobs lie on a disk of 8 MiB."""
    with limited_disk(tmp_path / "blobs", DISK_BYTES) as mounted:
        if not mounted:
            pytest.skip("NOT TESTED HERE: a full disk (this machine refuses mounts)")
        with World(tmp_path, nodes=1) as hub:
            hub.start()
            yield hub


def test_a_full_disk_refuses_for_a_while_and_loses_nothing(small: World) -> None:
    before_id, before = letter(small, [RECIPIENTS[0]])
    while_id, whilst = letter(small, [RECIPIENTS[0]], content=b"%PDF-1.4" + bytes(100_000))
    ballast = small.blobs / "ballast"
    with small.client("senders") as sender, small.client("all") as recipient:
        offer_until_accepted(small, sender, before)
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as target:
            while True:
                target.write(bytes(64 * 1024))
        headers = {"Authorization": f"Bearer {small.tokens['senders'].token}", "Content-Type": "application/xml"}
        answer = httpx.post(f"{small.url()}/v1/messages", content=whilst, headers=headers, timeout=30)
        assert (answer.status_code, answer.json()["code"]) == (503, "http.unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert messages_of(small, while_id) == []
        ballast.unlink()
        offer_until_accepted(small, sender, whilst)
        arrived: dict[str | None, bytes] = {}

        def all_arrived() -> bool:
            arrived.update({item.document_id: body for item, body in taken(recipient, RECIPIENTS[0])})
            return len(arrived) == 2

        small.wait(all_arrived, "both documents arrive")
    assert arrived == {before_id: before, while_id: whilst}
