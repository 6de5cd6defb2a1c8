"""Runs a WSGI application under granian."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from axis.http.tether import die_with_parent

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@dataclass(frozen=True)
class Listen:
    """Where and how broadly to serve."""

    host: str
    """Address to bind, for example `127.0.0.1`."""
    port: int
    workers: int = 1
    """Processes; each builds its own application, so each has its own database connections."""
    blocking_threads: int = 8
    """Requests served at once by a process; keep below what the connection pool can give."""
    stop_seconds: int = 20
    """How long open requests may take to finish after SIGTERM before they are cut."""


def serve(factory: Callable[[], WSGIApplication], listen: Listen) -> None:
    """Serve the application that `factory` builds, once in each worker process, until SIGTERM or SIGINT.

    `factory` must be importable by name (a module's function or a `functools.partial` of one). A worker that dies is started
    again. On SIGTERM no new connection is taken and open requests are finished. Access lines come from
    `axis.http.request_id`, not from here. Raises `SystemExit` when the server could not start or a worker failed for good.
    """
    from granian import Granian  # noqa: PLC0415 - a native extension that only this command needs
    from granian.constants import Interfaces  # noqa: PLC0415 - as above

    server = Granian(
        "wsgi",
        address=listen.host,
        port=listen.port,
        interface=Interfaces.WSGI,
        workers=listen.workers,
        blocking_threads=listen.blocking_threads,
        respawn_failed_workers=True,
        workers_kill_timeout=listen.stop_seconds,
        log_dictconfig=_QUIET,
    )
    server.serve(target_loader=_Tethered(factory), wrap_loader=False)


_QUIET: dict[str, Any] = {
    "loggers": {"_granian": {"handlers": [], "propagate": True}, "granian.access": {"handlers": [], "propagate": True}}
}
"""Granian's records go through our own handlers."""


class _Tethered:
    """Builds the application in a worker process that ends when the main process is killed."""

    def __init__(self, factory: Callable[[], WSGIApplication]) -> None:
        self._factory = factory

    def __call__(self) -> WSGIApplication:
        die_with_parent(by=signal.SIGKILL)  # until granian sets its own, the main process's SIGTERM handler is in place
        return self._factory()
