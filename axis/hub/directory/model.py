"""Tables of the directory.

Nothing is deleted: an identifier, a mandate or a certificate ends, an account is revoked. Dates are days in Viet Nam; the
last day counts.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from axis.hub.base import HubBase
from storage.identifiers import new_id

ORGAN_ID_CHARS = 35
"""Length of an agency identifier (QĐ 20/2020/QĐ-TTg Điều 5)."""

SCHEMES = ("QD20", "QCVN102", "local", "axis")
"""QĐ 20/2020 · the older form of QCVN 102:2016 (`000.00.00.H53`) · one system's own · one axis's own."""


class Agency(HubBase):
    """An agency or organisation; what identifies it outside are its identifiers."""

    __tablename__ = "agency"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime]


class AgencyIdentifier(HubBase):
    """One code under which messages name an agency, with the days on which it is valid.

    Old and new codes stand side by side, and an ended one still finds its agency: codes are never computed from one another,
    because the conversion is not defined by any source.
    """

    __tablename__ = "agency_identifier"
    __table_args__ = (
        CheckConstraint("scheme IN ('QD20', 'QCVN102', 'local', 'axis')", name="scheme"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
        UniqueConstraint("value", "valid_from"),
        Index(None, "agency_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    scheme: Mapped[str]
    value: Mapped[str] = mapped_column(String(ORGAN_ID_CHARS))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    is_primary: Mapped[bool] = mapped_column(default=False)
    """The code that the directory shows first; at most one of those valid on a day."""


class AgencyCertificate(HubBase):
    """A certificate with which the agency's system signs envelopes."""

    __tablename__ = "agency_certificate"
    __table_args__ = (UniqueConstraint("agency_id", "sha256"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    pem: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the DER form, lower-case hex."""
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime]
    added_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Account(HubBase):
    """A system that speaks with the hub, known by its token."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("name"), UniqueConstraint("token_sha256"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    token_sha256: Mapped[str] = mapped_column(String(64))
    accept_unverifiable: Mapped[bool] = mapped_column(default=False)
    """Whether messages whose signature cannot be judged (absent, or a dummy as older systems send) are taken from it."""
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Mandate(HubBase):
    """The right of an account to send and receive for an agency, with its days."""

    __tablename__ = "mandate"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
        UniqueConstraint("account_id", "agency_id", "valid_from"),
        Index(None, "agency_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
