"""Ties a process to its parent, so that a killed parent leaves no orphan.

Also a program of its own, run by path and importing only the standard library, so that it costs a few milliseconds:
`python -I tether.py PARENT_PID COMMAND…` ties itself to its parent and becomes COMMAND.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent_pid: int | None = None, *, by: signal.Signals = signal.SIGTERM) -> None:
    """Have the kernel send the signal `by` to this process when its parent ends (Linux prctl(2)); elsewhere nothing happens.

    `parent_pid` is the parent as the parent knew itself: when it has gone before the tie was made, the signal is sent at once.
    The signal comes once: use SIGKILL where a handler inherited by fork could swallow it.
    """
    if not sys.platform.startswith("linux"):
        return
    expected = os.getppid() if parent_pid is None else parent_pid
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, by, 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    if os.getppid() != expected:
        os.kill(os.getpid(), by)


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - the command line that the supervisor was given
