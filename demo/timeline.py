"""The readable timeline of the story, and the checks that make it a proof."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

WAIT_SECONDS = 45


class StepFailed(AssertionError):
    """A step of the story did not hold; the message says what was expected."""


class Timeline:
    """Prints what happens, with seconds since the story began."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.steps = 0

    def chapter(self, number: int, title: str) -> None:
        """Begin one of the story's numbered steps."""
        print(f"\n{number}. {title}", flush=True)

    def tell(self, who: str, what: str) -> None:
        """Print one thing that happened."""
        self.steps += 1
        print(f"   {time.monotonic() - self._began:6.1f} s  {who:<28} {what}", flush=True)

    def seconds(self) -> float:
        """Return how long the story has taken."""
        return time.monotonic() - self._began


def check(holds: object, expected: str) -> None:
    """Fail the story unless `holds`."""
    if not holds:
        raise StepFailed(expected)


def eventually(ask: Callable[[], T | None], expected: str) -> T:
    """Return the first answer of `ask` that is not None (or empty). Raises `StepFailed` after `WAIT_SECONDS`."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise StepFailed(f"{expected} (waited {WAIT_SECONDS} s)")
        time.sleep(0.1)
