"""Turns an accepted message into deliveries: the outbox topic `message.accepted`.

One transaction per message holds the deliveries, what the message does to the states of documents, and the settlement of the
outbox row, so a worker that dies leaves all of it or nothing.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from axis.edxml.states import TAKE_BACK
from axis.hub.business import keys_of, lock, reckon
from axis.hub.directory.queries import day_of, resolve
from axis.hub.model import Delivery, Message
from storage.identifiers import new_id
from storage.outbox.relay import Claim, GiveUp
from storage.unit_of_work import Database, Transaction

TOPIC = "message.accepted"


class Routing:
    """The handler of the topic."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, claim: Claim) -> None:
        """Route the message named by the claim and settle the claim. Running twice changes nothing.

        Raises `GiveUp` when a recipient is in the directory no more: an administrator decides.
        """
        message_id = UUID(str(claim.payload["message_id"]))
        with self._database.begin() as tx:
            route(tx, message_id)
            claim.settle(tx)


def route(tx: Transaction, message_id: UUID) -> None:
    """Offer the message to each recipient's present agency and bring the documents it speaks of up to date.

    Raises `GiveUp`.
    """
    message = tx.session.get(Message, message_id)
    if message is None:
        raise GiveUp(f"no message {message_id}")
    keys = keys_of(tx.session, message)
    lock(tx, keys)
    agencies = resolve(tx.session, message.recipients, day_of(tx.now))
    missing = [organ_id for organ_id in message.recipients if organ_id not in agencies]
    if missing:
        raise GiveUp(f"recipients no longer in the directory: {', '.join(missing)}")
    for organ_id in message.recipients:
        row = {
            "id": new_id(),
            "message_id": message.id,
            "agency_id": agencies[organ_id],
            "recipient_organ_id": organ_id,
            "transport_status": "initial",
            "offered_at": tx.now,
        }
        tx.session.execute(
            insert(Delivery).values(row).on_conflict_do_nothing(constraint="uq_delivery_message_id_agency_id")
        )
    if message.kind == "status" and message.party_agency_id is None:
        asked = message.status_code == TAKE_BACK
        message.party_agency_id = agencies[message.recipients[0]] if asked else message.sender_agency_id
    for key in keys:
        reckon(tx, key, message.party_agency_id)
