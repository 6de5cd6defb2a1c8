"""The shape that every refusal of every package has: a stable code, two sentences, and a remedy in each."""

from __future__ import annotations

from typing import ClassVar


class Problem(Exception):
    """A refusal that a person or a machine is told about.

    Subclasses set the class attributes; an instance may add `detail` (a fact known only where it is raised,
    free of secrets).

    `code` is stable for ever (`package.what-is-wrong`); `status` is the HTTP status used at the edge (RFC
    9110); `message_vi` and `message_en` say what is wrong and what to do next.
    """

    code: ClassVar[str] = "problem"
    status: ClassVar[int] = 400
    message_vi: ClassVar[str] = ""
    message_en: ClassVar[str] = ""

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail or self.message_en)
        self.detail = detail
        self.facts = facts
