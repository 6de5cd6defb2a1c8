"""Business statuses (QĐ 28/2018, reference table of codes 01–16): which act reports which, and how they are called.

Which is furthest is a rule of the exchange, the same for every system: `axis.edxml.states`.
"""

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


def status_label(code: str) -> str:
    """Return a status in Vietnamese words; an unknown code stands for itself, and none for silence."""
    if not code:
        return NO_ANSWER
    return STATUS_CODES[code].label_vi if code in STATUS_CODES else code
