"""What the application's role may not do, asked of a real server as an attacker would."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from axis.hub.tables import HISTORY as AXIS
from edms.tables import HISTORY as EDMS
from storage.embedded import EmbeddedPostgres
from storage.errors import SettingsInvalid
from storage.migrations import STORAGE, History
from storage.outbox.worker import Broker, Waker, make_celery, prepare_broker
from storage.roles import check_roles, owner_of, powers
from storage.settings import Secret
from tests.postgres import FreshDatabase, as_owner
from tests.waiting import wait_until

APPEND_ONLY = {
    EDMS: (
        "journal_entry",
        "register_entry",
        "directive",
        "signature_record",
        "verification_record",
    ),
    AXIS: ("receipt", "message_conflict", "quarantine"),
}
FILLED_IN_LATER = {
    EDMS: {
        "status_event": "code",
        "dispatch": "document_id",
        "delivery": "organ_id",
        "document_file": "sha256",
        "handover": "legal_act",
        "arrived_message": "sha256",
        "participant": "role",
    },
    AXIS: {"message": "sha256", "delivery": "recipient_organ_id"},
}
KEPT = {EDMS: ("document", "person", "appointment", "account"), AXIS: ("agency", "account", "mandate")}

both = pytest.mark.parametrize("history", [EDMS, AXIS], ids=lambda history: str(history.name))


def refused(url: str, statement: str, *names: str) -> bool:
    """Whether the server refuses the statement for want of a right."""
    with psycopg.connect(url) as connection:
        try:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
        except InsufficientPrivilege:
            return True
    return False


@both
def test_the_application_has_no_power_over_the_database(each_url: FreshDatabase, history: History) -> None:
    url = each_url(history)
    assert powers(url) == []
    for statement in (
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "ALTER TABLE outbox ADD COLUMN mine int",
        "ALTER TABLE outbox DISABLE TRIGGER ALL",
        "DROP TABLE outbox",
        "TRUNCATE outbox",
        "DELETE FROM outbox",
        "UPDATE outbox SET topic = 'other'",
        "DELETE FROM counter",
        "SET session_replication_role = replica",
    ):
        assert refused(url, statement), statement


@both
def test_what_is_append_only_cannot_be_touched(each_url: FreshDatabase, history: History) -> None:
    url = each_url(history)
    for table in APPEND_ONLY[history]:
        for statement in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}", "SELECT 1 FROM {} FOR UPDATE"):
            assert refused(url, statement, table), (statement, table)
        assert not refused(url, "SELECT 1 FROM {}", table)
    for table, column in FILLED_IN_LATER[history].items():
        assert refused(url, "UPDATE {} SET {} = {}", table, column, column), table
        assert refused(url, "DELETE FROM {}", table), table
    for table in KEPT[history]:
        assert refused(url, "DELETE FROM {}", table), table


FILLED_BY_TRIGGERS = ("merkle_pending",)


@pytest.mark.parametrize("history", [EDMS, AXIS, STORAGE], ids=lambda history: str(history.name))
def test_each_table_is_granted_by_the_migration_that_makes_it(postgres_url: FreshDatabase, history: History) -> None:
    with psycopg.connect(postgres_url(history)) as connection:
        for table in history.metadata.tables:
            held = "SELECT has_table_privilege(%s, 'SELECT'), has_table_privilege(%s, 'INSERT')"
            expected = (True, table not in FILLED_BY_TRIGGERS)
            assert connection.execute(held, [table, table]).fetchone() == expected, f"no allow(...) for {table}"


def test_an_application_with_the_owners_or_a_superusers_role_is_told(
    postgres_url: FreshDatabase, postgres_server: EmbeddedPostgres
) -> None:
    url = postgres_url(STORAGE)
    assert powers(as_owner(postgres_server, url)) == ["may create tables", "may create schemas", "owns tables"]
    assert powers(postgres_server.url("postgres"))[0] == "is a superuser"
    with pytest.raises(SettingsInvalid, match="X_DATABASE_URL"):
        powers(url.replace("application:", "application:not-"), "X_")


@dataclass(frozen=True)
class Given:
    """The settings that the checks read."""

    database_url: Secret
    database_owner_url: Secret | None
    environment: str


@pytest.mark.parametrize(("environment", "refused"), [("production", True), ("demo", False)])
def test_production_wants_a_powerless_application_and_an_owner(
    postgres_url: FreshDatabase, postgres_server: EmbeddedPostgres, environment: str, *, refused: bool
) -> None:
    url = postgres_url(STORAGE)
    owner = as_owner(postgres_server, url)
    check_roles("X_", Given(Secret(url), None, environment))
    for powerful in (owner, postgres_server.url("postgres")):
        with pytest.raises(SettingsInvalid, match="X_DATABASE_URL: the role") if refused else nullcontext():
            check_roles("X_", Given(Secret(powerful), None, environment))
    assert owner_of("X_", Given(Secret(url), Secret(owner), environment)) == owner
    with pytest.raises(SettingsInvalid, match="X_DATABASE_OWNER_URL") if refused else nullcontext():
        assert owner_of("X_", Given(Secret(url), None, environment)) == url


def test_each_service_sees_its_own_database_only(each_server: EmbeddedPostgres) -> None:
    one = each_server.provide("one", owner="one_owner", application="one")
    other = each_server.provide("other", owner="other_owner", application="other")
    assert each_server.provide("one", owner="one_owner", application="one") == one
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(each_server.role_url("other", "one"))
    assert refused(other.application, "CREATE TEMPORARY TABLE mine (id int)")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(other.application.replace("other:", "other_owner:"))


def test_the_broker_in_the_database_serves_the_application(
    each_url: FreshDatabase, each_server: EmbeddedPostgres
) -> None:
    url = each_url(STORAGE)
    broker = Broker("pgmq://", "letters", url)
    for _ in range(2):
        prepare_broker(broker, as_owner(each_server, url))
    Waker(make_celery(broker))("letters")
    with psycopg.connect(url, autocommit=True) as connection:
        query = "SELECT count(*) FROM pgmq.q_letters"
        wait_until(lambda: connection.execute(query).fetchone() == (1,), "the wake-up waits in the table")
    for statement in ("SELECT pgmq.create('mine')", "SELECT pgmq.drop_queue('letters')", "CREATE TABLE pgmq.x (i int)"):
        assert refused(url, statement), statement
