"""Sending and fetching at once, in the foreground: what the worker would do, tried now, with a result that a person reads.

It runs the same handlers under the same leases, so that a worker may go on beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from edms.documents.model import Document
from edms.exchange import arrivals, dispatch, statuses
from edms.exchange.model import ArrivedMessage, Dispatch, DispatchState, StatusEvent
from edms.organisation.model import Agency
from storage.outbox.relay import Relay
from storage.outbox.repair import hurry, unsettled
from storage.unit_of_work import Database

Tell = Callable[[str], object]


@dataclass(frozen=True)
class SentNow:
    """What became of one dispatch or status: `state` is `accepted`, `refused` or `waiting`, `reason` why it is not accepted."""

    kind: str
    """`document` or `status`."""
    code: str
    """Number and notation of the document; of a status also its code."""
    state: str
    reason: str = ""


@dataclass(frozen=True)
class ArrivedNow:
    """A message that was received: filed, or quarantined with a code."""

    agency: str
    kind: str
    sha256: str
    quarantine_code: str
    quarantine_detail: str


def send_now(database: Database, relay: Relay, tell: Tell) -> list[SentNow]:
    """Offer everything that waits to the hub once, also what would wait longer after a failure; tell what became of it."""
    dispatches, events = _waiting(database)
    hurry(database, [dispatch.TOPIC, statuses.TOPIC])
    for topic in (dispatch.TOPIC, statuses.TOPIC):
        tell(topic)
        relay.drain(topic)
    reasons = _reasons(database, [dispatch.TOPIC, statuses.TOPIC])
    with database.reading() as session:
        told = [
            SentNow(
                "document",
                session.get_one(Document, row.document_id).code,
                "waiting" if row.state == DispatchState.QUEUED else row.state.value,
                row.problem or reasons.get(str(row.id), ""),
            )
            for row in (session.get_one(Dispatch, one) for one in dispatches)
        ]
        for row in (session.get_one(StatusEvent, one) for one in events):
            code = f"{session.get_one(Document, row.document_id).code} → {row.organ_id}: {row.code}"
            state = "accepted" if row.accepted_at is not None else "waiting"
            told.append(SentNow("status", code, state, reasons.get(str(row.id), "") if state == "waiting" else ""))
    return told


def fetch_now(database: Database, relay: Relay, tell: Tell) -> tuple[list[ArrivedNow], list[str]]:
    """Ask every agency's inbox once, also what would wait longer; return what arrived, and why an inbox gave nothing."""
    before: datetime = database.clock.now()
    hurry(database, [arrivals.TOPIC])
    tell(arrivals.TOPIC)
    relay.drain(arrivals.TOPIC)
    with database.reading() as session:
        query = (
            select(ArrivedMessage, Agency.name)
            .join(Agency, Agency.id == ArrivedMessage.agency_id)
            .where(ArrivedMessage.arrived_at >= before)
            .order_by(ArrivedMessage.arrived_at, ArrivedMessage.id)
        )
        arrived = [
            ArrivedNow(name, row.kind, row.sha256, row.quarantine_code, row.quarantine_detail)
            for row, name in session.execute(query)
        ]
    return arrived, sorted(_reasons(database, [arrivals.TOPIC]).values())


def _waiting(database: Database) -> tuple[list[UUID], list[UUID]]:
    with database.reading() as session:
        queued = select(Dispatch.id).where(Dispatch.state == DispatchState.QUEUED).order_by(Dispatch.requested_at)
        untold = (
            select(StatusEvent.id)
            .where(StatusEvent.direction == "out", StatusEvent.accepted_at.is_(None))
            .order_by(StatusEvent.occurred_at)
        )
        return list(session.scalars(queued)), list(session.scalars(untold))


def _reasons(database: Database, topics: list[str]) -> dict[str, str]:
    """Return the id in the payload → why the row was not settled when it was last tried."""
    return {str(next(iter(row.payload.values()))): row.reason for row in unsettled(database, topics) if row.reason}
