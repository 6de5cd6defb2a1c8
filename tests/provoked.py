"""Holds tests to the codes that they say they provoke: `@provokes("edxml.sender-missing")`.

While such a test runs, every refusal and every finding that the services' own code makes is written down, with the place where
it is made: one made by a test does not count. The test fails unless the refusals made are exactly those that it names, and the
findings that it names are among those made. What a child process makes is not seen.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import schemas.findings
import signing.verdicts
from schemas.problems import Problem

provokes = pytest.mark.provokes
"""Marks a test with the codes that it provokes. Of a parametrised test `by` tells them from the parameters: the name of the one
that is a code, a set of codes or a class of refusals, or a function that gets the parameters by name and returns such a thing."""

_ROOT = Path(__file__).parents[1]
_OURS = tuple(f"{_ROOT / package}/" for package in ("schemas", "storage", "signing", "axis", "edms"))
_FINDINGS = (schemas.findings.Finding, signing.verdicts.Finding)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--codes`."""
    parser.addoption("--codes", action="store_true", help="print which test provokes which code")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers", "provokes(*codes, by=None): fails unless the services' own code makes these codes"
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """Print code → tests when `--codes` asks for it; a test that is skipped or may fail provokes nothing."""
    if not session.config.getoption("--codes"):
        return
    found: dict[str, list[str]] = defaultdict(list)
    for item in session.items:
        for code in _named(item):
            if item.get_closest_marker("skip") is None and item.get_closest_marker("xfail") is None:
                found[code].append(item.nodeid)
    print("\ncodes: " + json.dumps(found))  # noqa: T201 - read by tests.catalogue


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test under watch when it names codes."""
    named = _named(item)
    if not named:
        return (yield)
    refusals: set[str] = set()
    findings: set[str] = set()
    with ExitStack() as watches:
        watches.enter_context(_watched(Problem, lambda made: refusals.add(made.code)))
        watches.enter_context(_watched(_FINDINGS[0], lambda made: findings.add(made.rule)))
        watches.enter_context(_watched(_FINDINGS[1], lambda made: findings.add(made.code)))
        result = yield
    if refusals - named or named - refusals - findings:
        told = f"named {sorted(named)}; refusals made {sorted(refusals)}; findings made {sorted(findings)}"
        pytest.fail(f"the codes provoked are not those named: {told}", pytrace=False)
    return result


def _named(item: pytest.Item) -> set[str]:
    named: set[str] = set()
    for mark in item.iter_markers("provokes"):
        named.update(mark.args)
        by, parameters = (
            mark.kwargs.get("by"),
            item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {},
        )
        if by is not None:
            named |= _codes(parameters[by] if isinstance(by, str) else by(parameters))
    return named


def _codes(told: Any) -> set[str]:
    """Return the codes that a parameter names: one, several, those of a class of refusals, or none."""
    if isinstance(told, type) and issubclass(told, Problem):
        return {told.code}
    return {told} if isinstance(told, str) and told else set(told or ())


@contextmanager
def _watched(kind: type[Any], tell: Callable[[Any], object]) -> Iterator[None]:
    make = kind.__init__

    def watching(self: Any, *arguments: Any, **named: Any) -> None:
        make(self, *arguments, **named)
        if _made_by_services(sys._getframe(1)):
            tell(self)

    kind.__init__ = watching
    try:
        yield
    finally:
        kind.__init__ = make


def _made_by_services(frame: FrameType | None) -> bool:
    while frame is not None and frame.f_code.co_name == "__init__":
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(_OURS)
