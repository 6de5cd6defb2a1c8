"""The judgement of a message by its bytes and its meaning: what a hub takes, what it refuses, and what it notes.

One way for every entrance (the hub, `axis inspect`): the bytes are read, the envelope is understood, each attachment is
looked into. Refused is what cannot be read, what has no meaning, what declares itself secret, and a ZIP bomb; everything
else is a finding. Who may send it, whether its signature holds and who receives it is judged elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from axis.edxml.contents import Content, attachment_location, finding_of, look_into
from axis.edxml.errors import Meaningless, SecrecyDeclared
from axis.edxml.facts import Facts, facts_in, facts_of
from axis.edxml.parse import ParsedMessage, parse_message
from axis.edxml.rules import Notes, place_of
from axis.edxml.tree import descendants
from schemas.errors import XmlRefused, ZipBomb
from schemas.findings import Finding
from schemas.limits import MESSAGE, Limits
from schemas.problems import Problem
from schemas.reader import Attachment, Reading, ReadMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was decided of a message, and all that could be read of it.

    `refusal` is None for an accepted message. `read` and `parsed` are None where it was refused before they were known.
    `attachments` are those read to their end; `contents` are what they hold, by ordinal. `findings` begin with the
    refusal; of an accepted message they are what was borne.
    """

    refusal: Problem | None
    read: ReadMessage | None
    parsed: ParsedMessage | None
    facts: Facts
    attachments: tuple[Attachment, ...]
    contents: dict[int, Content]
    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> Literal["accepted", "refused"]:
        """The judgement in one word."""
        return "accepted" if self.refusal is None else "refused"


def judge(source: BinaryIO, *, folder: Path, limits: Limits = MESSAGE) -> Judgement:
    """Read `source` to its end and judge it. Never raises Problem: a refusal is part of the judgement.

    `folder` exists and takes the decoded attachments, which stay there for the caller to use and remove; while an
    attachment is looked into, its unwrapped content stands beside it. Memory does not grow with the attachments.

    Raises OSError of the disk and whatever `source` raises.
    """
    reading = Reading(source, spool=folder, limits=limits)
    read, parsed, refusal = None, None, None
    try:
        read = reading.run()
        parsed = parse_message(read)
        require_open(parsed)
    except (XmlRefused, Meaningless, SecrecyDeclared) as problem:
        refusal = problem
    notes = Notes(_findings(reading, read, parsed))
    contents, bomb = look_into_all(reading.attachments, parsed, folder, notes)
    findings = notes.findings
    if refusal is not None and refusal.code not in {finding.rule for finding in findings}:
        findings = (finding_of(refusal, location_of_refusal(refusal)), *findings)
    return Judgement(
        refusal=refusal or bomb,
        read=read,
        parsed=parsed,
        facts=facts_in(reading.root, reading.open_elements) if parsed is None else facts_of(parsed),
        attachments=reading.attachments,
        contents=contents,
        findings=tuple(sorted(findings, key=lambda finding: finding.rule != (refusal or bomb or Problem).code)),
    )


def require_open(parsed: ParsedMessage) -> None:
    """Raise SecrecyDeclared when `parsed` declares itself a state secret."""
    secrecy = parsed.declared_secrecy
    if secrecy is not None:
        element = next(descendants(parsed.envelope, secrecy.field), parsed.envelope)
        raise SecrecyDeclared(secrecy.field, **place_of(element), field=secrecy.field, level=secrecy.level)


def look_into_all(
    attachments: tuple[Attachment, ...], parsed: ParsedMessage | None, folder: Path, notes: Notes
) -> tuple[dict[int, Content], ZipBomb | None]:
    """What each of `attachments`, spooled to files, holds by ordinal, and the first ZIP bomb among them; `notes` grows.

    A bomb is not in what is returned: nothing of it was unwrapped. Raises OSError of the disk.
    """
    pairs = parsed.attachments if parsed is not None else ()
    names = {pair.received.ordinal: pair.name for pair in pairs if pair.received is not None}
    contents: dict[int, Content] = {}
    first: ZipBomb | None = None
    for received in attachments:
        try:
            contents[received.ordinal] = look_into(received, names.get(received.ordinal, received.name), folder, notes)
        except ZipBomb as bomb:
            notes.take(finding_of(bomb, attachment_location(received)))
            first = first or bomb
    return contents, first


def location_of_refusal(refusal: Problem) -> str:
    """`MessageHeader/From:12` or `line 74, column 29`, as far as the refusal knows it; empty otherwise."""
    facts = refusal.facts
    if facts.get("path") and facts.get("line"):
        return f"{facts['path']}:{facts['line']}"
    known = ((name, facts.get(name)) for name in ("line", "column"))
    return ", ".join(f"{name} {value}" for name, value in known if value is not None)


def _findings(reading: Reading, read: ReadMessage | None, parsed: ParsedMessage | None) -> tuple[Finding, ...]:
    if parsed is not None:
        return parsed.findings
    return reading.findings if read is None else read.findings
