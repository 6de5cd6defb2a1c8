"""Merkle logs.

Revision ID: storage_0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.grants import allow

revision = "storage_0002"
down_revision = "storage_0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("merkle_leaf", "merkle_subtree", "merkle_checkpoint")

REFUSE = """
CREATE FUNCTION merkle_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""

# Runs as the owner, so that nobody else needs the right to add leaves; temporary tables come last in its search path.
ENQUEUE = """
CREATE FUNCTION merkle_enqueue() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
BEGIN
    INSERT INTO merkle_pending (log, entry_id, leaf_hash) VALUES (TG_ARGV[0], NEW.id,
        sha256('\\x00'::bytea || uuid_send(NEW.id) || decode(to_jsonb(NEW) ->> TG_ARGV[1], 'hex')));
    RETURN NULL;
END $$;
"""


def upgrade() -> None:
    op.create_table(
        "merkle_pending",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_merkle_pending"),
    )
    op.create_index("ix_merkle_pending_log_id", "merkle_pending", ["log", "id"])
    op.create_table(
        "merkle_leaf",
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("sequence >= 0", name="ck_merkle_leaf_sequence"),
        sa.PrimaryKeyConstraint("log", "sequence", name="pk_merkle_leaf"),
        sa.UniqueConstraint("log", "entry_id", name="uq_merkle_leaf_log_entry_id"),
    )
    op.create_table(
        "merkle_subtree",
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "level", "index", name="pk_merkle_subtree"),
    )
    op.create_table(
        "merkle_checkpoint",
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("tree_size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("log", "tree_size", name="pk_merkle_checkpoint"),
    )
    op.execute(REFUSE)
    allow("merkle_pending", insert=False, delete=True)
    for table in APPEND_ONLY:
        allow(table)
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION merkle_refuses()"
        )
        op.execute(
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION merkle_refuses()"
        )
    schema = op.get_bind().execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
    op.execute(ENQUEUE.format(schema=schema))


def downgrade() -> None:
    op.execute("DROP FUNCTION merkle_enqueue()")
    for table in ("merkle_checkpoint", "merkle_subtree", "merkle_leaf", "merkle_pending"):
        op.drop_table(table)
    op.execute("DROP FUNCTION merkle_refuses()")
