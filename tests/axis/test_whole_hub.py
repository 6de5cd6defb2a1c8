"""The hub as an operator runs it: real commands, real processes, a live PKI, and two systems that exchange signed messages."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from axis.client import InboxItem
from schemas.reader import parse
from signing.timestamps import archive_trust, check_timestamp
from signing.verdicts import Verdict
from signing.xml import verify_xml
from storage.merkle.form import digest_leaf, imprint
from storage.merkle.tree import includes
from tests.axis.exchange import ROOT, START_SECONDS, Exchange, exchange, pki, ready
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


def test_a_partner_proves_a_receipt_by_a_time_stamped_checkpoint(exchange: Exchange) -> None:
    raw = exchange.signed(document(recipients=["H99.101"], document_id="H99,2026/11/20,18/UBND"), "province")
    with exchange.client("H99") as sender:
        message_id = sender.send(lambda: io.BytesIO(raw), len(raw)).message_id
    headers = {"Authorization": f"Bearer {exchange.tokens['H99'].token}"}
    found: list[dict[str, Any]] = []

    def proved() -> bool:
        answer = httpx.get(f"{exchange.url}/v1/messages/{message_id}/receipts", headers=headers)
        found[:] = answer.raise_for_status().json()["receipts"]
        return found[0]["inclusion"] is not None

    wait_until(proved, "a checkpoint covers the receipt")
    receipt, told = found[0], found[0]["inclusion"]
    stated = httpx.get(f"{exchange.url}/v1/checkpoints?limit=200", headers=headers).raise_for_status().json()
    checkpoint = next(one for one in stated["checkpoints"] if one["tree_size"] == told["tree_size"])
    root, size = bytes.fromhex(checkpoint["root"]), checkpoint["tree_size"]
    leaf = digest_leaf(UUID(receipt["receipt_id"]), hashlib.sha256(receipt["xml"].encode()).digest())
    assert includes(leaf, told["sequence"], size, [bytes.fromhex(one) for one in told["proof"]], root)
    archive = archive_trust((exchange.pki.directory / "root.pem").read_bytes())
    moment = check_timestamp(base64.b64decode(checkpoint["token"]), imprint(stated["log"], size, root), archive)
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=10)


def test_what_is_not_signed_by_the_sender_is_refused(exchange: Exchange) -> None:
    raw = document(recipients=["H99.101"], document_id="H99,2026/11/20,16/UBND")
    good = exchange.signed(raw, "province")
    assert exchange.send("H99", raw) == "exchange.signature-required"
    assert exchange.send("H99", good.replace("trục".encode(), "trúc".encode())) == "exchange.signature-invalid"
    assert exchange.send("H99", exchange.signed(raw, "revoked")) == "exchange.signature-invalid"
    assert exchange.send("H99", exchange.signed(raw, "commune")) == "exchange.certificate-of-another"
    assert exchange.send("H99.101", good) == "exchange.sender-mismatch"
    assert exchange.send("H99", good) == ""


def axis(*arguments: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command as an agency's operator does: without any setting or database of the hub."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AXIS_", "LIENTHONG_"))}
    command = [sys.executable, "-m", "axis.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, env=kept | environ, capture_output=True, text=True, check=False)


def test_an_operator_sends_fetches_and_looks_up_with_commands(exchange: Exchange, tmp_path: Path) -> None:
    raw = exchange.signed(
        document(recipients=["H99.101"], document_id="H99,2026/11/20,17/UBND", contents=[PDF], promised=[PDF]),
        "province",
    )
    (tmp_path / "message.edxml").write_bytes(raw)
    environs = {}
    for organ_id, token in exchange.tokens.items():
        file = tmp_path / f"{organ_id}.token"
        file.write_text(token.token + "\n")
        environs[organ_id] = {"LIENTHONG_HUB_URL": exchange.url, "LIENTHONG_HUB_TOKEN_FILE": str(file)}
    told = axis("send", str(tmp_path / "message.edxml"), "--receipts", str(tmp_path / "kept"), environ=environs["H99"])
    assert told.returncode == 0, told.stderr
    (receipt,) = (tmp_path / "kept").iterdir()
    assert verify_xml(parse(receipt.read_bytes()), exchange.pki.trust(), datetime.now(UTC)).verdict is Verdict.VALID
    again = axis("send", str(tmp_path / "message.edxml"), "--json", "--progress", environ=environs["H99"])
    (row,) = json.loads(again.stdout)
    assert (row["message_id"], row["replayed"]) == (receipt.stem, True)
    assert "100 %" in again.stderr

    fetched: list[dict[str, object]] = []

    def waits() -> bool:
        got = axis("fetch", "--into", str(tmp_path / "in"), "--done", "--json", environ=environs["H99.101"])
        assert got.returncode == 0, got.stderr
        fetched.extend(json.loads(got.stdout))
        return any(one["document_id"] == "H99,2026/11/20,17/UBND" for one in fetched)

    wait_until(waits, "the message is fetched")
    assert raw in [file.read_bytes() for file in (tmp_path / "in").iterdir()]
    with exchange.client("H99") as sender:
        (delivery,) = sender.message(UUID(receipt.stem))["deliveries"]
    assert delivery["transport_status"] == "done"

    listed = axis("agencies", "--hub", exchange.url, environ=environs["H99"])
    assert "xã Bến Lau" in listed.stdout
    away = axis("send", str(tmp_path / "message.edxml"), "--hub", "http://127.0.0.1:1", environ=environs["H99"])
    assert (away.returncode, "Traceback" in away.stderr) == (3, False)
    assert axis("send", "x", environ={}).returncode == 2
    assert all(
        token.token not in one.stdout + one.stderr
        for one in (told, again, listed, away)
        for token in exchange.tokens.values()
    )


def test_the_command_ends_well_with_all_its_processes(exchange: Exchange) -> None:
    """Last in the module: it stops the hub."""
    exchange.serving.send_signal(signal.SIGTERM)
    assert exchange.serving.wait(60) == 0
    assert not ready(exchange.url)
