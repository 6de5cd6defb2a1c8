"""Every table of the hub, imported so that the metadata is whole (migrations and schema tests need that)."""

from __future__ import annotations

from pathlib import Path

import axis
from axis.hub import model as messages
from axis.hub.base import HubBase
from axis.hub.directory import model as directory
from storage.migrations import History

PARTS = (directory, messages)

HISTORY = History("axis", Path(axis.__file__).parent / "migrations", HubBase.metadata)
"""The hub's own migrations."""
