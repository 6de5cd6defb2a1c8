"""Fetches what waits at the hub for each agency and files it; what cannot be filed is quarantined with its reason.

The message is stored byte for byte before anything is believed of it, and the hub is told `done` only after the commit:
a crash anywhere means that it is offered again and recognised. One exception: of a message that declares a state secret only
sender, identity, digest and time are kept, and the hub is told `fail`.
"""

from __future__ import annotations

import logging
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

from sqlalchemy import select

from axis.client import AxisClient, AxisUnavailable, InboxItem
from axis.edxml.model import DocumentMessage, StatusMessage
from edms.exchange.errors import MessageSecret
from edms.exchange.filing import Filing, OpenedMessage, opened_message, require_own_certificate
from edms.exchange.hub import HubAccess
from edms.exchange.model import ArrivedMessage
from edms.exchange.statuses import StatusService
from edms.organisation.actor import Actor
from edms.organisation.model import Agency
from edms.secrecy.model import IncidentKind, SecrecyIncident
from edms.secrecy.service import alert
from schemas.problems import Problem
from storage.blobs.port import BlobRef, Staged
from storage.errors import Duplicate
from storage.outbox.relay import Claim, RetryLater
from storage.unit_of_work import Database

log = logging.getLogger(__name__)

TOPIC = "exchange.fetch"

_BATCH = 20
_ONE_ROW_A_DELIVERY = ("uq_arrived_message_agency_id_hub_delivery_id", "uq_secrecy_incident_delivery")
REFUSAL = f"{MessageSecret.code}: {MessageSecret.message_vi}"
"""What the hub is told, and through it the sender."""


@dataclass(frozen=True)
class _Known:
    """A delivery that was decided before; `refusal` is what the hub is told then, None for one that is here."""

    refusal: str | None


@dataclass(frozen=True)
class ArrivalService:
    """Receives messages."""

    database: Database
    hub: HubAccess
    filing: Filing
    statuses: StatusService

    def fetch(self, claim: Claim) -> None:
        """Ask the hub for one agency's messages and receive each. Handler of the recurring `TOPIC`.

        Only that agency's are asked for: one account may act for several. A message that cannot be received now (a fault of
        ours) stays at the hub, is offered again, and does not hold up those behind it; the first such fault is raised at the end.
        """
        with self.database.reading() as session:
            agency = session.get_one(Agency, UUID(claim.payload["agency_id"]))
            session.expunge_all()
        client = self.hub.client(agency)
        faults: list[Exception] = []
        try:
            for item in client.inbox(agency.primary_identifier(self.database.clock.now()), limit=_BATCH):
                try:
                    refusal = self._receive(agency, client, item)
                    client.acknowledge(item.delivery_id, "fail" if refusal else "done", refusal)
                except AxisUnavailable:
                    raise
                except Exception as fault:
                    log.exception("delivery %s to %s was not received", item.delivery_id, agency.name)
                    faults.append(fault)
        except AxisUnavailable as error:
            raise RetryLater(str(error), after=timedelta(seconds=2)) from error
        if faults:
            raise faults[0]

    def _receive(self, agency: Agency, client: AxisClient, item: InboxItem) -> str | None:
        """Take in one delivery; return why it is refused, or None when it is safely here."""
        known = self._known(agency, item)
        if known is not None:
            return known.refusal
        with tempfile.TemporaryFile() as spool:
            target = cast("BinaryIO", spool)
            client.fetch(item.delivery_id, target, expected_sha256=item.sha256)
            target.seek(0)
            with self.hub.blobs.stage(target) as staged, tempfile.TemporaryDirectory() as folder:
                try:
                    self._take_in(agency, item, staged, Path(folder))
                except MessageSecret as secret:
                    self._refuse(agency, item, staged.ref, str(secret.facts["level"]))
                    return REFUSAL
                except Duplicate as duplicate:
                    if duplicate.constraint not in _ONE_ROW_A_DELIVERY:
                        raise
                    # Another worker received the same delivery at the same time; its row stands.
        return None

    def _known(self, agency: Agency, item: InboxItem) -> _Known | None:
        delivery = str(item.delivery_id)
        filed = select(ArrivedMessage.id).where(
            ArrivedMessage.agency_id == agency.id, ArrivedMessage.hub_delivery_id == delivery
        )
        refused = select(SecrecyIncident.id).where(
            SecrecyIncident.agency_id == agency.id,
            SecrecyIncident.hub_delivery_id == delivery,
            SecrecyIncident.kind == IncidentKind.MESSAGE,
        )
        with self.database.reading() as session:
            if session.scalar(filed) is not None:
                return _Known(None)
            return _Known(REFUSAL) if session.scalar(refused) is not None else None

    def _take_in(self, agency: Agency, item: InboxItem, staged: Staged, folder: Path) -> None:
        try:
            message = opened_message(self.hub, staged, folder)
            self._file(agency, item, staged.keep(), message)
        except MessageSecret:
            raise
        except Problem as problem:
            self._quarantine(agency, item, staged.keep(), problem)

    def _file(self, agency: Agency, item: InboxItem, blob: BlobRef, message: OpenedMessage) -> None:
        if not isinstance(message.parsed.message, DocumentMessage):
            self._hear(agency, item, blob, message, message.parsed.message)
            return
        prepared = self.filing.prepare(message, message.parsed.message)
        with self.database.begin() as tx:
            arrived = _row(agency, item, blob)
            arrived.arrived_at = tx.now
            arrived.envelope_report = message.report
            tx.session.add(arrived)
            tx.session.flush()
            self.filing.file(tx, agency, arrived, prepared)

    def _refuse(self, agency: Agency, item: InboxItem, ref: BlobRef, level: str) -> None:
        """Keep who sent it, what it was called and its digest, not its bytes; alert the security officer."""
        incident = SecrecyIncident(
            kind=IncidentKind.MESSAGE,
            level=level,
            sender_organ_id=item.sender_organ_id[:35],
            hub_delivery_id=str(item.delivery_id),
            message_id=str(item.message_id),
            sha256=ref.sha256,
            size_bytes=ref.size_bytes,
        )
        with self.database.begin() as tx:
            alert(tx, Actor.system(agency), incident)

    def _hear(
        self, agency: Agency, item: InboxItem, blob: BlobRef, opened: OpenedMessage, status: StatusMessage
    ) -> None:
        with self.database.begin() as tx:
            require_own_certificate(tx, opened.organization_identifier, status.sender)
            arrived = _row(agency, item, blob)
            arrived.arrived_at = tx.now
            arrived.envelope_report = opened.report
            arrived.document_id = self.statuses.hear(tx, agency, status, blob)
            tx.session.add(arrived)

    def _quarantine(self, agency: Agency, item: InboxItem, blob: BlobRef, problem: Problem) -> None:
        with self.database.begin() as tx:
            arrived = _row(agency, item, blob)
            arrived.arrived_at = tx.now
            arrived.quarantine_code = problem.code
            arrived.quarantine_detail = problem.detail
            tx.session.add(arrived)


def _row(agency: Agency, item: InboxItem, blob: BlobRef) -> ArrivedMessage:
    return ArrivedMessage(
        agency_id=agency.id,
        hub_delivery_id=str(item.delivery_id),
        kind=item.kind,
        sha256=blob.sha256,
        size_bytes=blob.size_bytes,
        envelope_report={},
    )
