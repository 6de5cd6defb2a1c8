"""Finds every text of the EDMS that is to be translated: in templates, in code, and in the tables of labels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_file

from edms.documents import queries as documents
from edms.handover import queries as handover
from edms.signatures import queries as signatures
from edms.workflow import queries as workflow
from edms.workflow import rules as work
from schemas.edxml.codes import STATUS_CODES

EDMS = Path(__file__).parents[3] / "edms"
TESTS = Path(__file__).parent

LABELS: tuple[str, ...] = (
    *(heading for heading, _state in workflow.DESK_GROUPS),
    *work.ROLE_LABELS.values(),
    *work.STATE_LABELS.values(),
    *(code.label_vi for code in STATUS_CODES.values()),
    *handover.STATE_LABELS.values(),
    *documents._RELATION_LABELS.values(),
    *signatures._ROLE_LABELS.values(),
)
"""Texts that reach templates as values and are translated there."""

_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None}
_OPTIONS = {"silent": "false", "trimmed": "true"}


def messages() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Yield where it stands and the Vietnamese text (both forms where there are two) of every message."""
    found = [("jinja2.ext.babel_extract", path) for path in sorted(EDMS.glob("*/templates/**/*.html"))]
    found += [("python", path) for path in sorted([*EDMS.rglob("*.py"), *TESTS.glob("samples*.py")])]
    for method, path in found:
        extracted = extract_from_file(method, path, keywords=_KEYWORDS, options=_OPTIONS)
        for _line, text, _comments, _context in extracted:
            yield path.name, text
    for label in LABELS:
        yield "a table of labels", label
