"""Runs migrations: the storage package's own first, then the service's, each with a version table of its own.

Alembic's environment is built here in code, so a service brings a folder of versions and nothing else. One advisory lock
lets many processes start at once; the connection is not pooled, because a pooled one would keep that lock. The role that
migrates owns the tables; `storage.migrations.grants` tells what the role of the application may do with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, NullPool, create_engine, make_url, text

from storage import counters
from storage.database import StorageBase
from storage.merkle import model as merkle
from storage.migrations.grants import APPLICATION_ROLE
from storage.outbox import model as outbox

_LOCK = 7_239_114


@dataclass(frozen=True)
class History:
    """A folder of migrations: `name` is the version table's suffix, `folder` holds `versions/`."""

    name: str
    folder: Path
    metadata: MetaData

    @property
    def version_table(self) -> str:
        """The table that holds this history's current revision."""
        return f"alembic_version_{self.name}"


PARTS = (counters, merkle, outbox)
"""Every module with tables of the storage package, imported so that the metadata is whole."""

STORAGE = History("storage", Path(__file__).parent, StorageBase.metadata)


def upgrade(owner_url: str, history: History, *, application_url: str | None = None) -> None:
    """Bring the storage tables and then those of `history` to their newest revision. Atomic per history.

    The role of `owner_url` will own them; the role of `application_url`, if it is another, is granted what it needs.
    """
    role = make_url(application_url).username if application_url else None
    granted = None if role == make_url(owner_url).username else role
    with _connect(owner_url) as connection:
        for one in (STORAGE, history):
            _run(connection, one, "head", "upgrade", granted)


def downgrade(database_url: str, history: History, *, to: str = "base") -> None:
    """Take `history` back to revision `to`; with `base` the storage tables go too. Data in dropped tables is lost."""
    with _connect(database_url) as connection:
        _run(connection, history, to, "downgrade")
        if to == "base":
            _run(connection, STORAGE, "base", "downgrade")


def current(database_url: str, history: History) -> str | None:
    """Return the revision that the database is at, or None before the first."""
    with _connect(database_url) as connection:
        context = MigrationContext.configure(connection, opts={"version_table": history.version_table})
        return context.get_current_revision()


def head(history: History) -> str | None:
    """Return the newest revision in the folder."""
    return _script(history).get_current_head()


def differences(database_url: str, history: History) -> list[Any]:
    """Return what the declared tables have that the migrated database has not, and the reverse; empty when equal."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - needed by tests and by developers only

    with _connect(database_url) as connection:
        opts = {
            "version_table": history.version_table,
            "compare_type": True,
            "include_name": lambda name, kind, _: kind != "table" or name in history.metadata.tables,
        }
        return list(compare_metadata(MigrationContext.configure(connection, opts=opts), history.metadata))


def _script(history: History) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(history.folder).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return ScriptDirectory.from_config(config)


def _run(
    connection: Connection, history: History, revision: str, direction: str, application_role: str | None = None
) -> None:
    script = _script(history)

    def steps(current_revision: Any, _context: Any) -> Any:
        if direction == "upgrade":
            return script._upgrade_revs(revision, current_revision)  # noqa: SLF001 - Alembic's own commands call it
        return script._downgrade_revs(revision, current_revision)  # noqa: SLF001 - as above

    with EnvironmentContext(Config(), script, fn=steps, destination_rev=revision) as environment:
        environment.configure(
            connection=connection,
            version_table=history.version_table,
            **{APPLICATION_ROLE: application_role},  # type: ignore[arg-type]
        )
        with environment.begin_transaction():
            environment.run_migrations()
    connection.commit()


class _connect:  # noqa: N801 - a context manager, used like a function
    def __init__(self, database_url: str) -> None:
        url = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
        self._engine = create_engine(url, poolclass=NullPool)

    def __enter__(self) -> Connection:
        self._connection = self._engine.connect()
        self._connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        self._connection.commit()
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._engine.dispose()
