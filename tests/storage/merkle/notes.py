"""A small log for tests: notes, whose texts are the entries; what a service does with its own tables."""

from __future__ import annotations

import hashlib
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.identifiers import new_id
from storage.merkle.export import export_lines
from storage.merkle.stored import Log, Source
from storage.unit_of_work import Database, Transaction


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "note"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    words: Mapped[str]
    digest: Mapped[str]


NOTES = Log("tests/notes", (Source(Note, lambda note: str(note.words)),))


def make_table(database: Database) -> None:
    """Make the table with its trigger."""
    with database.begin() as tx:
        Base.metadata.create_all(tx.session.connection())
        tx.session.execute(
            text(
                "CREATE TRIGGER merkle_enqueue AFTER INSERT ON note"
                " FOR EACH ROW EXECUTE FUNCTION merkle_enqueue('tests/notes', 'digest')"
            )
        )


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
