"""Compares three ledgers: what the senders know, what the hub keeps, what the receivers hold.

`judge` is a pure function, so that tests can hand it forged ledgers and see that it finds every kind of loss.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sent:
    """A document in its sender's ledger; `receipts` are (message id, digest) of each answer that it got."""

    document_id: str
    sha256: str
    recipients: tuple[str, ...]
    receipts: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Carried:
    """A message in the hub's database; `blob_sha256` is what its bytes hash to, empty when there are none."""

    message_id: str
    document_id: str
    sha256: str
    blob_sha256: str
    deliveries: Sequence[tuple[str, str, str]]
    """(delivery id, recipient, transport status)."""


@dataclass(frozen=True)
class Received:
    """A delivery in a receiver's ledger; `sha256` is what the stored bytes hash to."""

    delivery_id: str
    message_id: str
    document_id: str
    recipient: str
    sha256: str


@dataclass(frozen=True)
class Verdict:
    """Sentences, one for each finding; a run is good when all three are empty."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def judge(sent: Iterable[Sent], carried: Iterable[Carried], received: Iterable[Received]) -> Verdict:
    """Return everything that is not as it was promised."""
    verdict = Verdict()
    wanted = {one.document_id: one for one in sent}
    by_document: dict[str, list[Carried]] = defaultdict(list)
    for message in carried:
        by_document[message.document_id].append(message)
    for document in wanted.values():
        _judge_acceptance(verdict, document, by_document.get(document.document_id, []))
    for document_id in sorted(by_document.keys() - wanted.keys()):
        verdict.doubled.append(f"{document_id}: the hub carries what nobody sent")
    _judge_arrivals(verdict, wanted, list(received))
    return verdict


def _judge_acceptance(verdict: Verdict, document: Sent, messages: Sequence[Carried]) -> None:
    name = document.document_id
    if not document.receipts:
        verdict.lost.append(f"{name}: the sender has no receipt")
    if len(set(document.receipts)) > 1:
        verdict.changed.append(f"{name}: {len(set(document.receipts))} different receipts")
    if not messages:
        verdict.lost.append(f"{name}: the hub has no such message")
    if len(messages) > 1:
        verdict.doubled.append(f"{name}: the hub has {len(messages)} messages")
    for message in messages:
        if document.receipts and message.message_id not in {one[0] for one in document.receipts}:
            verdict.lost.append(f"{name}: the receipt names another message than {message.message_id}")
        if not message.blob_sha256:
            verdict.lost.append(f"{name}: the hub has lost the bytes")
        elif {message.sha256, message.blob_sha256} != {document.sha256}:
            verdict.changed.append(f"{name}: the hub has other bytes")
        offered = Counter(recipient for _, recipient, _ in message.deliveries)
        verdict.lost.extend(f"{name}: not offered to {one}" for one in document.recipients if not offered[one])
        verdict.doubled.extend(f"{name}: offered {times} times to {one}" for one, times in offered.items() if times > 1)
        verdict.lost.extend(f"{name}: {one} is {state}" for _, one, state in message.deliveries if state != "done")


def _judge_arrivals(verdict: Verdict, wanted: Mapping[str, Sent], received: Sequence[Received]) -> None:
    arrived = Counter((one.document_id, one.recipient) for one in received)
    due = {(one.document_id, recipient) for one in wanted.values() for recipient in one.recipients}
    verdict.lost.extend(
        f"{document}: did not reach {recipient}" for document, recipient in sorted(due - arrived.keys())
    )
    for (document, recipient), times in sorted(arrived.items()):
        if (document, recipient) not in due:
            verdict.doubled.append(f"{document}: reached {recipient}, who is no recipient")
        elif times > 1:
            verdict.doubled.append(f"{document}: reached {recipient} as {times} deliveries")
    for one in received:
        if one.document_id in wanted and one.sha256 != wanted[one.document_id].sha256:
            verdict.changed.append(f"{one.document_id}: {one.recipient} holds other bytes")
