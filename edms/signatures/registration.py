"""Registering where the signing keys of people and agencies are kept. The keys themselves stay with their provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography import x509
from sqlalchemy import select
from sqlalchemy.orm import Session

from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.organisation.model import Agency, Person
from edms.signatures.errors import CertificateNotInForce, CertificateOfAnother, KeyUnknown
from edms.signatures.model import KeyKind, SigningKey
from signing.providers import KeyProvider
from signing.trust import organization_identifier, serial_text
from storage.unit_of_work import Database, Transaction


@dataclass(frozen=True)
class RegisterKey:
    """A key under `reference` of the provider: a person's own, or an agency's seal or system key; exactly one of the ids."""

    kind: KeyKind
    reference: str
    image_name: str = ""
    person_id: UUID | None = None
    agency_id: UUID | None = None


@dataclass(frozen=True)
class KeyView:
    """A registered key as an administrator sees it. `valid_to` is None while it is in use."""

    id: UUID
    kind: str
    owner: str
    reference: str
    certificate_serial: str
    image_name: str
    valid_from: datetime
    valid_to: datetime | None


class KeyRegistry:
    """Registers keys and ends them; the newest one in force is signed with."""

    def __init__(self, database: Database, keys: KeyProvider) -> None:
        self.database = database
        self.keys = keys

    def register(self, actor: Actor, command: RegisterKey, pin: str) -> UUID:
        """Open the key once with `pin`, which is not kept, look at its certificate, and register it; return the id.

        An agency's key must name one of the agency's identifiers. Whether the certificate is trusted and not revoked is asked
        at each signature. Raises `KeyNotFound`, `WrongPin`, `KeyUnusable`, `CertificateNotInForce`, `CertificateOfAnother`.
        """
        with self.keys.open(command.reference, pin) as opened:
            certificate = opened.certificate
        with self.database.begin() as tx:
            _require_in_force(certificate, tx.now)
            if command.agency_id is not None:
                _require_own(tx, certificate, command.agency_id)
            row = SigningKey(
                kind=command.kind,
                person_id=command.person_id,
                agency_id=command.agency_id,
                provider="pkcs12",
                reference=command.reference,
                image_name=command.image_name,
                certificate_serial=serial_text(certificate),
                valid_from=tx.now,
            )
            tx.session.add(row)
            tx.session.flush()
            data = {"reference": row.reference, "serial": row.certificate_serial}
            tx.record(Act("key.registered", actor, "signing-key", row.id, data))
            return row.id

    def end(self, actor: Actor, key_id: UUID) -> None:
        """Sign with this key no more from now on; what was signed stays signed. Raises `KeyUnknown`."""
        with self.database.begin() as tx:
            row = tx.session.get(SigningKey, key_id, with_for_update=True)
            if row is None or not row.holds_at(tx.now):
                raise KeyUnknown(str(key_id))
            row.valid_to = tx.now
            tx.record(Act("key.ended", actor, "signing-key", row.id, {"reference": row.reference}))


def all_keys(session: Session) -> list[KeyView]:
    """Return every registered key, also those that ended, by owner and newest first."""
    rows = session.execute(
        select(SigningKey, Person.full_name, Agency.name)
        .outerjoin(Person, Person.id == SigningKey.person_id)
        .outerjoin(Agency, Agency.id == SigningKey.agency_id)
        .order_by(Agency.name, Person.full_name, SigningKey.valid_from.desc())
    )
    return [
        KeyView(
            key.id,
            key.kind.value,
            person or agency or "",
            key.reference,
            key.certificate_serial,
            key.image_name,
            key.valid_from,
            key.valid_to,
        )
        for key, person, agency in rows
    ]


def _require_in_force(certificate: x509.Certificate, now: datetime) -> None:
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        dates = f"{certificate.not_valid_before_utc:%Y-%m-%d} – {certificate.not_valid_after_utc:%Y-%m-%d}"
        raise CertificateNotInForce(dates)


def _require_own(tx: Transaction, certificate: x509.Certificate, agency_id: UUID) -> None:
    agency = tx.session.get_one(Agency, agency_id)
    named, own = organization_identifier(certificate), {one.value for one in agency.identifiers}
    if named not in own:
        raise CertificateOfAnother(f"{named or '–'}; {', '.join(sorted(own))}")
