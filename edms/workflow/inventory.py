"""What a position co-ordinates or was informed of, for its handover; what it leads is in the documents' inventory."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from edms.documents.model import Document, ParticipantRole
from edms.organisation.inventory import InventoryItem
from edms.workflow.model import Assignment, AssignmentState
from edms.workflow.rules import ROLE_LABELS, STATE_LABELS


def in_hand(session: Session, position_id: UUID, at: datetime) -> list[InventoryItem]:
    """Return the position's open assignments beside those it leads."""
    del at
    query = (
        select(Assignment, Document)
        .join(Document, Document.id == Assignment.document_id)
        .where(
            Assignment.position_id == position_id,
            Assignment.state != AssignmentState.DONE,
            Assignment.role != ParticipantRole.LEAD,
        )
        .order_by(Assignment.assigned_at)
    )
    return [
        InventoryItem(ROLE_LABELS[one.role], document.code, document.subject, one.due_on, STATE_LABELS[one.state])
        for one, document in session.execute(query)
    ]
