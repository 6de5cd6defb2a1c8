"""A town on a real hub, and a town on a hub that forwards anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from axis.hub.tables import HISTORY
from tests.edms.exchange.hubs import AnyHub, Axis, Line, hub_settings, open_hub
from tests.edms.ground import Ground, Town
from tests.postgres import FreshDatabase


@pytest.fixture
def axis(ground: Ground, postgres_url: FreshDatabase, tmp_path: Path) -> Iterator[Axis]:
    line = Line()
    with ground.town(line) as town:
        hub = open_hub(hub_settings(postgres_url(HISTORY), tmp_path, ground), town)
        try:
            yield Axis(town, hub, line)
        finally:
            hub.close()


@pytest.fixture
def any_hub() -> AnyHub:
    return AnyHub()


@pytest.fixture
def exposed(ground: Ground, any_hub: AnyHub) -> Iterator[Town]:
    """A town whose hub protects it from nothing."""
    with ground.town(any_hub) as town:
        yield town
