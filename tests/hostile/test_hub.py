"""Every bad input is answered by a hub in real processes, kept where it must be, and costs no memory."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import httpx
import pytest

from storage.blobs.port import read_chunks
from tests.axis.exchange import PASSWORD, ROOT, START_SECONDS, Exchange, exchange, pki
from tests.hostile.attacks import ATTACKS, MEBIBYTE, UNTOLD, Attack, letter
from tests.hostile.memory import family_of, forget_peak, peak_bytes, resident_bytes

__all__ = ["exchange", "pki"]

pytestmark = pytest.mark.timeout(START_SECONDS)

GROWTH_LIMIT_BYTES = 64 * MEBIBYTE
NOT_KEPT = {"http.body-too-large"}
"""Refused before all bytes arrived: there is nothing whole to keep."""


@pytest.fixture(scope="module")
def warm(exchange: Exchange) -> Exchange:
    """Return the hub after it has done once what it does for every message."""
    assert exchange.send("H99", exchange.signed(letter("warm"), "province")) == ""
    assert exchange.send("H99", exchange.signed(letter("warm-revoked"), "revoked")) == "exchange.signature-invalid"
    return exchange


def post(exchange: Exchange, attack: Attack) -> httpx.Response:
    """Post what the attack makes, in chunks."""
    headers = {
        "Authorization": f"Bearer {exchange.tokens[attack.account].token}",
        "Content-Type": "application/xml",
    }
    with attack.make(exchange.signed) as source:
        if attack.size_bytes != UNTOLD:
            headers["Content-Length"] = str(attack.size_bytes or _length(source))
        return httpx.post(f"{exchange.url}/v1/messages", content=read_chunks(source), headers=headers, timeout=60)


def _length(source: BinaryIO) -> int:
    return source.seek(0, io.SEEK_END) - source.seek(0) if source.seekable() else 0


def quarantined(exchange: Exchange, account: str) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {exchange.tokens[account].token}"}
    answer = httpx.get(f"{exchange.url}/v1/quarantine?limit=200", headers=headers)
    return list(answer.json()["quarantine"])


@pytest.fixture
def frugal(warm: Exchange) -> Iterator[Exchange]:
    """Fail the test if any process of the hub grew by more than the bound over what it held when idle."""
    idle = {pid: resident_bytes(pid) for pid in family_of(warm.serving.pid)}
    for pid in idle:
        forget_peak(pid)
    yield warm
    assert family_of(warm.serving.pid) == list(idle), "a process of the hub died"
    grown = {pid: peak_bytes(pid) - held for pid, held in idle.items()}
    assert max(grown.values()) <= GROWTH_LIMIT_BYTES, grown


@pytest.mark.parametrize("name", ATTACKS)
def test_a_bad_input_gets_its_answer_and_costs_no_memory(frugal: Exchange, name: str) -> None:
    attack = ATTACKS[name]
    before = {entry["quarantine_id"] for entry in quarantined(frugal, attack.account)}
    answer = post(frugal, attack)
    if not attack.answer:
        assert answer.status_code == 201, answer.text
        with frugal.client(attack.account) as client:
            state = client.message(UUID(answer.headers["Lt-Message-Id"]))
        assert attack.finding in [finding["rule"] for finding in state["findings"]]
        return
    problem = answer.json()
    assert problem["code"] == attack.answer, problem
    assert problem["title"]
    assert problem["title_en"]
    kept = [entry for entry in quarantined(frugal, attack.account) if entry["quarantine_id"] not in before]
    assert [entry["code"] for entry in kept] == ([] if attack.answer in NOT_KEPT else [attack.answer])
    for code in attack.findings_of_signature:
        assert code in [finding["code"] for finding in problem["findings"]]


def test_fifty_megabytes_pass_through_client_and_hub_in_little_memory(frugal: Exchange, tmp_path: Path) -> None:
    arguments = [frugal.url, str(frugal.pki.directory), PASSWORD, str(tmp_path)]
    tokens = {organ_id.replace(".", "_"): frugal.tokens[organ_id].token for organ_id in ("H99", "H99.101")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.client", *arguments],
        cwd=ROOT,
        env=os.environ | tokens,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) <= GROWTH_LIMIT_BYTES
