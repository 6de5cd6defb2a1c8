"""What a validation noticed without refusing: one line of a report, for a clerk and for an integrator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]
"""`error`: the content contradicts itself or the rules, a person must look; `warning`: accepted, but the
sender should mend it; `info`: an oddity worth keeping in the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One observation about a message or a file.

    `rule` is a stable code such as `edxml.from-duplicated`; `location` is a path of local names with the
    line after a colon (`MessageHeader/From:12`), or empty where no place can be named; the two sentences
    say what was seen and what to do about it.
    """

    rule: str
    severity: Severity
    location: str
    message_vi: str
    message_en: str
