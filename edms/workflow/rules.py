"""How an assignment moves: a table, no database."""

from __future__ import annotations

from edms.documents.model import ParticipantRole
from edms.workflow.model import AssignmentState

NEXT: dict[AssignmentState, frozenset[AssignmentState]] = {
    AssignmentState.OPEN: frozenset({AssignmentState.IN_PROGRESS, AssignmentState.DONE}),
    AssignmentState.IN_PROGRESS: frozenset({AssignmentState.DONE}),
    AssignmentState.DONE: frozenset(),
}
"""State → what may follow; nothing goes back."""

ROLE_LABELS = {
    ParticipantRole.LEAD: "Chủ trì",
    ParticipantRole.CO_ORDINATING: "Phối hợp",
    ParticipantRole.INFORMED: "Nhận để biết",
}

STATE_LABELS = {
    AssignmentState.OPEN: "Chưa xử lý",
    AssignmentState.IN_PROGRESS: "Đang xử lý",
    AssignmentState.DONE: "Đã hoàn thành",
}


def may_follow(state: AssignmentState, wanted: AssignmentState) -> bool:
    """Tell whether an assignment in `state` may become `wanted`."""
    return wanted in NEXT[state]
