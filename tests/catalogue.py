"""Every code that the two services may show, read from the code itself; `python -m tests.catalogue` writes docs/errors.md.

Refusals are the subclasses of `Problem` that state a code; findings are the rows of `axis.edxml.rules` and of `signing.verdicts`.
"""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from sqlalchemy.exc import OperationalError

import storage.errors
from axis.edxml.rules import RULES
from axis.http.problems import describe
from schemas.oddities import ODDITIES
from schemas.problems import Problem, cause_and_remedy
from signing.verdicts import FINDINGS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "errors.md"
PACKAGES = ("schemas", "storage", "signing", "axis", "edms")

_SERVICES = {
    "axis.client": "edms, commands",
    "axis.hub": "axis",
    "axis.edxml": "axis, edms",
    "axis.errors": "axis",
    "axis.inspection": "axis",
    "axis.http": "axis, edms",
    "edms": "edms",
    "schemas": "axis, edms",
    "signing": "axis, edms",
}
"""Where a code may be met, by the module that declares it."""


@dataclass(frozen=True, order=True)
class Entry:
    """One code: `weight` is the HTTP status of a refusal, the severity or the verdict of a finding."""

    code: str
    weight: str
    services: str
    message_vi: str
    message_en: str


def refusals() -> list[Entry]:
    """Return every refusal, sorted by code; a class that states no code of its own is a base."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
            if "versions" not in module.name and not module.name.endswith(("__main__", ".cli")):
                import_module(module.name)
    return sorted(
        Entry(kind.code, str(kind.status), _services(kind.__module__), kind.message_vi, kind.message_en)
        for kind in _leaves(Problem)
        if kind.__module__.partition(".")[0] in PACKAGES
    )


def reading_findings() -> list[Entry]:
    """Return what reading an edXML message may find, sorted by code."""
    rules = [(code, rule.severity, rule.message_vi, rule.message_en) for code, rule in RULES.items()]
    rules += [(code, *told) for code, told in ODDITIES.items()]
    return sorted(Entry(code, severity, "axis, edms", vi, en) for code, severity, vi, en in rules)


def signature_findings() -> list[Entry]:
    """Return what verifying signatures may find, sorted by code."""
    return sorted(Entry(code, best.value, "axis, edms", vi, en) for code, (best, vi, en) in FINDINGS.items())


def every_entry() -> list[Entry]:
    """Return refusals and findings."""
    return [*refusals(), *reading_findings(), *signature_findings()]


def provoking_tests() -> dict[str, list[str]]:
    """Return code → the tests that say that they provoke it, as pytest collects them in a process of its own."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV_"))}
    command = [sys.executable, "-m", "pytest", "tests", "--collect-only", "-q", "--codes", "-p", "no:cacheprovider"]
    told = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=110)
    lines = [line.removeprefix("codes: ") for line in told.stdout.splitlines() if line.startswith("codes: ")]
    if told.returncode or not lines:
        raise AssertionError(told.stdout[-2000:] + told.stderr[-2000:])
    found: dict[str, list[str]] = json.loads(lines[0])
    return found


def page() -> str:
    """Return the whole of docs/errors.md."""
    return _PAGE.format(
        refusals=_table("HTTP", refusals()),
        storage="\n".join(_storage_rows()),
        reading=_table("severity", reading_findings()),
        signatures=_table("at best", signature_findings()),
    )


def _leaves(kind: type[Problem]) -> Iterator[type[Problem]]:
    if "code" in vars(kind) and kind.code:
        yield kind
    for one in kind.__subclasses__():
        yield from _leaves(one)


def _services(module: str) -> str:
    return _SERVICES[max((name for name in _SERVICES if f"{module}.".startswith(f"{name}.")), key=len)]


def _table(weight: str, entries: Iterable[Entry]) -> str:
    head = f"| code | {weight} | service | cause | remedy |\n|---|---|---|---|---|"
    rows = []
    for one in entries:
        (cause_vi, remedy_vi), (cause_en, remedy_en) = map(cause_and_remedy, (one.message_vi, one.message_en))
        words = f"{cause_vi}<br>*{cause_en}* | {remedy_vi}<br>*{remedy_en}*"
        rows.append(f"| `{one.code}` | {one.weight} | {one.services} | {words} |")
    return "\n".join([head, *rows])


def _storage_rows() -> Iterator[str]:
    yield "| fault | becomes | HTTP |\n|---|---|---|"
    kinds = sorted(storage.errors.StorageError.__subclasses__(), key=lambda kind: kind.__name__)
    for kind in kinds:
        told = describe(kind("…"))
        yield f"| `storage.errors.{kind.__name__}` | `{told.code}` | {told.status} |"
    told = describe(OperationalError("", {}, Exception()))
    yield f"| PostgreSQL is away | `{told.code}` | {told.status} |"


_PAGE = """# Codes of refusals and findings

Written by `make errors` from the code; `tests/test_errors.py` holds it there, and each code has a test that provokes it.

Codes never change their meaning. Words may be improved: act on the code. Programs get both languages, `title` and `title_en`
([exchange.md](exchange.md)); people get a page. The commands print the same words and end with 1, or with 3 where the status is
502, 503 or 504: nothing was done, try again later.

## Refusals

{refusals}

A message that a hub refuses, or that the EDMS cannot file, is kept in quarantine with the code of its refusal: any of `xml.*`,
`edxml.*` and, at the hub, `exchange.*`; in the EDMS, `arrival.*`.

## Faults of storage

`storage` has a tree of its own, without sentences; the edge shows what each becomes.

{storage}

## Findings of reading

What a message bears without being refused. `error`: a person must look; `warning`: the sender should mend it; `info`: worth
keeping in the record.

{reading}

## Findings of verification

The verdict is never better than its worst finding allows: `indeterminate` (chưa đủ căn cứ) or `invalid` (không hợp lệ).

{signatures}
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
