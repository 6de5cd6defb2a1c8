"""Engine and metadata: PostgreSQL by psycopg 3, one naming convention, times always aware and in UTC."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Engine, Enum, MetaData, Uuid, create_engine
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Names of constraints: a migration and an error message must be able to name each one."""

TYPES: dict[Any, Any] = {
    datetime: DateTime(timezone=True),
    UUID: Uuid(),
    dict[str, Any]: JSONB,
    list[Any]: JSONB,
    StrEnum: Enum(StrEnum, native_enum=False, length=20, values_callable=lambda kind: [one.value for one in kind]),
}
"""What a Python annotation becomes as a column; shared by the declarative base of every service."""


class StorageBase(DeclarativeBase):
    """Declarative base of the tables that this package owns; they exist in each service's database."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPES


def open_engine(database_url: str, *, pool_size: int = 8) -> Engine:
    """Return an engine on PostgreSQL.

    `database_url` is `postgresql://user:password@host/name` or, over a Unix socket,
    `postgresql://user:password@/name?host=/folder`. The isolation level is READ COMMITTED: rows that matter are locked or
    carry a version. The pool may grow by as many connections again under load and drops those that died.
    """
    url = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        connect_args={"options": "-c timezone=UTC", "application_name": "lienthong"},
    )
