"""The supervisor with real processes: restart, stop, and no orphan when it is killed."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from axis.http.supervisor import Child, Supervisor

ROOT = Path(__file__).parents[3]
DEADLINE_SECONDS = 30

SUPERVISOR = textwrap.dedent("""
    import sys
    from axis.http.supervisor import Child, Supervisor
    children = [Child(f"c{n}", [sys.executable, "-c", code]) for n, code in enumerate(sys.argv[1:])]
    sys.exit(Supervisor(children, backoff_base_seconds=0.05, stop_seconds=5).run())
""")

FOREVER = "import os, signal; print('pid', os.getpid(), flush=True); signal.pause()"
STUBBORN = "import os, signal; signal.signal(15, signal.SIG_IGN); print('pid', os.getpid(), flush=True)\nwhile 1: signal.pause()"
DIES = "import os; print('pid', os.getpid(), flush=True); raise SystemExit(3)"


class Running:
    """A supervisor in a process of its own."""

    def __init__(self, *children: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, *children], cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True
        )
        assert self.process.stdout is not None
        self.output = self.process.stdout

    def next_pid(self, child: str) -> int:
        while line := self.output.readline().decode():
            if line.startswith(child) and "pid" in line:
                assert " | pid " in line
                return int(line.rsplit(" ", 1)[1])
        raise AssertionError("the supervisor ended early")


@pytest.fixture
def started() -> Iterator[list[Running]]:
    running: list[Running] = []
    yield running
    for one in running:
        one.process.kill()
        one.process.wait()
        one.output.close()


def wait_for_end(*pids: int) -> bool:
    """Wait until none of `pids` (not our children) lives; False at the deadline."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            ended, _, _ = select.select([descriptor], [], [], DEADLINE_SECONDS)
        finally:
            os.close(descriptor)
        if not ended:
            return False
    return True


def test_a_child_that_dies_is_started_again_while_the_others_live_on(started: list[Running]) -> None:
    started.append(running := Running(DIES, FOREVER))
    seen = [running.next_pid("c") for _ in range(4)]
    assert len(set(seen)) == 4
    assert running.process.poll() is None


def test_a_killed_child_is_started_again(started: list[Running]) -> None:
    started.append(running := Running(FOREVER))
    first = running.next_pid("c0")
    os.kill(first, signal.SIGKILL)
    assert running.next_pid("c0") != first


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_every_child_and_the_command_ends_well(started: list[Running], number: signal.Signals) -> None:
    started.append(running := Running(FOREVER, FOREVER))
    pids = [running.next_pid("c"), running.next_pid("c")]
    running.process.send_signal(number)
    assert running.process.wait(DEADLINE_SECONDS) == 0
    assert wait_for_end(*pids)


def test_a_child_that_ignores_the_signal_is_killed_in_the_end(started: list[Running]) -> None:
    started.append(running := Running(STUBBORN))
    pid = running.next_pid("c0")
    running.process.terminate()
    assert running.process.wait(DEADLINE_SECONDS) == 0
    assert wait_for_end(pid)


def test_children_end_when_the_supervisor_is_killed(started: list[Running]) -> None:
    started.append(running := Running(FOREVER))
    pid = running.next_pid("c0")
    running.process.kill()
    assert wait_for_end(pid)


def test_two_children_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="different names"):
        Supervisor([Child("web", ["true"]), Child("web", ["true"])])
