"""Reads hostile files in a process of its own, with bounds on memory and time.

Parsers of rich formats (PDF) cannot be hardened from outside: a file of some kilobytes may make them loop, allocate without
end or crash. Here a function reads such a file in a child that the kernel stops (setrlimit(2)) when it takes too much. What
comes back is bytes or the code of a refusal, never an object: a child that was taken over has nothing to unpickle here.

Children are forked from a server that has loaded the parsers once (`multiprocessing`'s fork server), so that a call costs some
milliseconds and what one file did to a parser's state is gone with it.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import BoundedSemaphore, Thread
from typing import Final

from schemas.errors import ContentTooCostly, ReaderCrashed
from schemas.problems import Problem

MEBIBYTE: Final = 1024 * 1024

_ANSWER: Final = b"+"
_REFUSAL: Final = b"-"
_TOO_LARGE: Final = b"!"
_PAGE_BYTES: Final = resource.getpagesize()
_GRACE_SECONDS: Final = 5.0
"""How long a child that has closed its end may take to be gone."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What one call may take."""

    memory_bytes: int = 512 * MEBIBYTE
    """Address space beyond what the child has when it begins."""
    cpu_seconds: int = 20
    wall_seconds: float = 60.0
    """Until the answer must be there; longer than the processor's time, because revocation servers may be asked."""
    answer_bytes: int = 64 * MEBIBYTE


@dataclass(frozen=True)
class Confinement:
    """Runs functions in confined children, at most `at_once` at a time; others wait for their turn.

    `preload` names the modules that the functions need: they are loaded once, before the first call. Threads may share it.
    """

    preload: tuple[str, ...]
    bounds: Bounds = field(default_factory=Bounds)
    at_once: int = 2
    _turns: BoundedSemaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_turns", BoundedSemaphore(self.at_once))

    def call(self, function: Callable[..., bytes], *arguments: object, refusals: Iterable[type[Problem]] = ()) -> bytes:
        """Return what `function(*arguments)` returns in a child of its own.

        `function` and `arguments` must be picklable; hand files over by their path. A `Problem` of one of the types `refusals`
        that the function raises is raised here again with its detail. Raises `ContentTooCostly` when a bound was reached and
        `ReaderCrashed` when the child ended in any other way without an answer.
        """
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["__main__", __name__, *self.preload])
        with self._turns:
            ours, theirs = context.Pipe(duplex=False)
            child = context.Process(
                target=_answer, args=(theirs, self.bounds, function, arguments), name="confined", daemon=True
            )
            child.start()
            theirs.close()
            try:
                return _understood(self._heard(ours, child), refusals)
            finally:
                child.kill()
                child.join()
                ours.close()

    def warm(self) -> None:
        """Load what is to be preloaded now, in the background, rather than when the first person waits for it."""
        Thread(target=self.call, args=(bytes,), name="warm-confinement", daemon=True).start()

    def _heard(self, connection: Connection, child: BaseProcess) -> bytes:
        try:
            if connection.poll(self.bounds.wall_seconds):
                return connection.recv_bytes(self.bounds.answer_bytes + 1)
        except EOFError:
            child.join(_GRACE_SECONDS)  # so that its status says why, not that we killed it
            raise _death(child.exitcode) from None
        except OSError as error:
            raise ContentTooCostly(f"an answer of more than {self.bounds.answer_bytes} bytes") from error
        raise ContentTooCostly(f"no answer within {self.bounds.wall_seconds} s")


def _death(exit_status: int | None) -> Problem:
    stopped: dict[int | None, str] = {
        -signal.SIGKILL: "stopped by the kernel",
        -signal.SIGXCPU: "out of processor time",
    }
    if exit_status in stopped:
        return ContentTooCostly(stopped[exit_status])
    return ReaderCrashed(f"the child ended with {exit_status}")


def _understood(said: bytes, refusals: Iterable[type[Problem]]) -> bytes:
    kind, rest = said[:1], said[1:]
    if kind == _ANSWER:
        return rest
    if kind == _TOO_LARGE:
        raise ContentTooCostly("out of memory")
    try:
        code, detail = json.loads(rest)
        refused = {refusal.code: refusal for refusal in refusals}[code]
    except (ValueError, KeyError, TypeError) as error:
        raise ReaderCrashed("an answer that cannot be understood") from error
    raise refused(str(detail))


def _answer(
    connection: Connection, bounds: Bounds, function: Callable[..., bytes], arguments: tuple[object, ...]
) -> None:
    """Run in the child: take the bounds upon itself, call, answer."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (bounds.cpu_seconds, bounds.cpu_seconds + 1))
    allowed = _address_space_bytes() + bounds.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
    try:
        said = _ANSWER + function(*arguments)
    except Problem as refusal:
        said = _REFUSAL + json.dumps([refusal.code, refusal.detail]).encode()
    except MemoryError:
        said = _TOO_LARGE
    connection.send_bytes(said)


def _address_space_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * _PAGE_BYTES
