"""What statuses make of a document at one recipient: pure rules, the same for the hub and for every agency's system.

Two lines, each a row of codes of which a later one outdoes an earlier one (QĐ 28/2018/QĐ-TTg, codes of the published messages):

```
handling    01 arrived < 03 accepted < 04 assigned < 05 in progress < 06 completed < 02 refused
request     13 open (or an update, or a revocation) < 15 agreed < 16 refused
```

Statuses overtake one another and are repeated, so what is reached is the furthest of what was heard, never the latest: it is
the same in whatever order they come. A refusal ends its line. 13 is the original sender's alone, all others the
recipient's. An answer (15, 16) waits until there is a request that it can answer. A code of no line changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

Effect = Literal["applied", "repeated", "contradicts", "unresolved", "unknown"]
"""What a status did: moved the state · said it again · said less or other than was reached, or was not its sender's to say ·
waits for what it speaks of · has a code that no list has. Only `applied` changes anything."""

Speaker = Literal["sender", "recipient"]
"""Whether the document's original sender or its recipient sends the status."""

Request = Literal["", "open", "agreed", "refused"]
"""How a wish of the sender to take back or to change the document stands; empty: there is none."""

TAKE_BACK = "13"
"""The status by which the original sender asks for its document back."""

_HANDLING = {code: rank for rank, code in enumerate(("", "01", "03", "04", "05", "06", "02"))}
_REQUESTS: tuple[Request, ...] = ("", "open", "agreed", "refused")
_REQUEST_OF: dict[str, Request] = {TAKE_BACK: "open", "15": "agreed", "16": "refused"}


@dataclass(frozen=True, slots=True)
class BusinessState:
    """What was reached at one recipient: `handling` is a code of the first line, empty for silence."""

    handling: str = ""
    request: Request = ""


class Step(NamedTuple):
    """The state after a status, and what the status did."""

    state: BusinessState
    effect: Effect


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing said about a document at one recipient; `code` is None for an update or a revocation of the document."""

    code: str | None
    speaker: Speaker


def furthest(held: str, reported: str) -> str:
    """Return the code of the handling line that stands after `reported` came while `held` stood."""
    if reported not in _HANDLING or _HANDLING[reported] <= _HANDLING.get(held, 0):
        return held
    return reported


def apply_status(held: BusinessState, code: str, speaker: Speaker) -> Step:
    """Return what becomes of `held` by one status, and its effect."""
    if code in _REQUEST_OF:
        return _on_request_line(held, code, speaker)
    if not code or code not in _HANDLING:
        return Step(held, "unknown")
    if speaker == "sender":
        return Step(held, "contradicts")
    reached = furthest(held.handling, code)
    if reached != held.handling:
        return Step(replace(held, handling=reached), "applied")
    return Step(held, "repeated" if code == reached else "contradicts")


def open_request(held: BusinessState) -> BusinessState:
    """Return what becomes of `held` when its document is updated or revoked: the recipient may agree or refuse."""
    return held if held.request else replace(held, request="open")


def replay(events: Iterable[Heard]) -> tuple[BusinessState, list[Effect | None]]:
    """Return the state that `events` lead to and the effect of each, in their order; None for an update or a revocation.

    Answers that came before what they answer are tried again as soon as a request is open.
    """
    state = BusinessState()
    heard = list(events)
    effects: list[Effect | None] = [None] * len(heard)
    waiting: list[int] = []
    for number, event in enumerate(heard):
        before = state.request
        if event.code is None:
            state = open_request(state)
        else:
            state, effects[number] = apply_status(state, event.code, event.speaker)
        if effects[number] == "unresolved":
            waiting.append(number)
        if state.request and not before:
            for earlier in waiting:
                state, effects[earlier] = apply_status(state, heard[earlier].code or "", heard[earlier].speaker)
            waiting.clear()
    return state, effects


def _on_request_line(held: BusinessState, code: str, speaker: Speaker) -> Step:
    if (code == TAKE_BACK) != (speaker == "sender"):
        return Step(held, "contradicts")
    if code != TAKE_BACK and not held.request:
        return Step(held, "unresolved")
    said = _REQUEST_OF[code]
    if _REQUESTS.index(said) > _REQUESTS.index(held.request):
        return Step(replace(held, request=said), "applied")
    return Step(held, "repeated" if said == held.request else "contradicts")
