"""What an agency's program does with a hub: send edXML files, fetch what waits, read the directory.

It speaks through `axis.client` as any other system would, and needs neither the hub's settings nor its database. Both ways bear
being stopped anywhere and run again: the hub knows a message by its identity, a fetched file is named by delivery and digest,
and a delivery is reported done only once its file is safely stored.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

from axis.client import AxisClient, AxisRefused, InboxItem
from axis.http.errors import FileUnreadable
from axis.http.progress import CountedReader, Progress

_BATCH = 200


@dataclass(frozen=True)
class Sent:
    """What became of one file: the hub's message id, or the refusal with its code."""

    file: str
    message_id: UUID | None = None
    replayed: bool = False
    """The hub had accepted the same bytes before."""
    receipt: str = ""
    """File that holds the receipt, when one was asked for."""
    refused: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Fetched:
    """What became of one delivery: `file` holds the message exactly as it was sent; `done` when the hub was told so."""

    delivery_id: UUID
    sender_organ_id: str
    document_id: str
    file: str
    done: bool
    refused: str = ""
    reason: str = ""


def read_token(path: Path) -> str:
    """Return the access token that is the content of a file. Raises `FileUnreadable`."""
    with _files():
        token = path.read_text(encoding="utf-8").strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise FileUnreadable(f"{path}: not one access token")
    return token


def send_files(client: AxisClient, files: Iterable[Path], receipts: Path | None, progress: Progress) -> Iterator[Sent]:
    """Offer each file to the hub and yield what became of it; a refused file does not hold up the next.

    Receipts go to `<message id>.xml` in the folder `receipts`. Raises `AxisUnavailable` (run it again: what was accepted is
    answered with the same receipt) and `FileUnreadable`.
    """
    for file in files:
        with _files():
            size_bytes = file.stat().st_size
            file.open("rb").close()
        progress.step(f"{file} ({size_bytes:,} bytes)")

        def opened(path: Path = file, size: int = size_bytes) -> BinaryIO:
            return cast("BinaryIO", CountedReader(path.open("rb"), size, progress))

        try:
            with _files():
                sent = client.send(opened, size_bytes)
        except AxisRefused as refusal:
            yield Sent(str(file), refused=refusal.hub_code, reason=_reason(refusal))
            continue
        kept = ""
        if receipts is not None:
            path = receipts / f"{sent.message_id}.xml"
            with _files(), _new_file(path) as target:
                target.write(sent.receipt_xml)
            kept = str(path)
        yield Sent(str(file), sent.message_id, sent.replayed, kept)


def fetch_waiting(
    client: AxisClient, folder: Path, progress: Progress, *, organ_id: str | None = None, done: bool = False
) -> Iterator[Fetched]:
    """Store every waiting delivery in `folder` as `<delivery id>.<sha256>.edxml` and yield each; tell the hub when `done`.

    Without `done` the deliveries stay reserved for a while and are offered again later. Raises `AxisUnavailable`,
    `AxisRefused` for the inbox itself, and `FileUnreadable`.
    """
    seen: set[UUID] = set()
    while waiting := [one for one in client.inbox(organ_id, _BATCH) if one.delivery_id not in seen]:
        for item in waiting:
            seen.add(item.delivery_id)
            progress.step(f"{item.delivery_id} ← {item.sender_organ_id} ({item.size_bytes:,} bytes)")
            yield _fetch(client, folder, item, done=done)


def _fetch(client: AxisClient, folder: Path, item: InboxItem, *, done: bool) -> Fetched:
    path = folder / f"{item.delivery_id}.{item.sha256}.edxml"
    told = Fetched(item.delivery_id, item.sender_organ_id, item.document_id or "", str(path), done)
    try:
        with _files():
            if not _holds(path, item.sha256):
                with _new_file(path) as target:
                    client.fetch(item.delivery_id, target, expected_sha256=item.sha256)
        if done:
            client.acknowledge(item.delivery_id, "done")
    except AxisRefused as refusal:
        return Fetched(
            item.delivery_id,
            item.sender_organ_id,
            told.document_id,
            told.file if path.exists() else "",
            done=False,
            refused=refusal.hub_code,
            reason=_reason(refusal),
        )
    return told


def _reason(refusal: AxisRefused) -> str:
    words = [str(refusal.problem.get(name, "")) for name in ("title", "title_en", "detail")]
    return "\n".join(word for word in words if word)


def _holds(path: Path, sha256: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == sha256


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """Give a stream whose content stands under `path`, whole and on the disk, once the block has ended well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _files() -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        raise FileUnreadable(str(error)) from error
