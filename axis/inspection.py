"""`axis inspect`: what a hub would make of message files, as plain data and as text for people.

The judgement is `axis.edxml.judge`, the hub's own. Nothing is kept, nothing is asked of a network, no setting is read; a
file that cannot be read is a report like any other.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from axis.config import Settings
from axis.edxml.contents import finding_of
from axis.edxml.dates import DateText
from axis.edxml.describe import describe, details
from axis.edxml.facts import Facts, Related
from axis.edxml.judge import Judgement, judge
from axis.edxml.model import DocumentMessage
from axis.edxml.parse import ParsedMessage
from axis.edxml.signature_shape import is_dummy, subject_of
from axis.errors import FileUnreadable, NotAFile
from schemas.content import MEDIA_TYPES
from schemas.findings import Finding
from schemas.limits import Limits
from schemas.problems import Problem

Report = dict[str, Any]
"""One file's report; the keys are told in docs/exchange.md, "Inspect a message"."""

_LIMITS = Limits(message_bytes=Settings.message_limit_bytes, attachment_bytes=Settings.message_limit_bytes)
"""Those of a hub that sets no others."""
_LINE = re.compile(r"(?:^line |:)(\d+)(?:, column (\d+))?$")


def inspect_file(path: Path) -> Report:
    """Judge the file at `path` as a hub would, and report; never raises for what the file is or lacks."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would make the command wait, a device would never end
            return _unreadable(path, NotAFile())
        with path.open("rb") as source, tempfile.TemporaryDirectory(prefix="axis-inspect-") as folder:
            return _report(path, judge(source, folder=Path(folder), limits=_LIMITS))
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        return _unreadable(path, FileUnreadable(getattr(error, "strerror", None) or str(error)))


def text_of_report(report: Report) -> str:
    """The report as lines for people, Vietnamese first; what the sender wrote is shown without control characters."""
    return "\n".join(_printable(line) for line in _lines(report)) + "\n"


def _report(path: Path, judgement: Judgement) -> Report:
    facts, parsed, refusal = judgement.facts, judgement.parsed, judgement.refusal
    document = parsed.message if parsed is not None and isinstance(parsed.message, DocumentMessage) else None
    return {
        "file": _shown(path),
        "outcome": judgement.outcome,
        "kind": facts.kind,
        "business": facts.business,
        "status_code": facts.status_code,
        "document_id": _document_id(facts),
        "sender": facts.sender,
        "recipients": list(facts.recipients),
        "responds_to": [_related(one) for one in facts.related],
        "attachments": list(_attachments(judgement)),
        "findings": [_finding(one, refusal) for one in judgement.findings],
        "code": document.code.text or None if document else None,
        "subject": document.subject or None if document else None,
        "promulgation_date": _date(document.promulgation.date) if document else None,
        "meaning": _meaning(parsed),
        "signature": _signature(parsed),
        "size_bytes": judgement.read.size_bytes if judgement.read else None,
        "sha256": judgement.read.sha256 if judgement.read else None,
    }


def _unreadable(path: Path, problem: Problem) -> Report:
    judgement = Judgement(
        refusal=problem,
        read=None,
        parsed=None,
        facts=Facts(),
        attachments=(),
        contents={},
        findings=(finding_of(problem, _shown(path)),),
    )
    return _report(path, judgement)


def _document_id(facts: Facts) -> str | None:
    """The document's own id; of a status the id of the document that it reports on."""
    reported = facts.related[0].document_id if facts.kind == "status" and facts.related else None
    return facts.document_id or reported or None


def _related(related: Related) -> Report:
    return {
        "organ_id": related.organ_id or None,
        "document_id": related.document_id or None,
        "code": related.code or None,
        "promulgation_date": _date(related.promulgation_date),
        "relation": related.relation,
        "named_in": list(related.named_in),
        **({"received_by": list(related.received_by)} if related.received_by else {}),
    }


def _date(date: DateText) -> str | None:
    """ISO 8601, or the text as received where it is no date; None without one."""
    return date.value.isoformat() if date.value else date.raw or None


def _attachments(judgement: Judgement) -> Iterator[Report]:
    pairs = judgement.parsed.attachments if judgement.parsed is not None else ()
    matched = {pair.received.ordinal: pair for pair in pairs if pair.received is not None}
    for received in judgement.attachments:
        pair = matched.get(received.ordinal)
        listed = pair.ref if pair is not None else None
        content = judgement.contents.get(received.ordinal)
        kind = content.kind if content else received.detected
        yield {
            "name": (pair.name if pair is not None else received.name) or None,
            "declared_type": received.declared_type or (listed.content_type if listed else "") or None,
            "detected_type": MEDIA_TYPES[kind],
            "size_bytes": content.size_bytes if content else received.size_bytes,
            "sha256": content.sha256 if content else received.sha256,
            "detected_kind": kind.value,
            "content_id": received.content_id or None,
            "listed_type": (listed.content_type if listed else "") or None,
            "wrapped": content is not None and content.entry_name is not None,
            "entry_name": content.entry_name if content else None,
            "transferred_size_bytes": received.size_bytes,
            "transferred_sha256": received.sha256,
        }


def _finding(finding: Finding, refusal: Problem | None) -> Report:
    place = _LINE.search(finding.location)
    report: Report = {
        "rule": finding.rule,
        "severity": finding.severity,
        "location": finding.location,
        "message": finding.message_vi,
        "message_en": finding.message_en,
        "line": int(place[1]) if place else None,
        "column": int(place[2]) if place and place[2] else None,
    }
    if refusal is not None and refusal.code == finding.rule:
        facts = refusal.facts
        words = facts.get("reason") or facts.get("found")
        detail = ": ".join(str(part) for part in (facts.get("rule"), words) if part) or refusal.detail
        if detail:
            report["message"] += f" ({detail})"
            report["message_en"] += f" ({detail})"
        report["detail"] = detail or None
        report["xml_rule"] = facts.get("rule")
    return report


def _meaning(parsed: ParsedMessage | None) -> dict[str, str] | None:
    if parsed is None:
        return None
    sentences = (describe(parsed), *details(parsed))
    return {"vi": " ".join(one.vi for one in sentences), "en": " ".join(one.en for one in sentences)}


def _signature(parsed: ParsedMessage | None) -> dict[str, str] | None:
    """Structure only: `absent`, `unverifiable` (a dummy or of another namespace) or `unchecked`."""
    if parsed is None:
        return None
    if not parsed.signatures:
        return {"state": "absent", "subject": ""}
    rules = {finding.rule for finding in parsed.findings}
    hopeless = "edxml.signature-namespace" in rules or any(map(is_dummy, parsed.signatures))
    return {"state": "unverifiable" if hopeless else "unchecked", "subject": subject_of(parsed.signatures[0])}


def _lines(report: Report) -> Iterator[str]:
    accepted = report["outcome"] == "accepted"
    yield f"{report['file']}: {'CHẤP NHẬN / accepted' if accepted else 'TỪ CHỐI / refused'}"
    if report["meaning"] is not None:
        yield f"  {report['meaning']['vi']}"
        yield f"  {report['meaning']['en']}"
    operation = report["business"] or report["status_code"]
    for label, value in (
        ("Loại / kind", " ".join(filter(None, (report["kind"], operation)))),
        ("Mã văn bản / document id", report["document_id"]),
        ("Bên gửi / sender", report["sender"]),
        ("Bên nhận / recipients", ", ".join(report["recipients"])),
        ("Chữ ký / signature", (report["signature"] or {}).get("state")),
    ):
        if value:
            yield f"  {label}: {value}"
    for one in report["responds_to"]:
        names = ", ".join(filter(None, (one["document_id"], one["code"], one["promulgation_date"], one["organ_id"])))
        yield f"  Văn bản liên quan / {one['relation']}: {names} ({', '.join(one['named_in'])})"
    for one in report["attachments"]:
        entry = f", ZIP: {one['entry_name']}" if one["wrapped"] else ""
        yield (
            f"  Tệp / file: {one['name'] or '?'} — {one['detected_type']} ({one['declared_type'] or '?'}{entry}), "
            f"{one['size_bytes']} bytes, sha256 {one['sha256']}"
        )
    for one in report["findings"]:
        yield f"  [{one['severity']}] {one['rule']} {one['location']}"
        yield f"      {one['message']}"
        yield f"      {one['message_en']}"


def _shown(path: Path) -> str:
    """The path as text that can be written anywhere, whatever bytes it holds."""
    return os.fsencode(path).decode(errors="replace")


def _printable(line: str) -> str:
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in line)
