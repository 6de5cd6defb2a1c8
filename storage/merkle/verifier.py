"""Judges an exported log: which entries were edited, removed, put elsewhere or cut off, and what the checkpoints confirm.

It needs the file alone, the standard library, `storage.merkle.tree` and `storage.merkle.form`. The file is UTF-8, one JSON object
a line, in this order; hashes are lower-case hex:

    {"log": "edms/journal", "format": 1, "start": 0, "range": []}      range: the complete subtrees of the leaves before start
    {"n": 0, "id": "<uuid>", "leaf": "<hash>", "entry": "<text>"}       a leaf; entry is null when its row is gone
    {"checkpoint": 1, "root": "<hash>", "at": "…", "token": "<base64>"}  after the last leaf that it covers; token may be null
    {"unsequenced": "<uuid>", "entry": "<text>"}                        an entry that has no place yet
    {"end": 1, "root": "<hash>", "checkpoints": 1, "tail": 1}

What it can say: a text that does not belong to its leaf hash is named exactly; so is a leaf that is missing, repeated or out of
place. Where text and leaf hash were changed together, the next checkpoint does not fit, and the entries since the last one that
fits are named as a range. A log that was rewritten whole betrays itself only to what is kept elsewhere: a checkpoint with a
time-stamp, or one that is given as `since`.
"""

from __future__ import annotations

import base64
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.merkle.form import entry_leaf, imprint
from storage.merkle.tree import CompactRange

CheckStamp = Callable[[bytes, bytes], datetime]
"""`check(token, sha256)` returns the time that a token over this digest proves. Raises `ValueError` saying why it proves none."""

_LISTED = 1000


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `sequence` to `until` (included) and `id` name the entries, where they can be named."""

    kind: str
    """`edited`, `removed`, `repeated`, `reordered`, `truncated`, `rewritten` (text and leaf, see above), `token`, `unanchored`
    or `unreadable`."""
    sequence: int | None
    until: int | None
    id: str
    detail: str


@dataclass
class Report:
    """What was found."""

    log: str = ""
    size: int = 0
    """Leaves up to the last one in the file."""
    root: str = ""
    """Of the tree that could be put together; empty when leaves are missing."""
    confirmed: int = 0
    """Leaves that a checkpoint confirms."""
    checkpoints: int = 0
    """Checkpoints that fit."""
    stamped: int = 0
    """Leaves that existed at `stamped_at`, by the checked time-stamp of a checkpoint that fits."""
    stamped_at: str = ""
    unsequenced: int = 0
    unsequenced_ids: list[str] = field(default_factory=list)
    """Of the first thousand."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


@dataclass(frozen=True)
class Anchor:
    """A checkpoint that was kept elsewhere."""

    size: int
    root: bytes


def parse_anchor(text: str) -> Anchor:
    """Read `SIZE:ROOT` (hex), or a checkpoint's three lines. Raises `ValueError`."""
    lines = text.strip().splitlines()
    if len(lines) == 3:
        return Anchor(int(lines[1]), _sized(base64.b64decode(lines[2], validate=True)))
    size, _, root = text.strip().partition(":")
    return Anchor(int(size), _sized(bytes.fromhex(root)))


def verify(lines: Iterable[str], *, since: Anchor | None = None, check_stamp: CheckStamp | None = None) -> Report:
    """Judge the lines of an exported log; never raises for what is wrong with them. One pass, in little memory.

    With `since` the log must contain that checkpoint; with `check_stamp` each checkpoint must have a token that proves a time.
    """
    judge = _Judge(since, check_stamp)
    for record, next_n in _with_next_leaf(_records(lines, judge)):
        try:
            judge.take(record, next_n)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            judge.note("unreadable", f"{type(error).__name__}: {error}: {json.dumps(record)[:200]}")
    return judge.finish()


class _Judge:
    def __init__(self, since: Anchor | None, check_stamp: CheckStamp | None) -> None:
        self.report = Report()
        self._since, self._check_stamp = since, check_stamp
        self._tree = CompactRange()
        self._expected = 0
        """The place that the next leaf should have."""
        self._early: dict[int, tuple[str, bytes]] = {}
        """Leaves that stand before their place."""
        self._gaps: list[tuple[int, int, str]] = []
        """Places, first and past the last, whose leaves have not been seen, and between which entries."""
        self._stated = since.size if since else 0
        """The most leaves that anybody spoke of."""
        self._awaited: dict[int, tuple[bytes, datetime | None]] = {}
        """Roots of checkpoints whose last leaf has not been reached, with the times that were proved for them."""
        self._last_id = "the start"
        self._broken = False
        """Whether leaves are missing or a root did not fit, so that no further root can be compared."""
        self._checkpoint_lines = 0
        self._ended = False

    def note(self, kind: str, detail: str, first: int | None = None, last: int | None = None, id_: str = "") -> None:
        self.report.findings.append(Finding(kind, first, first if last is None else last, id_, detail))

    def take(self, record: dict[str, Any], next_n: int | None) -> None:
        """Judge one line; `next_n` is the place that the next leaf in the file claims."""
        if self._ended:
            raise ValueError("stands after the last line")
        if "n" in record:
            self._leaf(int(record["n"]), str(UUID(record["id"])), record["leaf"], record["entry"], next_n)
        elif "checkpoint" in record:
            self._checkpoint_lines += 1
            self._checkpoint(int(record["checkpoint"]), _sized(bytes.fromhex(record["root"])), record["token"])
        elif "unsequenced" in record:
            self.report.unsequenced += 1
            if len(self.report.unsequenced_ids) < _LISTED:
                self.report.unsequenced_ids.append(str(UUID(record["unsequenced"])))
        elif "end" in record:
            self._end(record)
        else:
            self._begin(record)

    def _begin(self, header: dict[str, Any]) -> None:
        if self.report.log or self._expected or self._early or header["format"] != 1:
            raise ValueError("a first line in the middle, or another format")
        self._tree = CompactRange(int(header["start"]), [_sized(bytes.fromhex(one)) for one in header["range"]])
        self.report.log = str(header["log"])
        self._expected = self.report.confirmed = start = self._tree.size
        if start and (self._since is None or self._since.size != start):
            self.note("unanchored", f"the file begins with entry {start}: give the checkpoint of that size")
        self._compare_roots()

    def _leaf(self, n: int, id_: str, leaf: str, text: str | None, next_n: int | None) -> None:
        placed = _sized(bytes.fromhex(leaf))
        if text is None:
            self.note("removed", "its place is there, its row is gone", n, id_=id_)
        elif entry_leaf(UUID(id_), text) != placed:
            self.note("edited", "text, id and leaf hash do not belong together", n, id_=id_)
        if n == self._expected and n in self._early:
            del self._early[n]
            self.note("repeated", "stands in the file twice", n, id_=id_)
        self._catch_up()
        if n < self._expected and self._fill_gap(n):
            self.note("reordered", f"stands after entry {self._expected - 1}", n, id_=id_)
        elif n < self._expected or n in self._early:
            self.note("repeated", "stands in the file twice", n, id_=id_)
        elif n > self._expected and next_n is not None and next_n != n + 1:
            self._early[n] = (id_, placed)
        else:
            self._miss_until(n, id_)
            self._place(id_, placed)

    def _catch_up(self, before: int | None = None) -> None:
        """Take the leaves that stood before their places, as far as nothing is missing in between."""
        while self._expected in self._early and (before is None or self._expected < before):
            n = self._expected
            id_, placed = self._early.pop(n)
            self.note("reordered", f"stands before entry {n - 1}", n, id_=id_)
            self._place(id_, placed)

    def _place(self, id_: str, placed: bytes) -> None:
        self._expected += 1
        self._last_id = id_
        if not self._broken:
            self._tree.extend([placed])
            self._compare_roots()

    def _miss_until(self, n: int, id_: str) -> None:
        """Go on at place `n`: what was not seen of the places before it is missing there."""
        between = f"between {self._last_id} and {id_}"
        for place in [*sorted(early for early in self._early if early < n), n]:
            if self._expected < place:
                self._gaps.append((self._expected, place, between))
                self._broken = True
            self._early.pop(place, None)
            self._expected = place + 1
        self._expected = n

    def _fill_gap(self, n: int) -> bool:
        for number, (start, end, between) in enumerate(self._gaps):
            if start <= n < end:
                parts = [(start, n, between), (n + 1, end, between)]
                self._gaps[number : number + 1] = [part for part in parts if part[0] < part[1]]
                return True
        return False

    def _checkpoint(self, size: int, root: bytes, token: str | None) -> None:
        self._stated = max(self._stated, size)
        moment = self._stamp(size, root, token) if self._check_stamp is not None else None
        self._catch_up(size)
        if size < self._expected:
            self.note("reordered", f"the checkpoint of {size} entries stands after entry {self._expected - 1}")
        else:
            self._awaited[size] = (root, moment)
            self._compare_roots()

    def _stamp(self, size: int, root: bytes, token: str | None) -> datetime | None:
        assert self._check_stamp is not None  # noqa: S101 - for the type checker
        if token is None:
            self.note("token", f"the checkpoint of {size} entries has no time-stamp")
            return None
        try:
            return self._check_stamp(base64.b64decode(token, validate=True), imprint(self.report.log, size, root))
        except ValueError as error:
            self.note("token", f"the time-stamp of the checkpoint of {size} entries: {error}")
            return None

    def _compare_roots(self) -> None:
        """Hold the tree against what was stated of it at its present size."""
        size = self._tree.size
        if self._broken:
            return
        if self._since is not None and self._since.size == size:
            self._compare(self._since.root, "the checkpoint that was kept elsewhere")
        if size in self._awaited:
            root, moment = self._awaited.pop(size)
            fits = self._compare(root, f"the checkpoint of {size} entries")
            self.report.checkpoints += fits
            if fits and moment is not None:
                self.report.stamped, self.report.stamped_at = size, moment.isoformat()

    def _compare(self, root: bytes, what: str) -> bool:
        size = self._tree.size
        if root == self._tree.root():
            self.report.confirmed = size
            return True
        self._broken = True
        first = min(self.report.confirmed, max(size - 1, 0))
        self.note("rewritten", f"{what} does not fit: entries or checkpoint were changed", first, size - 1)
        return False

    def _end(self, record: dict[str, Any]) -> None:
        self._ended = True
        self._catch_up()
        size, root = int(record["end"]), record["root"]
        self._stated = max(self._stated, size)
        if not self._broken and size == self._tree.size and root != self._tree.root().hex():
            self._broken = True
            self.note("rewritten", "the stored tree has another root", min(self.report.confirmed, size - 1), size - 1)
        for name, held in (("checkpoints", self._checkpoint_lines), ("tail", self.report.unsequenced)):
            if record[name] != held:
                self.note("truncated", f"{record[name]} lines ({name}) are stated, {held} are there")

    def finish(self) -> Report:
        """Return the report after the last line."""
        self._catch_up()
        if self._early:
            last = max(self._early)
            self._miss_until(last, self._early[last][0])
            self._expected = last + 1
        if not self.report.log:
            self.note("unreadable", "the file has no first line")
        if self._check_stamp is not None and self._expected and not self._checkpoint_lines:
            self.note("token", "no checkpoint, so no time-stamp")
        for start, end, between in self._gaps:
            self.note("removed", between, start, end - 1)
        if self._stated > self._expected:
            self.note("truncated", f"nothing stands after {self._last_id}", self._expected, self._stated - 1)
        if not self._ended:
            self.note("truncated", f"the file ends after {self._last_id} without its last line", self._expected)
        self.report.size = self._expected
        self.report.root = "" if self._broken else self._tree.root().hex()
        return self.report


def _records(lines: Iterable[str], judge: _Judge) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict):
            yield record
        else:
            judge.note("unreadable", f"line {number} is no JSON object")


def _with_next_leaf(records: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], int | None]]:
    """Yield each record with the place that the leaf after it claims, if one follows before the tail."""
    held: deque[dict[str, Any]] = deque()
    for record in records:
        n = record.get("n")
        if isinstance(n, int) or "unsequenced" in record or "end" in record:
            while held:
                yield held.popleft(), n if isinstance(n, int) else None
        held.append(record)
    while held:
        yield held.popleft(), None


def _sized(value: bytes) -> bytes:
    if len(value) != 32:
        raise ValueError("a hash has 32 bytes")
    return value
