"""Use cases of incidents: note one, acknowledge it. What is noted is who, when and which level, never content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.secrecy.errors import IncidentNotFound, SecretRefused
from edms.secrecy.levels import LABELS, Secrecy, require_ordinary
from edms.secrecy.model import IncidentKind, SecrecyIncident
from edms.secrecy.queries import is_guard
from storage.unit_of_work import Database, Transaction


@dataclass(frozen=True)
class AcknowledgeIncident:
    """The security officer has seen an incident; `note` says what was done about it."""

    note: Annotated[str, Meta(min_length=3, max_length=500, title="Đã xử lý thế nào")]


def alert(tx: Transaction, actor: Actor, incident: SecrecyIncident) -> None:
    """Add `incident` and journal it; the security officer of the actor's agency finds it on the desk.

    The caller fills kind, level and what it knows of the origin; agency, time and doer are set here.
    """
    incident.agency_id, incident.at, incident.by = actor.agency_id, tx.now, actor.snapshot()
    tx.session.add(incident)
    tx.session.flush()
    data = {"level": incident.level, "kind": incident.kind.value, "sender": incident.sender_organ_id}
    tx.record(Act(f"secrecy.{_ACTS[incident.kind]}", actor, "incident", incident.id, data))


_ACTS = {
    IncidentKind.DRAFT: "draft-refused",
    IncidentKind.UPLOAD: "upload-refused",
    IncidentKind.MESSAGE: "message-refused",
    IncidentKind.MARK: "document-held",
}


class SecrecyService:
    """The door through which people bring text and files, and what the security officer does with incidents."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def admit(self, actor: Actor, declared: str | None, kind: IncidentKind) -> None:
        """Let in what is declared ordinary. Raises `SecrecyUndeclared`, and `SecretRefused` after noting an incident.

        Call it before anything of the content is read or stored.
        """
        try:
            require_ordinary(declared)
        except SecretRefused as refusal:
            level = LABELS[Secrecy(str(declared))].lower()
            with self.database.begin() as tx:
                alert(tx, actor, SecrecyIncident(kind=kind, level=level))
            raise refusal from None

    def acknowledge(self, actor: Actor, incident_id: UUID, command: AcknowledgeIncident) -> None:
        """The security officer has seen it; doing so again changes nothing. Raises `IncidentNotFound`."""
        with self.database.begin() as tx:
            incident = tx.session.get(SecrecyIncident, incident_id, with_for_update=True)
            if incident is None or incident.agency_id != actor.agency_id or not is_guard(tx.session, actor, tx.now):
                raise IncidentNotFound(str(incident_id))
            if incident.acknowledged_at is not None:
                return
            incident.acknowledged_at, incident.acknowledged_by = tx.now, actor.snapshot()
            incident.note = command.note
            tx.record(Act("secrecy.acknowledged", actor, "incident", incident.id, {"note": command.note}))
