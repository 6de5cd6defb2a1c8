"""Outbox and counters.

Revision ID: storage_0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.migrations.grants import allow

revision = "storage_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("key", sa.String()),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.String(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("claimed_by", sa.String()),
        sa.Column("last_error", sa.String()),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("every_seconds", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.CheckConstraint("state IN ('pending', 'claimed', 'done', 'dead')", name="ck_outbox_state"),
    )
    unfinished = sa.text("state IN ('pending', 'claimed')")
    op.create_index("ix_outbox_due", "outbox", ["topic", "available_at"], postgresql_where=unfinished)
    op.create_index("ix_outbox_key", "outbox", ["topic", "key", "id"], postgresql_where=unfinished)
    op.create_index(
        "uq_outbox_recurring",
        "outbox",
        ["topic", "key"],
        unique=True,
        postgresql_where=sa.text("every_seconds IS NOT NULL"),
    )
    op.create_table(
        "counter",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name="pk_counter"),
    )
    states = ("state", "attempts", "available_at", "lease_until", "claimed_by", "last_error", "finished_at")
    allow("outbox", update=(*states, "every_seconds", "payload"))  # the last two: of recurring rows
    allow("counter", update=("value",))


def downgrade() -> None:
    op.drop_table("counter")
    op.drop_table("outbox")
