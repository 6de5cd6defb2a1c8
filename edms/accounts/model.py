"""Tables of accounts. Only digests of passwords, session cookies and tokens are stored."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from edms.model import Base
from edms.organisation.model import Appointment, Person
from storage.identifiers import new_id


class Account(Base):
    """The one login of a person, whatever positions the person holds."""

    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    login: Mapped[str] = mapped_column(String(100), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    """Argon2id, encoded with its parameters (RFC 9106)."""
    failed_attempts: Mapped[int] = mapped_column(default=0)
    blocked_until: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")


class UserSession(Base):
    """A signed-in browser. It lives only while its appointment is in force."""

    __tablename__ = "user_session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
    """Acting as; a session whose appointment has ended is dead from that second."""
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(lazy="joined")
    appointment: Mapped[Appointment] = relationship(lazy="joined")


class ApiToken(Base):
    """A bearer token that a person made for a program; it acts in one appointment and dies with it."""

    __tablename__ = "api_token"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
    name: Mapped[str] = mapped_column(String(100))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(lazy="joined")
    appointment: Mapped[Appointment] = relationship(lazy="joined")
