"""What a position has in hand among documents, for its handover (NĐ 30/2020 Điều 31.3.đ)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from edms.documents.model import Document, DocumentState
from edms.organisation.inventory import InventoryItem

_CATEGORIES = {
    DocumentState.DRAFT: ("Dự thảo", "Chờ ký hoặc chỉnh sửa"),
    DocumentState.SIGNED: ("Văn bản đi chờ cấp số, đóng dấu", "Đã ký"),
    DocumentState.NUMBERED: ("Văn bản đi chờ cấp số, đóng dấu", "Đã cấp số"),
    DocumentState.SEALED: ("Văn bản đi chờ phát hành", "Đã đóng dấu"),
    DocumentState.ARRIVED: ("Văn bản đến chờ vào sổ", "Đã đến"),
    DocumentState.REGISTERED: ("Văn bản đến chờ chỉ đạo", "Đã vào sổ"),
    DocumentState.ASSIGNED: ("Văn bản đến đang giải quyết", "Đã phân công"),
    DocumentState.IN_PROGRESS: ("Văn bản đến đang giải quyết", "Đang xử lý"),
}


def in_hand(session: Session, position_id: UUID, at: datetime) -> list[InventoryItem]:
    """Return the documents that the position must act on next."""
    del at
    query = (
        select(Document)
        .where(Document.responsible_position_id == position_id, Document.state.in_(list(_CATEGORIES)))
        .order_by(Document.created_at)
    )
    return [
        InventoryItem(_CATEGORIES[d.state][0], d.code, d.subject, d.due_on, _CATEGORIES[d.state][1])
        for d in session.scalars(query)
    ]
