"""The harness itself: it sees every kind of harm, its plan is the seed's, and its crash points are those of the code."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from lxml import etree

from axis.hub.receipts import ReceiptFacts, ReceiptOffice
from signing.demo_pki import Holder
from signing.demo_pki.issuing import make_pki
from signing.providers.pkcs12 import Pkcs12Folder
from signing.xml import sign_xml
from storage.identifiers import new_id
from tests.faults.judge import Carried, Received, Sent, judge
from tests.faults.plan import FULL_DOCUMENTS, KILLS_WANTED, POINTS, RECIPIENTS, draw_plan, kills_needed
from tests.faults.receipts import fault_of_receipt

ROOT = Path(__file__).parents[2]

SENT = Sent("d1", "aa", ("H1", "H2"), [("m1", "r1"), ("m1", "r1")])
CARRIED = Carried("m1", "d1", "aa", "aa", [("x1", "H1", "done"), ("x2", "H2", "done")])
RECEIVED = (Received("x1", "m1", "d1", "H1", "aa"), Received("x2", "m1", "d1", "H2", "aa"))


def sums(
    sent: list[Sent] | None = None, carried: list[Carried] | None = None, received: list[Received] | None = None
) -> tuple[int, int, int]:
    verdict = judge(
        [SENT] if sent is None else sent,
        [CARRIED] if carried is None else carried,
        RECEIVED if received is None else received,
    )
    return len(verdict.lost), len(verdict.doubled), len(verdict.changed)


def test_ledgers_that_agree_have_no_finding() -> None:
    assert sums() == (0, 0, 0)


def test_every_loss_is_found() -> None:
    assert sums(sent=[replace(SENT, receipts=[])])[0] == 1
    assert sums(carried=[])[0] == 1
    assert sums(carried=[replace(CARRIED, blob_sha256="")])[0] == 1
    assert sums(carried=[replace(CARRIED, deliveries=CARRIED.deliveries[:1])])[0] == 1
    assert sums(carried=[replace(CARRIED, deliveries=[*CARRIED.deliveries[:1], ("x2", "H2", "initial")])])[0] == 1
    assert sums(carried=[replace(CARRIED, message_id="m2")])[0] == 1
    assert sums(received=[RECEIVED[0]])[0] == 1


def test_every_doubling_is_found() -> None:
    assert sums(carried=[CARRIED, replace(CARRIED, deliveries=[])])[1] == 1
    assert sums(carried=[replace(CARRIED, deliveries=[*CARRIED.deliveries, ("x3", "H2", "done")])])[1] == 1
    assert sums(received=[*RECEIVED, replace(RECEIVED[1], delivery_id="x3")])[1] == 1
    assert sums(received=[*RECEIVED, replace(RECEIVED[1], recipient="H3")])[1] == 1
    assert sums(carried=[CARRIED, replace(CARRIED, document_id="d2")])[1] == 1


def test_every_change_is_found() -> None:
    assert sums(carried=[replace(CARRIED, blob_sha256="bb")])[2] == 1
    assert sums(carried=[replace(CARRIED, sha256="bb")])[2] == 1
    assert sums(received=[RECEIVED[0], replace(RECEIVED[1], sha256="bb")])[2] == 1
    assert sums(sent=[replace(SENT, receipts=[("m1", "r1"), ("m1", "r2")])])[2] == 1


def test_a_seed_is_a_plan() -> None:
    assert draw_plan(7, 300) == draw_plan(7, 300)
    assert draw_plan(7, 300) != draw_plan(8, 300)


@pytest.mark.parametrize("seed", range(20))
def test_a_full_plan_has_every_crash_point_enough_kills_and_circles_of_a_hundred(seed: int) -> None:
    plan = draw_plan(seed, FULL_DOCUMENTS)
    kinds = Counter(fault.kind for fault in plan.faults)
    assert {fault.target for fault in plan.faults if fault.kind == "point"} == set(POINTS)
    assert kinds["point"] + kinds["kill"] >= KILLS_WANTED == kills_needed(FULL_DOCUMENTS)
    circles = [one.number for one in plan.documents if one.recipients == RECIPIENTS]
    assert len(circles) == 5
    [fan_out] = [fault for fault in plan.faults if fault.target == "axis.routing.recipient-offered"]
    assert fan_out.after < circles[-1]  # there is still one to crash at
    assert [fault.after for fault in plan.faults] == sorted(fault.after for fault in plan.faults)
    assert len({one.document_id for one in plan.documents}) == FULL_DOCUMENTS


@pytest.mark.parametrize("documents", [50, 200, 500])
def test_a_short_plan_has_enough_kills_too(documents: int) -> None:
    for seed in range(20):
        kinds = Counter(fault.kind for fault in draw_plan(seed, documents).faults)
        assert kinds["point"] + kinds["kill"] >= kills_needed(documents)


def test_the_crash_points_are_those_of_the_code() -> None:
    sources = [path for name in ("storage", "axis") for path in (ROOT / name).rglob("*.py")]
    calls = [call for path in sources for call in re.findall(r'^ +reached\("([^"]+)"', path.read_text(), re.MULTILINE)]
    assert sorted(calls) == sorted(POINTS)


def test_a_forged_receipt_is_found_without_code_of_the_hub(tmp_path: Path) -> None:
    holders = [
        Holder(
            kind="system",
            label=stem,
            common_name=stem,
            organization=stem,
            organization_identifier="",
            file_stem=stem,
            password="x",
        )
        for stem in ("hub", "other")
    ]
    pki = make_pki(tmp_path / "pki", 1, holders, Path("no font: systems have no image"))

    class Signer:
        def sign(self, root: etree._Element) -> bytes:
            with Pkcs12Folder(pki.directory).open("hub.p12", "x") as key:
                return etree.tostring(sign_xml(root, key), encoding="UTF-8", xml_declaration=True)

    facts = ReceiptFacts("accepted", new_id(), "i", "ab", 3, "H99", ("H99.101",), datetime(2026, 11, 20, tzinfo=UTC))
    receipt = ReceiptOffice("hub", Signer()).issue(facts).xml
    hub, other = (
        x509.load_pem_x509_certificate((pki.directory / f"{one}.pem").read_bytes()) for one in ("hub", "other")
    )
    assert fault_of_receipt(receipt, hub, "ab") == ""
    assert fault_of_receipt(receipt, hub, "ac") == "speaks of another document"
    assert fault_of_receipt(receipt, other, "ab") == "not signed by the hub"
    forged = receipt.replace(b"H99.101", b"H99.102")
    assert fault_of_receipt(forged, hub, "ab") == "another content than was signed"
