"""Reads of signatures: their part of a document's page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from edms.documents.views import SignatureView
from edms.organisation.actor import Actor
from edms.signatures.model import VerificationRecord
from edms.web.translations import mark

_ROLE_LABELS = {"leader": "Chữ ký của người có thẩm quyền", "seal": "Chữ ký số của cơ quan"}


def page_part(session: Session, actor: Actor, document_id: UUID, at: datetime) -> Mapping[str, Any]:
    """Contribute the newest verification of the document's file; the caller checked the right to see it."""
    del actor, at
    query = (
        select(VerificationRecord)
        .where(VerificationRecord.document_id == document_id)
        .order_by(VerificationRecord.verified_at.desc(), VerificationRecord.id.desc())
        .limit(1)
    )
    record = session.scalars(query).first()
    if record is None:
        return {}
    return {"verdict": record.verdict, "signatures": tuple(_view(one) for one in record.report["signatures"])}


def _view(signature: Mapping[str, Any]) -> SignatureView:
    return SignatureView(
        role_label=_ROLE_LABELS.get(signature["role"], mark("Chữ ký khác")),
        signer=signature["signer"],
        organ=signature["organization_identifier"],
        signed_at=_time(signature["claimed_time"]),
        timestamp_at=_time(signature["timestamp_time"]),
        verdict=signature["verdict"],
        findings=tuple(finding["message_vi"] for finding in signature["findings"]),
    )


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
