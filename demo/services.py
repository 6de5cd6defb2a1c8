"""The processes of the demonstration: the parts, the PKI, the hub and the EDMS, each started as an operator would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from axis.http.tether import die_with_parent
from demo.parts import Parts
from demo.ports import Ports

READY_SECONDS = 60
STOP_SECONDS = 30


class NotReady(Exception):
    """A service did not answer in time; the message names its log."""


class Services:
    """Starts and stops everything; logs go to `var/demo/*.log`."""

    def __init__(self, root: Path, ports: Ports, parts: Parts) -> None:
        self.root = root
        self.ports = ports
        self.parts = parts
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: list[str], environ: Mapping[str, str]) -> None:
        """Start a process called `name`; it ends when this one does, however that ends."""
        parent = os.getpid()
        with (self.root / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(  # noqa: S603 - our own commands
                command,
                env={**os.environ, **environ},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                preexec_fn=lambda: die_with_parent(parent),  # noqa: PLW1509 - no thread runs yet
            )

    def run(self, name: str, command: list[str], environ: Mapping[str, str]) -> None:
        """Run a command to its end. Raises `NotReady` with its output when it fails."""
        done = subprocess.run(  # noqa: S603 - our own commands
            command, env={**os.environ, **environ}, capture_output=True, check=False, text=True
        )
        if done.returncode != 0:
            raise NotReady(f"{name} failed ({done.returncode}):\n{done.stdout[-2000:]}{done.stderr[-4000:]}")

    def wait_until_ready(self, name: str, url: str) -> None:
        """Ask `url` until it answers 200. Raises `NotReady`."""
        deadline = time.monotonic() + READY_SECONDS
        while True:
            process = self._processes[name]
            if process.poll() is not None:
                raise NotReady(f"{name} ended with {process.returncode}; see {self.root / name}.log")
            try:
                if httpx.get(url, timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass  # not listening yet; the deadline below ends the waiting
            if time.monotonic() > deadline:
                raise NotReady(f"{name} did not answer at {url} within {READY_SECONDS} s; see {self.root / name}.log")
            time.sleep(0.1)

    def kill_child(self, name: str, role: str) -> int:
        """Kill -9 the process that service `name` runs as `role` (`web`, `worker`) with all it started; return its number."""
        parent = self._processes[name].pid
        for pid, command in _children(parent):
            if role in command:
                for grandchild, _ in _children(pid):
                    os.kill(grandchild, signal.SIGKILL)
                os.kill(pid, signal.SIGKILL)
                return pid
        raise LookupError(f"{name} runs no {role}")

    def stop(self) -> None:
        """Stop everything in the reverse order of starting."""
        for process in reversed(self._processes.values()):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()
        self.parts.stop()


def python(*arguments: str) -> list[str]:
    """Return the command line of this environment's Python."""
    return [sys.executable, *arguments]


def command(name: str, *arguments: str) -> list[str]:
    """Return the command line of one of this environment's commands."""
    return [str(Path(sys.executable).parent / name), *arguments]


def _children(pid: int) -> list[tuple[int, list[str]]]:
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            stat = (folder / "stat").read_text()
            line = (folder / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended while we looked
        if int(stat.rpartition(")")[2].split()[1]) == pid:
            found.append((int(folder.name), line.decode(errors="replace").split("\0")))
    return found
