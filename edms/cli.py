"""`edms`: run and tend the EDMS. Settings come from `EDMS_…` variables; see `edms.config`.

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

# Each command imports what it needs when it runs: `edms --help` must not wait for pyHanko, Celery and the rest.
if TYPE_CHECKING:
    from edms.config import Settings


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
    parser = argparse.ArgumentParser(prog="edms", description="Quản lý văn bản và điều hành / document management")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="chạy cả web và worker / run web and worker under one command")
    commands.add_parser("web", help="chạy dịch vụ web / run the web service")
    commands.add_parser("worker", help="chạy worker / run the worker")
    commands.add_parser("migrate", help="nâng cấp cơ sở dữ liệu / bring the database to the newest revision")
    config = commands.add_parser("config", help="cấu hình / settings").add_subparsers(dest="action", required=True)
    config.add_parser("check", help="kiểm tra cấu hình / check the settings and the files they name")
    organisation = commands.add_parser("organisation", help="tổ chức / organisation").add_subparsers(
        dest="action", required=True
    )
    loading = organisation.add_parser("import", help="nạp tệp tổ chức JSON / load an organisation file")
    loading.add_argument("file", type=Path)
    dead = commands.add_parser("dead-letters", help="việc đã bỏ dở / work that was given up")
    dead.add_argument("--json", action="store_true")
    redrive = commands.add_parser("redrive", help="làm lại việc bỏ dở / try a dead letter again")
    redrive.add_argument("id", type=int)
    return parser


def _serve(_options: argparse.Namespace) -> int:
    from axis.http.logs import configure_logging  # noqa: PLC0415
    from axis.http.supervisor import Child, Supervisor  # noqa: PLC0415

    settings = _settings()
    configure_logging()
    _migrate_database(settings)
    own = [sys.executable, "-m", "edms.cli"]
    return Supervisor([Child("web", [*own, "web"]), Child("worker", [*own, "worker"])]).run()


def _web(_options: argparse.Namespace) -> int:
    from axis.http.logs import configure_logging  # noqa: PLC0415
    from axis.http.serve import Listen, serve  # noqa: PLC0415
    from edms.app import application  # noqa: PLC0415

    settings = _settings()
    configure_logging()
    serve(application, Listen(settings.host, settings.port, settings.web_workers, settings.web_threads))
    return 0


def _worker(_options: argparse.Namespace) -> int:
    from axis.http.logs import configure_logging  # noqa: PLC0415
    from edms.worker import work  # noqa: PLC0415

    settings = _settings()
    configure_logging()
    return work(settings)


def _migrate(_options: argparse.Namespace) -> int:
    _migrate_database(_settings())
    return 0


def _migrate_database(settings: Settings) -> None:
    from edms.bootstrap import broker_of  # noqa: PLC0415
    from edms.tables import HISTORY  # noqa: PLC0415
    from storage.migrations import current, upgrade  # noqa: PLC0415
    from storage.outbox.worker import prepare_broker  # noqa: PLC0415

    upgrade(settings.database_url.reveal(), HISTORY)
    prepare_broker(broker_of(settings))
    print(f"edms: {current(settings.database_url.reveal(), HISTORY)}")


def _config(_options: argparse.Namespace) -> int:
    from edms.bootstrap import build  # noqa: PLC0415

    settings = _settings()
    build(settings)
    for name, value in asdict(settings).items():
        print(f"{name} = {value}")
    return 0


def _organisation(options: argparse.Namespace) -> int:
    from edms.bootstrap import open_database  # noqa: PLC0415
    from edms.commands import decode  # noqa: PLC0415
    from edms.organisation.commands import OrganisationFile  # noqa: PLC0415
    from edms.organisation.service import OrganisationService  # noqa: PLC0415

    try:
        content = json.loads(options.file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        print(f"Không đọc được tệp tổ chức / The organisation file cannot be read:\n{error}", file=sys.stderr)
        return 1
    file = decode(OrganisationFile, content if isinstance(content, dict) else {})
    print(OrganisationService(open_database(_settings())).load_directory(None, file))
    return 0


def _dead_letters(options: argparse.Namespace) -> int:
    from edms.bootstrap import open_database  # noqa: PLC0415
    from storage.outbox.repair import dead_letters  # noqa: PLC0415

    found = dead_letters(open_database(_settings()))
    if options.json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2, default=str))
        return 0
    for one in found:
        print(f"{one.id:>8} {one.died_at:%Y-%m-%d %H:%M:%S} {one.topic} {json.dumps(one.payload)} {one.reason}")
    return 0


def _redrive(options: argparse.Namespace) -> int:
    from edms.bootstrap import open_database  # noqa: PLC0415
    from storage.outbox.repair import redrive  # noqa: PLC0415

    if redrive(open_database(_settings()), options.id):
        return 0
    print(f"Không có việc bỏ dở số {options.id} / no dead letter {options.id}", file=sys.stderr)
    return 1


def _settings() -> Settings:
    from edms.config import load  # noqa: PLC0415

    return load()


_COMMANDS = {
    "serve": _serve,
    "web": _web,
    "worker": _worker,
    "migrate": _migrate,
    "config": _config,
    "organisation": _organisation,
    "dead-letters": _dead_letters,
    "redrive": _redrive,
}


if __name__ == "__main__":
    sys.exit(main())
