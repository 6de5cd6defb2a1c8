"""The broker in the service's own database: PGMQ's tables and functions, which the owner installs for the application.

PGMQ makes tables when a queue is declared and triggers when somebody listens. The application may do neither, so its one
queue is made here, and the function that renews the trigger runs with the owner's rights.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import make_url

_LISTEN = "pgmq.enable_notify_insert(text, integer)"


def install(owner_url: str, application_url: str, queue: str) -> None:
    """Install PGMQ and the queue as the role of `owner_url`; grant the role of `application_url` their use. Idempotent."""
    import psycopg  # noqa: PLC0415 - only this broker needs it
    from pgmq.install import get_embedded_install_sql, install_pgmq_sql  # noqa: PLC0415 - as above
    from psycopg import sql  # noqa: PLC0415 - as above

    with psycopg.connect(dsn(owner_url)) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('pgmq'))")
        installed = connection.execute("SELECT to_regclass('pgmq.meta')").fetchone()
        if installed is None or installed[0] is None:
            install_pgmq_sql(get_embedded_install_sql(), conn=connection)
        connection.execute("SELECT pgmq.create(%s)", [queue])
        role = make_url(application_url).username
        if role is None or role == make_url(owner_url).username:
            return
        for statement in (
            "GRANT USAGE ON SCHEMA pgmq TO {role}",
            "GRANT SELECT ON pgmq.meta, pgmq.topic_bindings TO {role}",
            "GRANT SELECT, UPDATE ON pgmq.notify_insert_throttle TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON pgmq.{queue} TO {role}",
            f"ALTER FUNCTION {_LISTEN} SECURITY DEFINER SET search_path = pgmq, pg_temp",
            f"REVOKE EXECUTE ON FUNCTION {_LISTEN} FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {_LISTEN} TO {{role}}",
        ):
            names = {"role": sql.Identifier(role), "queue": sql.Identifier(f"q_{queue}")}
            connection.execute(sql.SQL(statement).format(**names))


def transport_options(application_url: str) -> dict[str, Any]:
    """Return what kombu's transport must know to speak with the queue as the application."""
    return {
        "conn_string": dsn(application_url),
        "init_extension": False,
        "use_notify": True,
        "notify_throttle_interval_ms": 0,
        "wait_time_seconds": 0,
        "polling_interval": 1,
        "visibility_timeout": 15,
        "pool_size": 4,
    }


def dsn(database_url: str) -> str:
    """Return the libpq connection string of an SQLAlchemy URL."""
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - only this broker needs it

    url = make_url(database_url)
    host = url.query.get("host", url.host)
    parts = {
        "host": host,
        "port": url.port,
        "user": url.username,
        "password": url.password,
        "dbname": url.database,
    }
    return make_conninfo(**{k: v for k, v in parts.items() if v is not None})  # type: ignore[arg-type]
