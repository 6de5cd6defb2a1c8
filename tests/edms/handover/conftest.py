"""Fixtures of the handover's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from edms.handover.service import HandoverService
from storage.blobs.folder import FolderStore
from storage.unit_of_work import Database
from tests.edms.handover.desk import on_the_desk


@pytest.fixture
def blobs(tmp_path: Path) -> FolderStore:
    """An empty blob store."""
    return FolderStore(tmp_path / "blobs")


@pytest.fixture
def handovers(edms_database: Database, blobs: FolderStore) -> HandoverService:
    """The service, asking the documents only."""
    return HandoverService(edms_database, blobs, [on_the_desk])
