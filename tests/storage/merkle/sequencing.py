"""A process that places what waits: `python -m tests.storage.merkle.sequencing DATABASE_URL BATCH`."""

from __future__ import annotations

import sys

from storage.clock import SystemClock
from storage.database import open_engine
from storage.merkle.sequencer import Sequencer
from storage.unit_of_work import Database
from tests.storage.merkle.notes import NOTES

if __name__ == "__main__":
    database = Database(open_engine(sys.argv[1]), SystemClock())
    placing = Sequencer(database, NOTES.name, batch=int(sys.argv[2]))
    while placing.place_batch():
        pass
