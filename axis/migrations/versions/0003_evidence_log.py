"""Receipts, conflicts and quarantine feed the log of evidence.

Revision ID: axis_0003
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "axis_0003"
down_revision = "axis_0002"
branch_labels = None
depends_on = None

COLUMNS = {"receipt": "sha256", "message_conflict": "digest", "quarantine": "digest"}

ENQUEUE = """
CREATE TRIGGER merkle_enqueue AFTER INSERT ON {table}
    FOR EACH ROW EXECUTE FUNCTION merkle_enqueue('axis/evidence', '{column}')
"""

ENQUEUE_WHAT_IS_THERE = """
INSERT INTO merkle_pending (log, entry_id, leaf_hash)
SELECT 'axis/evidence', id, sha256('\\x00'::bytea || uuid_send(id) || decode(digest, 'hex')) FROM (
    SELECT id, at, sha256 AS digest FROM receipt
    UNION ALL SELECT id, received_at, digest FROM message_conflict
    UNION ALL SELECT id, at, digest FROM quarantine) AS entry
WHERE NOT EXISTS (SELECT 1 FROM merkle_leaf WHERE log = 'axis/evidence' AND entry_id = entry.id)
ORDER BY at, id
"""


def upgrade() -> None:
    for table, kind in (("message_conflict", "conflict"), ("quarantine", "quarantine")):
        op.add_column(table, sa.Column("digest", sa.String(length=64)))
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        _fill(table, kind)
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")
        op.alter_column(table, "digest", nullable=False)
    for table, column in COLUMNS.items():
        op.execute(ENQUEUE.format(table=table, column=column))
    op.execute(ENQUEUE_WHAT_IS_THERE)


def downgrade() -> None:
    for table in COLUMNS:
        op.execute(f"DROP TRIGGER merkle_enqueue ON {table}")
    op.execute("DELETE FROM merkle_pending WHERE log = 'axis/evidence'")
    op.drop_column("quarantine", "digest")
    op.drop_column("message_conflict", "digest")


def _fill(table: str, kind: str) -> None:
    """Write the digests of rows that are there; the text is that of `axis.hub.evidence` when this version was made."""
    connection = op.get_bind()
    rows = sa.table(table, sa.column("id"), sa.column("digest"))
    for row in connection.execute(sa.select(sa.text("*")).select_from(rows)).mappings().all():
        digest = hashlib.sha256(_text(kind, dict(row)).encode()).hexdigest()
        connection.execute(rows.update().where(rows.c.id == row["id"]).values(digest=digest))


def _text(kind: str, row: dict[str, Any]) -> str:
    del row["digest"]
    moment = row.pop("received_at" if kind == "conflict" else "at").astimezone(UTC).isoformat(timespec="microseconds")
    said = {name: str(value) if name.endswith("id") else value for name, value in row.items()}
    values = {"kind": kind, "at": moment, **said}
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
