"""The shape that every refusal of every package has: a stable code, and in two languages what is wrong and what to do."""

from __future__ import annotations

from typing import ClassVar


class Problem(Exception):
    """A refusal that a person or a machine is told about.

    Leaves of the trees set the class attributes; a class that states no `code` is a base and is never raised. An instance
    may add `detail` (a fact known only where it is raised, free of secrets).

    `code` is stable for ever (`area.what-is-wrong`); `status` is the HTTP status used at the edge (RFC 9110);
    `message_vi` and `message_en` say what is wrong in their first sentence and what to do next in the rest. All codes
    stand in `docs/errors.md`.
    """

    code: ClassVar[str] = ""
    status: ClassVar[int] = 400
    message_vi: ClassVar[str] = ""
    message_en: ClassVar[str] = ""

    def __init__(self, detail: str = "", **facts: object) -> None:
        if not self.code:
            raise TypeError(f"{type(self).__name__} is a base of refusals and is never raised itself")
        super().__init__(detail or self.message_en)
        self.detail = detail
        self.facts = facts


def cause_and_remedy(message: str) -> tuple[str, str]:
    """Divide a problem's or a finding's words: its first sentence, and the rest; the rest is empty where there is one sentence.

    A sentence ends with a full stop before a capital, so that abbreviations such as `art. 32` do not divide.
    """
    for at in range(1, len(message) - 1):
        if message[at - 1 : at + 1] == ". " and message[at + 1].isupper():
            return message[:at], message[at + 1 :]
    return message, ""
