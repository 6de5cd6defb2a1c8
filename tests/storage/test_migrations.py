from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect

from axis.hub.tables import HISTORY as AXIS
from edms.tables import HISTORY as EDMS
from storage.migrations import STORAGE, History, current, differences, downgrade, head, upgrade
from tests.postgres import FreshDatabase


def _tables(url: str) -> set[str]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


@pytest.mark.parametrize("history", [EDMS, AXIS], ids=lambda history: history.name)
def test_each_history_goes_up_down_and_up(each_url: FreshDatabase, history: History) -> None:
    url = each_url(None)
    upgrade(url, history)
    assert current(url, history) == head(history) is not None
    assert differences(url, history) == []
    assert differences(url, STORAGE) == []
    downgrade(url, history)
    assert _tables(url) <= {history.version_table, STORAGE.version_table}
    upgrade(url, history)
    upgrade(url, history)
    assert differences(url, history) == []
