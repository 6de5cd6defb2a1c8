"""`blobs migrate` and `blobs verify`: to move blobs to another store, and to read every one that a store holds.

A store is named by its URL (`storage.blobs.opening`) or, because a URL may hold a key and command lines are seen by others, by
the environment variable that holds it: `env:NEW_BLOB_URL`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.blobs.copying import Tally
    from storage.blobs.port import BlobStore

_STORE = "file:/thư-mục, s3://… hoặc env:TÊN_BIẾN / file:/folder, s3://… or env:VARIABLE"


def add_parsers(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add the parser of `blobs`."""
    actions = add("blobs", "kho tệp / blob stores").add_subparsers(dest="action", required=True)
    migrate = actions.add_parser("migrate", help="chép mọi tệp sang kho khác / copy every blob to another store")
    migrate.add_argument("source", metavar="FROM", help=_STORE)
    migrate.add_argument("target", metavar="TO", help=_STORE)
    verify = actions.add_parser("verify", help="đọc và đối chiếu mọi tệp / read every blob and check its digest")
    verify.add_argument("store", metavar="URL", help=_STORE)
    for parser in (migrate, verify):
        parser.add_argument("--threads", type=_count, default=4, help="số tệp xử lý cùng lúc / blobs at once")
        parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON / print the result as JSON")


def run(options: argparse.Namespace) -> int:
    """Run either command; 0 when every blob is whole, 1 when one is not. Raises `StorageError`."""
    from storage.blobs.copying import copy_all, verify_all  # noqa: PLC0415 - `--help` must not wait for it

    if options.action == "migrate":
        source, target = _open(options.source), _open(options.target)
        target.check()
        tally = copy_all(source, target, threads=options.threads, report=_progress)
    else:
        tally = verify_all(_open(options.store), threads=options.threads, report=_progress)
    print("", file=sys.stderr)
    if options.json:
        print(json.dumps(_facts(tally)))
    else:
        print(_line(tally))
    for sha256 in tally.damaged:
        print(f"{sha256}  hỏng hoặc đã mất / damaged or gone", file=sys.stderr)
    return 1 if tally.damaged else 0


def _open(name: str) -> BlobStore:
    from storage.blobs.opening import open_store  # noqa: PLC0415 - as above
    from storage.errors import SettingsInvalid  # noqa: PLC0415 - as above

    if not name.startswith("env:"):
        return open_store(name)
    variable = name.removeprefix("env:")
    if variable not in os.environ:
        raise SettingsInvalid(f"{variable}: not set")
    return open_store(os.environ[variable])


def _progress(tally: Tally) -> None:
    print(f"\r{_line(tally)}", end="", file=sys.stderr, flush=True)


def _line(tally: Tally) -> str:
    return (
        f"{tally.read} tệp / blobs, {tally.read_bytes} byte, {tally.bytes_per_second / 1e6:.1f} MB/s, "
        f"{tally.skipped} đã có / there already, {len(tally.damaged)} hỏng / damaged"
    )


def _facts(tally: Tally) -> dict[str, object]:
    return {
        "blobs": tally.read,
        "bytes": tally.read_bytes,
        "skipped": tally.skipped,
        "damaged": tally.damaged,
        "seconds": round(tally.seconds, 3),
        "bytes_per_second": round(tally.bytes_per_second),
    }


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 64:
        raise argparse.ArgumentTypeError("1–64")
    return count
