"""A small log for tests: notes, whose texts are the entries; what a service does with its own tables."""

from __future__ import annotations

import hashlib
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.database import open_engine
from storage.embedded import EmbeddedPostgres
from storage.identifiers import new_id
from storage.merkle.export import export_lines
from storage.merkle.stored import Log, Source
from storage.unit_of_work import Database, Transaction
from tests.postgres import APPLICATION


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "note"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    words: Mapped[str]
    digest: Mapped[str]


NOTES = Log("tests/notes", (Source(Note, lambda note: str(note.words)),))


def make_table(owner_url: str) -> None:
    """Make the table with its trigger and grants, as a migration would."""
    engine = open_engine(owner_url)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        connection.execute(text(f"GRANT SELECT, INSERT ON note TO {APPLICATION}"))
        connection.execute(
            text(
                "CREATE TRIGGER merkle_enqueue AFTER INSERT ON note"
                " FOR EACH ROW EXECUTE FUNCTION merkle_enqueue('tests/notes', 'digest')"
            )
        )
    engine.dispose()


def forge(server: EmbeddedPostgres, database: Database, *statements: str, **values: object) -> None:
    """Do what nobody may do, with the triggers switched off: the administrator of the server can."""
    engine = open_engine(server.url(str(database.engine.url.database)))
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement), values)
    engine.dispose()


def write(tx: Transaction, words: str) -> UUID:
    """Write one note."""
    note = Note(id=new_id(), words=words, digest=hashlib.sha256(words.encode()).hexdigest())
    tx.session.add(note)
    return note.id


def write_many(database: Database, count: int, *, first: int = 0) -> list[UUID]:
    """Write notes of different texts in one transaction."""
    with database.begin() as tx:
        return [write(tx, f"ghi chú số {number}\nế “x”") for number in range(first, first + count)]


def exported(database: Database, *, start: int = 0) -> list[str]:
    """The lines of the log's export."""
    with database.reading() as session:
        return list(export_lines(session, NOTES, start=start))
