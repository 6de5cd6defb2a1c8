"""Whatever is done to an exported log, the verifier names the entry it was done to."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.clock import SystemClock
from storage.database import open_engine
from storage.embedded import EmbeddedPostgres
from storage.merkle.checkpoints import CheckpointWriter
from storage.merkle.form import checkpoint_text, entry_leaf, imprint
from storage.merkle.sequencer import Sequencer
from storage.merkle.verifier import Anchor, Finding, Report, parse_anchor, verify
from storage.migrations import STORAGE
from storage.unit_of_work import Database
from tests.postgres import FreshDatabase, as_owner
from tests.storage.merkle.notes import NOTES, exported, make_table, write_many

LEAVES, CHECKPOINTS, TAIL = 40, (7, 16, 33), 3
PLACES = st.integers(0, LEAVES - 1)


@pytest.fixture(scope="module")
def lines(postgres_url: FreshDatabase, postgres_server: EmbeddedPostgres) -> Iterator[tuple[str, ...]]:
    """The export of a log of `LEAVES` leaves with `CHECKPOINTS`, and `TAIL` entries that have no place yet."""
    url = postgres_url(STORAGE)
    make_table(as_owner(postgres_server, url))
    engine = open_engine(url)
    database = Database(engine, SystemClock())
    done = 0
    for size in (*CHECKPOINTS, LEAVES):
        write_many(database, size - done, first=done)
        Sequencer(database, NOTES.name).place_batch()
        if size != LEAVES:
            CheckpointWriter(database, NOTES.name, None).write()
        done = size
    write_many(database, TAIL, first=done)
    yield tuple(exported(database))
    engine.dispose()


def at(lines: tuple[str, ...], n: int) -> int:
    """The number of the line that holds leaf `n`."""
    return next(number for number, line in enumerate(lines) if json.loads(line).get("n") == n)


def id_of(lines: tuple[str, ...], n: int) -> str:
    return str(json.loads(lines[at(lines, n)])["id"])


def changed(line: str, **values: Any) -> str:
    return json.dumps({**json.loads(line), **values}, ensure_ascii=False)


def with_line(lines: tuple[str, ...], number: int, *instead: str) -> list[str]:
    return [*lines[:number], *instead, *lines[number + 1 :]]


def told(report: Report, kind: str) -> list[Finding]:
    return [one for one in report.findings if one.kind == kind]


def root_of(lines: tuple[str, ...], size: int) -> str:
    return next(str(one["root"]) for one in map(json.loads, lines) if size in (one.get("checkpoint"), one.get("end")))


def test_what_nobody_touched_is_intact_and_its_tail_is_told(lines: tuple[str, ...]) -> None:
    report = verify(lines)
    assert report.findings == []
    assert (report.log, report.size, report.unsequenced) == (NOTES.name, LEAVES, TAIL)
    assert (report.checkpoints, report.confirmed) == (len(CHECKPOINTS), CHECKPOINTS[-1])
    assert report.root == root_of(lines, LEAVES)
    assert len(report.unsequenced_ids) == TAIL


@given(PLACES, st.text(), st.booleans())
def test_an_edited_text_is_named(lines: tuple[str, ...], n: int, text: str, gone: bool) -> None:
    number = at(lines, n)
    report = verify(with_line(lines, number, changed(lines[number], entry=None if gone else text)))
    kind = "removed" if gone else "edited"
    assert [(one.kind, one.sequence, one.id) for one in report.findings] == [(kind, n, id_of(lines, n))]


@given(PLACES, st.sampled_from(["id", "leaf"]), st.uuids(), st.binary(min_size=32, max_size=32))
def test_an_edited_id_or_leaf_hash_is_named(
    lines: tuple[str, ...], n: int, member: str, id_: UUID, leaf: bytes
) -> None:
    number = at(lines, n)
    value = str(id_) if member == "id" else leaf.hex()
    report = verify(with_line(lines, number, changed(lines[number], **{member: value})))
    assert [one.sequence for one in told(report, "edited")] == [n]


@given(PLACES, st.text())
def test_text_and_leaf_hash_changed_together_are_named_as_a_range(lines: tuple[str, ...], n: int, text: str) -> None:
    number = at(lines, n)
    forged = changed(lines[number], entry=text, leaf=entry_leaf(UUID(id_of(lines, n)), text).hex())
    [finding] = verify(with_line(lines, number, forged)).findings
    first = max([0, *(size for size in CHECKPOINTS if size <= n)])
    last = min(size for size in (*CHECKPOINTS, LEAVES) if size > n) - 1
    assert (finding.kind, finding.sequence, finding.until) == ("rewritten", first, last)


@given(PLACES, st.integers(1, 5))
def test_removed_entries_are_named(lines: tuple[str, ...], n: int, count: int) -> None:
    gone = range(n, min(n + count, LEAVES))
    numbers = {at(lines, one) for one in gone}
    report = verify([line for number, line in enumerate(lines) if number not in numbers])
    [finding] = report.findings
    kind = "truncated" if gone.stop == LEAVES else "removed"
    assert (finding.kind, finding.sequence, finding.until) == (kind, n, gone.stop - 1)
    if n > 0:
        assert id_of(lines, n - 1) in finding.detail
    if kind == "removed":
        assert id_of(lines, gone.stop) in finding.detail


@given(PLACES, PLACES)
def test_exchanged_entries_are_named(lines: tuple[str, ...], one: int, other: int) -> None:
    first, second = sorted((one, other))
    swapped = list(lines)
    swapped[at(lines, first)], swapped[at(lines, second)] = lines[at(lines, second)], lines[at(lines, first)]
    report = verify(swapped)
    named = {(finding.sequence, finding.id) for finding in told(report, "reordered")}
    if first == second:
        assert report.findings == []
    elif second - first <= 2:  # which of two or three neighbours moved cannot be told
        assert named
        assert named <= {(n, id_of(lines, n)) for n in range(first, second + 1)}
    else:
        assert named == {(first, id_of(lines, first)), (second, id_of(lines, second))}
    assert told(report, "removed") == []


@given(PLACES, PLACES)
def test_an_entry_that_stands_twice_is_named(lines: tuple[str, ...], n: int, after: int) -> None:
    number = at(lines, after)
    report = verify([*lines[: number + 1], lines[at(lines, n)], *lines[number + 1 :]])
    assert "repeated" in {one.kind for one in report.findings}
    # The next leaf before its checkpoint also puts that checkpoint, which is no entry, out of order.
    assert {one.sequence for one in report.findings} - {None} == {n}
    assert {one.kind for one in report.findings} <= {"repeated", "reordered"}


@given(st.data())
def test_a_file_that_is_cut_off_says_where(lines: tuple[str, ...], data: st.DataObject) -> None:
    kept = data.draw(st.integers(1, len(lines) - 1))
    report = verify(lines[:kept])
    places = [one["n"] for one in map(json.loads, lines[:kept]) if "n" in one]
    finding = told(report, "truncated")[-1]
    assert finding.sequence == len(places)
    if places:
        assert id_of(lines, places[-1]) in finding.detail


@given(st.data())
def test_a_line_that_is_cut_off_is_no_line(lines: tuple[str, ...], data: st.DataObject) -> None:
    whole = "\n".join(lines)
    report = verify(whole[: data.draw(st.integers(0, len(whole) - 1))].split("\n"))
    assert told(report, "truncated")


@given(st.lists(st.one_of(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))))
def test_any_text_is_judged_without_an_exception(text: list[str]) -> None:
    assert not verify(text).intact


@given(st.data())
def test_any_member_of_any_line_may_be_anything(lines: tuple[str, ...], data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(lines) - 1))
    member = data.draw(st.sampled_from(sorted(json.loads(lines[number]))))
    value = data.draw(st.none() | st.integers() | st.text() | st.lists(st.integers()))
    verify(with_line(lines, number, changed(lines[number], **{member: value})))


def test_the_first_line_is_needed_and_stands_first(lines: tuple[str, ...]) -> None:
    assert [one.kind for one in verify(lines[1:]).findings] == ["unreadable"]
    assert not verify([*lines[1:6], lines[0], *lines[6:]]).intact


def test_a_line_that_is_nested_without_end_is_no_line(lines: tuple[str, ...]) -> None:
    report = verify(with_line(lines, at(lines, 5), '{"n":' + "[" * 200_000))
    assert {one.kind for one in report.findings} == {"unreadable", "removed"}


def test_who_asks_for_time_stamps_is_told_of_each_that_is_missing_or_wrong(lines: tuple[str, ...]) -> None:
    moment = datetime(2026, 11, 20, tzinfo=UTC)

    def check(token: bytes, digest: bytes) -> datetime:
        if token != digest:
            raise ValueError("another")
        return moment

    def stamped(line: str) -> str:
        facts = json.loads(line)
        if "checkpoint" not in facts or facts["checkpoint"] == CHECKPOINTS[-1]:
            return line
        digest = imprint(NOTES.name, facts["checkpoint"], bytes.fromhex(facts["root"]))
        return changed(line, token=base64.b64encode(digest).decode())

    report = verify([stamped(line) for line in lines], check_stamp=check)
    assert [one.kind for one in report.findings] == ["token"]
    assert (report.stamped, report.stamped_at) == (CHECKPOINTS[1], moment.isoformat())
    without = [line for line in lines if "checkpoint" not in json.loads(line)]
    assert "token" in [one.kind for one in verify(without, check_stamp=check).findings]
    number = next(n for n, line in enumerate(lines) if json.loads(line).get("checkpoint") == CHECKPOINTS[0])
    forged = with_line(lines, number, stamped(changed(lines[number], root="00" * 32)))
    report = verify(forged, check_stamp=check)
    assert "rewritten" in [one.kind for one in report.findings]
    assert report.stamped == 0


def test_entries_that_a_checkpoint_states_may_not_be_missing_at_the_end(lines: tuple[str, ...]) -> None:
    numbers = {at(lines, n) for n in range(30, LEAVES)}
    kept = [line for number, line in enumerate(lines[:-1]) if number not in numbers]
    end = changed(lines[-1], end=30, root=root_of(lines, LEAVES))
    finding = told(verify([*kept, end]), "truncated")[0]
    assert (finding.sequence, finding.until) == (30, 32)
    assert id_of(lines, 29) in finding.detail


@pytest.mark.parametrize("size", CHECKPOINTS)
def test_a_checkpoint_kept_elsewhere_must_be_part_of_the_log(lines: tuple[str, ...], size: int) -> None:
    root = bytes.fromhex(root_of(lines, size))
    assert verify(lines, since=Anchor(size, root)).intact
    [finding] = verify(lines, since=Anchor(size, bytes(32))).findings
    assert (finding.kind, finding.until) == ("rewritten", size - 1)
    later = Anchor(LEAVES + 5, root)
    assert [(one.sequence, one.until) for one in told(verify(lines, since=later), "truncated")] == [(40, 44)]


def test_a_rewritten_log_betrays_itself_only_to_a_checkpoint_kept_elsewhere(
    lines: tuple[str, ...], notes: Database
) -> None:
    write_many(notes, LEAVES, first=1000)
    Sequencer(notes, NOTES.name).place_batch()
    other = exported(notes)
    assert verify(other).intact
    anchor = Anchor(16, bytes.fromhex(root_of(lines, 16)))
    assert [one.kind for one in verify(other, since=anchor).findings] == ["rewritten"]


def test_a_file_that_begins_later_hangs_on_the_checkpoint_before_it(notes: Database) -> None:
    write_many(notes, 600)
    Sequencer(notes, NOTES.name).place_batch()
    whole = verify(exported(notes))
    tail = exported(notes, start=300)
    assert json.loads(tail[1])["n"] == 300
    before = exported(notes)[: 1 + 300]
    anchor = Anchor(300, bytes.fromhex(verify(before).root))
    report = verify(tail, since=anchor)
    assert (report.findings, report.size, report.root) == ([], 600, whole.root)
    assert [one.kind for one in verify(tail).findings] == ["unanchored"]
    assert "rewritten" in [one.kind for one in verify(tail, since=Anchor(300, bytes(32))).findings]


def test_a_checkpoint_is_read_in_both_spellings(lines: tuple[str, ...]) -> None:
    root = bytes.fromhex(root_of(lines, 7))
    assert parse_anchor(f"7:{root.hex()}") == parse_anchor(checkpoint_text(NOTES.name, 7, root)) == Anchor(7, root)
    for text in ("", "7", "7:zz", f"x:{root.hex()}", "7:00", "a\n7\nAA==\n"):
        with pytest.raises(ValueError, match=r"."):
            parse_anchor(text)
