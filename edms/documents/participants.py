"""Gives positions their part in a document, and with it the right to see it."""

from __future__ import annotations

from uuid import UUID

from edms.documents.model import Participant, ParticipantRole
from storage.unit_of_work import Transaction


def take_part(tx: Transaction, document_id: UUID, position_id: UUID, role: ParticipantRole) -> None:
    """Let a position see a document from now on; asking twice changes nothing."""
    tx.session.merge(Participant(document_id=document_id, position_id=position_id, role=role, since=tx.now))
