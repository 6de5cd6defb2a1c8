"""Tables of signatures."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from edms.model import Base
from edms.organisation.model import Period
from storage.identifiers import new_id


class KeyKind(StrEnum):
    """What a key signs."""

    PERSONAL = "personal"
    """A leader's own signature."""
    SEAL = "seal"
    """The agency's signature, in the clerk's hands (Điều 32)."""
    SYSTEM = "system"
    """The agency's system: signs envelopes, not documents."""


class SigningKey(Period, Base):
    """Where a private key is kept and whose it is; the key itself is never here."""

    __tablename__ = "signing_key"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[KeyKind]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"), index=True)
    provider: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str] = mapped_column(String(200))
    """What the provider finds the key by: a file's name, a token's slot."""
    certificate_serial: Mapped[str] = mapped_column(String(64), default="")
    image_name: Mapped[str] = mapped_column(String(200), default="")
    """File beside the key with the picture shown on the page: the signature in blue, the seal in red (annex I II.7.d, II.8.a)."""


class SignatureRecord(Base):
    """A signature that this system put on a file."""

    __tablename__ = "signature_record"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("document_file.id"))
    kind: Mapped[KeyKind]
    certificate_serial: Mapped[str] = mapped_column(String(64))
    certificate_subject: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime]
    signed_by: Mapped[dict[str, Any]]
    """Snapshot of the actor."""


class VerificationRecord(Base):
    """What was found when a file's signatures were checked. Later checks add rows; none is overwritten."""

    __tablename__ = "verification_record"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("document_file.id"))
    verdict: Mapped[str] = mapped_column(String(15))
    """`valid` hợp lệ · `invalid` không hợp lệ · `indeterminate` chưa đủ căn cứ."""
    verified_at: Mapped[datetime]
    report: Mapped[dict[str, Any]]
