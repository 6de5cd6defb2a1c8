"""Finds every text of the EDMS that is to be translated, in templates and in code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_file

EDMS = Path(__file__).parents[3] / "edms"
TESTS = Path(__file__).parent

_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None}
_OPTIONS = {"silent": "false", "trimmed": "true"}


def messages() -> Iterator[tuple[Path, str | tuple[str, ...]]]:
    """Yield the file and the Vietnamese text (both forms where there are two) of every message."""
    found = [("jinja2.ext.babel_extract", path) for path in sorted(EDMS.glob("*/templates/**/*.html"))]
    found += [("python", path) for path in sorted([*EDMS.rglob("*.py"), *TESTS.glob("samples.py")])]
    for method, path in found:
        extracted = extract_from_file(method, path, keywords=_KEYWORDS, options=_OPTIONS)
        for _line, text, _comments, _context in extracted:
            yield path, text
