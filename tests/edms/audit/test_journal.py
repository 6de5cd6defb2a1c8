"""The journal keeps what was said, in order, and the database lets nobody change it."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from edms.audit.journal import digest_of
from edms.audit.model import JournalEntry
from edms.audit.queries import history
from edms.organisation.acts import Act
from storage.canonical import canonical_json, digest
from storage.database import open_engine
from storage.embedded import EmbeddedPostgres
from storage.unit_of_work import Database
from tests.builders import Office
from tests.postgres import OWNER

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entry SET act = 'document.read'",
        "DELETE FROM journal_entry",
        "TRUNCATE journal_entry",
    ],
)
def test_the_database_refuses_to_change_it(
    edms_database: Database, postgres_server: EmbeddedPostgres, office: Office, statement: str
) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), edms_database.begin() as tx:
        tx.session.execute(text(statement))
    owner = open_engine(postgres_server.role_url(str(edms_database.engine.url.database), OWNER))
    with pytest.raises(IntegrityError, match="append-only"), owner.begin() as connection:
        connection.execute(text(statement))
    owner.dispose()
    with edms_database.reading() as session:
        assert session.scalars(select(JournalEntry)).first() is not None


def test_acts_of_one_transaction_are_read_in_the_order_they_were_recorded(
    edms_database: Database, office: Office
) -> None:
    subject, actor = uuid4(), office.actor("binh")
    names = [f"document.step-{number}" for number in range(20)]
    with edms_database.begin() as tx:
        for name in names:
            tx.record(Act(name, actor, "document", subject))
    with edms_database.reading() as session:
        assert [view.act for view in history(session, "document", subject)] == names


def test_an_entry_read_back_has_the_digest_it_was_written_with(edms_database: Database, office: Office) -> None:
    subject, data = uuid4(), {"number": 12, "due_on": date(2026, 3, 9), "note": "ế “x”\n", "of": [None, True]}
    with edms_database.begin() as tx:
        tx.record(Act("document.registered", office.actor("binh"), "document", subject, data))
    with edms_database.reading() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.subject_id == subject)).one()
        assert entry.digest == digest_of(entry)
        assert entry.data["due_on"] == "2026-03-09"
        entry.data = {**entry.data, "number": 13}
        assert entry.digest != digest_of(entry)
        session.expunge_all()


def test_what_is_not_an_act_leaves_no_trace(edms_database: Database, office: Office) -> None:
    with edms_database.reading() as session:
        before = len(session.scalars(select(JournalEntry.id)).all())
    with edms_database.begin() as tx:
        tx.record({"act": "document.read"})
    with edms_database.reading() as session:
        assert len(session.scalars(select(JournalEntry.id)).all()) == before


def test_a_number_with_a_fraction_has_no_one_spelling_and_is_refused(edms_database: Database, office: Office) -> None:
    act = Act("document.read", office.actor("binh"), "document", uuid4(), {"share": 0.1})
    with pytest.raises(TypeError, match="float"), edms_database.begin() as tx:
        tx.record(act)


@given(PLAIN, PLAIN)
def test_canonical_json_tells_different_contents_apart_and_only_those(one: object, other: object) -> None:
    same = repr(one) == repr(other)  # True == 1 in Python, not in JSON
    if same:
        assert digest(one) == digest(other)
    elif one != other:
        assert canonical_json(one) != canonical_json(other)


@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_the_order_of_keys_does_not_matter(values: dict[str, int]) -> None:
    reversed_order = dict(reversed(values.items()))
    assert canonical_json(values) == canonical_json(reversed_order)
