"""Directory, messages, deliveries, receipts, quarantine.

Revision ID: axis_0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.migrations.grants import allow

revision = "axis_0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("receipt", "message_conflict", "quarantine")

REFUSE = """
CREATE FUNCTION append_only_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("accept_unverifiable", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("name", name="uq_account_name"),
        sa.UniqueConstraint("token_sha256", name="uq_account_token_sha256"),
    )
    op.create_table(
        "agency",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agency"),
    )
    op.create_table(
        "agency_certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_agency_certificate_agency_id_agency"),
        sa.PrimaryKeyConstraint("id", name="pk_agency_certificate"),
        sa.UniqueConstraint("agency_id", "sha256", name="uq_agency_certificate_agency_id_sha256"),
    )
    op.create_table(
        "agency_identifier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("value", sa.String(length=35), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.CheckConstraint("scheme IN ('QD20', 'QCVN102', 'local', 'axis')", name="ck_agency_identifier_scheme"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ck_agency_identifier_dates"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_agency_identifier_agency_id_agency"),
        sa.PrimaryKeyConstraint("id", name="pk_agency_identifier"),
        sa.UniqueConstraint("value", "valid_from", name="uq_agency_identifier_value_valid_from"),
    )
    op.create_index("ix_agency_identifier_agency_id", "agency_identifier", ["agency_id"])
    op.create_table(
        "mandate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ck_mandate_dates"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_mandate_account_id_account"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_mandate_agency_id_agency"),
        sa.PrimaryKeyConstraint("id", name="pk_mandate"),
        sa.UniqueConstraint("account_id", "agency_id", "valid_from", name="uq_mandate_account_id_agency_id_valid_from"),
    )
    op.create_index("ix_mandate_agency_id", "mandate", ["agency_id"])
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("business", sa.String()),
        sa.Column("status_code", sa.String()),
        sa.Column("sender_organ_id", sa.String(), nullable=False),
        sa.Column("sender_agency_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.String(length=200)),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("recipients", postgresql.JSONB(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_by", sa.Uuid(), nullable=False),
        sa.Column("signature_verdict", sa.String(), nullable=False),
        sa.Column("signature_report", postgresql.JSONB(), nullable=False),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.Column("superseded_effect", sa.Boolean(), nullable=False),
        sa.Column("target_agency_id", sa.Uuid()),
        sa.Column("target_document_id", sa.String(length=200)),
        sa.Column("target_message_id", sa.Uuid()),
        sa.CheckConstraint("kind IN ('document', 'status')", name="ck_message_kind"),
        sa.CheckConstraint("signature_verdict IN ('valid', 'indeterminate')", name="ck_message_signature_verdict"),
        sa.ForeignKeyConstraint(["accepted_by"], ["account.id"], name="fk_message_accepted_by_account"),
        sa.ForeignKeyConstraint(["sender_agency_id"], ["agency.id"], name="fk_message_sender_agency_id_agency"),
        sa.ForeignKeyConstraint(["target_agency_id"], ["agency.id"], name="fk_message_target_agency_id_agency"),
        sa.ForeignKeyConstraint(["target_message_id"], ["message.id"], name="fk_message_target_message_id_message"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("identity", name="uq_message_identity"),
    )
    op.create_index("ix_message_sender_agency_id_document_id", "message", ["sender_agency_id", "document_id"])
    op.create_index(
        "ix_message_unresolved",
        "message",
        ["target_agency_id", "target_document_id"],
        postgresql_where=sa.text("kind = 'status' AND target_message_id IS NULL"),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer()),
        sa.Column("column", sa.Integer()),
        sa.Column("message_vi", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_quarantine_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
    )
    op.create_index("ix_quarantine_account_id_at", "quarantine", ["account_id", "at"])
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_organ_id", sa.String(), nullable=False),
        sa.Column("transport_status", sa.String(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("fail_reason", sa.String()),
        sa.CheckConstraint(
            "transport_status IN ('initial', 'processing', 'done', 'fail')", name="ck_delivery_transport_status"
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_delivery_agency_id_agency"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_delivery_message_id_message"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("message_id", "agency_id", name="uq_delivery_message_id_agency_id"),
    )
    op.create_index(
        "ix_delivery_open",
        "delivery",
        ["agency_id", "offered_at"],
        postgresql_where=sa.text("transport_status IN ('initial', 'processing')"),
    )
    op.create_table(
        "message_conflict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_message_conflict_account_id_account"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_message_conflict_message_id_message"),
        sa.PrimaryKeyConstraint("id", name="pk_message_conflict"),
        sa.UniqueConstraint("message_id", "sha256", name="uq_message_conflict_message_id_sha256"),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid()),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_sha256", sa.String(), nullable=False),
        sa.CheckConstraint("step IN ('accepted', 'delivered', 'refused')", name="ck_receipt_step"),
        sa.CheckConstraint("(step = 'accepted') = (delivery_id IS NULL)", name="ck_receipt_step_delivery"),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_receipt_delivery_id_delivery"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_receipt_message_id_message"),
        sa.PrimaryKeyConstraint("id", name="pk_receipt"),
        sa.UniqueConstraint("delivery_id", name="uq_receipt_delivery_id"),
    )
    op.create_index("ix_receipt_message_id", "receipt", ["message_id"])
    op.create_index(
        "uq_receipt_accepted", "receipt", ["message_id"], unique=True, postgresql_where=sa.text("step = 'accepted'")
    )
    op.execute(REFUSE)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION append_only_refuses()"
        )
        allow(table)
    allow("message", update=("target_message_id",))
    allow("delivery", update=("transport_status", "lease_until", "done_at", "fail_reason"))
    for table in ("account", "agency", "agency_certificate", "agency_identifier", "mandate"):
        allow(table, update=True)


def downgrade() -> None:
    op.drop_table("receipt")
    op.drop_table("message_conflict")
    op.drop_table("delivery")
    op.drop_table("quarantine")
    op.drop_table("message")
    op.drop_table("mandate")
    op.drop_table("agency_identifier")
    op.drop_table("agency_certificate")
    op.drop_table("agency")
    op.drop_table("account")
    op.execute("DROP FUNCTION append_only_refuses()")
