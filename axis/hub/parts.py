"""The wired parts of a hub, as its edge uses them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field

from axis.config import Settings
from axis.hub.acceptance import Acceptance
from axis.hub.admission import Admission, Downloads
from axis.hub.delivery import DeliveryDesk
from storage.blobs.port import BlobStore
from storage.unit_of_work import Database


@dataclass(frozen=True)
class Hub:
    """The parts that the web application uses; `close` gives back connections and the key."""

    settings: Settings
    database: Database
    blobs: BlobStore
    admission: Admission
    downloads: Downloads
    acceptance: Acceptance
    desk: DeliveryDesk
    resources: ExitStack = field(repr=False)

    def close(self) -> None:
        """Release what was opened; the hub is unusable afterwards."""
        self.resources.close()
