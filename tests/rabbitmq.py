"""A real RabbitMQ for the tests that need one, on loopback; they are skipped, and counted, where the package is missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.servers import rabbitmq
from demo.servers.rabbitmq import RabbitMq


@pytest.fixture(scope="module")
def rabbit() -> Iterator[RabbitMq]:
    """One running broker; who ends it starts it again."""
    if rabbitmq.missing():
        pytest.skip(f"not installed: {', '.join(rabbitmq.missing())}")
    broker = RabbitMq()
    try:
        broker.start()
        yield broker
    finally:
        broker.close()
