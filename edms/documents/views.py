"""What pages and the API show of a document: plain frozen data, assembled by `queries` and by the slices above.

A slice above contributes its part of a document's page as a `PageContributor`, wired in `bootstrap`: a function that returns
some of the fields of `DocumentPage` (`assignments`, `signatures`, …), so nothing here imports upward.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from edms.organisation.actor import Actor

PageContributor = Callable[[Session, Actor, UUID, datetime], Mapping[str, Any]]


@dataclass(frozen=True)
class DocumentRow:
    """A line of a list."""

    id: UUID
    direction: str
    state: str
    code: str
    type_name: str
    subject: str
    issuer_name: str
    issued_on: date | None
    arrived_at: datetime | None
    register_number: str
    priority: str
    due_on: date | None
    responsible: str
    """Title of the position that must act next; empty when finished."""
    unread: bool = False
    """It waits for the reader's position and nobody in that position has opened it yet."""
    operation: str = "new"
    operation_codes: str = ""
    """What it revokes, updates or replaces, as people write it; empty for a new document."""
    secrecy_hold: str = ""
    refusals: int = 0
    """Recipients that refused it, about whom nobody has done anything yet."""


@dataclass(frozen=True)
class FileView:
    """A file of a document; `page_count` is 0 where pages cannot be shown."""

    id: UUID
    role: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    page_count: int
    verdict: str = ""
    """What checking its signatures gave; empty where nothing was checked."""


@dataclass(frozen=True)
class RecipientView:
    """A recipient, the furthest it reported, and all its reports in the order they happened.

    `settled_…` say what was done here about a refusal; `delivery_id` is None before dispatch.
    """

    name: str
    organ_id: str
    business_status: str = ""
    status_label: str = ""
    updated_at: datetime | None = None
    delivery_id: UUID | None = None
    statuses: tuple[StatusView, ...] = ()
    settled_at: datetime | None = None
    settled_by: str = ""
    settled_note: str = ""
    may_settle: bool = False
    """The reader may note what was done about its refusal."""


@dataclass(frozen=True)
class RelationView:
    """A related document of the same agency.

    `kind` is a `RelationKind`, or its passive (`revoked_by`). Of a document that the reader may not see only the kind is told,
    and only where it bears on what the reader does: `document_id` is None then.
    """

    kind_label: str
    document_id: UUID | None
    code: str
    subject: str
    kind: str = ""


@dataclass(frozen=True)
class SignatureView:
    """One signature as it was verified; `verdict` is valid, invalid or indeterminate."""

    role_label: str
    signer: str
    organ: str
    signed_at: datetime | None
    timestamp_at: datetime | None
    verdict: str
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class AssignmentView:
    """A position's part."""

    id: UUID
    position_title: str
    person_name: str
    role_label: str
    state: str
    state_label: str
    due_on: date | None
    result: str


@dataclass(frozen=True)
class DirectiveView:
    """A leader's written direction."""

    by: str
    position: str
    at: datetime
    text: str
    due_on: date | None


@dataclass(frozen=True)
class StatusView:
    """A status that the other party reported or that we reported to it."""

    code: str
    label: str
    direction: str
    organ: str
    at: datetime
    person: str
    position: str
    description: str


@dataclass(frozen=True)
class TimelineEntry:
    """One act in a plain sentence, in Vietnamese and in English."""

    at: datetime
    who: str
    sentence: str
    sentence_en: str = ""


@dataclass(frozen=True)
class PositionChoice:
    """A position that a form offers, with who holds it now; an empty name means vacant."""

    id: str
    title: str
    person_name: str
    unit_name: str


@dataclass(frozen=True)
class DocumentPage:
    """All that a document's page shows to one actor."""

    id: UUID
    version: int
    direction: str
    state: str
    code: str
    type_name: str
    subject: str
    issuer_name: str
    issuer_organ_id: str
    issued_on: date | None
    arrived_at: datetime | None
    priority: str
    due_on: date | None
    signer_position: str
    signer_name: str
    page_amount: int
    language: str
    responsible: str
    files: tuple[FileView, ...]
    actions: tuple[str, ...]
    relations: tuple[RelationView, ...] = ()
    recipients: tuple[RecipientView, ...] = ()
    register_number: str = ""
    signatures: tuple[SignatureView, ...] = ()
    verdict: str = ""
    """Overall verdict on the main file's signatures; empty when it was not verified."""
    assignments: tuple[AssignmentView, ...] = ()
    directives: tuple[DirectiveView, ...] = ()
    statuses: tuple[StatusView, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    assignable: tuple[PositionChoice, ...] = ()
    """Positions that a directive may name."""
    operation: str = "new"
    operation_codes: str = ""
    operation_reason: str = ""
    secrecy_hold: str = ""
    refusals: int = 0
    may_attach: bool = False
    """The reader may add files to the draft and take them away."""


@dataclass(frozen=True)
class Desk:
    """A position's work, grouped by what must be done."""

    title: str
    groups: tuple[tuple[str, tuple[DocumentRow, ...]], ...]
    counts: Mapping[str, int]
