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
from typing import TYPE_CHECKING, Any, Protocol

from axis.http import blob_commands

if TYPE_CHECKING:
    from flask import Flask

    from storage.unit_of_work import Database

Command = Callable[[argparse.Namespace], int]
AddParser = Callable[[str, str], argparse.ArgumentParser]


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
        """Run one command; return 0 done, 1 refused (the reason stands on stderr in both languages), 2 wrong usage."""
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
        except StorageError as error:
            print(f"Không thực hiện được / Not done:\n{error}", file=sys.stderr)
        return 1

    def parser(self) -> argparse.ArgumentParser:
        """Return the parser of all commands."""
        parser = argparse.ArgumentParser(prog=self.name, description=self.description)
        commands = parser.add_subparsers(dest="command", required=True)

        def add(name: str, words: str) -> argparse.ArgumentParser:
            return commands.add_parser(name, help=words)

        add("serve", "chạy cả web và worker / run web and worker under one command")
        add("web", "chạy dịch vụ web / run the web service")
        add("worker", "chạy worker / run the worker")
        add("migrate", "nâng cấp cơ sở dữ liệu / bring the database to the newest revision")
        config = add("config", "cấu hình / settings").add_subparsers(dest="action", required=True)
        config.add_parser("check", help="kiểm tra cấu hình / check the settings and the files they name")
        dead = add("dead-letters", "việc đã bỏ dở / work that was given up")
        dead.add_argument("--json", action="store_true")
        add("redrive", "làm lại việc bỏ dở / try a dead letter again").add_argument("id", type=int)
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

    def _config(self, _options: argparse.Namespace) -> int:
        settings = self.load()
        self.check(settings)
        for name, value in asdict(settings).items():
            print(f"{name} = {value}")
        return 0

    def _dead_letters(self, options: argparse.Namespace) -> int:
        from storage.outbox.repair import dead_letters  # noqa: PLC0415

        found = dead_letters(self.database(self.load()))
        if options.json:
            print(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2, default=str))
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
