"""The clock of one node jumps ahead and back: leases end early or late, so work may wait a little; nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from axis.client import AxisClient
from tests.faults.acts import deliveries_of, letter, messages_of, offer_until_accepted, routed, taken
from tests.faults.plan import RECIPIENTS
from tests.faults.world import World

pytestmark = pytest.mark.timeout(600)

JUMP_SECONDS = 20
"""Several times every lease of this hub."""


@pytest.fixture
def drifting(tmp_path: Path) -> Iterator[tuple[World, Path]]:
    """A hub whose second node reads its time through a file: `+20` is twenty seconds ahead of the machine's clock."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None:
        pytest.skip("NOT TESTED HERE: a clock that jumps (the package faketime is not installed)")
    offset = tmp_path / "offset"
    offset.write_text("+0")
    false_time = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with World(tmp_path / "hub") as hub:
        for name in ("web-2", "worker-2"):
            hub.parts[name].add_to_environ(false_time)
        hub.start()
        yield hub, offset


def fetched(recipient: AxisClient) -> list[tuple[str, str]]:
    """Fetch and acknowledge what waits; return (DocumentId, recipient) of each."""
    found = [one for organ_id in RECIPIENTS[:3] for one in taken(recipient, organ_id)]
    return [(item.document_id or "", item.recipient_organ_id) for item, _ in found]


def test_a_clock_that_jumps_ahead_and_back_loses_and_doubles_nothing(drifting: tuple[World, Path]) -> None:
    world, offset = drifting
    sent = {}
    arrived: list[tuple[str, str]] = []
    with world.client("senders", node=1) as first, world.client("senders", node=2) as second:
        for number, jump in enumerate([0, JUMP_SECONDS, JUMP_SECONDS, -JUMP_SECONDS, -JUMP_SECONDS, 0]):
            offset.write_text(f"{jump:+d}")
            for sender in (first, second):
                document_id, raw = letter(world, RECIPIENTS[:3])
                sent[document_id] = offer_until_accepted(world, sender, raw)
                assert offer_until_accepted(world, second, raw).receipt_xml == sent[document_id].receipt_xml
            with world.client("all", node=1 + number % 2) as recipient:
                arrived += fetched(recipient)
        receipts = {one.message_id for one in sent.values()}

        def is_ended() -> bool:
            with world.client("all") as recipient:
                arrived.extend(fetched(recipient))
            return all(routed(world, one) for one in receipts) and len(arrived) >= len(sent) * 3

        world.wait(is_ended, "every document is delivered")
    assert sorted(arrived) == sorted((one, organ_id) for one in sent for organ_id in RECIPIENTS[:3])
    for document_id, receipt in sent.items():
        assert messages_of(world, document_id) == [str(receipt.message_id)]
        assert deliveries_of(world, receipt.message_id) == list(RECIPIENTS[:3])
