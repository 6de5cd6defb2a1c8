"""Business states, targets of revocations and updates, meanings, security incidents.

Revision ID: axis_0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.migrations.grants import allow

revision = "axis_0002"
down_revision = "axis_0001"
branch_labels = None
depends_on = None

EFFECT = (
    "effect IN ('applied', 'repeated', 'contradicts', 'unresolved', 'unknown') AND kind = 'status'"
    " OR effect IS NULL AND kind = 'document'"
)

FILL_STATUSES = "UPDATE message SET effect = 'unresolved' WHERE kind = 'status'"

ROUTE_STATUSES_AGAIN = """
INSERT INTO outbox (topic, payload, created_at, available_at)
SELECT 'message.accepted', jsonb_build_object('message_id', id), now(), now() FROM message
WHERE kind = 'status' ORDER BY received_at, id
"""
"""Routing bears being repeated, and works out what each status did."""


def upgrade() -> None:
    op.add_column(
        "message",
        sa.Column("meaning", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb")),
    )
    op.alter_column("message", "meaning", server_default=None)
    op.add_column("message", sa.Column("party_agency_id", sa.Uuid()))
    op.add_column("message", sa.Column("effect", sa.String()))
    op.create_foreign_key("fk_message_party_agency_id_agency", "message", "agency", ["party_agency_id"], ["id"])
    op.execute(FILL_STATUSES)
    op.create_check_constraint("ck_message_effect", "message", EFFECT)
    op.drop_index("ix_message_unresolved", "message")
    op.create_index(
        "ix_message_target",
        "message",
        ["target_agency_id", "target_document_id", "party_agency_id"],
        postgresql_where=sa.text("kind = 'status'"),
    )
    op.create_index(
        "ix_message_target_message_id",
        "message",
        ["target_message_id"],
        postgresql_where=sa.text("target_message_id IS NOT NULL"),
    )
    op.create_table(
        "message_target",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.String(length=200), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_message_target_message_id_message"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_message_target_agency_id_agency"),
        sa.PrimaryKeyConstraint("message_id", "document_id", name="pk_message_target"),
    )
    op.create_index("ix_message_target_agency_id_document_id", "message_target", ["agency_id", "document_id"])
    op.create_table(
        "business_state",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("handling", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("request IN ('', 'open', 'agreed', 'refused')", name="ck_business_state_request"),
        sa.ForeignKeyConstraint(
            ["message_id", "agency_id"],
            ["delivery.message_id", "delivery.agency_id"],
            name="fk_business_state_message_id_agency_id_delivery",
        ),
        sa.PrimaryKeyConstraint("message_id", "agency_id", name="pk_business_state"),
    )
    op.create_table(
        "security_incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("sender_organ_id", sa.String(length=35), nullable=False),
        sa.Column("document_id", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alerted_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_security_incident_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_security_incident"),
        sa.UniqueConstraint("account_id", "sha256", name="uq_security_incident_account_id_sha256"),
    )
    allow("message", update=("party_agency_id", "effect"))
    allow("message_target")
    allow("business_state", update=("handling", "request", "changed_at"), delete=True)
    allow("security_incident", update=("alerted_at",))
    op.execute(ROUTE_STATUSES_AGAIN)


def downgrade() -> None:
    op.drop_table("security_incident")
    op.drop_table("business_state")
    op.drop_table("message_target")
    op.drop_index("ix_message_target_message_id", "message")
    op.drop_index("ix_message_target", "message")
    op.create_index(
        "ix_message_unresolved",
        "message",
        ["target_agency_id", "target_document_id"],
        postgresql_where=sa.text("kind = 'status' AND target_message_id IS NULL"),
    )
    op.drop_constraint("ck_message_effect", "message", type_="check")
    op.drop_constraint("fk_message_party_agency_id_agency", "message", type_="foreignkey")
    op.drop_column("message", "effect")
    op.drop_column("message", "party_agency_id")
    op.drop_column("message", "meaning")
