"""The processes of a run: each is an operator's own command, can be killed at any moment, and is started again."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from axis.http import tether

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 10.0


class Part:
    """One process that is kept running: `keep()` starts it when it is due.

    It leads a session of its own and ends with this process. `lasting` parts are started again whenever they ended; the others
    only when they failed. The clock is the monotonic one.
    """

    def __init__(
        self, name: str, command: Sequence[str], environ: Mapping[str, str], folder: Path, *, lasting: bool = True
    ) -> None:
        self.name = name
        self.lasting = lasting
        self.log = folder / f"{name}.log"
        self.starts = 0
        self.finished = False
        self._command = command
        self._environ = {**os.environ, **environ}
        self._process: subprocess.Popen[bytes] | None = None
        self._due_at = 0.0

    @property
    def pid(self) -> int | None:
        """The process number, while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def add_to_environ(self, environ: Mapping[str, str]) -> None:
        """Give the process these variables too, from its next start on."""
        self._environ |= environ

    def keep(self) -> None:
        """Start the process if it does not run and its pause is over."""
        if self._process is not None:
            if self._process.poll() is None:
                return
            self.finished = not self.lasting and self._process.returncode == 0
            self._process = None
        if not self.finished and time.monotonic() >= self._due_at:
            self._start()

    def kill(self, pause_seconds: float = 0.0) -> bool:
        """End the process and all that it started as `kill -9` does; tell whether it ran. Its restart waits so long."""
        self._due_at = time.monotonic() + pause_seconds
        if self.pid is None:
            return False
        self.signal(signal.SIGKILL)
        return True

    def kill_child(self) -> bool:
        """Kill -9 one process that this one started; tell whether there was one."""
        for pid in children(self.pid) if self.pid is not None else []:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                return True
        return False

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and all that it started."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def stop(self) -> None:
        """End the process in good order, or otherwise."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        self.signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def _start(self) -> None:
        tied = [sys.executable, "-I", str(Path(tether.__file__)), str(os.getpid()), *self._command]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                tied,
                cwd=ROOT,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.starts += 1


def python(module: str, *arguments: str) -> list[str]:
    """Return the command line of a module."""
    return [sys.executable, "-m", module, *arguments]


def children(pid: int) -> list[int]:
    """Return the process numbers of the children of `pid`."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                    found.append(int(folder.name))
    return found


def free_ports(count: int) -> list[int]:
    """Return ports on 127.0.0.1 that nobody listens on."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
