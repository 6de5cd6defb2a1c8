"""The journal feeds its Merkle log.

Revision ID: edms_0005
"""

from __future__ import annotations

from alembic import op

revision = "edms_0005"
down_revision = "edms_0004"
branch_labels = None
depends_on = None

ENQUEUE = """
CREATE TRIGGER merkle_enqueue AFTER INSERT ON journal_entry
    FOR EACH ROW EXECUTE FUNCTION merkle_enqueue('edms/journal', 'digest')
"""

ENQUEUE_WHAT_IS_THERE = """
INSERT INTO merkle_pending (log, entry_id, leaf_hash)
SELECT 'edms/journal', id, sha256('\\x00'::bytea || uuid_send(id) || decode(digest, 'hex')) FROM journal_entry
WHERE NOT EXISTS (SELECT 1 FROM merkle_leaf WHERE log = 'edms/journal' AND entry_id = journal_entry.id)
ORDER BY place
"""


def upgrade() -> None:
    op.execute(ENQUEUE)
    op.execute(ENQUEUE_WHAT_IS_THERE)


def downgrade() -> None:
    op.execute("DROP TRIGGER merkle_enqueue ON journal_entry")
    op.execute("DELETE FROM merkle_pending WHERE log = 'edms/journal'")
