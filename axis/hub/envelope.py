"""What the hub reads of a message: one streaming pass for the bytes, then the meaning of the envelope.

The first pass hashes attachments and throws them away. Once it is known that the message is no secret and is new, a second one
looks into them, by the same judgement as `axis inspect`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Literal

import msgspec
from lxml import etree

from axis.edxml.attachments import MatchedAttachment
from axis.edxml.describe import describe
from axis.edxml.facts import Facts, facts_in
from axis.edxml.identity import identity_of
from axis.edxml.judge import look_into_all
from axis.edxml.model import StatusMessage
from axis.edxml.parse import ParsedMessage, parse_message
from axis.edxml.rules import Notes
from axis.edxml.secrecy import secrecy_in_tree
from axis.edxml.states import TAKE_BACK
from schemas.errors import XmlRefused
from schemas.findings import Finding
from schemas.limits import Limits
from schemas.reader import Reading, ReadMessage, read_message
from schemas.spool import nowhere


@dataclass(frozen=True)
class Incoming:
    """The facts by which a message is accepted and routed. Organ ids are as received."""

    kind: Literal["document", "status"]
    business: str | None
    status_code: str | None
    sender_organ_id: str
    recipients: tuple[str, ...]
    document_id: str
    """Of a document; empty for a status."""
    target_sender_organ_id: str
    """For a status: who sent the document that it speaks of; empty for a document."""
    target_document_id: str
    targets: tuple[str, ...]
    """Of a revocation, an update or a replacement: the ids of the documents that it names, each once; empty otherwise."""
    subject: str
    meaning: dict[str, str]
    """One sentence for people in `vi` and in `en`."""
    sent_at: datetime | None
    """The latest time that the message bears, if any."""
    identity: str
    changed_attachments: tuple[str, ...]
    """A sentence for each attachment that is not what the manifest's digests say; empty when it has no digests."""
    findings: tuple[dict[str, Any], ...] = field(compare=False)
    """Oddities that were borne, as plain data; no part of what the message means."""


class ReadEnvelope:
    """A message after its one pass; `incoming()` says what it means, as a whole or as its signature covers it."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._read: ReadMessage | None = None
        self._refusal: XmlRefused | None = None
        try:
            self._read = reading.run()
        except XmlRefused as refusal:
            self._refusal = refusal

    @property
    def is_secret(self) -> bool:
        """Whether any part of it that could be read declares a state secret, be the rest as wrong as it may."""
        root = self._reading.root
        return root is not None and secrecy_in_tree(root) is not None

    @property
    def claimed(self) -> Facts:
        """Who the message says has sent which document, for a record of a message that may not be looked into further."""
        return facts_in(self._reading.root, self._reading.open_elements)

    @property
    def has_attachments(self) -> bool:
        """Whether any content came along."""
        return bool(self._reading.attachments)

    @cached_property
    def _parsed(self) -> ParsedMessage:
        return parse_message(self._whole)

    @property
    def _whole(self) -> ReadMessage:
        if self._read is None:
            raise self._refusal or RuntimeError("a reading ends with a message or a refusal")
        return self._read

    @property
    def element(self) -> etree._Element:
        """The `edXMLEnvelope`, untouched. Raises as `incoming`."""
        return self._parsed.envelope

    def incoming(self, signed: etree._Element | None = None) -> Incoming:
        """Return the meaning of the envelope, or of `signed`: the copy of it that a signature check vouches for.

        Raises `schemas.errors.XmlRefused` for the bytes and `axis.edxml.errors.Meaningless` for the meaning.
        """
        return _incoming(self._parsed if signed is None else parse_message(self._whole, envelope=signed))


def read_envelope(source: BinaryIO, message_limit_bytes: int) -> ReadEnvelope:
    """Read a message to its end or to its first fault; memory does not grow with its attachments, nothing goes to a disk."""
    return ReadEnvelope(Reading(source, spool=nowhere, limits=_limits(message_limit_bytes)))


def look_into_attachments(source: BinaryIO, message_limit_bytes: int) -> tuple[dict[str, Any], ...]:
    """Return what is odd about a message that was read before, the insides of its attachments included, as plain data.

    They are written to a temporary folder for it, so it comes after the question whether they may lie anywhere. Raises
    `schemas.errors.ZipBomb`.
    """
    with tempfile.TemporaryDirectory(prefix="axis-") as name:
        folder = Path(name)
        read = read_message(source, spool=folder, limits=_limits(message_limit_bytes))
        parsed = parse_message(read)
        notes = Notes(parsed.findings)
        _, bomb = look_into_all(read.attachments, parsed, folder, notes)
    if bomb is not None:
        raise bomb
    return as_plain(notes.findings)


def as_plain(findings: Iterable[Finding]) -> tuple[dict[str, Any], ...]:
    """Return findings as they are kept with a message."""
    return tuple(msgspec.to_builtins(finding) for finding in findings)


def _limits(message_limit_bytes: int) -> Limits:
    return Limits(message_bytes=message_limit_bytes, attachment_bytes=message_limit_bytes)


def _incoming(parsed: ParsedMessage) -> Incoming:
    message = parsed.message
    findings = as_plain(parsed.findings)
    sender = message.sender.organ_id
    identity = identity_of(message).key
    if isinstance(message, StatusMessage):
        other = message.response_for.organ_id
        return Incoming(
            kind="status",
            business=None,
            status_code=message.status_code,
            sender_organ_id=sender,
            recipients=(other,),
            document_id="",
            target_sender_organ_id=sender if message.status_code == TAKE_BACK else other,
            target_document_id=message.response_for.document_id,
            targets=(),
            subject=message.description,
            meaning=describe(parsed)._asdict(),
            sent_at=message.timestamp.value,
            identity=identity,
            changed_attachments=(),
            findings=findings,
        )
    return Incoming(
        kind="document",
        business=parsed.business,
        status_code=None,
        sender_organ_id=sender,
        recipients=tuple(one.organ_id for one in message.recipients),
        document_id=message.document_id,
        target_sender_organ_id="",
        target_document_id="",
        targets=tuple(dict.fromkeys(target.document_id for target in parsed.targets if target.document_id)),
        subject=message.subject,
        meaning=describe(parsed)._asdict(),
        sent_at=max((one.timestamp.value for one in message.trace if one.timestamp.value), default=None),
        identity=identity,
        changed_attachments=_changed(parsed.attachments),
        findings=findings,
    )


def _changed(pairs: tuple[MatchedAttachment, ...]) -> tuple[str, ...]:
    """A manifest with digests speaks for the whole message: nothing may differ, lack, or be added."""
    if not any(pair.ref is not None and pair.ref.sha256 for pair in pairs):
        return ()
    return tuple(f"{pair.name}: {fault}" for pair in pairs if (fault := _fault(pair)))


def _fault(pair: MatchedAttachment) -> str:
    ref, received = pair.ref, pair.received
    if ref is None:
        return "not in the manifest"
    if received is None:
        return "missing"
    if ref.sha256 != received.sha256:
        return f"sha256 {received.sha256} instead of {ref.sha256}"
    if ref.size_bytes is not None and ref.size_bytes != received.size_bytes:
        return f"{received.size_bytes} bytes instead of {ref.size_bytes}"
    return ""
