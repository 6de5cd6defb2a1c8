"""Secrecy incidents and holds, refusals by recipients, operations of arrived documents.

Revision ID: edms_0004
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.migrations.grants import allow

revision = "edms_0004"
down_revision = "edms_0003"
branch_labels = None
depends_on = None

_EMPTY_TEXT, _EMPTY_LIST, _EMPTY_OBJECT = sa.text("''"), sa.text("'[]'::jsonb"), sa.text("'{}'::jsonb")


def upgrade() -> None:
    for table, column, value in _filled_columns():
        column.server_default = sa.DefaultClause(value)  # what rows that stand there already get
        name = column.name
        op.add_column(table, column)
        op.alter_column(table, name, server_default=None)
    op.add_column("delivery", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_document_refused", "document", ["agency_id"], unique=False, postgresql_where=sa.text("refusals > 0")
    )
    op.create_table(
        "secrecy_incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", postgresql.JSONB(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("sender_organ_id", sa.String(length=35), nullable=False),
        sa.Column("hub_delivery_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", postgresql.JSONB(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_secrecy_incident_agency_id_agency")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_secrecy_incident_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secrecy_incident")),
    )
    op.create_index("ix_secrecy_incident_agency_id", "secrecy_incident", ["agency_id", "at"], unique=False)
    op.create_index(op.f("ix_secrecy_incident_document_id"), "secrecy_incident", ["document_id"], unique=False)
    op.create_index(
        "uq_secrecy_incident_delivery",
        "secrecy_incident",
        ["agency_id", "hub_delivery_id"],
        unique=True,
        postgresql_where=sa.text("hub_delivery_id <> ''"),
    )
    allow("secrecy_incident", update=("outcome", "acknowledged_at", "acknowledged_by", "note"))
    allow("delivery", update=("settled_at", "settled_by", "settled_note"))
    allow("document_file", update=("name",))  # of a file that is struck out as a secret


def downgrade() -> None:
    op.drop_table("secrecy_incident")
    op.drop_index("ix_document_refused", "document")
    op.drop_column("delivery", "settled_at")
    for table, column, _ in reversed(_filled_columns()):
        op.drop_column(table, column.name)


def _filled_columns() -> list[tuple[str, sa.Column[Any], sa.TextClause]]:
    zero, false = sa.text("0"), sa.text("false")
    return [
        ("position", sa.Column("is_security_officer", sa.Boolean(), nullable=False), false),
        ("document", sa.Column("operation", sa.String(length=20), nullable=False), sa.text("'new'")),
        ("document", sa.Column("operation_reason", sa.String(length=500), nullable=False), _EMPTY_TEXT),
        ("document", sa.Column("operation_targets", postgresql.JSONB(), nullable=False), _EMPTY_LIST),
        ("document", sa.Column("secrecy_hold", sa.String(length=20), nullable=False), _EMPTY_TEXT),
        ("document", sa.Column("refusals", sa.Integer(), nullable=False), zero),
        ("delivery", sa.Column("settled_by", postgresql.JSONB(), nullable=False), _EMPTY_OBJECT),
        ("delivery", sa.Column("settled_note", sa.String(length=500), nullable=False), _EMPTY_TEXT),
    ]
