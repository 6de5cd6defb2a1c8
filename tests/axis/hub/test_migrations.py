"""The migrations give what the models declare, and go back and forth."""

from __future__ import annotations

import psycopg
import pytest

from axis.hub.tables import HISTORY
from storage.embedded import EmbeddedPostgres
from storage.migrations import current, differences, downgrade, head, upgrade
from tests.postgres import FreshDatabase, as_owner


def test_up_down_up(postgres_url: FreshDatabase) -> None:
    url = postgres_url(None)
    upgrade(url, HISTORY)
    assert current(url, HISTORY) == head(HISTORY) == "axis_0001"
    assert differences(url, HISTORY) == []
    downgrade(url, HISTORY)
    with psycopg.connect(url) as connection:
        left = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert {name for (name,) in left} <= {"alembic_version_axis", "alembic_version_storage"}
    upgrade(url, HISTORY)
    assert differences(url, HISTORY) == []


@pytest.mark.parametrize("statement", ["UPDATE quarantine SET code = 'x'", "DELETE FROM quarantine"])
def test_evidence_cannot_be_rewritten_by_its_owner_either(
    postgres_url: FreshDatabase, postgres_server: EmbeddedPostgres, statement: str
) -> None:
    with psycopg.connect(as_owner(postgres_server, postgres_url(HISTORY))) as connection:
        connection.execute(
            "WITH a AS (INSERT INTO account (id, name, token_sha256, accept_unverifiable, created_at)"
            " VALUES (gen_random_uuid(), 'a', 'x', false, now()) RETURNING id)"
            " INSERT INTO quarantine SELECT gen_random_uuid(), id, 'x', 1, 'c', '', null, null, '', '', now() FROM a"
        )
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
            connection.execute(statement)
