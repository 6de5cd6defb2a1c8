"""Many processes behind one command: starts them, prefixes their output, restarts the dead, stops all together.

Each child leads a session of its own (a Ctrl-C in the terminal reaches only the supervisor) and is tied to the supervisor
by the kernel, so that a killed supervisor leaves no orphan.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from axis.http import tether

log = logging.getLogger(__name__)

_STEADY_SECONDS = 60.0
"""A child that lived this long is healthy: its back-off begins anew."""


@dataclass(frozen=True)
class Child:
    """A process to keep running: `name` prefixes its lines, `environ` replaces the supervisor's when given."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str] | None = None


@dataclass
class _State:
    child: Child
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    due_at: float | None = field(default=0.0)
    """When to start it next, on the monotonic clock; None while it runs."""


class Supervisor:
    """Runs `children` until told to stop.

    `backoff_base_seconds` doubles with each death in a row up to `backoff_cap_seconds`. On SIGTERM or SIGINT every child gets
    SIGTERM, and after `stop_seconds` SIGKILL with all that it started.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        output: BinaryIO | None = None,
        backoff_base_seconds: float = 0.5,
        backoff_cap_seconds: float = 30.0,
        stop_seconds: float = 30.0,
    ) -> None:
        self._states = {child.name: _State(child) for child in children}
        if len(self._states) != len(children):
            raise ValueError("children need different names")
        self._output = output or sys.stdout.buffer
        self._output_lock = threading.Lock()
        self._backoff_base_seconds = backoff_base_seconds
        self._backoff_cap_seconds = backoff_cap_seconds
        self._stop_seconds = stop_seconds
        self._events: queue.SimpleQueue[tuple[str, int] | None] = queue.SimpleQueue()
        """A child's name and exit status, or None to stop; a SimpleQueue may be filled from a signal handler."""

    def run(self) -> int:
        """Run until SIGTERM or SIGINT; return 0. Call in the main thread: signal handlers are set and given back."""
        previous = {number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            self._loop()
        finally:
            self._stop_all()
            for number, handler in previous.items():
                signal.signal(number, handler)
        return 0

    def stop(self) -> None:
        """Ask `run` to stop the children and return; safe from any thread and from signal handlers."""
        self._events.put(None)

    def _on_signal(self, _number: int, _frame: object) -> None:
        self.stop()

    def _loop(self) -> None:
        while True:
            self._start_due()
            try:
                event = self._events.get(timeout=self._seconds_until_due())
            except queue.Empty:
                continue
            if event is None:
                return
            self._on_exit(*event)

    def _start_due(self) -> None:
        now = time.monotonic()
        for state in self._states.values():
            if state.due_at is not None and state.due_at <= now:
                self._start(state)

    def _seconds_until_due(self) -> float | None:
        due = [state.due_at for state in self._states.values() if state.due_at is not None]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _start(self, state: _State) -> None:
        child = state.child
        command = [sys.executable, "-I", str(Path(tether.__file__)), str(os.getpid()), *child.command]
        process = subprocess.Popen(  # noqa: S603 - the commands are our own
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=None if child.environ is None else dict(child.environ),
        )
        state.process, state.started_at, state.due_at = process, time.monotonic(), None
        threading.Thread(
            target=self._watch, args=(child.name, process), name=f"watch-{child.name}", daemon=True
        ).start()

    def _watch(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """Copy the child's lines with its name in front, then report its end."""
        pump = threading.Thread(target=self._pump, args=(name, process), name=f"pump-{name}", daemon=True)
        pump.start()
        status = process.wait()
        pump.join(timeout=2)  # a grandchild may hold the pipe open; the child's end is what counts
        self._events.put((name, status))

    def _pump(self, name: str, process: subprocess.Popen[bytes]) -> None:
        if process.stdout is None:
            raise RuntimeError("the child has no pipe")
        prefix = f"{name:<8} | ".encode()
        with process.stdout as lines:
            for line in lines:
                with self._output_lock:
                    self._output.write(prefix + line.rstrip(b"\n") + b"\n")
                    self._output.flush()

    def _on_exit(self, name: str, status: int) -> None:
        state = self._states[name]
        now = time.monotonic()
        state.failures = 0 if now - state.started_at >= _STEADY_SECONDS else state.failures + 1
        doublings = max(0, state.failures - 1)
        wait = min(self._backoff_cap_seconds, self._backoff_base_seconds * 2.0 ** min(doublings, 16))
        state.process, state.due_at = None, now + wait
        log.error("%s ended with status %s; starting it again in %.1f s", name, status, wait)

    def _stop_all(self) -> None:
        running = [state.process for state in self._states.values() if state.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + self._stop_seconds
        for process in running:
            try:
                process.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("process %s did not stop within %s s; killing it", process.pid, self._stop_seconds)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # whatever it left behind in its session
            process.wait()
