from __future__ import annotations

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import InternalError

from storage.errors import Duplicate, NestedUnitOfWork
from storage.outbox.model import OutboxRow
from storage.unit_of_work import Database, Transaction


def _count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(OutboxRow)) or 0


def test_leaving_commits_and_wakes_each_topic_once(database: Database) -> None:
    woken: list[str] = []
    database.wake = woken.append
    with database.begin() as tx:
        tx.publish("letters", {"n": 1})
        tx.publish("letters", {"n": 2})
        assert woken == []
    assert _count(database) == 2
    assert woken == ["letters"]


def test_any_exception_rolls_back_and_wakes_nobody(database: Database) -> None:
    woken: list[str] = []
    database.wake = woken.append
    with pytest.raises(KeyError), database.begin() as tx:
        tx.publish("letters", {})
        raise KeyError("anything")
    assert _count(database) == 0
    assert woken == []


def test_a_broken_broker_does_not_undo_the_commit(database: Database) -> None:
    def broken(topic: str) -> None:
        raise ConnectionError(topic)

    database.wake = broken
    with database.begin() as tx:
        tx.publish("letters", {})
    assert _count(database) == 1


def test_nesting_is_refused_and_the_outer_one_can_go_on(database: Database) -> None:
    with database.begin() as tx:
        with pytest.raises(NestedUnitOfWork), database.begin():
            pass
        tx.publish("letters", {})
    assert _count(database) == 1


def test_recorders_write_in_the_same_transaction(database: Database) -> None:
    def journal(tx: Transaction, event: object) -> None:
        tx.publish("journal", {"event": str(event)})

    database.recorders = (journal,)
    with pytest.raises(ValueError, match="changed my mind"), database.begin() as tx:
        tx.record("registered")
        raise ValueError("changed my mind")
    assert _count(database) == 0
    with database.begin() as tx:
        tx.record("registered")
    assert _count(database) == 1


def test_a_unique_violation_names_its_constraint(database: Database) -> None:
    statement = text("INSERT INTO counter (series, value) VALUES ('a', 1)")
    with database.begin() as tx:
        tx.session.execute(statement)
    with pytest.raises(Duplicate) as caught, database.begin() as tx:
        tx.session.execute(statement)
    assert caught.value.constraint == "pk_counter"


def test_reading_refuses_to_write(database: Database) -> None:
    with pytest.raises(InternalError), database.reading() as session:
        session.execute(text("INSERT INTO counter (series, value) VALUES ('a', 1)"))
