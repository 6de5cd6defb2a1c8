"""Tables of what the hub carries. Rows are added; only a delivery's state and a status's target are filled in later."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from axis.hub.base import HubBase
from storage.identifiers import new_id

DOCUMENT_ID_CHARS = 200
OPEN_STATES = ("initial", "processing")
"""Transport states in which a delivery is still offered."""


class Message(HubBase):
    """An accepted message: its bytes lie in the blob `sha256`, unchanged for ever."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("kind IN ('document', 'status')", name="kind"),
        CheckConstraint("signature_verdict IN ('valid', 'indeterminate')", name="signature_verdict"),
        UniqueConstraint("identity"),
        Index(None, "sender_agency_id", "document_id"),
        Index(
            "ix_message_unresolved",
            "target_agency_id",
            "target_document_id",
            postgresql_where=text("kind = 'status' AND target_message_id IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    business: Mapped[str | None]
    """For a document: `new`, `revoke`, `update` or `replace` (BussinessDocType 0 to 3)."""
    status_code: Mapped[str | None]
    """For a status: the two digits of QCVN 102."""
    sender_organ_id: Mapped[str]
    """As received."""
    sender_agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    document_id: Mapped[str | None] = mapped_column(String(DOCUMENT_ID_CHARS))
    """For a document: the sender's DocumentId, as received."""
    identity: Mapped[str]
    """The key under which a repeated message is recognised (see `axis.hub.acceptance`)."""
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    subject: Mapped[str]
    recipients: Mapped[list[Any]]
    """Organ ids as received, in the message's order."""
    received_at: Mapped[datetime]
    accepted_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    signature_verdict: Mapped[str]
    signature_report: Mapped[dict[str, Any]]
    findings: Mapped[list[Any]]
    superseded_effect: Mapped[bool] = mapped_column(default=False)
    """A status that says again, in other bytes, what an earlier one said: carried as a record, without a second effect."""
    target_agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"))
    """For a status: the agency that sent the document it speaks of."""
    target_document_id: Mapped[str | None] = mapped_column(String(DOCUMENT_ID_CHARS))
    target_message_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id"))
    """For a status: that document, once the hub carried it; null meanwhile (unresolved)."""


class MessageConflict(HubBase):
    """Evidence: other bytes that came under the identity of an accepted message."""

    __tablename__ = "message_conflict"
    __table_args__ = (UniqueConstraint("message_id", "sha256"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 (hex) of `axis.hub.evidence.conflict_text`."""


class Delivery(HubBase):
    """One message on its way to one agency."""

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("transport_status IN ('initial', 'processing', 'done', 'fail')", name="transport_status"),
        UniqueConstraint("message_id", "agency_id"),
        Index(
            "ix_delivery_open",
            "agency_id",
            "offered_at",
            postgresql_where=text("transport_status IN ('initial', 'processing')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id"))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    recipient_organ_id: Mapped[str]
    """The code by which the message named the agency, as received."""
    transport_status: Mapped[str] = mapped_column(default="initial")
    offered_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    """Until then one fetcher has the delivery to itself."""
    done_at: Mapped[datetime | None]
    """When it was handed over or given up."""
    fail_reason: Mapped[str | None]


class Receipt(HubBase):
    """A signed statement of the hub about one step of one message.

    One says that the message was accepted; for each delivery one follows it, saying how the delivery ended.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        CheckConstraint("step IN ('accepted', 'delivered', 'refused')", name="step"),
        CheckConstraint("(step = 'accepted') = (delivery_id IS NULL)", name="step_delivery"),
        UniqueConstraint("delivery_id"),
        Index(None, "message_id"),
        Index("uq_receipt_accepted", "message_id", unique=True, postgresql_where=text("step = 'accepted'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id"))
    delivery_id: Mapped[UUID | None] = mapped_column(ForeignKey("delivery.id"))
    step: Mapped[str]
    xml: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    previous_sha256: Mapped[str]
    """Digest of the receipt that it follows; empty for the first."""


class Quarantined(HubBase):
    """Bytes that were refused after they had arrived, with the reason."""

    __tablename__ = "quarantine"
    __table_args__ = (Index(None, "account_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    code: Mapped[str]
    detail: Mapped[str] = mapped_column(Text)
    line: Mapped[int | None]
    column: Mapped[int | None]
    message_vi: Mapped[str] = mapped_column(Text)
    message_en: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 (hex) of `axis.hub.evidence.quarantine_text`."""
