"""Tables of what the hub carries.

Rows are added; filled in later are only a delivery's state, a status's target and effect, and the business state that follows.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from axis.hub.base import HubBase
from axis.hub.directory.model import ORGAN_ID_CHARS
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
        CheckConstraint(
            "effect IN ('applied', 'repeated', 'contradicts', 'unresolved', 'unknown') AND kind = 'status'"
            " OR effect IS NULL AND kind = 'document'",
            name="effect",
        ),
        UniqueConstraint("identity"),
        Index(None, "sender_agency_id", "document_id"),
        Index(
            "ix_message_target",
            "target_agency_id",
            "target_document_id",
            "party_agency_id",
            postgresql_where=text("kind = 'status'"),
        ),
        Index(
            "ix_message_target_message_id",
            "target_message_id",
            postgresql_where=text("target_message_id IS NOT NULL"),
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
    meaning: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the message does in one sentence for people, `vi` and `en`; holds text of the sender."""
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
    party_agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"))
    """For a status, once routed: the document's recipient whose handling it speaks of (for 13 the one that is asked)."""
    effect: Mapped[str | None]
    """For a status: what it did to the document's state (`axis.edxml.states.Effect`)."""


class MessageTarget(HubBase):
    """A document that a revocation, an update or a replacement names; the hub need not have carried it (yet)."""

    __tablename__ = "message_target"
    __table_args__ = (Index(None, "agency_id", "document_id"),)

    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id"), primary_key=True)
    document_id: Mapped[str] = mapped_column(String(DOCUMENT_ID_CHARS), primary_key=True)
    """As received."""
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    """Whose document it is: the sender's of the message, for nobody changes the document of another."""


class BusinessState(HubBase):
    """What people at one recipient made of one document; no row means silence. Can be made anew from the messages."""

    __tablename__ = "business_state"
    __table_args__ = (
        CheckConstraint("request IN ('', 'open', 'agreed', 'refused')", name="request"),
        ForeignKeyConstraint(["message_id", "agency_id"], ["delivery.message_id", "delivery.agency_id"]),
    )

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(primary_key=True)
    handling: Mapped[str]
    """The furthest code of the line 01 to 06, or 02; empty when only a request stands."""
    request: Mapped[str]
    """Whether the sender asked for the document back or changed it, and what was answered."""
    changed_at: Mapped[datetime]


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


class SecurityIncident(HubBase):
    """A message that declared itself a state secret and was refused. Nothing of it is kept but what stands here."""

    __tablename__ = "security_incident"
    __table_args__ = (UniqueConstraint("account_id", "sha256"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    sender_organ_id: Mapped[str] = mapped_column(String(ORGAN_ID_CHARS))
    """As the message says, cut to the length of an identifier; empty when it says none."""
    document_id: Mapped[str] = mapped_column(String(DOCUMENT_ID_CHARS))
    """As the message says, cut likewise; empty when it says none."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the bytes that were not kept: whoever sent them can tell which they were."""
    at: Mapped[datetime]
    alerted_at: Mapped[datetime | None]
    """When the security officer's address took the alert; null while it has not, or when there is none."""
