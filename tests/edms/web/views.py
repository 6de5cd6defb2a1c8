"""The shapes that the templates of the document slices are written against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from edms.documents.model import Direction, DocumentState, FileRole, Priority
from edms.workflow.model import AssignmentState


@dataclass(frozen=True)
class DocumentRow:
    id: UUID
    direction: Direction
    state: DocumentState
    code: str
    type_name: str
    subject: str
    issuer_name: str
    issued_on: date | None
    arrived_at: datetime | None
    register_number: str
    priority: Priority
    due_on: date | None
    responsible: str
    unread: bool


@dataclass(frozen=True)
class FileView:
    id: UUID
    role: FileRole
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    page_count: int
    verdict: str | None


@dataclass(frozen=True)
class RecipientView:
    name: str
    organ_id: str
    business_status: str
    status_label: str
    updated_at: datetime | None


@dataclass(frozen=True)
class RelationView:
    kind_label: str
    document_id: UUID
    code: str
    subject: str


@dataclass(frozen=True)
class SignatureView:
    role_label: str
    signer: str
    organ: str
    signed_at: datetime | None
    timestamp_at: datetime | None
    verdict: str
    findings: list[str]


@dataclass(frozen=True)
class AssignmentView:
    id: UUID
    position_title: str
    person_name: str
    role_label: str
    state: AssignmentState
    state_label: str
    due_on: date | None
    result: str


@dataclass(frozen=True)
class DirectiveView:
    by: str
    position: str
    at: datetime
    text: str
    due_on: date | None


@dataclass(frozen=True)
class TimelineEntry:
    at: datetime
    who: str
    sentence: str


@dataclass(frozen=True)
class DocumentPage:
    id: UUID
    version: int
    direction: Direction
    state: DocumentState
    code: str
    type_name: str
    subject: str
    issuer_name: str
    issuer_organ_id: str
    issued_on: date | None
    register_number: str
    arrived_at: datetime | None
    priority: Priority
    due_on: date | None
    signer_position: str
    signer_name: str
    page_amount: int
    language: str
    responsible: str
    files: list[FileView] = field(default_factory=list)
    recipients: list[RecipientView] = field(default_factory=list)
    relations: list[RelationView] = field(default_factory=list)
    signatures: list[SignatureView] = field(default_factory=list)
    assignments: list[AssignmentView] = field(default_factory=list)
    directives: list[DirectiveView] = field(default_factory=list)
    timeline: list[TimelineEntry] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Desk:
    title: str
    groups: list[tuple[str, list[DocumentRow]]]
    counts: Mapping[str, int]


@dataclass(frozen=True)
class PositionChoice:
    id: UUID
    title: str
    person_name: str
    unit_name: str
