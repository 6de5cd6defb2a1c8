"""An act: what somebody did to something, as the journal keeps it and other slices react to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from edms.organisation.actor import Actor


@dataclass(frozen=True)
class Act:
    """One deed, given to `tx.record` in the transaction that does it.

    `name` is `subject.past-participle` (`document.registered`); `data` is small JSON, free of secrets and of contents.
    """

    name: str
    actor: Actor
    subject_kind: str
    subject_id: UUID
    data: Mapping[str, Any] = field(default_factory=dict)
