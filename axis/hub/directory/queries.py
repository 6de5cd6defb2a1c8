"""Reads of the directory. Every function takes an open session and a day in Viet Nam."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql import ColumnElement

from axis.http.errors import Unauthenticated
from axis.hub.directory.model import Account, Agency, AgencyCertificate, AgencyIdentifier, Mandate
from storage.clock import VIETNAM


def day_of(moment: datetime) -> date:
    """Return the day in Viet Nam on which `moment` (aware) falls."""
    return moment.astimezone(VIETNAM).date()


def account_of_token(session: Session, token_sha256: str) -> Account:
    """Return the account whose token has this digest. Raises `Unauthenticated` for an unknown or revoked one."""
    account = session.scalar(select(Account).where(Account.token_sha256 == token_sha256, Account.revoked_at.is_(None)))
    if account is None:
        raise Unauthenticated
    return account


def valid_on(table: type[AgencyIdentifier | Mandate], day: date) -> ColumnElement[bool]:
    """Return the condition that a dated row is valid on `day`."""
    started: InstrumentedAttribute[date] = table.valid_from
    return and_(started <= day, or_(table.valid_to.is_(None), table.valid_to >= day))


def mandated_agencies(session: Session, account_id: UUID, day: date) -> set[UUID]:
    """Return the agencies for which the account may act on `day`."""
    query = select(Mandate.agency_id).where(Mandate.account_id == account_id, valid_on(Mandate, day))
    return set(session.scalars(query))


def agency_now_called(session: Session, organ_id: str, day: date) -> UUID | None:
    """Return the agency that `organ_id` identifies on `day`, in whatever scheme; None when it identifies none."""
    query = select(AgencyIdentifier.agency_id).where(
        AgencyIdentifier.value == organ_id, valid_on(AgencyIdentifier, day)
    )
    return session.scalar(query)


def resolve(session: Session, organ_ids: Iterable[str], day: date) -> dict[str, UUID]:
    """Return the agency of each of `organ_ids`; those that never identified any by `day` are missing.

    A code valid on `day` wins; otherwise an ended one still finds the agency that bore it last, so that a message addressed by
    an old code arrives (the codes of merged agencies are in use for years).
    """
    wanted = set(organ_ids)
    query = (
        select(AgencyIdentifier.value, AgencyIdentifier.agency_id)
        .where(AgencyIdentifier.value.in_(wanted), AgencyIdentifier.valid_from <= day)
        .order_by(AgencyIdentifier.valid_from)
    )
    return {row.value: row.agency_id for row in session.execute(query)}


def organ_ids_of(session: Session, agency_id: UUID) -> set[str]:
    """Return every code that the agency bears or bore."""
    return set(session.scalars(select(AgencyIdentifier.value).where(AgencyIdentifier.agency_id == agency_id)))


def certificate_digests(session: Session, agency_id: UUID) -> set[str]:
    """Return the SHA-256 of the DER of each certificate that is registered for the agency and not withdrawn."""
    query = select(AgencyCertificate.sha256).where(
        AgencyCertificate.agency_id == agency_id, AgencyCertificate.withdrawn_at.is_(None)
    )
    return set(session.scalars(query))


def directory(session: Session, day: date) -> list[dict[str, Any]]:
    """Return all agencies in the order of their names, each with its identifiers, as plain data.

    `current` tells whether an identifier is valid on `day`; the primary one comes first.
    """
    identifiers: dict[UUID, list[dict[str, Any]]] = {}
    order = (AgencyIdentifier.is_primary.desc(), AgencyIdentifier.valid_from.desc(), AgencyIdentifier.value)
    for row in session.scalars(select(AgencyIdentifier).order_by(*order)):
        identifiers.setdefault(row.agency_id, []).append(
            {
                "scheme": row.scheme,
                "value": row.value,
                "valid_from": row.valid_from.isoformat(),
                "valid_to": row.valid_to.isoformat() if row.valid_to else None,
                "primary": row.is_primary,
                "current": row.valid_from <= day and (row.valid_to is None or row.valid_to >= day),
            }
        )
    agencies = session.scalars(select(Agency).order_by(Agency.name, Agency.id))
    return [
        {"agency_id": str(agency.id), "name": agency.name, "identifiers": identifiers.get(agency.id, [])}
        for agency in agencies
    ]
