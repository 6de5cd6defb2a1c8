"""What the worker does for handovers: it writes the minutes after the acceptance."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

from sqlalchemy import select

from edms.documents.layout.errors import FontsMissing, LayoutProblem
from edms.documents.layout.minutes import HandoverMinutes
from edms.handover.minutes import MinutesRenderer, minutes_of
from edms.handover.model import Handover
from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.organisation.model import Agency
from storage.blobs.port import BlobStore
from storage.canonical import digest
from storage.outbox.relay import Claim, GiveUp, RetryLater
from storage.unit_of_work import Database


class MinutesWriter:
    """Handler of the topic `handover.minutes`: renders, stores the blob, then names it in the row and in the journal.

    Doing it again changes nothing: equal data give equal bytes, and the row names its minutes once.
    """

    def __init__(self, database: Database, blobs: BlobStore, renderer: MinutesRenderer) -> None:
        self._database = database
        self._blobs = blobs
        self._renderer = renderer

    def __call__(self, claim: Claim) -> None:
        """Write the minutes of `claim.payload["handover_id"]`.

        Raises `RetryLater` while the fonts are missing, `GiveUp` when the stored inventory is not the one accepted or cannot be
        laid out at all.
        """
        handover_id = UUID(claim.payload["handover_id"])
        minutes = self._read(handover_id)
        if minutes is None:
            return
        stored = self._blobs.put(BytesIO(self._render(minutes)))
        with self._database.begin() as tx:
            claim.settle(tx)
            statement = select(Handover).where(Handover.id == handover_id).with_for_update()
            handover = tx.session.scalars(statement).one()
            if not handover.minutes_sha256:
                handover.minutes_sha256 = stored.sha256
                actor = Actor.system(tx.session.get_one(Agency, handover.agency_id))
                data = {"sha256": stored.sha256, "size_bytes": stored.size_bytes}
                tx.record(Act("handover.minutes-written", actor, "handover", handover.id, data))

    def _read(self, handover_id: UUID) -> HandoverMinutes | None:
        """Return what the minutes say; None when they are written already."""
        with self._database.reading() as session:
            handover = session.get(Handover, handover_id)
            if handover is None or handover.accepted_at is None:
                raise GiveUp(f"no accepted handover {handover_id}")
            if handover.minutes_sha256:
                return None
            if digest(handover.inventory) != handover.inventory_sha256:
                raise GiveUp(f"the inventory of handover {handover_id} is not the one that was accepted")
            try:
                return minutes_of(handover, self._renderer.legible)
            except FontsMissing as problem:
                raise RetryLater(str(problem)) from problem

    def _render(self, minutes: HandoverMinutes) -> bytes:
        try:
            return self._renderer.render(minutes)
        except FontsMissing as problem:
            raise RetryLater(str(problem)) from problem
        except LayoutProblem as problem:
            raise GiveUp(f"{problem.code}: {problem}") from problem
