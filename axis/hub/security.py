"""State secrets do not travel here (Luật Bảo vệ bí mật nhà nước 117/2025/QH15): what is done when one comes nevertheless.

This is the one exception to keeping what arrived. Of the message stay who sent which document when, and the digest of its
bytes; not the bytes, not the subject, not the level. The security officer is told by the outbox topic `security.alert`, which
posts these facts to an address of the operator's choice until it takes them; the log has them at ERROR.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from axis.edxml.facts import Facts
from axis.hub.directory.model import ORGAN_ID_CHARS, Account
from axis.hub.errors import SecretRefused
from axis.hub.model import DOCUMENT_ID_CHARS, SecurityIncident
from storage.blobs.port import BlobRef
from storage.identifiers import new_id
from storage.outbox.relay import Claim, RetryLater
from storage.settings import Secret
from storage.unit_of_work import Database

log = logging.getLogger(__name__)

TOPIC = "security.alert"
TIMEOUT_SECONDS = 10.0
LEASE = timedelta(seconds=30)


def refuse_secret(database: Database, account: Account, claimed: Facts, ref: BlobRef) -> SecretRefused:
    """Record that `account` sent a secret, once for the same bytes, have it told, and return the refusal to raise."""
    values = {
        "id": new_id(),
        "account_id": account.id,
        "sender_organ_id": (claimed.sender or "")[:ORGAN_ID_CHARS],
        "document_id": (claimed.document_id or "")[:DOCUMENT_ID_CHARS],
        "sha256": ref.sha256,
    }
    with database.begin() as tx:
        added = insert(SecurityIncident).values(values | {"at": tx.now}).on_conflict_do_nothing()
        if tx.session.scalar(added.returning(SecurityIncident.id)) is not None:
            tx.publish(TOPIC, {"incident_id": str(values["id"])})
        known = select(SecurityIncident.id).where(
            SecurityIncident.account_id == account.id, SecurityIncident.sha256 == ref.sha256
        )
        incident_id = tx.session.scalars(known).one()
    log.error(
        "a message declared as a state secret was refused: incident %s, account %s, sender %s, sha256 %s",
        incident_id,
        account.name,
        values["sender_organ_id"],
        ref.sha256,
    )
    return SecretRefused(f"incident {incident_id}", incident_id=str(incident_id))


def incidents(session: Session, limit: int = 100) -> list[dict[str, Any]]:
    """Return the newest `limit` incidents as plain data, newest first."""
    query = (
        select(SecurityIncident, Account.name)
        .join(Account, Account.id == SecurityIncident.account_id)
        .order_by(SecurityIncident.at.desc(), SecurityIncident.id.desc())
        .limit(limit)
    )
    return [_facts(incident, account) for incident, account in session.execute(query)]


class SecurityAlerts:
    """The handler of the topic: posts an incident's facts as JSON to `url`; without one there is nobody to tell."""

    def __init__(self, database: Database, url: Secret | None, hub_name: str) -> None:
        self._database = database
        self._url = url
        self._hub_name = hub_name

    def __call__(self, claim: Claim) -> None:
        """Tell of the incident that the claim names; the receiver knows a repetition by `incident_id`.

        Raises `RetryLater` unless the address answers with 2xx.
        """
        incident_id = UUID(str(claim.payload["incident_id"]))
        if self._url is not None:
            self._post(incident_id, self._url.reveal())
        with self._database.begin() as tx:
            if self._url is not None:
                tx.session.get_one(SecurityIncident, incident_id).alerted_at = tx.now
            claim.settle(tx)

    def _post(self, incident_id: UUID, url: str) -> None:
        with self._database.reading() as session:
            incident = session.get_one(SecurityIncident, incident_id)
            account = session.get_one(Account, incident.account_id)
            facts = {"kind": "state-secret-refused", "hub": self._hub_name} | _facts(incident, account.name)
        del facts["alerted_at"]
        try:
            answer = httpx.post(url, json=facts, timeout=TIMEOUT_SECONDS)
        except httpx.HTTPError as error:
            raise RetryLater(f"the address for alerts: {type(error).__name__}") from error
        if not answer.is_success:
            raise RetryLater(f"the address for alerts answered {answer.status_code}")


def _facts(incident: SecurityIncident, account: str) -> dict[str, Any]:
    return {
        "incident_id": str(incident.id),
        "at": incident.at.isoformat(),
        "account": account,
        "sender_organ_id": incident.sender_organ_id,
        "document_id": incident.document_id,
        "sha256": incident.sha256,
        "alerted_at": incident.alerted_at.isoformat() if incident.alerted_at else None,
    }
