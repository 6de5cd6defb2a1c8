"""Waiting for what another process does: a condition and a deadline, never a fixed pause."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

DEADLINE_SECONDS = 60.0


def wait_until(condition: Callable[[], bool], what: str, deadline_seconds: float = DEADLINE_SECONDS) -> None:
    """Return as soon as `condition()` holds; fail, naming `what`, when it does not by the deadline."""
    end = time.monotonic() + deadline_seconds
    pause = threading.Event()
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline_seconds} s: {what}")
        pause.wait(0.05)
