"""Tells senders what is done with their documents, and hears what others say of ours."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from axis.client import AxisRefused, AxisUnavailable
from axis.edxml.build import build_status
from axis.edxml.errors import NotBuildable
from axis.edxml.model import StatusMessage
from axis.edxml.states import furthest
from edms.documents.model import Direction, Document
from edms.exchange.errors import StatusUnresolved
from edms.exchange.hub import HubAccess
from edms.exchange.model import ArrivedMessage, Delivery, Dispatch, StatusEvent
from edms.exchange.outgoing import status_message
from edms.exchange.refusals import count_refusals
from edms.exchange.rules import STATUS_OF_ACT, status_label
from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.organisation.model import Agency
from edms.organisation.roles import identifiers_of
from storage.blobs.port import BlobRef
from storage.identifiers import new_id
from storage.outbox.relay import Claim, GiveUp, RetryLater
from storage.unit_of_work import Database, Transaction

TOPIC = "exchange.status"

_ONCE = ["document_id", "direction", "organ_id", "code"]


def report(tx: Transaction, act: object) -> None:
    """Recorder: when an act on a document from the axis has a status, queue it for the sender, once."""
    if not isinstance(act, Act) or act.name not in STATUS_OF_ACT:
        return
    document = tx.session.get_one(Document, act.subject_id)
    arrived = tx.session.scalars(select(ArrivedMessage.id).where(ArrivedMessage.document_id == document.id)).first()
    if document.direction != Direction.INCOMING or arrived is None:
        return
    actor = act.actor
    place = ", ".join(part for part in (actor.position_title, actor.unit_name) if part) or actor.agency_name
    values = {
        "id": new_id(),
        "document_id": document.id,
        "direction": "out",
        "organ_id": document.issuer_organ_id,
        "code": STATUS_OF_ACT[act.name],
        "description": str(act.data.get("reason") or act.data.get("result") or "")[:500],
        "staff_name": actor.person_name,
        "staff_position": place[:300],
        "occurred_at": tx.now,
        "message_sha256": "",
        "message_size_bytes": 0,
    }
    statement = insert(StatusEvent).values(values).on_conflict_do_nothing(index_elements=_ONCE)
    added = tx.session.execute(statement.returning(StatusEvent.id)).scalar_one_or_none()
    if added is not None:
        tx.publish(TOPIC, {"status_id": str(added)}, key=str(document.id))


class StatusService:
    """Sends and receives status messages."""

    def __init__(self, database: Database, hub: HubAccess) -> None:
        self.database = database
        self.hub = hub

    def send(self, claim: Claim) -> None:
        """Send one status, built once and offered unchanged until the hub accepts it. Handler of `TOPIC`."""
        with self.database.reading() as session:
            event = session.get_one(StatusEvent, UUID(claim.payload["status_id"]))
            document = session.get_one(Document, event.document_id)
            agency = session.get_one(Agency, document.agency_id)
            key = self.hub.system_key(session, agency)
            session.expunge_all()
        message = BlobRef(event.message_sha256, event.message_size_bytes)
        if not message.sha256:
            try:
                root = build_status(status_message(event, document, agency))
            except NotBuildable as fault:
                raise GiveUp(f"{fault.code}: {fault.detail}") from fault
            message = self._keep(event.id, self.hub.seal_message(root, key, []))
        try:
            self.hub.send(agency, message)
        except AxisUnavailable as error:
            raise RetryLater(str(error)) from error
        except AxisRefused as refusal:
            raise GiveUp(f"{refusal.hub_code}: {refusal}") from refusal
        with self.database.begin() as tx:
            tx.session.get_one(StatusEvent, event.id).accepted_at = tx.now
            claim.settle(tx)

    def hear(self, tx: Transaction, agency: Agency, status: StatusMessage, message: BlobRef) -> UUID:
        """Record what a recipient says of our document and return the document's id; a repetition adds nothing.

        Raises `StatusUnresolved` when the document was not sent from here.
        """
        dispatch = tx.session.scalars(
            select(Dispatch)
            .join(Document, Document.id == Dispatch.document_id)
            .where(Dispatch.exchange_id == status.response_for.document_id, Document.agency_id == agency.id)
        ).one_or_none()
        if dispatch is None:
            raise StatusUnresolved(status.response_for.document_id)
        values = {
            "id": new_id(),
            "document_id": dispatch.document_id,
            "direction": "in",
            "organ_id": status.sender.organ_id,
            "code": status.status_code,
            "description": status.description[:500],
            "staff_name": status.staff.staff[:300],
            "staff_position": status.staff.department[:300],
            "occurred_at": status.timestamp.value or tx.now,
            "message_sha256": message.sha256,
            "message_size_bytes": message.size_bytes,
            "accepted_at": tx.now,
        }
        statement = insert(StatusEvent).values(values).on_conflict_do_nothing(index_elements=_ONCE)
        if tx.session.execute(statement.returning(StatusEvent.id)).scalar_one_or_none() is not None:
            self._move(tx, agency, dispatch, status)
        return dispatch.document_id

    def _move(self, tx: Transaction, agency: Agency, dispatch: Dispatch, status: StatusMessage) -> None:
        deliveries = tx.session.scalars(
            select(Delivery).where(
                Delivery.dispatch_id == dispatch.id,
                Delivery.organ_id.in_(identifiers_of(tx.session, status.sender.organ_id)),
            )
        )
        for delivery in deliveries:  # more than one when an agency was named by two of its identifiers
            delivery.business_status = furthest(delivery.business_status, status.status_code)
            delivery.updated_at = tx.now
        count_refusals(tx, dispatch.document_id)
        data = {
            "code": status.status_code,
            "label": status_label(status.status_code),
            "organ": status.sender.organ_name or status.sender.organ_id,
            "staff": status.staff.staff,
            "position": status.staff.department,
            "description": status.description,
        }
        tx.record(Act("document.status-received", Actor.system(agency), "document", dispatch.document_id, data))

    def _keep(self, status_id: UUID, built: BlobRef) -> BlobRef:
        with self.database.begin() as tx:
            row = tx.session.get_one(StatusEvent, status_id, with_for_update=True)
            if not row.message_sha256:
                row.message_sha256, row.message_size_bytes = built.sha256, built.size_bytes
            return BlobRef(row.message_sha256, row.message_size_bytes)
