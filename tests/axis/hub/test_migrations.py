"""The migrations give what the models declare, and go back and forth."""

from __future__ import annotations

import psycopg
import pytest

from axis.hub.routing import TOPIC, Routing
from axis.hub.tables import HISTORY
from storage.clock import SystemClock
from storage.database import open_engine
from storage.embedded import EmbeddedPostgres
from storage.migrations import current, differences, downgrade, head, upgrade
from storage.outbox.relay import Relay, Topic
from storage.unit_of_work import Database
from tests.postgres import FreshDatabase, as_owner


def test_up_down_up(postgres_url: FreshDatabase) -> None:
    url = postgres_url(None)
    upgrade(url, HISTORY)
    assert current(url, HISTORY) == head(HISTORY) == "axis_0003"
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
            " INSERT INTO quarantine SELECT"
            " gen_random_uuid(), id, 'x', 1, 'c', '', null, null, '', '', now(), repeat('0', 64) FROM a"
        )
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
            connection.execute(statement)


def test_statuses_of_before_are_worked_out_anew(postgres_url: FreshDatabase, postgres_server: EmbeddedPostgres) -> None:
    """Rows of the first revision: two agencies, a document from one to the other, and what was said of it."""
    url = as_owner(postgres_server, postgres_url(HISTORY))
    downgrade(url, HISTORY, to="axis_0001")
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO account (id, name, token_sha256, accept_unverifiable, created_at)"
            " VALUES (gen_random_uuid(), 'a', 'x', false, now())"
        )
        for name in ("sender", "recipient"):
            connection.execute(
                "INSERT INTO agency (id, name, created_at) VALUES (gen_random_uuid(), %s, now())", [name]
            )
            connection.execute(
                "INSERT INTO agency_identifier (id, agency_id, scheme, value, valid_from, is_primary)"
                " SELECT gen_random_uuid(), id, 'QD20', name, '2020-01-01', true FROM agency WHERE name = %s",
                [name],
            )
        for identity, kind, code, sender in (
            ("document", "document", None, "sender"),
            ("request", "status", "13", "sender"),
            ("answer", "status", "15", "recipient"),
        ):
            connection.execute(OLD_MESSAGE, {"identity": identity, "kind": kind, "code": code, "sender": sender})
    upgrade(url, HISTORY)
    database = Database(open_engine(url), SystemClock())
    try:
        assert Relay(database, [Topic(TOPIC, Routing(database))]).drain(TOPIC) == 2
        with psycopg.connect(url) as connection:
            connection.execute(
                "INSERT INTO outbox (topic, payload, created_at, available_at)"
                " SELECT %s, jsonb_build_object('message_id', id), now(), now() FROM message WHERE kind = 'document'",
                [TOPIC],
            )
        assert Relay(database, [Topic(TOPIC, Routing(database))]).drain(TOPIC) == 1
    finally:
        database.engine.dispose()
    with psycopg.connect(url) as connection:
        effects = connection.execute("SELECT identity, effect FROM message WHERE kind = 'status' ORDER BY 1").fetchall()
        states = connection.execute("SELECT handling, request FROM business_state").fetchall()
    assert effects == [("answer", "applied"), ("request", "applied")]
    assert states == [("", "agreed")]


OLD_MESSAGE = """
INSERT INTO message (id, kind, business, status_code, sender_organ_id, sender_agency_id, document_id, identity, sha256,
    size_bytes, subject, recipients, received_at, accepted_by, signature_verdict, signature_report, findings,
    superseded_effect, target_agency_id, target_document_id)
SELECT gen_random_uuid(), %(kind)s::text, CASE WHEN %(kind)s::text = 'document' THEN 'new' END, %(code)s::text,
    sender.name, sender.id,
    CASE WHEN %(kind)s::text = 'document' THEN 'D' END, %(identity)s::text, 'x', 1, '', jsonb_build_array(other.name),
    clock_timestamp(),
    account.id, 'indeterminate', '{}', '[]', false,
    CASE WHEN %(kind)s::text = 'status' THEN owner.id END, CASE WHEN %(kind)s::text = 'status' THEN 'D' END
FROM agency AS sender, agency AS other, agency AS owner, account
WHERE sender.name = %(sender)s::text AND other.name <> %(sender)s::text AND owner.name = 'sender'
"""
