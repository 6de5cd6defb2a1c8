"""Sends a run's documents through a hub while its faults happen, waits until all is quiet, and reads the three ledgers."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import subprocess
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
from cryptography import x509

from tests.axis.hub.messages import document
from tests.faults.judge import Carried, Received, Sent, Verdict, judge
from tests.faults.parts import free_ports, python
from tests.faults.plan import FAN_OUT_CRASH, SENDERS, Fault, Plan, Planned
from tests.faults.receipts import fault_of_receipt
from tests.faults.sender import SenderLedger
from tests.faults.world import World

LINE_FAULTS = 0.12
"""Share of connections that suffer a fault of the line."""
STORM_SECONDS = 1500
QUIET_SECONDS = 180


class NotQuiet(Exception):
    """The hub did not come to rest; the message says what still waited."""


class Storm:
    """One run on a started world. `say` prints what happens."""

    def __init__(self, world: World, plan: Plan, say: Callable[[str], None]) -> None:
        self.kills = 0
        self.seconds = 0.0
        self._world = world
        self._plan = plan
        self._say = say
        self._pause = threading.Event()
        self._wished: set[str] = set()
        self._later: list[tuple[float, Callable[[], None]]] = []
        self._senders = [world.folder / f"sender-{number}.sqlite" for number in (1, 2)]
        self._receivers = [world.folder / f"receiver-{number}.sqlite" for number in (1, 2)]

    def run(self) -> Verdict:
        """Do everything and return what the ledgers say. Raises `NotQuiet`."""
        self._write_documents()
        self._start_clients()
        began = time.monotonic()
        faults = list(self._plan.faults)
        waiting: list[Fault] = []
        while not all(self._world.parts[f"sender-{number}"].finished for number in (1, 2)):
            if time.monotonic() - began > STORM_SECONDS:
                raise NotQuiet(f"after {STORM_SECONDS} s {self._finished()} of {len(self._plan.documents)} were sent")
            self._tick()
            done = self._finished()
            while faults and faults[0].after <= done:
                waiting.append(faults.pop(0))
            waiting = [fault for fault in waiting if not self._happens(fault)]
        self._calm(faults + waiting)
        self.seconds = time.monotonic() - began
        return self._verdict()

    def _write_documents(self) -> None:
        for path, organ_id in zip(self._senders, SENDERS, strict=True):
            ledger = SenderLedger(path)
            ledger.add(self._composed(one) for one in self._plan.documents if one.sender == organ_id)

    def _composed(self, one: Planned) -> tuple[int, str, str, bytes, int, int]:
        content = b"%PDF-1.4\n" + hashlib.sha512(f"{self._plan.seed} {one.number}".encode()).digest()
        content = (content * (one.content_bytes // len(content) + 1))[: one.content_bytes]
        raw = document(one.sender, one.recipients, one.document_id, contents=[content], promised=[content])
        return one.number, one.document_id, " ".join(one.recipients), self._world.signed(raw), one.copies, one.repeats

    def _start_clients(self) -> None:
        world = self._world
        (port,) = free_ports(1)
        backends = [str(one) for one in world.ports[:-1]]
        line = python("tests.faults.proxy", str(port), str(self._plan.seed), str(LINE_FAULTS), *backends)
        world.add("line", line, {})
        url = f"http://127.0.0.1:{port}"
        for number in (1, 2):
            arguments = [str(self._senders[number - 1]), url, world.tokens["senders"].token]
            world.add(f"sender-{number}", python("tests.faults.sender", *arguments), {}, lasting=False)
            arguments = [str(self._receivers[number - 1]), url, world.tokens[f"receivers-{number}"].token]
            world.add(f"receiver-{number}", python("tests.faults.receiver", *arguments), {})
        world.keep()

    def _tick(self) -> None:
        self._world.keep()
        now = time.monotonic()
        for one in [one for one in self._later if one[0] <= now]:
            self._later.remove(one)
            one[1]()
        died_at = self._wished - set(self._world.wished())
        self.kills += len(died_at)
        self._wished -= died_at
        for point in sorted(died_at):
            self._say(f"  {self._finished():5} · crash point {point}")
        self._pause.wait(0.1)

    def _finished(self) -> int:
        return sum(_first(path, "SELECT count(*) FROM document WHERE finished = 1") for path in self._senders)

    def _happens(self, fault: Fault) -> bool:
        """Let a fault happen; tell whether it did. One whose victim does not run at the moment waits for it."""
        if fault.kind == "point":
            number = FAN_OUT_CRASH if fault.target == "axis.routing.recipient-offered" else None
            self._world.wish(fault.target, number)
            self._wished.add(fault.target)
            return True
        acts = {"kill": self._kill, "connections": self._cut, "disk-full": self._fill_disk, "stop": self._stop_store}
        did = acts[fault.kind](fault)
        if did:
            self._say(f"  {self._finished():5} · {fault.kind} {fault.target}")
        return did

    def _kill(self, fault: Fault) -> bool:
        parts = self._world.parts
        if fault.target == "database":
            self._world.kill_database()
            self._pause.wait(fault.pause_seconds)
            self._world.postgres.start()
        elif fault.target == "broker" and self._world.broker is not None:
            self._world.broker.kill()
            self._world.broker.wipe()  # whatever it carried is gone
            self._world.broker.start()
        elif fault.target == "web-child":
            if not parts["web-1"].kill_child():
                return False
        elif fault.target in ("both-webs", "both-workers"):
            names = [f"{fault.target.removeprefix('both-').rstrip('s')}-{number}" for number in (1, 2)]
            if any(parts[name].pid is None for name in names):
                return False
            self.kills += sum(parts[name].kill(fault.pause_seconds) for name in names)
            return True
        elif parts[fault.target].finished:
            return True  # a sender that has sent everything: nobody is left to kill, and nothing is counted
        elif not parts[fault.target].kill(fault.pause_seconds):
            return False
        self.kills += 1
        return True

    def _cut(self, _fault: Fault) -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            self._world.cut_connections()
        return True

    def _stop_store(self, fault: Fault) -> bool:
        if self._world.store is not None:
            self._world.store.stop_gateway()
            self._later.append((time.monotonic() + 1 + fault.pause_seconds, self._world.store.start_gateway))
        return True

    def _fill_disk(self, fault: Fault) -> bool:
        ballast = self._world.blobs / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as target:
            while True:
                target.write(bytes(1024 * 1024))
        self._later.append((time.monotonic() + 1 + fault.pause_seconds, lambda: ballast.unlink(missing_ok=True)))
        return True

    def _calm(self, left: list[Fault]) -> None:
        """Wait until nothing is under way any more."""
        for fault in left:
            self._say(f"  not happened: {fault.kind} {fault.target}")
        for _, undo in self._later:
            undo()
        self._later.clear()
        for point in self._wished & set(self._world.wished()):
            (self._world.points / point).unlink(missing_ok=True)
            self._say(f"  not reached: {point}")
        self._wished.clear()
        end = time.monotonic() + QUIET_SECONDS
        while (what := self._under_way()) != "":
            if time.monotonic() > end:
                raise NotQuiet(what)
            self._tick()

    def _under_way(self) -> str:
        try:
            with self._world.connect() as connection:
                for what, query in (
                    (
                        "outbox rows",
                        "SELECT count(*) FROM outbox WHERE state IN ('pending', 'claimed') AND every_seconds IS NULL",
                    ),
                    ("open deliveries", "SELECT count(*) FROM delivery WHERE transport_status <> 'done'"),
                ):
                    row = connection.execute(query.encode()).fetchone()
                    if row is not None and row[0]:
                        return f"{row[0]} {what}"
        except psycopg.OperationalError as error:
            return str(error)
        return ""

    def _verdict(self) -> Verdict:
        for name in ("line", "receiver-1", "receiver-2"):
            self._world.parts[name].stop()
        sent = list(self._sent())
        verdict = judge(sent, self._carried(), self._received())
        certificate = x509.load_pem_x509_certificate((self._world.pki.directory / "hub.pem").read_bytes())
        digests = {one.document_id: one.sha256 for one in sent}
        for document_id, xml in self._receipts():
            if fault := fault_of_receipt(xml, certificate, digests.get(document_id, "")):
                verdict.changed.append(f"{document_id}: receipt: {fault}")
        for path in self._receivers:
            again = _rows(path, "SELECT delivery_id FROM offered_after_end")
            verdict.doubled.extend(f"delivery {one}: offered after its end" for (one,) in again)
        for path in self._senders + self._receivers:
            refusals = _rows(path, "SELECT code, problem FROM refusal")
            verdict.changed.extend(f"{path.stem}: refused though nothing was wrong: {one}" for one in refusals)
        with self._world.connect() as connection:
            for code, detail in connection.execute("SELECT code, detail FROM quarantine"):
                verdict.changed.append(f"quarantine: {code} {detail}")
            for (sha256,) in connection.execute("SELECT sha256 FROM message_conflict"):
                verdict.changed.append(f"conflict: {sha256}")
            for topic, error in connection.execute("SELECT topic, last_error FROM outbox WHERE state = 'dead'"):
                verdict.lost.append(f"dead letter of {topic}: {error}")
        return verdict

    def _sent(self) -> Iterator[Sent]:
        for path in self._senders:
            receipts: dict[int, list[tuple[str, str]]] = defaultdict(list)
            for number, message_id, sha256 in _rows(path, "SELECT number, message_id, sha256 FROM receipt"):
                receipts[int(str(number))].append((str(message_id), str(sha256)))
            for row in _rows(path, "SELECT number, document_id, sha256, recipients FROM document"):
                number, document_id, sha256, recipients = int(str(row[0])), str(row[1]), str(row[2]), str(row[3])
                yield Sent(document_id, sha256, tuple(recipients.split()), receipts[number])

    def _carried(self) -> Iterator[Carried]:
        deliveries: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        with self._world.connect() as connection:
            query = "SELECT message_id, id, recipient_organ_id, transport_status FROM delivery"
            for message_id, delivery_id, recipient, status in connection.execute(query):
                deliveries[str(message_id)].append((str(delivery_id), recipient, status))
            for message_id, document_id, sha256 in connection.execute("SELECT id, document_id, sha256 FROM message"):
                yield Carried(
                    str(message_id), document_id, sha256, self._world.blob_sha256(sha256), deliveries[str(message_id)]
                )

    def _received(self) -> Iterator[Received]:
        for path in self._receivers:
            query = (
                "SELECT delivery_id, message_id, document_id, recipient, bytes FROM arrival JOIN content USING (sha256)"
            )
            for delivery_id, message_id, document_id, recipient, raw in _rows(path, query):
                sha256 = hashlib.sha256(raw if isinstance(raw, bytes) else b"").hexdigest()
                yield Received(str(delivery_id), str(message_id), str(document_id), str(recipient), sha256)

    def _receipts(self) -> Iterator[tuple[str, bytes]]:
        """Yield (DocumentId, receipt) of every receipt that a sender or the hub holds."""
        for path in self._senders:
            query = "SELECT DISTINCT document_id, xml FROM receipt JOIN document USING (number)"
            for document_id, xml in _rows(path, query):
                yield str(document_id), xml if isinstance(xml, bytes) else b""
        with self._world.connect() as connection:
            query = (
                "SELECT document_id, xml FROM receipt JOIN message ON message.id = message_id WHERE step = 'delivered'"
            )
            yield from connection.execute(query.encode())

    def told(self) -> str:
        """Return a line of figures: how often clients tried again, and what the line did."""
        failures = Counter(
            str(said).split(":")[0] for path in self._senders for (said,) in _rows(path, "SELECT said FROM failure")
        )
        offered = sum(_first(path, "SELECT coalesce(sum(times), 0) FROM arrival") for path in self._receivers)
        stored = sum(_first(path, "SELECT count(*) FROM arrival") for path in self._receivers)
        lines = self._world.parts["line"].log.read_text().split("\n")
        line: dict[str, int] = next((json.loads(one) for one in reversed(lines) if one.startswith("{")), {})
        return (
            f"{stored} deliveries, offered again {offered - stored} times; "
            f"senders had to try again: {dict(failures.most_common())}; the line: {line}"
        )


@contextlib.contextmanager
def limited_disk(folder: Path, size_bytes: int) -> Iterator[bool]:
    """Mount a disk of that size at `folder`, if this machine lets us; tell whether it did."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "lienthong-faults", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=False)


def _rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as ledger:
        return ledger.execute(query).fetchall()


def _first(path: Path, query: str) -> int:
    return int(str(_rows(path, query)[0][0]))
