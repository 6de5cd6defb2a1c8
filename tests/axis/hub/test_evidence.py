"""Receipts, conflicts and quarantine stand in the hub's log, and a partner can prove it with what the hub tells him."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select

from axis import cli
from axis.bootstrap import build_relay
from axis.hub.evidence import LOG, conflict_text, digest_of, quarantine_text
from axis.hub.model import MessageConflict, Quarantined
from axis.hub.tables import HISTORY
from storage.clock import ManualClock
from storage.database import open_engine
from storage.embedded import EmbeddedPostgres
from storage.merkle import checkpoints, sequencer
from storage.merkle.export import export_lines
from storage.merkle.form import digest_leaf
from storage.merkle.tree import extends, includes
from storage.merkle.verifier import Report, verify
from storage.migrations import downgrade, upgrade
from storage.unit_of_work import Database
from tests.axis.hub.messages import document
from tests.axis.hub.world import NOON, World
from tests.postgres import FreshDatabase, as_owner

SEND: dict[str, Any] = {"recipients": ["H99.101"]}


def keep(world: World) -> None:
    """Do what the worker does for the log, once."""
    relay = build_relay(world.settings, world.hub.database)
    for topic in (sequencer.TOPIC, checkpoints.TOPIC):
        relay.ensure_recurring(topic, LOG.name, "{}", sequencer.EVERY)
    world.clock.advance(sequencer.EVERY)
    for topic in (sequencer.TOPIC, checkpoints.TOPIC):
        relay.drain(topic)


def report_of(world: World) -> Report:
    with world.hub.database.reading() as session:
        return verify(list(export_lines(session, LOG)))


def receipts(world: World, account: str, message_id: UUID) -> list[dict[str, Any]]:
    answer = world.get(account, f"/v1/messages/{message_id}/receipts")
    assert answer.json is not None
    found: list[dict[str, Any]] = answer.json["receipts"]
    return found


def stated(world: World, query: str = "") -> dict[str, Any]:
    answer = world.get("commune", f"/v1/checkpoints{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def proves(receipt: dict[str, Any], checkpoint: dict[str, Any]) -> bool:
    """What a partner does: nothing but the receipt's XML, its id, the proof and a checkpoint."""
    told = receipt["inclusion"]
    leaf = digest_leaf(UUID(receipt["receipt_id"]), hashlib.sha256(receipt["xml"].encode()).digest())
    proof = [bytes.fromhex(one) for one in told["proof"]]
    assert told["leaf"] == leaf.hex()
    assert told["root"] == checkpoint["root"]
    return includes(leaf, told["sequence"], checkpoint["tree_size"], proof, bytes.fromhex(checkpoint["root"]))


def test_what_the_hub_did_stands_in_its_log(world: World) -> None:
    first = world.deliver("province", document(**SEND))
    refused = world.deliver("province", document(**SEND, document_id="2"))
    by_message = {one["message_id"]: one["delivery_id"] for one in world.inbox("commune")}
    world.report("commune", by_message[str(first)], "done")
    world.report("commune", by_message[str(refused)], "fail", "hỏng")
    assert world.post("province", document(**SEND, subject="khác")).status_code == 409
    assert world.post("province", b"<no/>").status_code == 422
    assert report_of(world).unsequenced == 6
    keep(world)
    report = report_of(world)
    assert (report.findings, report.size, report.unsequenced, report.confirmed) == ([], 6, 0, 6)
    with world.hub.database.reading() as session:
        texts = [json.loads(line).get("entry") for line in export_lines(session, LOG)]
        conflict = session.scalars(select(MessageConflict)).one()
        quarantined = session.scalars(select(Quarantined)).one()
    assert conflict.digest == digest_of(conflict_text(conflict))
    assert quarantined.digest == digest_of(quarantine_text(quarantined))
    assert {conflict_text(conflict), quarantine_text(quarantined)} <= set(texts)
    assert {one["xml"] for one in (*receipts(world, "province", first), *receipts(world, "province", refused))} < set(
        texts
    )


def test_a_partner_proves_each_receipt_against_a_checkpoint(world: World) -> None:
    sent = [world.deliver("province", document(**SEND, document_id=str(number))) for number in range(3)]
    assert [one["inclusion"] for one in receipts(world, "province", sent[0])] == [None]
    keep(world)
    [first] = stated(world)["checkpoints"]
    assert (first["tree_size"], first["token"]) == (3, None)
    for entry in world.inbox("commune"):
        world.report("commune", entry["delivery_id"], "done")
    keep(world)
    told = stated(world, "?since=3")
    second, again = told["checkpoints"]
    assert again == first
    by_size = {3: first, 6: second}
    for message_id in sent:
        pair = receipts(world, "commune", message_id)
        assert [one["inclusion"]["tree_size"] for one in pair] == [3, 6]
        assert all(proves(one, by_size[one["inclusion"]["tree_size"]]) for one in pair)
        changed = pair[0] | {"xml": pair[0]["xml"].replace("accepted", "refused")}
        with pytest.raises(AssertionError):
            proves(changed, first)
    assert told["consistency"]["from"] == 3
    proof = [bytes.fromhex(one) for one in told["consistency"]["proof"]]
    roots = bytes.fromhex(first["root"]), bytes.fromhex(second["root"])
    assert extends(3, told["consistency"]["to"], *roots, proof)


@pytest.mark.parametrize("since", ["0", "4", "x", "-1", "9" * 30])
def test_only_sizes_of_the_log_have_a_proof(world: World, since: str) -> None:
    world.deliver("province", document(**SEND))
    keep(world)
    assert world.get("commune", f"/v1/checkpoints?since={since}").status_code == 422
    assert world.client.get("/v1/checkpoints").status_code == 401


def test_an_empty_log_has_no_checkpoint(world: World) -> None:
    keep(world)
    assert stated(world) == {"log": "axis/evidence", "checkpoints": []}


def test_the_command_line_exports_and_verifies(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world.deliver("province", document(**SEND))
    keep(world)
    values = {
        "DATABASE_URL": world.settings.database_url.reveal(),
        "RECEIPT_KEY_FILE": "none",
        "RECEIPT_KEY_PASSWORD": "none",
        "TRUST_ROOTS_FILE": "none",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"AXIS_{name}", value)
    file = tmp_path / "log.jsonl"
    assert cli.main(["audit", "export", str(file)]) == 0
    anchor = capsys.readouterr().out.splitlines()[-1]
    for name in values:
        monkeypatch.delenv(f"AXIS_{name}")
    assert cli.main(["audit", "verify", str(file), "--since", anchor]) == 0
    (tmp_path / "kept").write_text(anchor)
    assert cli.main(["audit", "verify", str(file), "--since", str(tmp_path / "kept")]) == 0
    file.write_text(file.read_text().replace("H99.101", "H99.102"))
    capsys.readouterr()
    assert cli.main(["audit", "verify", str(file), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [(one["kind"], one["sequence"]) for one in found["findings"]] == [("edited", 0)]
    assert not found["intact"]
    assert cli.main(["audit", "verify", str(tmp_path / "missing")]) == 1


def test_what_was_there_before_gets_its_place_too(
    postgres_url: FreshDatabase, postgres_server: EmbeddedPostgres
) -> None:
    url = as_owner(postgres_server, postgres_url(HISTORY))
    downgrade(url, HISTORY, to="axis_0002")
    with psycopg.connect(url) as connection:
        connection.execute(
            "WITH a AS (INSERT INTO account (id, name, token_sha256, accept_unverifiable, created_at)"
            " VALUES (gen_random_uuid(), 'a', 'x', false, now()) RETURNING id)"
            " INSERT INTO quarantine SELECT gen_random_uuid(), id, 'x', 1, 'c', 'ế', 3, null, 'vi', 'en', now() FROM a"
        )
    for _ in range(2):
        upgrade(url, HISTORY)
        downgrade(url, HISTORY, to="axis_0002")
    upgrade(url, HISTORY)
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT digest, p.log FROM quarantine q JOIN merkle_pending p ON p.entry_id = q.id")
        [(digest, log)] = rows.fetchall()
    database = Database(open_engine(url), ManualClock(NOON))
    with database.reading() as session:
        entry = session.scalars(select(Quarantined)).one()
        assert (digest, log) == (digest_of(quarantine_text(entry)), LOG.name)
    sequencer.Sequencer(database, LOG.name).place_batch()
    with database.reading() as session:
        assert verify(list(export_lines(session, LOG))).findings == []
    database.engine.dispose()
    downgrade(url, HISTORY, to="axis_0002")
    upgrade(url, HISTORY)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM merkle_pending").fetchone() == (0,)
