"""Business statuses (QĐ 28/2018, reference table of codes 01–16): which act reports which, and which is furthest."""

from __future__ import annotations

from edms.web.translations import mark
from schemas.edxml.codes import STATUS_CODES

NO_ANSWER = mark("Chưa có phản hồi")

STATUS_OF_ACT = {
    "document.arrived": "01",
    "document.returned": "02",
    "document.registered": "03",
    "document.assigned": "04",
    "work.started": "05",
    "work.completed": "06",
}
"""What the sender of an incoming document is told of what is done with it. 03 goes at registration, not at reading."""

_RANK = {code: rank for rank, code in enumerate(("", "01", "03", "04", "05", "06", "02"))}


def furthest(held: str, reported: str) -> str:
    """Return the status that stands after `reported` arrives while `held` stood, in whatever order they arrive.

    Codes of the main line only move forward and a refusal (02) ends it; answers about a recall (13, 15, 16) and codes of the
    future are recorded as events but do not move it.
    """
    if reported not in _RANK or _RANK[reported] <= _RANK.get(held, 0):
        return held
    return reported


def status_label(code: str) -> str:
    """Return a status in Vietnamese words; an unknown code stands for itself, and none for silence."""
    if not code:
        return NO_ANSWER
    return STATUS_CODES[code].label_vi if code in STATUS_CODES else code
