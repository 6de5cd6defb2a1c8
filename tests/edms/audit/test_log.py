"""The journal as a log: every act and every look at a document stands in it, provably, with the time of a live authority."""

from __future__ import annotations

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text

from edms import cli
from edms.app import create_app
from edms.audit.journal import LOG
from edms.audit.queries import history
from edms.bootstrap import build_relay, keep_journal
from edms.organisation.acts import Act
from edms.tables import HISTORY
from storage.embedded import EmbeddedPostgres
from storage.merkle import checkpoints, sequencer
from storage.merkle.export import export_lines
from storage.merkle.sequencer import Sequencer
from storage.merkle.stored import newest_checkpoint
from storage.merkle.verifier import Report, verify
from storage.migrations import downgrade, upgrade
from storage.unit_of_work import Database
from tests.builders import Office
from tests.edms.browsing import person
from tests.edms.ground import Ground, Town, opened_town
from tests.postgres import FreshDatabase, as_owner
from tests.storage.merkle.notes import forge

WRITERS, ACTS = 8, 25


def report_of(database: Database) -> Report:
    with database.reading() as session:
        return verify(list(export_lines(session, LOG)))


def acts_of(database: Database, document_id: UUID) -> list[str]:
    with database.reading() as session:
        return [one.act for one in history(session, "document", document_id)]


def test_acts_of_eight_people_at_once_find_their_places(edms_database: Database, office: Office) -> None:
    actor, done = office.actor("binh"), threading.Event()

    def act(_: int) -> None:
        for number in range(ACTS):
            with edms_database.begin() as tx:
                tx.record(Act("document.read", actor, "document", uuid4(), {"number": number}))

    def place() -> None:
        placing = Sequencer(edms_database, LOG.name, batch=10)
        while not done.is_set() or placing.place_batch():
            placing.place_batch()

    before = report_of(edms_database).unsequenced
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        placing = pool.submit(place)
        list(pool.map(act, range(WRITERS)))
        done.set()
        placing.result()
    report = report_of(edms_database)
    assert (report.findings, report.unsequenced, report.size) == ([], 0, before + WRITERS * ACTS)


def test_a_rewritten_entry_is_named_though_its_digest_was_changed(
    edms_database: Database, office: Office, postgres_server: EmbeddedPostgres
) -> None:
    Sequencer(edms_database, LOG.name).place_batch()
    with edms_database.reading() as session:
        [entry_id] = session.scalars(text("SELECT entry_id FROM merkle_leaf WHERE sequence = 3")).all()
    forged = "UPDATE journal_entry SET act = 'x', digest = repeat('0', 64) WHERE id = :id"
    forge(postgres_server, edms_database, forged, id=entry_id)
    [finding] = report_of(edms_database).findings
    assert (finding.kind, finding.sequence, finding.id) == ("edited", 3, str(entry_id))


def test_what_was_there_before_gets_its_place_too(
    postgres_url: FreshDatabase, postgres_server: EmbeddedPostgres
) -> None:
    url = as_owner(postgres_server, postgres_url(HISTORY))
    downgrade(url, HISTORY, to="edms_0004")
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO journal_entry (id, at, act, subject_kind, subject_id, agency_id, actor, data, digest)"
            " SELECT gen_random_uuid(), now(), 'a', 's', gen_random_uuid(), gen_random_uuid(), '{}', '{}', repeat('0', 64)"
            " FROM generate_series(1, 3)"
        )
    upgrade(url, HISTORY)
    with psycopg.connect(url) as connection:
        order = "SELECT entry_id FROM merkle_pending ORDER BY id"
        found = connection.execute(order).fetchall()
        assert found == connection.execute("SELECT id FROM journal_entry ORDER BY place").fetchall()
        assert len(found) == 3


def test_every_look_at_a_document_is_one_entry(town: Town) -> None:
    browser = person(create_app(town.services), "binh")
    page = town.page(town.actor("binh"), town.letter_id)
    file = next(one for one in page.files if one.role == "main")
    before = acts_of(town.services.database, town.letter_id)
    address = f"/documents/{town.letter_id}"
    for path in (address, f"{address}/files/{file.id}", f"{address}/files/{file.id}/pages/1.png"):
        assert browser.get(path).status_code == 200
    assert acts_of(town.services.database, town.letter_id)[len(before) :] == [
        "document.read",
        "document.downloaded",
        "document.page-shown",
    ]
    with town.services.database.reading() as session:
        last = history(session, "document", town.letter_id)[-1]
    assert dict(last.data) == {"file": file.name, "sha256": file.sha256, "page": 1}
    assert "trang 1" in last.sentence()
    assert browser.get(f"{address}/files/{uuid4()}").status_code == 404
    assert len(acts_of(town.services.database, town.letter_id)) == len(before) + 3


def run_log(town: Town) -> None:
    """Do what the worker does for the journal, once."""
    relay = build_relay(town.services)
    keep_journal(town.services, relay)
    for topic in (sequencer.TOPIC, checkpoints.TOPIC):
        relay.drain(topic)


def test_checkpoints_carry_the_time_of_the_authority_and_prove_it_offline(
    town: Town, ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_log(town)
    with town.services.database.reading() as session:
        newest = newest_checkpoint(session, LOG.name)
        file = tmp_path / "journal.jsonl"
        file.write_text("".join(line + "\n" for line in export_lines(session, LOG)), encoding="utf-8")
    assert newest is not None
    assert newest.token is not None
    for name in [name for name in os.environ if name.startswith("EDMS_")]:
        monkeypatch.delenv(name)
    roots = ["--trust-roots", str(ground.pki.directory / "root.pem")]
    assert cli.main(["audit", "verify", str(file), *roots, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["stamped"] == newest.tree_size == report["size"]
    assert abs(datetime.now(UTC) - datetime.fromisoformat(report["stamped_at"])) < timedelta(minutes=10)
    assert cli.main(["audit", "verify", str(file), *roots]) == 0
    assert "Nguyên vẹn" in capsys.readouterr().out
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    number = next(number for number, line in enumerate(lines) if line.startswith('{"checkpoint"'))
    lines[number] = lines[number].replace(newest.root_hash.hex(), "00" * 32)
    file.write_text("".join(lines), encoding="utf-8")
    assert cli.main(["audit", "verify", str(file), *roots, "--json"]) == 1
    kinds = {one["kind"] for one in json.loads(capsys.readouterr().out)["findings"]}
    assert kinds == {"token", "rewritten"}


def test_an_authority_that_is_away_delays_checkpoints_and_no_act(town: Town, ground: Ground) -> None:
    away = replace(town.services.settings, timestamp_url="http://127.0.0.1:1/")
    with opened_town(away, ground) as other:
        other.services.documents.record_reading(other.actor("binh"), other.letter_id)
        run_log(other)
        report = report_of(other.services.database)
        assert (report.findings, report.unsequenced, report.checkpoints) == ([], 0, 0)
        assert report.size > 0
    town.clock.advance(timedelta(minutes=10))
    run_log(town)
    assert report_of(town.services.database).checkpoints == 1
