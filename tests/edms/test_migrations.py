"""The migrated database is the one that the classes declare, in both directions."""

from __future__ import annotations

from edms.tables import HISTORY
from storage.migrations import current, differences, downgrade, head, upgrade
from tests.postgres import FreshDatabase


def test_goes_up_down_and_up_again(postgres_url: FreshDatabase) -> None:
    url = postgres_url(None)
    upgrade(url, HISTORY)
    assert differences(url, HISTORY) == []
    downgrade(url, HISTORY)
    assert current(url, HISTORY) is None
    upgrade(url, HISTORY)
    assert current(url, HISTORY) == head(HISTORY)
    assert differences(url, HISTORY) == []
