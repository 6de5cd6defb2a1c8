"""The hub trusts its own clock alone: times in messages are told of, certificates are judged by the hub's time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from lxml import etree

from axis.bootstrap import TrustedVerifier
from axis.hub.tables import HISTORY
from schemas.reader import local_name, parse
from signing.demo_pki import DemoPki, Holder
from signing.demo_pki.issuing import make_pki
from signing.providers.pkcs12 import Pkcs12Folder
from signing.xml import sign_envelope
from storage.clock import VIETNAM, ManualClock
from tests.axis.hub.messages import document, status
from tests.axis.hub.world import NOON, StubVerifier, World, settings_for
from tests.postgres import FreshDatabase
from tests.provoked import provokes

PASSWORD = "mật khẩu thử"
VALID_FROM = datetime.now(UTC).replace(microsecond=0) + timedelta(days=10)
VALID_TO = VALID_FROM + timedelta(days=10)


def stamped(sent_at: datetime) -> bytes:
    """A document that bears this time in its trace."""
    trace = f"<edXML:TraceHeader><edXML:Timestamp>{sent_at.astimezone(VIETNAM):%Y/%m/%d %H:%M:%S}</edXML:Timestamp>"
    raw = document()
    return raw.replace(
        b"<edXML:TraceHeaderList>", b"<edXML:TraceHeaderList>" + trace.encode() + b"</edXML:TraceHeader>"
    )


def findings(world: World, account: str, raw: bytes) -> set[str]:
    answer = world.post(account, raw)
    assert answer.status_code == 201, answer.text
    state = world.get(account, answer.headers["Location"]).json
    assert state is not None
    assert state["received_at"] == world.clock.now().isoformat()
    receipt = {local_name(child): child.text for child in parse(answer.data)}
    assert receipt["Time"] == world.clock.now().astimezone(VIETNAM).isoformat(timespec="seconds")
    return {finding["rule"] for finding in state["findings"]}


@pytest.mark.parametrize(
    ("ahead", "noted"),
    [
        (timedelta(days=-3650), False),
        (timedelta(0), False),
        (timedelta(seconds=300), False),
        (timedelta(seconds=301), True),
        (timedelta(days=3650), True),
    ],
)
def test_a_time_ahead_of_the_hub_is_borne_and_told(world: World, ahead: timedelta, noted: bool) -> None:
    assert ("edxml.timestamp-ahead" in findings(world, "province", stamped(NOON + ahead))) == noted


@provokes("edxml.timestamp-ahead")
def test_a_status_from_tomorrow_is_told_of_as_well(world: World) -> None:
    tomorrow = status().replace(b"2026/11/20 09:00:00", b"2026/11/21 09:00:00")
    assert "edxml.timestamp-ahead" in findings(world, "department", tomorrow)
    assert "edxml.timestamp-ahead" not in findings(world, "department", status(code="06"))


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    """A certificate that is valid for ten days which lie ahead; nobody needs to be asked about its dates."""
    holder = Holder(
        kind="system",
        label="province",
        common_name="Hệ thống tỉnh",
        organization="UBND tỉnh",
        organization_identifier="H99",
        file_stem="province",
        password=PASSWORD,
        valid_from=VALID_FROM,
        valid_to=VALID_TO,
    )
    return make_pki(tmp_path_factory.mktemp("clock") / "pki", 1, [holder], Path("no font: systems have no image"))


@pytest.fixture
def judging(pki: DemoPki, postgres_url: FreshDatabase, tmp_path: Path) -> Iterator[World]:
    """A hub that judges certificates, at a time that the test sets."""
    clock = ManualClock(VALID_FROM - timedelta(seconds=1))
    verifier = cast("StubVerifier", TrustedVerifier(pki.trust()))
    world = World(settings_for(postgres_url(HISTORY), tmp_path), clock=clock, verifier=verifier)
    yield world
    world.hub.close()


def test_a_certificate_counts_by_the_time_of_the_hub(judging: World, pki: DemoPki) -> None:
    with Pkcs12Folder(pki.directory).open("province.p12", PASSWORD) as key:
        raw = etree.tostring(sign_envelope(parse(document()), key), encoding="UTF-8", xml_declaration=True)
    seen = []
    for _ in range(3):
        answer = judging.post("province", raw).get_json(force=True)
        seen.append((answer["code"], {finding["code"] for finding in answer["findings"]}))
        judging.clock.advance(timedelta(days=6))
    assert seen == [
        ("exchange.signature-invalid", {"certificate.not-yet-valid"}),
        ("exchange.signature-required", {"certificate.revocation-unknown"}),
        ("exchange.signature-invalid", {"certificate.expired"}),
    ]
