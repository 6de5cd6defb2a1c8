"""`edms`: run and tend the EDMS. Settings come from `EDMS_…` variables; see `edms.config`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from axis.http.audit import add_audit_parsers, export_log, verify_file
from axis.http.commands import AddParser, Service, adder

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
    from axis.http.errors import FileUnreadable  # noqa: PLC0415
    from edms.commands import decode  # noqa: PLC0415
    from edms.organisation.commands import OrganisationFile  # noqa: PLC0415
    from edms.organisation.service import OrganisationService  # noqa: PLC0415

    try:
        content = json.loads(options.file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileUnreadable(f"{options.file}: {error}") from error
    file = decode(OrganisationFile, content if isinstance(content, dict) else {})
    database = _database(_load())
    try:
        print(OrganisationService(database).load_directory(None, file))
    finally:
        database.engine.dispose()
    return 0


def _audit(options: argparse.Namespace) -> int:
    if options.action == "verify":
        return verify_file(options)
    from edms.audit.journal import LOG  # noqa: PLC0415

    return export_log(options, _database(_load()), LOG)


def _add_parsers(add: AddParser) -> None:
    add_audit_parsers(add, "edms")
    words = "tổ chức / organisation"
    organisation = add("organisation", words, "organisation import to-chuc.json")
    actions = adder(organisation.add_subparsers(dest="action", required=True), "edms organisation")
    loading = actions("import", "nạp tệp tổ chức JSON / load an organisation file", "import to-chuc.json")
    loading.add_argument("file", type=Path)
    _add_administration(add)


def _add_administration(add: AddParser) -> None:
    agencies = add("agencies", "cơ quan và mã định danh / agencies and their identifiers", "agencies --json")
    send = add("send", "gửi ngay văn bản đang chờ / send now what waits", "send --once")
    fetch = add("fetch", "nhận ngay văn bản đến / fetch now what has arrived", "fetch --once")
    for one in (send, fetch):
        one.add_argument("--once", action="store_true", help="chỉ thử một lượt / try only once")
        one.add_argument("--progress", action="store_true", help="luôn in tiến độ / tell progress in any case")
    words = "tài khoản / accounts"
    accounts = add("accounts", words, "accounts create --person lan --login lan", "accounts list", "accounts lock lan")
    account = adder(accounts.add_subparsers(dest="action", required=True), "edms accounts")
    create = account(
        "create",
        "tạo tài khoản / create an account; the password is asked for",
        "create --person lan --login lan",
        "create --person lan --login lan --password-file mat-khau.txt",
    )
    create.add_argument(
        "--person", required=True, metavar="KEY", help="khoá trong tệp tổ chức / key in the organisation file"
    )
    create.add_argument("--login", required=True, help="tên đăng nhập / login")
    create.add_argument(
        "--password-file", type=Path, metavar="FILE", help="dòng đầu là mật khẩu / first line is the password"
    )
    lists = [agencies, send, fetch, account("list", "liệt kê tài khoản / list the accounts", "list --json")]
    account("lock", "khoá tài khoản / lock an account", "lock lan").add_argument("login")
    words = "chứng thư số đã đăng ký / registered signing keys"
    keys = add("keys", words, "keys add --kind personal --person lan --file lan.p12", "keys list")
    key = adder(keys.add_subparsers(dest="action", required=True), "edms keys")
    registered = key(
        "add",
        "đăng ký khoá ký trong EDMS_KEY_DIR / register a signing key of EDMS_KEY_DIR; the PIN is asked for",
        "add --kind personal --person lan --file lan.p12 --image lan.png",
        "add --kind seal --agency H36.12 --file dau.p12 --image dau.png --pin-file pin.txt",
        "add --kind system --agency H36.12 --file he-thong.p12",
    )
    registered.add_argument("--kind", required=True, choices=("personal", "seal", "system"))
    owner = registered.add_mutually_exclusive_group(required=True)
    owner.add_argument("--person", metavar="KEY", help="khoá trong tệp tổ chức / key in the organisation file")
    owner.add_argument("--agency", metavar="ID", help="mã định danh cơ quan / identifier of the agency")
    registered.add_argument("--file", required=True, metavar="NAME", help="tên tệp .p12 / name of the .p12 file")
    registered.add_argument(
        "--image", default="", metavar="NAME", help="hình chữ ký, dấu / picture of the signature or seal"
    )
    registered.add_argument("--pin-file", type=Path, metavar="FILE", help="dòng đầu là mã PIN / first line is the PIN")
    key("end", "thôi dùng một khoá / use a key no more", "end 0198…").add_argument("id", type=UUID)
    lists.append(key("list", "liệt kê khoá / list the keys", "list --json"))
    for one in lists:
        one.add_argument("--json", action="store_true", help="in JSON / print JSON")


def _administer(options: argparse.Namespace) -> int:
    from edms.administration import COMMANDS  # noqa: PLC0415

    return COMMANDS[options.command](options, _load())


SERVICE = Service(
    name="edms",
    description="Quản lý văn bản và điều hành / document management",
    load=_load,
    application=_application,
    work=_work,
    migrate=_migrate,
    check=_check,
    database=_database,
    commands={
        "organisation": _import_organisation,
        "audit": _audit,
        **dict.fromkeys(("agencies", "send", "fetch", "accounts", "keys"), _administer),
    },
    add_parsers=_add_parsers,
)

main = SERVICE.main


if __name__ == "__main__":
    sys.exit(main())
