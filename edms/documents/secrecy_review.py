"""A held document is looked at by a person, who releases it or confirms that it is a state secret."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from edms.documents.access import find, reviews_secrecy
from edms.documents.commands import ReleaseFromHold
from edms.documents.errors import NotYours, WrongState
from edms.documents.model import Document, DocumentState, SecrecyHold
from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.secrecy.model import SecrecyIncident
from storage.unit_of_work import Database, Transaction

REFUSAL = "Văn bản thuộc bí mật nhà nước: không tiếp nhận qua hệ thống nối mạng. Hãy gửi theo đường văn thư mật."
"""What the sender is told; it names no content."""
STRUCK_OUT = "Văn bản mật: nội dung đã khóa"
"""Stands where the subject stood."""


class SecrecyReview:
    """Decides about documents in whose text a secrecy mark was found."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def release(self, actor: Actor, document_id: UUID, command: ReleaseFromHold) -> None:
        """It is no state secret: give it to those whose work it is. Raises `DocumentNotFound`, `WrongState`, `NotYours`."""
        with self.database.begin() as tx:
            document = self._held(tx, actor, document_id)
            document.secrecy_hold = SecrecyHold.NONE
            _settle(tx, document, "released")
            tx.record(Act("document.secrecy-released", actor, "document", document.id, {"reason": command.reason}))

    def confirm(self, actor: Actor, document_id: UUID) -> None:
        """It is a state secret: nobody opens its files any more, what described it is struck out, the sender is told 02.

        Sender, identity, digests and time stay. The stored bytes are locked away from people, not erased: erasing them, also
        at the hub and in back-ups, is the administrator's work under the security officer. Raises as `release`.
        """
        with self.database.begin() as tx:
            document = self._held(tx, actor, document_id)
            document.secrecy_hold = SecrecyHold.CONFIRMED
            document.state = DocumentState.RETURNED
            document.responsible_position_id = None
            document.subject, document.type_name = STRUCK_OUT, ""
            document.signer_name = document.signer_position = document.operation_reason = ""
            document.due_on, document.page_amount, document.body = None, 0, {}
            for file in document.files:
                file.name = f"{file.role}-{file.sha256[:12]}"
            _settle(tx, document, "confirmed")
            digests = [file.sha256 for file in document.files]
            tx.record(Act("document.secrecy-confirmed", actor, "document", document.id, {"digests": digests}))
            tx.record(Act("document.returned", actor, "document", document.id, {"reason": REFUSAL}))

    def _held(self, tx: Transaction, actor: Actor, document_id: UUID) -> Document:
        document = find(tx.session, actor, document_id, lock=True)
        if document.secrecy_hold != SecrecyHold.HELD:
            raise WrongState(document.secrecy_hold.value)
        if not reviews_secrecy(actor):
            raise NotYours("review_secrecy")
        return document


def _settle(tx: Transaction, document: Document, outcome: str) -> None:
    query = select(SecrecyIncident).where(SecrecyIncident.document_id == document.id, SecrecyIncident.outcome == "")
    for incident in tx.session.scalars(query):
        incident.outcome = outcome
