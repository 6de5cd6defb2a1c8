"""One hub of two nodes in real processes for the named tests of a worker; each test uses documents of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.world import World


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The running hub; `world` is what a test asks for."""
    with World(tmp_path_factory.mktemp("hub")) as hub:
        hub.start()
        yield hub


@pytest.fixture
def world(hub: World) -> Iterator[World]:
    """The hub with all its parts running, and nobody's death wished."""
    hub.start()
    yield hub
    for point in hub.wished():
        (hub.points / point).unlink()
