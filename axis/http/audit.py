"""`audit export FILE` and `audit verify FILE`, which both services have on their command lines.

Verifying needs the file alone: no settings and no database. What is heavy is imported when it is used.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from axis.http.commands import AddParser, adder
from storage.merkle.verifier import Anchor, CheckStamp, Report, parse_anchor, verify

if TYPE_CHECKING:
    from storage.merkle.stored import Log
    from storage.unit_of_work import Database

_SHOWN = 20


def add_audit_parsers(add: AddParser, program: str) -> None:
    """Add `audit export` and `audit verify` to the commands of `program`."""
    words = "nhật ký có thể kiểm chứng / the log that can be verified"
    actions = add("audit", words, "audit export nhat-ky.jsonl", "audit verify nhat-ky.jsonl --trust-roots goc.pem")
    action = adder(actions.add_subparsers(dest="action", required=True), f"{program} audit")
    exporting = action("export", "xuất nhật ký ra tệp / write the log to a file", "export nhat-ky.jsonl")
    exporting.add_argument("file", type=Path)
    exporting.add_argument("--start", type=int, default=0, help="từ mục số / from this entry on")
    words = "kiểm chứng tệp đã xuất, không cần CSDL / verify such a file, without a database"
    verifying = action("verify", words, "verify nhat-ky.jsonl --trust-roots goc.pem --since 1200:9f2c…")
    verifying.add_argument("file", type=Path)
    verifying.add_argument("--trust-roots", type=Path, help="PEM: kiểm tra dấu thời gian / check time-stamps")
    verifying.add_argument(
        "--since", type=_anchor, help="điểm kiểm đã giữ riêng / a checkpoint kept elsewhere: SIZE:ROOT or file"
    )
    verifying.add_argument("--json", action="store_true", help="in JSON / print JSON")


def export_log(options: argparse.Namespace, database: Database, log: Log) -> int:
    """Write the log to `options.file`, whole or not at all, and print its last checkpoint, to be kept elsewhere."""
    from storage.merkle.export import export_lines  # noqa: PLC0415
    from storage.merkle.stored import newest_checkpoint  # noqa: PLC0415

    unfinished = options.file.with_name(options.file.name + ".part")
    try:
        with database.reading() as session, unfinished.open("w", encoding="utf-8", newline="\n") as file:
            for line in export_lines(session, log, start=options.start):
                file.write(line + "\n")
            newest = newest_checkpoint(session, log.name)
        unfinished.replace(options.file)
    except (OSError, ValueError, LookupError) as error:
        unfinished.unlink(missing_ok=True)
        print(f"Không xuất được nhật ký / The log was not exported: {error}", file=sys.stderr)
        return 1
    finally:
        database.engine.dispose()
    if newest is not None:
        print("Giữ dòng sau ở ngoài hệ thống / Keep the next line outside the system:")
        print(f"{newest.tree_size}:{newest.root_hash.hex()}")
    return 0


def verify_file(options: argparse.Namespace) -> int:
    """Judge an exported file and print the report; 0 when nothing is wrong with it, else 1."""
    try:
        with ExitStack() as stack:
            file = stack.enter_context(options.file.open(encoding="utf-8", errors="replace", newline="\n"))
            check = _check(options.trust_roots.read_bytes()) if options.trust_roots else None
            report = verify(file, since=options.since, check_stamp=check)
    except OSError as error:
        print(f"Không đọc được tệp / The file cannot be read: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps({"intact": report.intact, **asdict(report)}, ensure_ascii=False, indent=2))
    else:
        _print(report, stamps_checked=check is not None)
    return 0 if report.intact else 1


def _check(pem: bytes) -> CheckStamp:
    from signing.errors import TimestampUntrusted  # noqa: PLC0415 - with the next one, loads pyHanko
    from signing.timestamps import archive_trust, check_timestamp  # noqa: PLC0415

    trust = archive_trust(pem)

    def check(token: bytes, digest: bytes) -> datetime:
        try:
            return check_timestamp(token, digest, trust)
        except TimestampUntrusted as error:
            raise ValueError(error.detail) from error

    return check


def _anchor(text: str) -> Anchor:
    path = Path(text)
    try:
        return parse_anchor(path.read_text(encoding="utf-8") if path.is_file() else text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"SIZE:ROOT hoặc tệp / or a file: {error}") from error


def _print(report: Report, *, stamps_checked: bool) -> None:
    print(f"{report.log}: {report.size} mục / entries, gốc / root {report.root or '–'}")
    print(f"Điểm kiểm khớp / checkpoints that fit: {report.checkpoints}, đến mục / up to entry {report.confirmed}")
    if stamps_checked:
        stamped = f"{report.stamped}, {report.stamped_at}" if report.stamped else "0"
        print(f"Có dấu thời gian / time-stamped: {stamped}")
    print(f"Chưa xếp chỗ / not in the tree yet: {report.unsequenced}")
    for id_ in report.unsequenced_ids[:_SHOWN]:
        print(f"  {id_}")
    for one in report.findings:
        place = (
            "" if one.sequence is None else f" {one.sequence}" + (f"–{one.until}" if one.until != one.sequence else "")
        )
        print(f"SAI / WRONG: {one.kind}{place} {one.id} {one.detail}".replace("  ", " "))
    print("Nguyên vẹn / intact" if report.intact else f"{len(report.findings)} điểm sai / things are wrong")
