"""Use cases of accounts: who a request comes from, and in which position.

A session or a token is not told when its appointment ends: each time it is shown, one statement asks whether everything it
rests on holds at that moment.
"""

from __future__ import annotations

import logging
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from axis.http.tokens import new_token, token_sha256
from edms.accounts.commands import IssueToken, NewAccount
from edms.accounts.errors import (
    AccountLocked,
    AccountUnknown,
    AppointmentNotYours,
    LoginTaken,
    NoAppointment,
    NotAllowed,
    SignInRefused,
    TokenUnknown,
)
from edms.accounts.model import Account, ApiToken, UserSession
from edms.accounts.passwords import Passwords
from edms.accounts.rules import wait_after
from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.organisation.appointments import has_appointment_in
from edms.organisation.model import Agency, Appointment, Capacity, Position, Unit
from edms.organisation.queries import StandingView, appointments_of
from storage.errors import Duplicate
from storage.unit_of_work import Database, Transaction

Opening = TypeVar("Opening", UserSession, ApiToken)

log = logging.getLogger(__name__)

SESSION_LIFETIME = timedelta(hours=12)
"""A session ends this long after signing in, whatever is done in it: one working day."""


@dataclass(frozen=True)
class SessionView:
    """A live browser session. `csrf_token` goes into its forms."""

    id: UUID
    account_id: UUID
    csrf_token: str
    expires_at: datetime


@dataclass(frozen=True)
class Signed:
    """Who a request comes from. `session` is None for a program with a token."""

    actor: Actor
    session: SessionView | None


@dataclass(frozen=True)
class SignedIn:
    """A sign-in that succeeded: `token` is the cookie's value and is told once; the session acts in `choices[0]`."""

    token: str
    expires_at: datetime
    choices: list[StandingView]


class AccountService:
    """Signs people in and out, and tells whom a cookie or a bearer token stands for."""

    def __init__(
        self, database: Database, passwords: Passwords, *, session_lifetime: timedelta = SESSION_LIFETIME
    ) -> None:
        self.database = database
        self._passwords = passwords
        self._session_lifetime = session_lifetime

    def create_account(self, actor: Actor, command: NewAccount) -> UUID:
        """Give a person an account and return its id. Raises `NotAllowed`, `LoginTaken`, `PasswordUnfit`."""
        digest = self._passwords.digest(command.password)
        login = normal_login(command.login)
        account = Account(person_id=command.person_id, login=login, password_hash=digest)
        try:
            with self.database.begin() as tx:
                _require_authority(tx, actor, command.person_id)
                tx.session.add(account)
                tx.session.flush()
                tx.record(Act("account.created", actor, "account", account.id, {"login": login}))
        except Duplicate as refusal:
            raise LoginTaken from refusal
        return account.id

    def lock_account(self, actor: Actor, account_id: UUID) -> None:
        """Lock an account: its sessions and tokens are dead from this second. Locking twice is harmless.

        Raises `AccountUnknown`, `NotAllowed`.
        """
        with self.database.begin() as tx:
            account = tx.session.get(Account, account_id, with_for_update={"of": Account})
            if account is None:
                raise AccountUnknown
            _require_authority(tx, actor, account.person_id)
            if account.locked_at is None:
                account.locked_at = tx.now
                tx.record(Act("account.locked", actor, "account", account.id, {"login": account.login}))

    def sign_in(self, login: str, password: str, remote: str) -> SignedIn:
        """Open a session for whoever knows the password; `remote` is the address the request came from.

        The session acts in the person's first appointment (held before acting, oldest first) until `switch`. Raises
        `SignInRefused`; to who knows the password also `AccountLocked` and `NoAppointment`.
        """
        account_id, digest = self._stored(login)
        right = self._passwords.matches(digest, password)
        token = new_token()
        signed_in: SignedIn | None = None
        with self.database.begin() as tx:
            account = _locked_account(tx, account_id)
            if account is not None and _may_try(account, tx.now):
                if right and account.password_hash == digest:
                    self._renew_digest(account, password)
                    signed_in = self._open_session(tx, account, token.token, token.sha256, remote)
                else:
                    _count_failure(account, tx.now)
        if signed_in is None:
            log.warning("sign-in refused from %s", remote)
            raise SignInRefused
        return signed_in

    def authenticate_session(self, token: str, now: datetime) -> Signed | None:
        """Return whom the cookie's `token` stands for at `now`, or None when it opens nothing (any more)."""
        with self.database.reading() as session:
            row = session.scalars(_alive(UserSession, token, now)).one_or_none()
            if row is None:
                return None
            view = SessionView(row.id, row.account_id, row.csrf_token, row.expires_at)
            return Signed(Actor.of(row.appointment), view)

    def authenticate_token(self, bearer: str, now: datetime) -> Signed | None:
        """Return whom a program's bearer token stands for at `now`, or None when it opens nothing (any more)."""
        with self.database.reading() as session:
            row = session.scalars(_alive(ApiToken, bearer, now)).one_or_none()
            return None if row is None else Signed(Actor.of(row.appointment), None)

    def choices(self, actor: Actor) -> list[StandingView]:
        """Return the appointments that the actor's person may act in now."""
        if actor.person_id is None:
            return []
        with self.database.reading() as session:
            return appointments_of(session, actor.person_id, self.database.clock.now())

    def switch(self, signed: Signed, appointment_id: UUID) -> None:
        """Let the session act in another appointment of its person.

        The form token is renewed: a form filled in while acting in the other position is refused, not sent in the wrong name.
        Raises `AppointmentNotYours`.
        """
        with self.database.begin() as tx:
            appointment = tx.session.get(Appointment, appointment_id)
            row = _own_session(tx, signed)
            if row is None or appointment is None:
                raise AppointmentNotYours
            if appointment.person_id != signed.actor.person_id or not appointment.holds_at(tx.now):
                raise AppointmentNotYours
            row.appointment = appointment
            row.csrf_token = _form_token()
            actor = Actor.of(appointment)
            data = {"position": actor.position_title}
            tx.record(Act("account.switched", actor, "account", row.account_id, data))

    def sign_out(self, signed: Signed) -> None:
        """End the session. Doing it twice is harmless."""
        with self.database.begin() as tx:
            row = _own_session(tx, signed)
            if row is not None and row.revoked_at is None:
                row.revoked_at = tx.now
                tx.record(Act("account.signed-out", signed.actor, "account", row.account_id))

    def issue_token(self, actor: Actor, command: IssueToken) -> str:
        """Make a token that acts in the actor's appointment, and return it: it is told this once.

        Raises `AccountUnknown` when the actor has no account.
        """
        token = new_token()
        with self.database.begin() as tx:
            account = tx.session.scalars(select(Account).where(Account.person_id == actor.person_id)).one_or_none()
            if account is None or actor.appointment_id is None:
                raise AccountUnknown
            row = ApiToken(
                account=account,
                appointment_id=actor.appointment_id,
                name=command.name,
                token_sha256=token.sha256,
                created_at=tx.now,
                expires_at=tx.now + timedelta(days=command.valid_days),
            )
            tx.session.add(row)
            tx.session.flush()
            data = {"name": row.name, "expires_at": row.expires_at.isoformat()}
            tx.record(Act("token.issued", actor, "token", row.id, data))
        return token.token

    def revoke_token(self, actor: Actor, token_id: UUID) -> None:
        """End one of the person's own tokens. Raises `TokenUnknown`."""
        with self.database.begin() as tx:
            statement = select(ApiToken).join(ApiToken.account).where(ApiToken.id == token_id)
            row = tx.session.scalars(statement.with_for_update(of=ApiToken)).one_or_none()
            if row is None or row.account.person_id != actor.person_id or row.revoked_at is not None:
                raise TokenUnknown
            row.revoked_at = tx.now
            tx.record(Act("token.revoked", actor, "token", row.id, {"name": row.name}))

    def _stored(self, login: str) -> tuple[UUID | None, str | None]:
        with self.database.reading() as session:
            statement = select(Account.id, Account.password_hash).where(Account.login == normal_login(login))
            found = session.execute(statement).one_or_none()
            return (None, None) if found is None else (found.id, found.password_hash)

    def _renew_digest(self, account: Account, password: str) -> None:
        if self._passwords.is_outdated(account.password_hash):
            account.password_hash = self._passwords.digest(password)

    def _open_session(self, tx: Transaction, account: Account, token: str, sha256: str, remote: str) -> SignedIn:
        if account.locked_at is not None:
            raise AccountLocked
        choices = appointments_of(tx.session, account.person_id, tx.now)
        if not choices:
            raise NoAppointment
        account.failed_attempts, account.blocked_until = 0, None
        row = UserSession(
            account=account,
            token_sha256=sha256,
            appointment=tx.session.get_one(Appointment, choices[0].appointment_id),
            csrf_token=_form_token(),
            created_at=tx.now,
            expires_at=tx.now + self._session_lifetime,
        )
        tx.session.add(row)
        tx.record(Act("account.signed-in", Actor.of(row.appointment), "account", account.id, {"remote": remote}))
        return SignedIn(token, row.expires_at, choices)


def normal_login(login: str) -> str:
    """Return a login as it is kept: NFC, lower case, without white space around it."""
    return unicodedata.normalize("NFC", login).strip().casefold()


def _alive(kind: type[Opening], token: str, now: datetime) -> Select[Opening]:
    """One statement that finds the row of `token` only while all that it rests on holds at `now`."""
    acting = contains_eager(kind.appointment)
    agency = acting.joinedload(Appointment.position).joinedload(Position.unit).joinedload(Unit.agency)
    return (
        select(kind)
        .join(kind.account)
        .join(kind.appointment)
        .where(
            kind.token_sha256 == token_sha256(token),
            kind.revoked_at.is_(None),
            kind.expires_at > now,
            Account.locked_at.is_(None),
            Appointment.person_id == Account.person_id,
            Appointment.in_force(now),
        )
        .options(contains_eager(kind.account), agency.lazyload(Agency.identifiers))
    )


def _locked_account(tx: Transaction, account_id: UUID | None) -> Account | None:
    statement = select(Account).where(Account.id == account_id).with_for_update(of=Account)
    return tx.session.scalars(statement).one_or_none()


def _may_try(account: Account, now: datetime) -> bool:
    return account.blocked_until is None or account.blocked_until <= now


def _count_failure(account: Account, now: datetime) -> None:
    account.failed_attempts += 1
    wait = wait_after(account.failed_attempts)
    account.blocked_until = now + wait if wait else None


def _own_session(tx: Transaction, signed: Signed) -> UserSession | None:
    if signed.session is None:
        return None
    statement = select(UserSession).where(UserSession.id == signed.session.id).with_for_update(of=UserSession)
    return tx.session.scalars(statement).one_or_none()


def _require_authority(tx: Transaction, actor: Actor, person_id: UUID) -> None:
    if actor.is_system:
        return
    works_here = has_appointment_in(tx, person_id, actor.agency_id, tx.now)
    if actor.capacity is not Capacity.LEADER or not works_here:
        raise NotAllowed


def _form_token() -> str:
    return secrets.token_urlsafe(32)
