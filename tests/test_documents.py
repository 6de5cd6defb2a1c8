"""The documents say what the code does: paths, commands, modules, settings, routes, codes, words, links, dependencies.

What stands in backticks in README, CONTRIBUTING, SECURITY, CHANGELOG and `docs/` is held against the code where its form
tells what it is; `<…>`, `…` and upper-case placeholders (`FILE`, `NNNN`) stand for anything.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import axis.cli
import axis.config
import edms.cli
import edms.config
from axis.http.health import health_blueprint
from axis.hub.api import checkpoints, deliveries, directory, messages
from demo.ports import Ports
from schemas.problems import Problem
from storage.settings import Secret
from tests.catalogue import every_entry

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
        *ROOT.glob("docs/**/*.md"),
    ]
)
PACKAGES = ("edms", "axis", "signing", "storage", "schemas", "demo", "tests")
MADE_LATER = ("var", "build", "node_modules", ".venv")
"""Folders that commands of ours make; the repository does not hold them."""

SERVICES: Mapping[str, tuple[type, argparse.ArgumentParser]] = {
    "edms": (edms.config.Settings, edms.cli.SERVICE.parser()),
    "axis": (axis.config.Settings, axis.cli.SERVICE.parser()),
}

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_PATH = re.compile(r"[\w.@-]+(/[\w.@-]+)*/?")
_DOTTED = re.compile(rf"(?:{'|'.join(PACKAGES)})(?:\.[A-Za-z_]\w*)+")
_CODE = re.compile(r"[a-z]+\.[a-z]+(-[a-z]+)*")
_SETTING = re.compile(r"(EDMS|AXIS)_([A-Z_]+)")


def text_of(document: Path) -> str:
    return _FENCE.sub("", document.read_text(encoding="utf-8"))


def spans() -> Iterator[tuple[str, str]]:
    """Yield the name of the document and the text of each pair of backticks outside fences."""
    for document in DOCUMENTS:
        for span in _SPAN.findall(text_of(document)):
            yield document.relative_to(ROOT).as_posix(), span


def named(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    """Return (document, span) of those spans that `pattern` matches whole; never empty, so that no test runs on nothing."""
    found = sorted({(document, span) for document, span in spans() if pattern.fullmatch(span)})
    assert found, pattern.pattern
    return found


def rows_of(document: str, first_cell: str = r"`([^`]+)`") -> Iterator[tuple[str, list[str]]]:
    """Yield what `first_cell` finds in the first cell of each table row, and the other cells."""
    for line in (ROOT / document).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        found = re.fullmatch(first_cell, cells[0]) if line.startswith("|") else None
        if found is not None:
            yield found[1], cells[1:]


def problem_codes() -> dict[str, int]:
    """Return code → status of every refusal that the packages declare."""
    for package in PACKAGES[:5]:
        for path in (ROOT / package).rglob("*errors.py"):
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    import_module("axis.client")
    found: dict[str, int] = {}
    waiting: list[type[Problem]] = [Problem]
    while waiting:
        kind = waiting.pop()
        if "code" in vars(kind):
            found[kind.code] = kind.status
        waiting += kind.__subclasses__()
    return found


def is_named_well(dotted: str) -> bool:
    """Tell whether `dotted` is a module of ours, or something inside one."""
    first, *rest = dotted.split(".")
    value: Any = import_module(first)
    for name in rest:
        if hasattr(value, "__path__") and find_spec(f"{value.__name__}.{name}") is not None:
            value = import_module(f"{value.__name__}.{name}")
        elif hasattr(value, name):
            value = getattr(value, name)
        else:
            return False
    return True


def test_paths_exist() -> None:
    top = {path.name for path in ROOT.iterdir()} | set(MADE_LATER)
    missing = [
        (document, span)
        for document, span in named(_PATH)
        if (span.split("/")[0] in top and ("/" in span or "." in span) and not _DOTTED.fullmatch(span))
        and span.split("/")[0] not in MADE_LATER
        and "NNNN" not in span
        and not (ROOT / span).exists()
    ]
    assert missing == []


def test_modules_and_their_names_exist() -> None:
    codes = problem_codes()
    missing = [(document, span) for document, span in named(_DOTTED) if span not in codes and not is_named_well(span)]
    assert missing == []


def test_verbs_of_make_exist() -> None:
    verbs = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    used = named(re.compile(r"(?:[A-Z]+=\S+ )*make [a-z]+"))
    assert [(document, span) for document, span in used if span.rpartition("make ")[2] not in verbs] == []


@pytest.mark.parametrize("service", SERVICES)
def test_commands_exist_and_take_these_arguments(service: str) -> None:
    wrong = []
    for document, span in named(re.compile(rf"{service}( [\w-]+)+")):
        words = ["1" if word == "ID" else word for word in span.split()[1:]]
        try:
            SERVICES[service][1].parse_args(words)
        except SystemExit:
            wrong.append((document, span))
    assert wrong == []


def test_variables_of_the_demonstration_exist() -> None:
    ports = {f"DEMO_{field.name.upper()}_PORT" for field in dataclasses.fields(Ports)}
    used = {span for _, span in named(re.compile(r"DEMO_[A-Z_]+"))}
    assert used == ports
    killed = re.findall(r"DRILL=(\S+)", (ROOT / "README.md").read_text())
    moments = import_module("demo.__main__").MOMENTS
    assert killed
    assert {name for names in killed for name in names.split(",")} <= set(moments)


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_has_a_row_with_its_default(service: str) -> None:
    told = {name: cells[0] for name, cells in rows_of("docs/operations.md", rf"`{service.upper()}_([A-Z_]+)`")}
    assert told == {field.name.upper(): _default(field) for field in dataclasses.fields(SERVICES[service][0])}


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default is dataclasses.MISSING:
        return "required"
    if field.default is None:
        return "none"
    if isinstance(field.default, Secret):
        return f"`{field.default.reveal()}`"
    return "empty" if field.default == () else f"`{field.default}`"


def test_named_settings_exist() -> None:
    fields = {name: {field.name for field in dataclasses.fields(kind)} for name, (kind, _) in SERVICES.items()}
    used = [(document, _SETTING.fullmatch(span)) for document, span in named(_SETTING)]
    assert [
        (document, found[0]) for document, found in used if found and found[2].lower() not in fields[found[1].lower()]
    ] == []


def test_every_route_of_the_hub_is_described() -> None:
    app = Flask("hub", static_folder=None)
    parts = (messages, deliveries, directory, checkpoints)
    for blueprint in (*(part.blueprint for part in parts), health_blueprint({})):
        app.register_blueprint(blueprint)
    routes = {
        f"{method} {re.sub('<[a-z]+:', '<', rule.rule)}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {name for name, _ in rows_of("docs/exchange.md", r"`((?:GET|POST) [^`]+)`")} == routes


def test_codes_exist_with_their_status() -> None:
    codes = problem_codes()
    told = {name: cells[0] for name, cells in rows_of("docs/exchange.md", r"`([a-z]+\.[a-z-]+)`")}
    assert told == {name: str(codes.get(name)) for name in told}
    of_the_hub = {code for code in codes if code.startswith("exchange.") and code in _codes_of("axis.hub.errors")}
    assert of_the_hub <= set(told)
    families = {code.partition(".")[0] for code in codes} - set(PACKAGES)
    used = [(document, span) for document, span in named(_CODE) if span.partition(".")[0] in families]
    topics = {name for name, _ in rows_of("docs/operations.md", r"`([a-z]+\.[a-z]+)`")}
    known = {one.code for one in every_entry()} | topics
    assert [(d, s) for d, s in used if s not in known] == []


def _codes_of(module: str) -> set[str]:
    return {
        kind.code
        for kind in vars(import_module(module)).values()
        if isinstance(kind, type) and issubclass(kind, Problem) and "code" in vars(kind)
    }


def test_every_topic_is_described() -> None:
    sources = [path.read_text() for name in ("edms", "axis", "storage") for path in (ROOT / name).rglob("*.py")]
    topics = {
        topic for source in sources for topic in re.findall(r'^(?:[A-Z]+_)?TOPIC = "([^"]+)"', source, re.MULTILINE)
    }
    assert topics
    for document in ("docs/operations.md", "docs/architecture.md"):
        assert topics == {name for name, _ in rows_of(document, r"`([a-z]+\.[a-z]+)`(?: \(.*\))?")} & topics, document
    assert {name for name, _ in rows_of("docs/operations.md", r"`([a-z]+\.[a-z]+)`")} == topics


def test_words_of_the_glossary_are_words_of_the_code() -> None:
    words = {
        word
        for package in PACKAGES[:5]
        for path in (ROOT / package).rglob("*.py")
        for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))
    }
    terms = [term for term, _ in rows_of("docs/glossary.md")]
    assert len(terms) == len(set(terms)) >= 50
    assert [term for term in terms if term not in words] == []


def test_links_resolve() -> None:
    broken = []
    for document in DOCUMENTS:
        for target in _LINK.findall(text_of(document)):
            path, _, anchor = target.partition("#")
            whole = (document.parent / path).resolve() if path else document
            if not whole.exists() or (anchor and anchor not in _anchors(whole)):
                broken.append((document.name, target))
    assert broken == []


def _anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_decisions_are_numbered_and_complete() -> None:
    decisions = sorted((ROOT / "docs/adr").glob("*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]} · "), path.name
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], path.name


def test_every_direct_dependency_has_a_row() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [
        *project["dependencies"],
        *(one for group in project["optional-dependencies"].values() for one in group),
    ]
    names = {re.split(r"[^\w.-]", one)[0] for one in declared}
    names |= set(json.loads((ROOT / "package.json").read_text())["dependencies"])
    rows = dict(rows_of("docs/dependencies.md", r"(@?[a-z0-9][a-z0-9/-]*)"))
    rows.pop("package", None)
    assert set(rows) == names


def test_versions_and_licences_are_those_that_are_locked() -> None:
    locked = dict(
        re.findall(r"^([\w.-]+)(?:\[.*?\])?==(\S+)", (ROOT / "requirements/test.lock").read_text(), re.MULTILINE)
    )
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    wrong = []
    for name, cells in rows_of("docs/dependencies.md", r"(@?[a-z0-9][a-z0-9/-]*)"):
        if name == "package":
            continue
        npm = packages.get(f"node_modules/{name}")
        version = npm["version"] if npm else locked[name]
        licence = npm["license"] if npm else metadata(name).json.get("license_expression") or cells[3]
        if cells[0] != version or cells[3] != licence:
            wrong.append((name, version, licence))
    assert wrong == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    names = re.compile(rf"(?<!\w)/{'(?:work|root|home)'}/\w|registry\.{'npmjs'}|python{'hosted'}|pypi\.{'org'}")
    kinds = (
        "",
        ".py",
        ".md",
        ".toml",
        ".json",
        ".lock",
        ".html",
        ".css",
        ".js",
        ".svg",
        ".xsd",
        ".po",
        ".edxml",
        ".txt",
    )
    files = [path for package in (*PACKAGES, "docs", "requirements", ".ci") for path in (ROOT / package).rglob("*")]
    files += [path for path in ROOT.iterdir() if path.name != ".git"]
    found = [
        path.relative_to(ROOT).as_posix()
        for path in files
        if path.is_file() and path.suffix in kinds and names.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []
