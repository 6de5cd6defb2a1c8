"""Reads of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from edms.accounts.model import Account, ApiToken
from edms.organisation.actor import Actor
from edms.organisation.queries import appointments_of


@dataclass(frozen=True)
class TokenView:
    """A token in force of a person; the token itself is not kept. `position_title` is what it acts as."""

    id: UUID
    name: str
    position_title: str
    agency_name: str
    created_at: datetime
    expires_at: datetime


def tokens_of(session: Session, actor: Actor, at: datetime) -> list[TokenView]:
    """Return the actor's own tokens that are neither revoked nor expired, newest first."""
    statement = (
        select(ApiToken)
        .join(ApiToken.account)
        .where(Account.person_id == actor.person_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > at)
        .order_by(ApiToken.created_at.desc(), ApiToken.id)
    )
    return [
        TokenView(
            id=row.id,
            name=row.name,
            position_title=row.appointment.position.title,
            agency_name=row.appointment.position.unit.agency.name,
            created_at=row.created_at,
            expires_at=row.expires_at,
        )
        for row in session.scalars(statement).unique()
    ]


@dataclass(frozen=True)
class AccountView:
    """An account as an administrator sees it; `positions` are those held now."""

    id: UUID
    login: str
    person_name: str
    positions: tuple[str, ...]
    locked: bool


def all_accounts(session: Session, at: datetime) -> list[AccountView]:
    """Return every account, by login."""
    rows = session.scalars(select(Account).order_by(Account.login)).unique().all()
    return [
        AccountView(
            row.id,
            row.login,
            row.person.full_name,
            tuple(f"{one.position_title}, {one.agency_name}" for one in appointments_of(session, row.person_id, at)),
            row.locked_at is not None,
        )
        for row in rows
    ]


def account_called(session: Session, login: str) -> UUID | None:
    """Return the id of the account with the login `login` (as stored, in lower case), or None."""
    return session.scalars(select(Account.id).where(Account.login == login)).one_or_none()


def account_of(session: Session, person_id: UUID) -> UUID | None:
    """Return the id of a person's account, or None."""
    return session.scalars(select(Account.id).where(Account.person_id == person_id)).one_or_none()


def is_locked_out(session: Session, person_id: UUID) -> bool:
    """Tell whether a person has an account and it is locked."""
    statement = select(Account.id).where(Account.person_id == person_id, Account.locked_at.is_not(None))
    return session.execute(statement).first() is not None
