"""Inputs of the use cases of accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from msgspec import Meta


@dataclass(frozen=True)
class NewAccount:
    """An account for a person who has none. The login is kept in lower case."""

    person_id: UUID
    login: Annotated[str, Meta(min_length=1, max_length=100)]
    password: str = field(repr=False)


@dataclass(frozen=True)
class IssueToken:
    """A token for a program of the person; it acts in the position that the person now acts in."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    valid_days: Annotated[int, Meta(ge=1, le=365)] = 90


@dataclass(frozen=True)
class SignIn:
    """What the sign-in form sends; `next` is where the person wanted to go."""

    login: Annotated[str, Meta(max_length=100)]
    password: Annotated[str, Meta(max_length=1000)] = field(repr=False)
    next: str = "/"


@dataclass(frozen=True)
class ActAs:
    """Which of one's appointments to act in."""

    appointment_id: UUID
    next: str = "/"
