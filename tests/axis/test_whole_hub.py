"""The hub as an operator runs it: real commands, real processes, a live PKI, and two systems that exchange signed messages."""

from __future__ import annotations

import io
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from axis.client import InboxItem
from schemas.reader import parse
from signing.verdicts import Verdict
from signing.xml import verify_xml
from tests.axis.exchange import START_SECONDS, Exchange, exchange, pki, ready
from tests.axis.hub.messages import document
from tests.waiting import wait_until

__all__ = ["exchange", "pki"]

pytestmark = pytest.mark.timeout(START_SECONDS)

PDF = b"%PDF-1.4 noi dung"


def test_web_and_worker_do_not_know_the_owner_of_the_tables(exchange: Exchange) -> None:
    environs = [
        (Path("/proc") / child / "environ").read_bytes()
        for child in Path(f"/proc/{exchange.serving.pid}/task/{exchange.serving.pid}/children").read_text().split()
    ]
    assert len(environs) == 2
    assert all(b"AXIS_DATABASE_URL=" in one and b"AXIS_DATABASE_OWNER_URL=" not in one for one in environs)


def test_a_signed_message_goes_from_one_system_to_another_and_leaves_signed_receipts(exchange: Exchange) -> None:
    raw = exchange.signed(document(recipients=["H99.101"], contents=[PDF], promised=[PDF]), "province")
    with exchange.client("H99") as sender, exchange.client("H99.101") as recipient:
        sent = sender.send(lambda: io.BytesIO(raw), len(raw))
        items: list[InboxItem] = []

        def arrived() -> bool:
            items.extend(recipient.inbox())
            return bool(items)

        wait_until(arrived, "the message waits for the commune")
        target = io.BytesIO()
        recipient.fetch(items[0].delivery_id, target, expected_sha256=items[0].sha256)
        recipient.acknowledge(items[0].delivery_id, "done")
        assert target.getvalue() == raw
        assert sender.message(sent.message_id)["signature_verdict"] == "valid"
        receipts = sender.receipts(sent.message_id)
    assert receipts[0] == sent.receipt_xml
    assert len(receipts) == 2
    for receipt in receipts:
        trust, now = exchange.pki.trust(), datetime.now(UTC)
        assert verify_xml(parse(receipt), trust, now).verdict is Verdict.VALID
        forged = receipt.replace(b"H99.101", b"H99.102")
        assert verify_xml(parse(forged), trust, now).verdict is Verdict.INVALID


def test_what_is_not_signed_by_the_sender_is_refused(exchange: Exchange) -> None:
    raw = document(recipients=["H99.101"], document_id="H99,2026/11/20,16/UBND")
    good = exchange.signed(raw, "province")
    assert exchange.send("H99", raw) == "exchange.signature-required"
    assert exchange.send("H99", good.replace("trục".encode(), "trúc".encode())) == "exchange.signature-invalid"
    assert exchange.send("H99", exchange.signed(raw, "revoked")) == "exchange.signature-invalid"
    assert exchange.send("H99", exchange.signed(raw, "commune")) == "exchange.certificate-of-another"
    assert exchange.send("H99.101", good) == "exchange.sender-mismatch"
    assert exchange.send("H99", good) == ""


def test_the_command_ends_well_with_all_its_processes(exchange: Exchange) -> None:
    """Last in the module: it stops the hub."""
    exchange.serving.send_signal(signal.SIGTERM)
    assert exchange.serving.wait(60) == 0
    assert not ready(exchange.url)
