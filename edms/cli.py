"""`edms`: run and tend the EDMS. Settings come from `EDMS_…` variables; see `edms.config`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from axis.http.audit import add_audit_parsers, export_log, verify_file
from axis.http.commands import AddParser, Service

# Each function imports what it needs when it runs: `edms --help` must not wait for pyHanko, Celery and the rest.
if TYPE_CHECKING:
    from flask import Flask

    from edms.config import Settings
    from storage.unit_of_work import Database


def _load() -> Settings:
    from edms.config import load  # noqa: PLC0415
    from storage.embedded_use import with_database  # noqa: PLC0415

    return with_database(load(), "edms")


def _application() -> Callable[[], Flask]:
    from edms.app import application  # noqa: PLC0415

    return application


def _work(settings: Settings) -> int:
    from edms.worker import work  # noqa: PLC0415

    return work(settings)


def _migrate(settings: Settings) -> str:
    from edms.bootstrap import broker_of  # noqa: PLC0415
    from edms.config import PREFIX  # noqa: PLC0415
    from edms.tables import HISTORY  # noqa: PLC0415
    from storage.migrations import current, upgrade  # noqa: PLC0415
    from storage.outbox.worker import prepare_broker  # noqa: PLC0415
    from storage.roles import owner_of  # noqa: PLC0415

    application = settings.database_url.reveal()
    owner = owner_of(PREFIX, settings)
    upgrade(owner, HISTORY, application_url=application)
    prepare_broker(broker_of(settings), owner)
    return str(current(owner, HISTORY))


def _check(settings: Settings) -> None:
    from edms.bootstrap import build  # noqa: PLC0415
    from edms.config import PREFIX  # noqa: PLC0415
    from storage.roles import check_roles  # noqa: PLC0415

    check_roles(PREFIX, settings)
    services = build(settings)
    try:
        services.blobs.check()
    finally:
        services.database.engine.dispose()


def _database(settings: Settings) -> Database:
    from edms.bootstrap import open_database  # noqa: PLC0415

    return open_database(settings)


def _import_organisation(options: argparse.Namespace) -> int:
    from edms.commands import decode  # noqa: PLC0415
    from edms.organisation.commands import OrganisationFile  # noqa: PLC0415
    from edms.organisation.service import OrganisationService  # noqa: PLC0415

    try:
        content = json.loads(options.file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        print(f"Không đọc được tệp tổ chức / The organisation file cannot be read:\n{error}", file=sys.stderr)
        return 1
    file = decode(OrganisationFile, content if isinstance(content, dict) else {})
    print(OrganisationService(_database(_load())).load_directory(None, file))
    return 0


def _audit(options: argparse.Namespace) -> int:
    if options.action == "verify":
        return verify_file(options)
    from edms.audit.journal import LOG  # noqa: PLC0415

    return export_log(options, _database(_load()), LOG)


def _add_parsers(add: AddParser) -> None:
    add_audit_parsers(add)
    organisation = add("organisation", "tổ chức / organisation").add_subparsers(dest="action", required=True)
    loading = organisation.add_parser("import", help="nạp tệp tổ chức JSON / load an organisation file")
    loading.add_argument("file", type=Path)


SERVICE = Service(
    name="edms",
    description="Quản lý văn bản và điều hành / document management",
    load=_load,
    application=_application,
    work=_work,
    migrate=_migrate,
    check=_check,
    database=_database,
    commands={"organisation": _import_organisation, "audit": _audit},
    add_parsers=_add_parsers,
)

main = SERVICE.main


if __name__ == "__main__":
    sys.exit(main())
