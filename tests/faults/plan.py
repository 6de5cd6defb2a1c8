"""What a run does, drawn from its seed alone: which documents are sent how, and which faults come when.

Faults come after so many accepted documents, not after so many seconds: a slow machine then suffers the same faults as a quick
one. What the processes of a hub do in between is their own affair, so a seed repeats the plan and not every interleaving.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

POINTS = (
    "storage.blob.written",
    "storage.blob.named",
    "storage.outbox.claimed",
    "storage.outbox.handled",
    "axis.acceptance.read",
    "axis.acceptance.blob-kept",
    "axis.acceptance.judged",
    "axis.acceptance.receipt-signed",
    "axis.acceptance.rows-written",
    "axis.acceptance.committed",
    "axis.routing.recipient-offered",
    "axis.routing.settled",
    "axis.routing.committed",
    "axis.delivery.leased",
    "axis.acknowledgement.receipt-signed",
    "axis.acknowledgement.rows-written",
    "axis.acknowledgement.committed",
)
"""Every crash point of the hub and of what it stands on; `test_harness` holds it against the code."""

SENDERS = ("H99", "H99.01")
RECIPIENTS = tuple(f"H99.{number}" for number in range(101, 201))
"""A hundred communes: the largest circle of recipients."""
FAN_OUT_CRASH = 57
"""The recipient of a hundred at whom a worker dies."""

FAN_OUT = ("point", "axis.routing.recipient-offered")
LAST_CIRCLE = 0.7
"""After this share of the documents another one still goes to all recipients."""

KILLS_WANTED = 40
"""Of a full run; a shorter run needs proportionally fewer (`kills_needed`)."""
FULL_DOCUMENTS = 2000


@dataclass(frozen=True)
class Planned:
    """One document to send: `copies` at the same time, and again `repeats` times later."""

    number: int
    sender: str
    document_id: str
    recipients: tuple[str, ...]
    content_bytes: int
    copies: int
    repeats: int


@dataclass(frozen=True)
class Fault:
    """`kind` happens to `target` once `after` documents were accepted; what died is started `pause_seconds` later."""

    after: int
    kind: str
    target: str
    pause_seconds: float


@dataclass(frozen=True)
class Plan:
    """A whole run."""

    seed: int
    documents: Sequence[Planned] = field(repr=False)
    faults: Sequence[Fault] = field(repr=False)


def kills_needed(documents: int) -> int:
    """How many processes a run must have killed to count: 40 of a full one, never fewer than 4."""
    return max(4, min(KILLS_WANTED, documents * KILLS_WANTED // FULL_DOCUMENTS))


def draw_plan(seed: int, documents: int, *, broker: bool = False, store: bool = False, disk: bool = False) -> Plan:
    """Draw the run of `seed`.

    `broker`, `store` and `disk` add the faults of a broker and an object store of their own, and of a disk that fills up.
    """
    chance = random.Random(seed)
    planned = [_document(chance, seed, number, documents) for number in range(documents)]
    return Plan(seed, planned, _faults(chance, documents, broker=broker, store=store, disk=disk))


def _document(chance: random.Random, seed: int, number: int, documents: int) -> Planned:
    sender = SENDERS[number % len(SENDERS)]
    if number % max(1, documents // 5) == documents // 20:
        recipients = RECIPIENTS
    elif chance.random() < 0.1:
        recipients = tuple(chance.sample(RECIPIENTS, chance.randint(2, 5)))
    else:
        recipients = (chance.choice(RECIPIENTS),)
    return Planned(
        number,
        sender,
        f"{sender},2026/11/20,{number}-{seed}/QĐ-UBND",
        recipients,
        content_bytes=chance.choice((200, 2_000, 20_000)) if chance.random() < 0.97 else 400_000,
        copies=5 if chance.random() < 0.05 else 1,
        repeats=chance.choice((0, 0, 0, 0, 1, 2)),
    )


def _faults(chance: random.Random, documents: int, *, broker: bool, store: bool, disk: bool) -> list[Fault]:
    kinds: list[tuple[str, str]] = [("point", point) for point in POINTS]
    kinds += [("kill", target) for target in ("web-1", "web-2") for _ in range(4)]
    kinds += [("kill", target) for target in ("worker-1", "worker-2") for _ in range(3)]
    kinds += (
        [("kill", "web-child")] * 4 + [("kill", "database")] * 4 + [("kill", "both-webs"), ("kill", "both-workers")]
    )
    kinds += [("kill", f"sender-{number}") for number in (1, 2)] * 2
    kinds += [("kill", f"receiver-{number}") for number in (1, 2)] * 2
    kinds += [("connections", "database")] * 4
    kinds += [("kill", "broker")] * 3 if broker else []
    kinds += [("stop", "store")] * 3 if store else []
    own = [fault for fault, there in ((("kill", "broker"), broker), (("stop", "store"), store)) if there]
    kinds += [("disk-full", "blobs")] * 2 if disk else []
    chance.shuffle(kinds)
    if documents < FULL_DOCUMENTS:
        kinds = _fewer(chance, kinds, own, documents)
    moments = sorted(chance.uniform(0.02, 0.9) * documents for _ in kinds)
    faults = [
        Fault(int(min(moment, documents * LAST_CIRCLE) if kinds[number] == FAN_OUT else moment), *kinds[number], pause)
        for number, moment in enumerate(moments)
        for pause in [round(chance.uniform(0.0, 1.5), 2)]
    ]
    return sorted(faults, key=lambda fault: fault.after)


def _fewer(
    chance: random.Random, kinds: list[tuple[str, str]], own: list[tuple[str, str]], documents: int
) -> list[tuple[str, str]]:
    """A short run has fewer faults, of different kinds, a crash in the fan-out among them."""
    wanted = max(8, len(kinds) * documents // FULL_DOCUMENTS + 2)
    first = [FAN_OUT, ("kill", "database"), ("kill", "web-1"), ("kill", "worker-1")]
    first += own
    rest = [kind for kind in dict.fromkeys(kinds) if kind not in first]
    chosen = first + rest[: wanted - len(first)]
    chance.shuffle(chosen)
    return chosen
