"""Dispatch of a sealed document: the clerk's wish, then the work in the background until the hub's receipt is here.

The message is built once and kept; whatever dies, the same bytes are offered again, and the hub answers the same receipt.
"""

from __future__ import annotations

import io
from uuid import UUID

from sqlalchemy import select

from axis.client import AxisRefused, AxisUnavailable, SentReceipt
from axis.edxml.build import build_document
from axis.edxml.errors import NotBuildable
from axis.edxml.identity import make_document_id
from axis.edxml.write import OutgoingAttachment
from edms.documents import files
from edms.documents.access import find, require
from edms.documents.files import NewFile
from edms.documents.model import Document, DocumentRelation, DocumentState, FileRole, RelationKind
from edms.documents.queries import with_files
from edms.exchange.errors import NotOnAxis
from edms.exchange.hub import HubAccess
from edms.exchange.model import Delivery, Dispatch, DispatchState
from edms.exchange.outgoing import document_message, sent_files
from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.organisation.model import Agency
from storage.blobs.port import BlobRef
from storage.outbox.relay import Claim, RetryLater
from storage.unit_of_work import Database

TOPIC = "exchange.dispatch"


class DispatchService:
    """Sends documents to the hub."""

    def __init__(self, database: Database, hub: HubAccess) -> None:
        self.database = database
        self.hub = hub

    def dispatch(self, actor: Actor, document_id: UUID) -> None:
        """Send a sealed document to its recipients on the axis; the work goes on in the background.

        Raises `WrongState`, `NotYours`, `NotOnAxis`.
        """
        with self.database.begin() as tx:
            document = find(tx.session, actor, document_id, lock=True)
            require(actor, document, "dispatch")
            recipients = [one for one in document.recipients if one.organ_id]
            if not recipients or document.issued_on is None:
                raise NotOnAxis
            agency = tx.session.get_one(Agency, document.agency_id)
            sender = agency.primary_identifier(tx.now)
            document.exchange_id = make_document_id(sender, document.issued_on, document.number, document.notation)
            document.state = DocumentState.DISPATCHED
            document.responsible_position_id = None
            dispatch = Dispatch(
                document_id=document.id,
                state=DispatchState.QUEUED,
                exchange_id=document.exchange_id,
                requested_at=tx.now,
                requested_by=actor.snapshot(),
            )
            tx.session.add(dispatch)
            tx.session.flush()
            for one in recipients:
                row = Delivery(dispatch_id=dispatch.id, document_id=document.id, organ_id=one.organ_id, name=one.name)
                tx.session.add(row)
            names = ", ".join(one.name for one in recipients)
            tx.record(Act("document.dispatched", actor, "document", document.id, {"recipients": names}))
            tx.publish(TOPIC, {"dispatch_id": str(dispatch.id)})

    def send(self, claim: Claim) -> None:
        """Carry out one dispatch: build once, offer to the hub, keep the receipt. Handler of `TOPIC`."""
        dispatch_id = UUID(claim.payload["dispatch_id"])
        dispatch, agency, actor = self._read(dispatch_id)
        if dispatch.state != DispatchState.QUEUED:
            return
        message = BlobRef(dispatch.message_sha256, dispatch.message_size_bytes)
        if not message.sha256:
            try:
                message = self._build(dispatch, agency, actor)
            except NotBuildable as fault:
                self._refused(claim, dispatch_id, actor, fault.code, f"{fault.message_vi} {fault.detail}".strip())
                return
        try:
            sent = self.hub.send(agency, message)
        except AxisUnavailable as error:
            raise RetryLater(str(error)) from error
        except AxisRefused as refusal:
            self._refused(claim, dispatch_id, actor, refusal.hub_code, refusal.detail)
        else:
            receipt = self.hub.blobs.put(io.BytesIO(sent.receipt_xml))
            self._accepted(claim, dispatch_id, actor, sent, receipt)

    def _read(self, dispatch_id: UUID) -> tuple[Dispatch, Agency, Actor]:
        with self.database.reading() as session:
            dispatch = session.get_one(Dispatch, dispatch_id)
            document = session.get_one(Document, dispatch.document_id)
            agency = session.get_one(Agency, document.agency_id)
            actor = Actor.system(agency)
            session.expunge_all()
            return dispatch, agency, actor

    def _build(self, dispatch: Dispatch, agency: Agency, actor: Actor) -> BlobRef:
        with self.database.reading() as session:
            document = with_files(session, actor, dispatch.document_id)
            targets = session.scalars(
                select(Document)
                .join(DocumentRelation, DocumentRelation.target_id == Document.id)
                .where(DocumentRelation.document_id == document.id, DocumentRelation.kind == RelationKind.REPLIES_TO)
            ).all()
            key = self.hub.system_key(session, agency)
        message = document_message(document, agency, dispatch.exchange_id, targets, self.database.clock.now())
        outgoing = [
            OutgoingAttachment(ref, self.hub.opener(file.sha256))
            for ref, file in zip(message.attachments, sent_files(document), strict=True)
        ]
        blob = self.hub.seal_message(build_document(message), key, outgoing)
        with self.database.begin() as tx:
            row = tx.session.get_one(Dispatch, dispatch.id, with_for_update=True)
            if not row.message_sha256:
                row.message_sha256, row.message_size_bytes = blob.sha256, blob.size_bytes
                document = find(tx.session, actor, row.document_id)
                files.add(tx, document, NewFile(FileRole.MESSAGE, "goi-tin.edxml", "application/xml", blob))
            return BlobRef(row.message_sha256, row.message_size_bytes)

    def _accepted(self, claim: Claim, dispatch_id: UUID, actor: Actor, sent: SentReceipt, receipt: BlobRef) -> None:
        with self.database.begin() as tx:
            row = tx.session.get_one(Dispatch, dispatch_id, with_for_update=True)
            row.state = DispatchState.ACCEPTED
            row.hub_message_id = str(sent.message_id)
            row.receipt_sha256 = receipt.sha256
            row.accepted_at = tx.now
            document = find(tx.session, actor, row.document_id)
            files.add(tx, document, NewFile(FileRole.RECEIPT, "bien-nhan.xml", "application/xml", receipt))
            data = {"message_id": str(sent.message_id), "receipt": receipt.sha256}
            tx.record(Act("document.dispatch-accepted", actor, "document", row.document_id, data))
            claim.settle(tx)

    def _refused(self, claim: Claim, dispatch_id: UUID, actor: Actor, code: str, reason: str) -> None:
        with self.database.begin() as tx:
            row = tx.session.get_one(Dispatch, dispatch_id, with_for_update=True)
            row.state = DispatchState.REFUSED
            row.problem = f"{code}: {reason}"
            data = {"code": code, "reason": reason}
            tx.record(Act("document.dispatch-refused", actor, "document", row.document_id, data))
            claim.settle(tx)
