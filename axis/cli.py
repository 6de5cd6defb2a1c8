"""`axis`: run and tend a hub. Settings come from `AXIS_…` variables; see `axis.config`."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from axis.http.audit import add_audit_parsers, export_log, verify_file
from axis.http.commands import DONE, MISUSED, REFUSED, AddParser, Service, adder, print_json

# Each function imports what it needs when it runs: `axis --help` must not wait for SQLAlchemy, Celery and the rest.
if TYPE_CHECKING:
    from flask import Flask

    from axis.client import AxisClient
    from axis.config import Settings
    from storage.unit_of_work import Database

HUB_URL_VARIABLE = "LIENTHONG_HUB_URL"
TOKEN_FILE_VARIABLE = "LIENTHONG_HUB_TOKEN_FILE"  # noqa: S105 - a variable's name
"""For `send`, `fetch` and `agencies`, which ask a hub as any agency's program would and read no `AXIS_…` settings."""


def _load() -> Settings:
    from axis.config import load  # noqa: PLC0415
    from storage.embedded_use import with_database  # noqa: PLC0415

    return with_database(load(), "axis")


def _application() -> Callable[[], Flask]:
    from axis.app import application  # noqa: PLC0415

    return application


def _work(settings: Settings) -> int:
    from axis.worker import work  # noqa: PLC0415

    return work(settings)


def _migrate(settings: Settings) -> str:
    from axis.bootstrap import broker_of  # noqa: PLC0415
    from axis.config import PREFIX  # noqa: PLC0415
    from axis.hub.tables import HISTORY  # noqa: PLC0415
    from storage.migrations import current, upgrade  # noqa: PLC0415
    from storage.outbox.worker import prepare_broker  # noqa: PLC0415
    from storage.roles import owner_of  # noqa: PLC0415

    application = settings.database_url.reveal()
    owner = owner_of(PREFIX, settings)
    upgrade(owner, HISTORY, application_url=application)
    prepare_broker(broker_of(settings), owner)
    return str(current(owner, HISTORY))


def _check(settings: Settings) -> None:
    from axis.bootstrap import build_hub  # noqa: PLC0415
    from axis.config import PREFIX  # noqa: PLC0415
    from storage.roles import check_roles  # noqa: PLC0415

    check_roles(PREFIX, settings)
    hub = build_hub(settings)
    try:
        hub.blobs.check()
    finally:
        hub.close()


def _database(settings: Settings) -> Database:
    from axis.bootstrap import open_database  # noqa: PLC0415

    return open_database(settings)


def _directory(options: argparse.Namespace) -> int:
    from axis.hub.directory.file import read_directory_file  # noqa: PLC0415
    from axis.hub.directory.importing import import_directory  # noqa: PLC0415

    changes = import_directory(_database(_load()), read_directory_file(options.file), dry_run=options.dry_run)
    for change in changes:
        print(change)
    print(f"{len(changes)} thay đổi / changes" + (" (dry run)" if options.dry_run else ""))
    return 0


def _agencies(options: argparse.Namespace) -> int:
    agencies = _agencies_of_a_hub(options) if options.hub else _agencies_here()
    if options.json:
        print_json(agencies)
        return DONE
    for agency in agencies:
        print(f"{', '.join(one['value'] for one in agency['identifiers'] if one['current']):<40} {agency['name']}")
    return DONE


def _agencies_here() -> list[dict[str, Any]]:
    from axis.hub.directory.queries import day_of, directory  # noqa: PLC0415

    database = _database(_load())
    with database.reading() as session:
        return directory(session, day_of(database.clock.now()))


def _agencies_of_a_hub(options: argparse.Namespace) -> list[dict[str, Any]]:
    from msgspec import to_builtins  # noqa: PLC0415

    with _client(options) as client:
        agencies: list[dict[str, Any]] = to_builtins(client.agencies())
        return agencies


def _send(options: argparse.Namespace) -> int:
    from axis.correspondent import send_files  # noqa: PLC0415
    from axis.http.progress import Progress  # noqa: PLC0415

    sent = []
    with _client(options) as client:
        for one in send_files(client, options.files, options.receipts, Progress(wanted=options.progress)):
            sent.append(one)
            if options.json:
                continue
            if one.refused:
                print(f"{one.file}: {one.refused}\n{one.reason}", file=sys.stderr)
            else:
                how = "đã nhận trước đó / accepted before" if one.replayed else "đã nhận / accepted"
                print(f"{one.file} {one.message_id} {how} {one.receipt}".rstrip(), flush=True)
    if options.json:
        print_json([asdict(one) for one in sent])
    return REFUSED if any(one.refused for one in sent) else DONE


def _fetch(options: argparse.Namespace) -> int:
    from axis.correspondent import fetch_waiting  # noqa: PLC0415
    from axis.http.progress import Progress  # noqa: PLC0415

    fetched = []
    with _client(options) as client:
        progress = Progress(wanted=options.progress)
        for one in fetch_waiting(client, options.into, progress, organ_id=options.organ_id, done=options.done):
            fetched.append(one)
            if options.json:
                continue
            if one.refused:
                print(f"{one.delivery_id}: {one.refused}\n{one.reason}", file=sys.stderr)
            else:
                print(f"{one.file} {one.sender_organ_id} {one.document_id}".rstrip(), flush=True)
    if options.json:
        print_json([asdict(one) for one in fetched])
    elif not fetched:
        print("Không có gói tin nào đang chờ / nothing waits")
    return REFUSED if any(one.refused for one in fetched) else DONE


def _client(options: argparse.Namespace) -> AxisClient:
    """Return the client of the hub named by options or environment; end with 2 when there is none."""
    from axis.client import AxisClient  # noqa: PLC0415
    from axis.correspondent import read_token  # noqa: PLC0415

    address = options.hub or os.environ.get(HUB_URL_VARIABLE, "")
    file = options.token_file or os.environ.get(TOKEN_FILE_VARIABLE, "")
    if not address.startswith(("http://", "https://")) or not file:
        print(
            f"Cần --hub (http:// hoặc https://) và --token-file, hoặc {HUB_URL_VARIABLE} và {TOKEN_FILE_VARIABLE}.\n"
            f"Give --hub (http:// or https://) and --token-file, or set {HUB_URL_VARIABLE} and {TOKEN_FILE_VARIABLE}.",
            file=sys.stderr,
        )
        raise SystemExit(MISUSED)
    return AxisClient(address, read_token(Path(file)))


def _token(options: argparse.Namespace) -> int:
    from axis.http.tokens import new_token  # noqa: PLC0415

    made = new_token()
    if options.json:
        print_json({"token": made.token, "token_sha256": made.sha256})
        return DONE
    print(f"token        {made.token}\ntoken_sha256 {made.sha256}")
    return 0


def _audit(options: argparse.Namespace) -> int:
    if options.action == "verify":
        return verify_file(options)
    from axis.hub.evidence import LOG  # noqa: PLC0415

    return export_log(options, _database(_load()), LOG)


def _security_incidents(options: argparse.Namespace) -> int:
    from axis.hub.security import incidents  # noqa: PLC0415

    with _database(_load()).reading() as session:
        found = incidents(session)
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return 0
    for one in found:
        told = "đã báo / told" if one["alerted_at"] else "chưa báo / not told"
        print(f"{one['at']} {one['account']} {one['sender_organ_id']} {one['document_id']} {one['sha256']} {told}")
    return 0


def _inspect(options: argparse.Namespace) -> int:
    from axis.inspection import inspect_file, text_of_report  # noqa: PLC0415

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    refused = 0
    for path in options.files:
        report = inspect_file(path)
        refused += report["outcome"] == "refused"
        line = json.dumps(report, ensure_ascii=False) if options.json else text_of_report(report)
        print(line, flush=True)
    return 1 if refused else 0


def _add_parsers(add: AddParser) -> None:
    add_audit_parsers(add, "axis")
    words = "danh bạ / directory"
    directory = add("directory", words, "directory import danh-ba.json").add_subparsers(dest="action", required=True)
    importing = adder(directory, "axis directory")(
        "import", "nhập danh bạ từ tệp JSON / bring the directory to a JSON file", "import danh-ba.json --dry-run"
    )
    importing.add_argument("file", type=Path)
    importing.add_argument("--dry-run", action="store_true", help="chỉ in thay đổi / only print what would change")
    security = add("security-incidents", "văn bản mật bị từ chối / refused state secrets")
    security.add_argument("--json", action="store_true", help="in JSON / print JSON")
    inspecting = add("inspect", "xem thông điệp edXML / tell what edXML files say and whether a hub would take them")
    inspecting.add_argument(
        "--json", action="store_true", help="mỗi tệp một dòng JSON / one line of JSON for each file"
    )
    inspecting.add_argument("files", type=Path, nargs="+", metavar="FILE")
    to_hub = "--hub https://truc.example --token-file ma-truy-cap.txt"
    agencies = add(
        "agencies", "liệt kê cơ quan / list the agencies, here or of a hub", "agencies --json", f"agencies {to_hub}"
    )
    _add_hub(agencies)
    add("token", "tạo mã truy cập / make an access token and its digest").add_argument("--json", action="store_true")
    send = add(
        "send",
        "gửi tệp edXML tới trục, gửi lại vô hại / send edXML files to a hub; repeating is harmless",
        f"send goi-tin.edxml {to_hub} --receipts bien-nhan",
    )
    send.add_argument("files", type=Path, nargs="+", metavar="FILE")
    send.add_argument("--receipts", type=Path, metavar="DIR", help="thư mục giữ biên nhận / folder that keeps receipts")
    fetch = add(
        "fetch",
        "tải gói tin đang chờ về thư mục / fetch what waits at a hub into a folder",
        f"fetch --into den {to_hub} --done",
    )
    fetch.add_argument("--into", type=Path, required=True, metavar="DIR", help="thư mục nhận / folder for the messages")
    fetch.add_argument("--organ-id", metavar="ID", help="chỉ của cơ quan này / of this agency only")
    fetch.add_argument(
        "--done", action="store_true", help="báo trục đã lưu xong từng gói / tell the hub that each is safely stored"
    )
    for one in (send, fetch):
        _add_hub(one)
        one.add_argument("--progress", action="store_true", help="luôn in tiến độ / tell progress in any case")


def _add_hub(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hub", metavar="URL", help=f"địa chỉ trục / address of the hub; else {HUB_URL_VARIABLE}")
    parser.add_argument(
        "--token-file", metavar="FILE", help=f"tệp mã truy cập / file of the token; else {TOKEN_FILE_VARIABLE}"
    )
    parser.add_argument("--json", action="store_true", help="in JSON / print JSON")


SERVICE = Service(
    name="axis",
    description="Trục liên thông văn bản / document interconnection hub",
    load=_load,
    application=_application,
    work=_work,
    migrate=_migrate,
    check=_check,
    database=_database,
    commands={
        "directory": _directory,
        "agencies": _agencies,
        "inspect": _inspect,
        "security-incidents": _security_incidents,
        "token": _token,
        "audit": _audit,
        "send": _send,
        "fetch": _fetch,
    },
    add_parsers=_add_parsers,
)

main = SERVICE.main


if __name__ == "__main__":
    sys.exit(main())
