"""Entries find their places: in real databases, with many writers, with a sequencer that is killed, with history rewritten."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from storage.database import open_engine
from storage.embedded import EmbeddedPostgres
from storage.merkle import checkpoints, sequencer
from storage.merkle.checkpoints import CheckpointWriter
from storage.merkle.form import imprint
from storage.merkle.model import Checkpoint, Leaf, PendingLeaf, Subtree
from storage.merkle.sequencer import Sequencer
from storage.merkle.stored import StoredTree, inclusion, newest_checkpoint
from storage.merkle.tree import CompactRange, extends, includes
from storage.merkle.tree import consistency_proof as proof_between
from storage.merkle.verifier import verify
from storage.outbox.relay import Relay, RetryLater, Topic
from storage.unit_of_work import Database
from tests.postgres import as_owner
from tests.storage.merkle.notes import NOTES, exported, forge, write, write_many
from tests.waiting import wait_until

ROOT = Path(__file__).parents[3]
WRITERS, ACTS = 8, 60


def sequence_all(database: Database, batch: int = 1000) -> None:
    placing = Sequencer(database, NOTES.name, batch=batch)
    while placing.place_batch():
        pass


def stored_leaves(database: Database) -> list[Leaf]:
    with database.reading() as session:
        return list(session.scalars(select(Leaf).order_by(Leaf.sequence)))


def pending(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(PendingLeaf)) or 0


def url_of(database: Database) -> str:
    return database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def test_an_entry_waits_for_its_place_from_the_moment_of_its_commit(notes: Database) -> None:
    with pytest.raises(KeyError), notes.begin() as tx:
        write(tx, "bị huỷ")
        tx.session.flush()
        raise KeyError
    assert pending(notes) == 0
    write_many(notes, 3)
    assert pending(notes) == 3
    assert verify(exported(notes)).unsequenced == 3


@pytest.mark.parametrize("batch", [7, 256, 1000])
def test_batches_of_any_size_give_the_same_tree(notes: Database, batch: int) -> None:
    ids = write_many(notes, 600)
    sequence_all(notes, batch)
    leaves = stored_leaves(notes)
    assert [leaf.entry_id for leaf in leaves] == ids
    assert [leaf.sequence for leaf in leaves] == list(range(600))
    expected = CompactRange()
    expected.extend(leaf.leaf_hash for leaf in leaves)
    with notes.reading() as session:
        tree = StoredTree(session, NOTES.name)
        assert tree.range(600).root() == expected.root()
        assert session.scalar(select(func.count()).select_from(Subtree)) == 2
    assert verify(exported(notes)).intact


def test_subtrees_above_the_stored_ones_are_put_together_from_them(notes: Database) -> None:
    size = 2 * 65_536 + 300
    with notes.begin() as tx:
        tx.session.execute(
            text(
                "INSERT INTO note SELECT gen_random_uuid(), 'x', encode(sha256('x'), 'hex') FROM generate_series(1, :size)"
            ),
            {"size": size},
        )
    sequence_all(notes, 50_000)
    with notes.reading() as session:
        levels = session.execute(select(Subtree.level, func.count()).group_by(Subtree.level)).all()
        assert sorted((int(level), int(count)) for level, count in levels) == [(8, size // 256), (16, 2)]
        leaves = session.scalars(select(Leaf.leaf_hash).order_by(Leaf.sequence)).all()
        tree, expected = StoredTree(session, NOTES.name), CompactRange()
        expected.extend(leaves)
        assert tree.range(size).root() == expected.root()
        first, old = 70_000, CompactRange()
        old.extend(leaves[:first])
        assert extends(first, size, old.root(), expected.root(), proof_between(first, size, tree))


def test_eight_writers_and_two_sequencers_leave_no_gap_and_no_double(notes: Database) -> None:
    def act(writer: int) -> None:
        for number in range(ACTS):
            with notes.begin() as tx:
                write(tx, f"{writer}/{number}")

    def place() -> None:
        placing = Sequencer(notes, NOTES.name, batch=20)
        while len(stored_leaves(notes)) < WRITERS * ACTS:
            placing.place_batch()

    with ThreadPoolExecutor(WRITERS + 2) as pool:
        for done in [*(pool.submit(act, writer) for writer in range(WRITERS)), *(pool.submit(place) for _ in "ab")]:
            done.result()
    leaves = stored_leaves(notes)
    assert [leaf.sequence for leaf in leaves] == list(range(WRITERS * ACTS))
    assert len({leaf.entry_id for leaf in leaves}) == WRITERS * ACTS
    report = verify(exported(notes))
    assert (report.findings, report.size, report.unsequenced) == ([], WRITERS * ACTS, 0)


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


def test_a_sequencer_killed_in_the_middle_of_a_batch_is_continued(
    notes: Database, postgres_server: EmbeddedPostgres, processes: list[subprocess.Popen[bytes]]
) -> None:
    administrator = postgres_server.url(str(notes.engine.url.database))
    ids = write_many(notes, 900)
    command = [sys.executable, "-m", "tests.storage.merkle.sequencing", url_of(notes), "300"]

    def start() -> subprocess.Popen[bytes]:
        processes.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL))
        return processes[-1]

    waits = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO merkle_subtree%'"
        " AND datname = current_database()"
    )
    Sequencer(notes, NOTES.name, batch=300).place_batch()
    with (
        psycopg.connect(administrator) as holding,
        psycopg.connect(administrator, autocommit=True) as watching,
    ):
        holding.execute("LOCK TABLE merkle_subtree IN EXCLUSIVE MODE")  # leaves are placed, their subtrees wait
        first = start()
        wait_until(lambda: watching.execute(waits).fetchone() == (1,), "the sequencer is in the middle of a batch")
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        holding.rollback()
    write_many(notes, 50, first=900)
    assert start().wait(timeout=60) == 0
    leaves = stored_leaves(notes)
    assert [leaf.sequence for leaf in leaves] == list(range(950))
    assert [leaf.entry_id for leaf in leaves[:900]] == ids
    report = verify(exported(notes))
    assert (report.findings, report.size, report.unsequenced) == ([], 950, 0)


@pytest.mark.parametrize("table", ["merkle_leaf", "merkle_subtree", "merkle_checkpoint"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET log = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_refuses_to_change_what_was_placed(
    notes: Database, postgres_server: EmbeddedPostgres, table: str, statement: str
) -> None:
    write_many(notes, 300)
    sequence_all(notes)
    CheckpointWriter(notes, NOTES.name, None).write()
    with pytest.raises(ProgrammingError, match="permission denied"), notes.begin() as tx:
        tx.session.execute(text(statement.format(table)))
    owner = open_engine(as_owner(postgres_server, url_of(notes)))
    with pytest.raises(IntegrityError, match="append-only"), owner.begin() as connection:
        connection.execute(text(statement.format(table)))
    owner.dispose()
    assert verify(exported(notes)).intact


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO merkle_pending (log, entry_id, leaf_hash) VALUES ('tests/notes', gen_random_uuid(), sha256('x'))",
        "UPDATE merkle_pending SET leaf_hash = sha256('x')",
    ],
)
def test_leaves_come_from_the_trigger_alone(notes: Database, statement: str) -> None:
    write_many(notes, 1)
    with pytest.raises(ProgrammingError, match="permission denied"), notes.begin() as tx:
        tx.session.execute(text(statement))


def test_a_temporary_table_cannot_catch_leaves(notes: Database) -> None:
    with notes.begin() as tx:
        tx.session.execute(text("CREATE TEMPORARY TABLE merkle_pending (log text, entry_id uuid, leaf_hash bytea)"))
        write(tx, "một")
        tx.session.flush()
        tx.session.execute(text("DROP TABLE pg_temp.merkle_pending"))
    assert pending(notes) == 1


FORGERIES = {
    "UPDATE note SET words = 'khác' WHERE id = :id": "edited",
    "DELETE FROM note WHERE id = :id": "removed",
    "UPDATE merkle_leaf SET leaf_hash = sha256('x') WHERE entry_id = :id": "edited",
    "UPDATE merkle_leaf SET entry_id = gen_random_uuid() WHERE entry_id = :id": "removed",
    "DELETE FROM merkle_leaf WHERE entry_id = :id": "removed",
}


@pytest.mark.parametrize("statement", FORGERIES)
def test_an_administrator_who_switches_the_triggers_off_is_found_out(
    notes: Database, postgres_server: EmbeddedPostgres, statement: str
) -> None:
    ids = write_many(notes, 20)
    sequence_all(notes)
    CheckpointWriter(notes, NOTES.name, None).write()
    forge(postgres_server, notes, statement, id=ids[11])
    report = verify(exported(notes))
    found = [(one.kind, one.sequence) for one in report.findings]
    assert (FORGERIES[statement], 11) in found
    if statement.startswith("DELETE FROM merkle_leaf"):
        assert report.unsequenced_ids == [str(ids[11])]


def test_one_who_also_mends_the_leaf_is_found_out_by_the_checkpoint(
    notes: Database, postgres_server: EmbeddedPostgres
) -> None:
    ids = write_many(notes, 20)
    sequence_all(notes)
    CheckpointWriter(notes, NOTES.name, None).write()
    write_many(notes, 5, first=20)
    sequence_all(notes)
    forge(
        postgres_server,
        notes,
        "UPDATE note SET words = 'khác' WHERE id = :id",
        "UPDATE merkle_leaf SET leaf_hash = sha256('\\x00'::bytea || uuid_send(entry_id)"
        " || sha256(convert_to('khác', 'UTF8'))) WHERE entry_id = :id",
        id=ids[11],
    )
    [finding] = verify(exported(notes)).findings
    assert (finding.kind, finding.sequence, finding.until) == ("rewritten", 0, 19)


def test_the_end_of_the_log_cannot_be_cut_off_behind_a_checkpoint(
    notes: Database, postgres_server: EmbeddedPostgres
) -> None:
    write_many(notes, 300)
    sequence_all(notes)
    CheckpointWriter(notes, NOTES.name, None).write()
    forge(
        postgres_server,
        notes,
        "DELETE FROM note WHERE id IN (SELECT entry_id FROM merkle_leaf WHERE sequence >= 290)",
        "DELETE FROM merkle_leaf WHERE sequence >= 290",
    )
    [finding] = verify(exported(notes)).findings
    assert (finding.kind, finding.sequence, finding.until) == ("truncated", 290, 299)


def test_a_checkpoint_states_the_tree_once(notes: Database) -> None:
    asked: list[bytes] = []

    def stamp(digest: bytes) -> bytes:
        asked.append(digest)
        return b"token"

    writer = CheckpointWriter(notes, NOTES.name, stamp)
    assert not writer.write()
    write_many(notes, 10)
    assert not writer.write()
    sequence_all(notes)
    assert writer.write()
    assert not writer.write()
    with notes.reading() as session:
        [checkpoint] = session.scalars(select(Checkpoint)).all()
    assert (checkpoint.tree_size, checkpoint.token, checkpoint.at) == (10, b"token", notes.clock.now())
    assert asked == [imprint(NOTES.name, 10, checkpoint.root_hash)]


def test_an_entry_is_proved_against_the_first_checkpoint_that_covers_it(notes: Database) -> None:
    writer = CheckpointWriter(notes, NOTES.name, None)
    ids: list[UUID] = []
    for count in (5, 9, 2):
        ids += write_many(notes, count, first=len(ids))
        sequence_all(notes)
        if count != 2:
            writer.write()
    with notes.reading() as session:
        sizes = []
        for entry_id in ids[:14]:
            found = inclusion(session, NOTES.name, entry_id)
            assert found is not None
            stated = found.checkpoint
            sizes.append(stated.tree_size)
            assert includes(found.leaf, found.sequence, stated.tree_size, found.proof, stated.root_hash)
        assert sizes == [5] * 5 + [14] * 9
        assert inclusion(session, NOTES.name, ids[15]) is None


def test_both_jobs_run_from_the_outbox_and_an_authority_that_is_away_delays_only_checkpoints(notes: Database) -> None:
    away = True

    def stamp(digest: bytes) -> bytes:
        if away:
            raise RetryLater("the authority is away")
        return b"token"

    topics = [
        Topic(sequencer.TOPIC, Sequencer(notes, NOTES.name, batch=4), lease=sequencer.LEASE),
        Topic(checkpoints.TOPIC, CheckpointWriter(notes, NOTES.name, stamp), lease=checkpoints.LEASE),
    ]
    relay = Relay(notes, topics)
    for topic in topics:
        relay.ensure_recurring(topic.name, NOTES.name, "{}", timedelta(seconds=1))
    for round_ in range(1, 4):
        write_many(notes, 10, first=10 * round_)
        for name in relay.due_topics():
            relay.drain(name)
        assert len(stored_leaves(notes)) == 10 * round_
        notes.clock.advance(timedelta(minutes=10))  # type: ignore[attr-defined]
    with notes.reading() as session:
        assert newest_checkpoint(session, NOTES.name) is None
    away = False
    relay.drain(checkpoints.TOPIC)
    with notes.reading() as session:
        newest = newest_checkpoint(session, NOTES.name)
        assert newest is not None
        assert newest.tree_size == 30


def test_an_export_is_one_json_object_a_line(notes: Database) -> None:
    write_many(notes, 2)
    sequence_all(notes)
    CheckpointWriter(notes, NOTES.name, None).write()
    write_many(notes, 1, first=2)
    assert [sorted(json.loads(line)) for line in exported(notes)] == [
        ["format", "log", "range", "start"],
        ["entry", "id", "leaf", "n"],
        ["entry", "id", "leaf", "n"],
        ["at", "checkpoint", "root", "token"],
        ["entry", "unsequenced"],
        ["checkpoints", "end", "root", "tail"],
    ]
    with pytest.raises(ValueError, match="2 entries"):
        exported(notes, start=3)
