"""`axis`: run and tend a hub. Settings come from `AXIS_…` variables; see `axis.config`.

Exit status: 0 done, 1 refused (the reason stands on stderr in Vietnamese and English), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

# Each command imports what it needs when it runs: `axis --help` must not wait for SQLAlchemy, Celery and the rest.
if TYPE_CHECKING:
    from axis.config import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    from schemas.problems import Problem  # noqa: PLC0415
    from storage.errors import StorageError  # noqa: PLC0415

    try:
        return int(_COMMANDS[options.command](options))
    except Problem as refusal:
        lines = [refusal.message_vi, refusal.message_en, refusal.detail]
        print("\n".join(line for line in lines if line), file=sys.stderr)
    except StorageError as error:
        print(f"Không thực hiện được / Not done:\n{error}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="axis", description="Trục liên thông văn bản / document interconnection hub")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="chạy cả web và worker / run web and worker under one command")
    commands.add_parser("web", help="chạy dịch vụ web / run the web service")
    commands.add_parser("worker", help="chạy worker / run the worker")
    commands.add_parser("migrate", help="nâng cấp cơ sở dữ liệu / bring the database to the newest revision")
    config = commands.add_parser("config", help="cấu hình / settings").add_subparsers(dest="action", required=True)
    config.add_parser("check", help="kiểm tra cấu hình / check the settings and the files they name")
    directory = commands.add_parser("directory", help="danh bạ / directory").add_subparsers(
        dest="action", required=True
    )
    importing = directory.add_parser("import", help="nhập danh bạ từ tệp JSON / bring the directory to a JSON file")
    importing.add_argument("file", type=Path)
    importing.add_argument("--dry-run", action="store_true", help="chỉ in thay đổi / only print what would change")
    agencies = commands.add_parser("agencies", help="liệt kê cơ quan / list the agencies")
    agencies.add_argument("--json", action="store_true")
    commands.add_parser("token", help="tạo mã truy cập / make an access token and its digest")
    dead = commands.add_parser("dead-letters", help="việc đã bỏ dở / work that was given up")
    dead.add_argument("--json", action="store_true")
    redrive = commands.add_parser("redrive", help="làm lại việc bỏ dở / try a dead letter again")
    redrive.add_argument("id", type=int)
    return parser


def _serve(_options: argparse.Namespace) -> int:
    from axis.http.logs import configure_logging  # noqa: PLC0415
    from axis.http.supervisor import Child, Supervisor  # noqa: PLC0415

    settings = _settings()
    configure_logging(settings.log_level)
    _migrate_database(settings)
    own = [sys.executable, "-m", "axis.cli"]
    return Supervisor([Child("web", [*own, "web"]), Child("worker", [*own, "worker"])]).run()


def _web(_options: argparse.Namespace) -> int:
    from axis.app import application  # noqa: PLC0415
    from axis.http.logs import configure_logging  # noqa: PLC0415
    from axis.http.serve import Listen, serve  # noqa: PLC0415

    settings = _settings()
    configure_logging(settings.log_level)
    serve(application, Listen(settings.host, settings.port, settings.web_workers, settings.web_threads))
    return 0


def _worker(_options: argparse.Namespace) -> int:
    from axis.http.logs import configure_logging  # noqa: PLC0415
    from axis.worker import work  # noqa: PLC0415

    settings = _settings()
    configure_logging(settings.log_level)
    return work(settings)


def _migrate(_options: argparse.Namespace) -> int:
    _migrate_database(_settings())
    return 0


def _migrate_database(settings: Settings) -> None:
    from axis.bootstrap import broker_of  # noqa: PLC0415
    from axis.hub.tables import HISTORY  # noqa: PLC0415
    from storage.migrations import current, upgrade  # noqa: PLC0415
    from storage.outbox.worker import prepare_broker  # noqa: PLC0415

    upgrade(settings.database_url.reveal(), HISTORY)
    prepare_broker(broker_of(settings))
    print(f"axis: {current(settings.database_url.reveal(), HISTORY)}")


def _config(_options: argparse.Namespace) -> int:
    from axis.bootstrap import build_hub  # noqa: PLC0415

    settings = _settings()
    build_hub(settings).close()
    for name, value in asdict(settings).items():
        print(f"{name} = {value}")
    return 0


def _directory(options: argparse.Namespace) -> int:
    from axis.bootstrap import open_database  # noqa: PLC0415
    from axis.hub.directory.file import read_directory_file  # noqa: PLC0415
    from axis.hub.directory.importing import import_directory  # noqa: PLC0415

    changes = import_directory(open_database(_settings()), read_directory_file(options.file), dry_run=options.dry_run)
    for change in changes:
        print(change)
    print(f"{len(changes)} thay đổi / changes" + (" (dry run)" if options.dry_run else ""))
    return 0


def _agencies(options: argparse.Namespace) -> int:
    from axis.bootstrap import open_database  # noqa: PLC0415
    from axis.hub.directory.queries import day_of, directory  # noqa: PLC0415

    database = open_database(_settings())
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


def _dead_letters(options: argparse.Namespace) -> int:
    from axis.bootstrap import open_database  # noqa: PLC0415
    from storage.outbox.repair import dead_letters  # noqa: PLC0415

    found = dead_letters(open_database(_settings()))
    if options.json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2, default=str))
        return 0
    for one in found:
        print(f"{one.id:>8} {one.died_at:%Y-%m-%d %H:%M:%S} {one.topic} {json.dumps(one.payload)} {one.reason}")
    return 0


def _redrive(options: argparse.Namespace) -> int:
    from axis.bootstrap import open_database  # noqa: PLC0415
    from storage.outbox.repair import redrive  # noqa: PLC0415

    if redrive(open_database(_settings()), options.id):
        return 0
    print(f"Không có việc bỏ dở số {options.id} / no dead letter {options.id}", file=sys.stderr)
    return 1


def _settings() -> Settings:
    from axis.config import load  # noqa: PLC0415

    return load()


_COMMANDS = {
    "serve": _serve,
    "web": _web,
    "worker": _worker,
    "migrate": _migrate,
    "config": _config,
    "directory": _directory,
    "agencies": _agencies,
    "token": _token,
    "dead-letters": _dead_letters,
    "redrive": _redrive,
}


if __name__ == "__main__":
    sys.exit(main())
