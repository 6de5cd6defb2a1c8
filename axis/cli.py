"""`axis`: run and tend a hub. Settings come from `AXIS_…` variables; see `axis.config`."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from axis.http.audit import add_audit_parsers, export_log, verify_file
from axis.http.commands import AddParser, Service

# Each function imports what it needs when it runs: `axis --help` must not wait for SQLAlchemy, Celery and the rest.
if TYPE_CHECKING:
    from flask import Flask

    from axis.config import Settings
    from storage.unit_of_work import Database


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
    from axis.hub.directory.queries import day_of, directory  # noqa: PLC0415

    database = _database(_load())
    with database.reading() as session:
        agencies = directory(session, day_of(database.clock.now()))
    if options.json:
        print(json.dumps(agencies, ensure_ascii=False, indent=2))
        return 0
    for agency in agencies:
        print(f"{', '.join(one['value'] for one in agency['identifiers'] if one['current']):<40} {agency['name']}")
    return 0


def _token(_options: argparse.Namespace) -> int:
    from axis.http.tokens import new_token  # noqa: PLC0415

    made = new_token()
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
    add_audit_parsers(add)
    directory = add("directory", "danh bạ / directory").add_subparsers(dest="action", required=True)
    importing = directory.add_parser("import", help="nhập danh bạ từ tệp JSON / bring the directory to a JSON file")
    importing.add_argument("file", type=Path)
    importing.add_argument("--dry-run", action="store_true", help="chỉ in thay đổi / only print what would change")
    add("agencies", "liệt kê cơ quan / list the agencies").add_argument("--json", action="store_true")
    security = add("security-incidents", "văn bản mật bị từ chối / refused state secrets")
    security.add_argument("--json", action="store_true")
    inspecting = add("inspect", "xem thông điệp edXML / tell what edXML files say and whether a hub would take them")
    inspecting.add_argument(
        "--json", action="store_true", help="mỗi tệp một dòng JSON / one line of JSON for each file"
    )
    inspecting.add_argument("files", type=Path, nargs="+", metavar="FILE")
    add("token", "tạo mã truy cập / make an access token and its digest")


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
    },
    add_parsers=_add_parsers,
)

main = SERVICE.main


if __name__ == "__main__":
    sys.exit(main())
