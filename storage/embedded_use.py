"""`embedded:` as a database URL: a PostgreSQL in `var/postgres` that the commands start by themselves and share.

Whoever comes first starts it, whoever leaves last stops it. Each user holds a shared lock on a file for as long as it
lives, and the kernel gives it back however the process ends; a server that a killed user left behind is taken over by the
next one.
"""

from __future__ import annotations

import atexit
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from storage.roles import EMBEDDED
from storage.settings import Secret

if TYPE_CHECKING:
    from storage.embedded import EmbeddedPostgres, RoleUrls

DEFAULT_FOLDER = Path("var/postgres")

S = TypeVar("S")


class EmbeddedUse:
    """One process's use of a shared server."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self.server = server
        self._lock: int | None = None

    def enter(self) -> None:
        """Start the server unless it runs, and count as one of its users. Raises `EmbeddedUnavailable`."""
        self.server.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._gate():
            self.server.start()
            self._lock = self._open("users.lock")
            fcntl.flock(self._lock, fcntl.LOCK_SH)

    def leave(self) -> None:
        """Stop the server if nobody else uses it. Does nothing before `enter` and the second time."""
        if self._lock is None:
            return
        with self._gate():
            lock, self._lock = self._lock, None
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # somebody else still needs it
            finally:
                fcntl.flock(lock, fcntl.LOCK_UN)
                os.close(lock)
            self.server.stop()

    @contextmanager
    def _gate(self) -> Iterator[None]:
        """Hold off everybody else who would start or stop the server."""
        descriptor = self._open("gate.lock")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _open(self, name: str) -> int:
        return os.open(self.server.directory / name, os.O_RDWR | os.O_CREAT, 0o600)


def with_database(settings: S, service: str) -> S:
    """Return settings whose database can be connected to: with `embedded:`, start the server and name its database.

    The server is used until this process ends. The URLs are put into the environment too, for the processes that this one
    starts. Settings that name a PostgreSQL come back as they are.

    Raises `EmbeddedUnavailable`.
    """
    given: Any = settings  # a dataclass with the two URLs
    if not given.database_url.startswith(EMBEDDED):
        return settings
    urls = _urls(given.database_url.reveal(), service)
    prefix = service.upper()
    os.environ[f"{prefix}_DATABASE_URL"] = urls.application
    os.environ[f"{prefix}_DATABASE_OWNER_URL"] = urls.owner
    provided: S = replace(given, database_url=Secret(urls.application), database_owner_url=Secret(urls.owner))
    return provided


def _urls(url: str, service: str) -> RoleUrls:
    from storage.embedded import EmbeddedPostgres  # noqa: PLC0415 - only this URL needs it

    folder = url.removeprefix(EMBEDDED)
    use = EmbeddedUse(EmbeddedPostgres(Path(folder) if folder else DEFAULT_FOLDER))
    use.enter()
    atexit.register(use.leave)
    return use.server.provide(service, owner=f"{service}_owner", application=service)
