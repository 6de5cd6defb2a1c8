"""The commands that every service has: serve, web, worker, migrate, config check, dead-letters, redrive, blobs.

A service describes itself as a `Service` and adds commands of its own. What is heavy is imported when a command runs:
`--help` must not wait for SQLAlchemy, Celery and the rest.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from axis.http import blob_commands

if TYPE_CHECKING:
    from flask import Flask

    from storage.unit_of_work import Database

Command = Callable[[argparse.Namespace], int]

DONE, REFUSED, MISUSED, UNAVAILABLE = 0, 1, 2, 3
"""Exit statuses: done; refused, the reason stands on stderr; wrong usage; a part is away, nothing is lost, try again."""

_STATUSES = (
    "Mã kết thúc: 0 xong, 1 bị từ chối (lý do ở stderr), 2 sai cú pháp, 3 chưa phục vụ được, hãy thử lại sau.\n"
    "Exit status: 0 done, 1 refused (the reason is on stderr), 2 wrong usage, 3 unavailable, try again later."
)


class AddParser(Protocol):
    """Adds the parser of a command: its name, what it does in both languages, and examples, one a line."""

    def __call__(self, name: str, words: str, *examples: str) -> argparse.ArgumentParser:
        """Return the new parser."""


def adder(commands: Any, program: str) -> AddParser:
    """Return what adds commands to `commands` (from `add_subparsers`); `program` begins each example."""

    def add(name: str, words: str, *examples: str) -> argparse.ArgumentParser:
        shown = "\n".join(f"  {program} {one}" for one in (examples or (name,)))
        parser: argparse.ArgumentParser = commands.add_parser(
            name,
            help=words,
            description=words,
            epilog=f"Ví dụ / examples:\n{shown}\n\n{_STATUSES}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        return parser

    return add


def print_json(value: object) -> None:
    """Print `value` as JSON on the standard output; UUIDs, paths and times become text."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def read_secret(prompt: str, file: Path | None) -> str:
    """Return a password or PIN: the first line of `file`, or what is typed at a prompt. It never stands on the command line.

    Raises `FileUnreadable`.
    """
    from getpass import getpass  # noqa: PLC0415 - only some commands ask

    from axis.http.errors import FileUnreadable  # noqa: PLC0415 - as above

    if file is None:
        return getpass(f"{prompt}: ")
    try:
        return file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise FileUnreadable(str(error)) from error


_AWAY = frozenset({502, 503, 504})


class ServiceSettings(Protocol):
    """What the common commands read of a service's settings."""

    @property
    def host(self) -> str:
        """Address to bind."""

    @property
    def port(self) -> int:
        """Port to bind."""

    @property
    def web_workers(self) -> int:
        """Web processes."""

    @property
    def web_threads(self) -> int:
        """Requests served at once by a process."""

    @property
    def log_level(self) -> str:
        """Least level that is logged."""


@dataclass(frozen=True)
class Service:
    """A service as its command line sees it; every function imports what it needs when it is called."""

    name: str
    """Name of the command; the module `<name>.cli` runs it."""
    description: str
    load: Callable[[], Any]
    """Reads the settings (`ServiceSettings`). Raises `SettingsInvalid`."""
    application: Callable[[], Callable[[], Flask]]
    """Returns the importable factory of the web application."""
    work: Callable[[Any], int]
    """Runs a worker until SIGTERM."""
    migrate: Callable[[Any], str]
    """Brings the database to the newest revision and returns its name."""
    check: Callable[[Any], None]
    """Opens everything that the settings name, and closes it again."""
    database: Callable[[Any], Database]
    commands: Mapping[str, Command] = field(default_factory=dict)
    """Commands of its own, by name."""
    add_parsers: Callable[[AddParser], None] | None = None
    """Adds the parsers of its own commands."""

    def main(self, arguments: Sequence[str] | None = None) -> int:
        """Run one command and return its exit status; the reason of a refusal stands on stderr in both languages."""
        options = self.parser().parse_args(arguments)
        from schemas.problems import Problem  # noqa: PLC0415
        from storage.errors import StorageError  # noqa: PLC0415

        own: dict[str, Command] = {
            "serve": self._serve,
            "web": self._web,
            "worker": self._worker,
            "migrate": self._migrate,
            "config": self._config,
            "dead-letters": self._dead_letters,
            "redrive": self._redrive,
            "blobs": blob_commands.run,
        }
        try:
            return int({**own, **self.commands}[options.command](options))
        except Problem as refusal:
            lines = [refusal.message_vi, refusal.message_en, refusal.detail]
            print("\n".join(line for line in lines if line), file=sys.stderr)
            return UNAVAILABLE if refusal.status in _AWAY else REFUSED
        except StorageError as error:
            print(f"Không thực hiện được / Not done:\n{error}", file=sys.stderr)
            return REFUSED
        except KeyboardInterrupt:
            print("Đã dừng; chạy lại lệnh để làm tiếp. / Stopped; run it again to go on.", file=sys.stderr)
            return UNAVAILABLE
        except BrokenPipeError:  # whoever read the output has read enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return DONE
        except Exception as error:
            from axis.http.errors import Unavailable  # noqa: PLC0415 - what knows the drivers' errors is heavy
            from axis.http.problems import describe  # noqa: PLC0415

            if describe(error).code != Unavailable.code:
                raise
            print(f"{Unavailable.message_vi}\n{Unavailable.message_en}\n{error}", file=sys.stderr)
            return UNAVAILABLE

    def parser(self) -> argparse.ArgumentParser:
        """Return the parser of all commands."""
        parser = argparse.ArgumentParser(
            prog=self.name,
            description=self.description,
            epilog=_STATUSES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        add = adder(parser.add_subparsers(dest="command", required=True), self.name)
        add("serve", "chạy cả web và worker / run web and worker under one command")
        add("web", "chạy dịch vụ web / run the web service")
        add("worker", "chạy worker / run the worker")
        add("migrate", "nâng cấp cơ sở dữ liệu / bring the database to the newest revision")
        config = adder(
            add("config", "cấu hình / settings", "config check").add_subparsers(dest="action", required=True),
            f"{self.name} config",
        )
        check = config("check", "kiểm tra cấu hình và các tệp / check the settings and the files they name")
        check.add_argument("--json", action="store_true", help="in JSON / print JSON")
        dead = add("dead-letters", "việc đã bỏ dở / work that was given up", "dead-letters", "dead-letters --json")
        dead.add_argument("--json", action="store_true", help="in JSON / print JSON")
        redrive = add("redrive", "làm lại việc bỏ dở / try a dead letter again", "redrive 4711")
        redrive.add_argument("id", type=int, help="số do dead-letters in ra / number that dead-letters prints")
        blob_commands.add_parsers(add)
        if self.add_parsers is not None:
            self.add_parsers(add)
        return parser

    def _settings(self) -> Any:
        from axis.http.logs import configure_logging  # noqa: PLC0415

        settings = self.load()
        configure_logging(settings.log_level)
        return settings

    def _serve(self, _options: argparse.Namespace) -> int:
        from axis.http.supervisor import Child, Supervisor  # noqa: PLC0415

        print(f"{self.name}: {self.migrate(self._settings())}")
        own = [sys.executable, "-m", f"{self.name}.cli"]
        owner = f"{self.name.upper()}_DATABASE_OWNER_URL"  # what the children must not be able to do
        environ = {name: value for name, value in os.environ.items() if name != owner}
        children = [Child(role, [*own, role], environ) for role in ("web", "worker")]
        return Supervisor(children).run()

    def _web(self, _options: argparse.Namespace) -> int:
        from axis.http.serve import Listen, serve  # noqa: PLC0415

        settings = self._settings()
        listen = Listen(settings.host, settings.port, settings.web_workers, settings.web_threads)
        serve(self.application(), listen)
        return 0

    def _worker(self, _options: argparse.Namespace) -> int:
        return self.work(self._settings())

    def _migrate(self, _options: argparse.Namespace) -> int:
        print(f"{self.name}: {self.migrate(self._settings())}")
        return 0

    def _config(self, options: argparse.Namespace) -> int:
        settings = self.load()
        self.check(settings)
        if options.json:
            print_json({name: _plain(value) for name, value in asdict(settings).items()})
            return DONE
        for name, value in asdict(settings).items():
            print(f"{name} = {value}")
        return 0

    def _dead_letters(self, options: argparse.Namespace) -> int:
        from storage.outbox.repair import dead_letters  # noqa: PLC0415

        found = dead_letters(self.database(self.load()))
        if options.json:
            print_json([asdict(one) for one in found])
            return 0
        for one in found:
            print(f"{one.id:>8} {one.died_at:%Y-%m-%d %H:%M:%S} {one.topic} {json.dumps(one.payload)} {one.reason}")
        return 0

    def _redrive(self, options: argparse.Namespace) -> int:
        from storage.outbox.repair import redrive  # noqa: PLC0415

        if redrive(self.database(self.load()), options.id):
            return 0
        print(f"Không có việc bỏ dở số {options.id} / no dead letter {options.id}", file=sys.stderr)
        return 1


def _plain(value: object) -> object:
    """A setting as JSON has it; a secret stays stars."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)
