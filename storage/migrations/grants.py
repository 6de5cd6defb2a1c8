"""What the application's role may do with a table; versions call it for each table that they make.

Nothing is granted to anybody else, and never the right to change a table itself. A right that is not granted is the first
line of what is append-only; triggers are the second, which hold for the owner as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op
from sqlalchemy import quoted_name

APPLICATION_ROLE = "application_role"
"""Name of the option of Alembic's context that holds the role; None where owner and application are one."""


def allow(table: str, *, insert: bool = True, update: bool | Sequence[str] = False, delete: bool = False) -> None:
    """Let the application read `table`, add rows, change all columns or those of `update`, remove rows with `delete`.

    Without `insert` rows come from triggers alone.
    """
    role = op.get_context().opts.get(APPLICATION_ROLE)
    if role is None:
        return
    quote = op.get_bind().dialect.identifier_preparer.quote
    rights = ["SELECT", "INSERT"] if insert else ["SELECT"]
    if update is True:
        rights.append("UPDATE")
    elif update:
        rights.append(f"UPDATE ({', '.join(quote(column) for column in update)})")
    if delete:
        rights.append("DELETE")
    op.execute(f"GRANT {', '.join(rights)} ON {quote(table)} TO {quote(quoted_name(role, quote=True))}")
