"""Gives numbers: the next line of the agency's book of the year, in the caller's transaction.

The number, the line and the document's new state are one commit: no gap, no double, whatever dies
(NĐ 30/2020 Điều 15.3, 22.2: one run of numbers from 01 on 1 January to 31 December).
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from edms.documents.model import Document
from edms.organisation.actor import Actor
from edms.registers.errors import AlreadyRegistered
from edms.registers.model import RegisterBook, RegisterEntry
from storage.clock import VIETNAM
from storage.counters import take_next
from storage.identifiers import new_id
from storage.unit_of_work import Transaction


def enter(tx: Transaction, actor: Actor, document: Document) -> RegisterEntry:
    """Write the next line of the book of `document`'s agency and direction for the present year.

    The caller holds the document's row lock. Raises `AlreadyRegistered` when it stands in this year's book.
    """
    book = _book(tx, document)
    held = select(RegisterEntry).where(RegisterEntry.book_id == book.id, RegisterEntry.document_id == document.id)
    if tx.session.scalars(held).one_or_none() is not None:
        raise AlreadyRegistered(str(document.id))
    entry = RegisterEntry(
        book_id=book.id,
        document_id=document.id,
        number=take_next(tx, f"register:{book.id}"),
        registered_at=tx.now,
        registered_by=actor.snapshot(),
    )
    tx.session.add(entry)
    tx.session.flush()
    return entry


def _book(tx: Transaction, document: Document) -> RegisterBook:
    """Return this year's book, opened by whoever needs it first; a race opens one book, not two."""
    key = {
        "agency_id": document.agency_id,
        "direction": document.direction,
        "year": tx.now.astimezone(VIETNAM).year,
    }
    statement = insert(RegisterBook).values(id=new_id(), opened_at=tx.now, **key)
    tx.session.execute(statement.on_conflict_do_nothing(index_elements=list(key)))
    return tx.session.scalars(select(RegisterBook).filter_by(**key)).one()
