"""One hub a test, on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from axis.hub.tables import HISTORY
from tests.axis.hub.world import World, settings_for
from tests.postgres import FreshDatabase


@pytest.fixture
def world(postgres_url: FreshDatabase, tmp_path: Path) -> Iterator[World]:
    world = World(settings_for(postgres_url(HISTORY), tmp_path))
    try:
        yield world
    finally:
        world.hub.close()
