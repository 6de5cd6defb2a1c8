"""The two roles of a database: the owner migrates and owns the tables, the application is what web and worker log in as.

An application that cannot change a table, nor rewrite what is append-only, does less harm when somebody takes it over.
"""

from __future__ import annotations

from typing import Protocol

from storage.errors import SettingsInvalid
from storage.settings import Secret

EMBEDDED = "embedded:"
"""The database URL that stands for a PostgreSQL of our own; a folder may follow (see `storage.embedded_use`)."""
EMBEDDED_URL = Secret(EMBEDDED)

_POWERS = """
SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls,
    has_schema_privilege('public', 'CREATE'), has_database_privilege(current_database(), 'CREATE'),
    EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace AND pg_has_role(relowner, 'USAGE'))
FROM pg_roles WHERE rolname = current_user
"""
_NAMES = (
    "is a superuser",
    "may create roles",
    "may create databases",
    "bypasses row security",
    "may create tables",
    "may create schemas",
    "owns tables",
)


class DatabaseSettings(Protocol):
    """What both services' settings have of their database."""

    @property
    def database_url(self) -> Secret:
        """Of the application's role."""

    @property
    def database_owner_url(self) -> Secret | None:
        """Of the owner's role, where it is known."""

    @property
    def environment(self) -> str:
        """`demo`, `test` or `production`."""


def refuse_urls(prefix: str, application: Secret, owner: Secret | None) -> list[str]:
    """Return what production must not have, from the URLs alone."""
    if application.reveal().startswith(EMBEDDED):
        return [f"{prefix}DATABASE_URL: production uses a PostgreSQL of its own, not {EMBEDDED}"]
    from sqlalchemy import make_url  # noqa: PLC0415 - settings are read by commands that need no database

    if owner is not None and make_url(owner.reveal()).username == make_url(application.reveal()).username:
        return [f"{prefix}DATABASE_OWNER_URL: must name another role than {prefix}DATABASE_URL"]
    return []


def owner_of(prefix: str, settings: DatabaseSettings) -> str:
    """Return the URL that migrations run with: outside production it may be the application's own.

    Raises `SettingsInvalid` in production without an owner.
    """
    if settings.database_owner_url is not None:
        return settings.database_owner_url.reveal()
    if settings.environment == "production":
        raise SettingsInvalid(
            f"{prefix}DATABASE_OWNER_URL: required to migrate; the application may not change tables"
            " / cần có để nâng cấp cơ sở dữ liệu; vai trò ứng dụng không được đổi bảng"
        )
    return settings.database_url.reveal()


def check_roles(prefix: str, settings: DatabaseSettings) -> None:
    """Look in the database whether the application's role is as powerless as production asks for; elsewhere do nothing.

    Raises `SettingsInvalid` naming each power too many, or telling that the database cannot be reached.
    """
    if settings.environment != "production":
        return
    too_many = powers(settings.database_url.reveal(), prefix)
    if too_many:
        raise SettingsInvalid("\n".join(f"{prefix}DATABASE_URL: the role {power}" for power in too_many))


def powers(application_url: str, prefix: str = "") -> list[str]:
    """Return what the role may do that an application must not be able to; empty is right. Raises `SettingsInvalid`."""
    import psycopg  # noqa: PLC0415 - as above

    from storage.outbox.pgmq_broker import dsn  # noqa: PLC0415 - as above

    try:
        with psycopg.connect(dsn(application_url), connect_timeout=10) as connection:
            row = connection.execute(_POWERS).fetchone()
    except psycopg.OperationalError as error:
        raise SettingsInvalid(f"{prefix}DATABASE_URL: {error}") from error
    return [name for name, has in zip(_NAMES, row or (), strict=True) if has]
