"""Pages of documents: lists, one document, its files and page pictures, the draft form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from http import HTTPStatus
from typing import BinaryIO, cast
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from edms.accounts.authentication import CSRF_FIELD, current_actor
from edms.commands import FieldFault, InputRefused, decode, decode_form
from edms.documents.access import find
from edms.documents.attachments import SUFFIXES, AttachmentService
from edms.documents.commands import DraftLetter, ListDocuments, NewAttachment, ReleaseFromHold, ReturnDraft
from edms.documents.errors import AttachmentKindRefused
from edms.documents.model import Direction
from edms.documents.notation import PLAIN_LETTER, TYPE_ABBREVIATIONS
from edms.documents.pictures import Pictures
from edms.documents.queries import PAGE_ROWS, listed, page_of, rows, with_numbers
from edms.documents.secrecy_review import SecrecyReview
from edms.documents.service import DocumentService, Draft
from edms.documents.views import DocumentRow, PageContributor, PositionChoice
from edms.organisation.actor import Actor
from edms.organisation.choices import recipient_agencies, signing_positions
from edms.problems import answer
from edms.secrecy.levels import LABELS, require_ordinary
from edms.secrecy.model import IncidentKind
from edms.secrecy.service import SecrecyService
from edms.web.translations import current_language
from schemas.problems import Problem
from storage.blobs.port import read_chunks

Numbers = Callable[[Session, Sequence[UUID]], Mapping[UUID, int]]

TAKE_FILES = frozenset({"documents.upload"})
"""Endpoints whose forms may carry files; see `edms.secrecy.door`."""

_STREAMED_BYTES = 64 * 1024


@dataclass(frozen=True)
class DocumentPages:
    """What the pages need: the service, and what the slices above contribute."""

    service: DocumentService
    attachments: AttachmentService
    secrecy: SecrecyService
    review: SecrecyReview
    contributors: tuple[PageContributor, ...]
    numbers: Numbers
    pictures: Pictures
    fields: Mapping[type[Problem], str] = field(default_factory=dict)
    """Refusals of lower packages that concern one field of a form, with its name."""


def blueprint(needs: DocumentPages) -> Blueprint:
    """Return the pages under `/documents`."""
    pages = Blueprint("documents", __name__, url_prefix="/documents", template_folder="templates")
    _lists(pages, needs)
    _one(pages, needs)
    _files(pages, needs)
    _drafts(pages, needs)
    _attachments(pages, needs)
    _reviews(pages, needs)
    _forms_that_come_back(pages, needs)
    return pages


def _lists(pages: Blueprint, needs: DocumentPages) -> None:
    @pages.get("/<any(incoming, outgoing):direction>")
    def index(direction: str) -> str:
        command = decode_form(ListDocuments, request.args)
        actor = current_actor()
        with needs.service.database.reading() as session:
            found, total = listed(session, actor, Direction(direction), command)
            found = with_numbers(found, needs.numbers(session, [row.id for row in found]))
        return render_template(
            "documents/list.html",
            direction=direction,
            rows=found,
            total=total,
            page=command.page,
            last_page=max(1, -(-total // PAGE_ROWS)),
            text=command.text,
            states=command.states,
        )


def _one(pages: Blueprint, needs: DocumentPages) -> None:
    @pages.get("/<uuid:document_id>")
    def show(document_id: UUID) -> str:
        actor = current_actor()
        database = needs.service.database
        with database.reading() as session:
            page = page_of(session, actor, document_id, needs.contributors, database.clock.now())
        needs.service.record_reading(actor, document_id)
        return render_template("documents/document.html", document=page, positions=page.assignable)


def _forms_that_come_back(pages: Blueprint, needs: DocumentPages) -> None:
    """Answer a refused form of a document's page, whichever slice owns it, with that page and each fault beside its field."""

    def again(refusal: Problem) -> Response:
        document_id = (request.view_args or {}).get("document_id")
        if request.method != "POST" or document_id is None:
            return answer(refusal)
        database = needs.service.database
        try:
            with database.reading() as session:
                page = page_of(session, current_actor(), document_id, needs.contributors, database.clock.now())
        except Problem as other:
            return answer(other)
        text = render_template(
            "documents/document.html",
            document=page,
            positions=page.assignable,
            errors=_errors(refusal, needs.fields),
            values=_typed(),
        )
        return make_response(text, HTTPStatus.UNPROCESSABLE_ENTITY)

    kinds: tuple[type[Problem], ...] = (InputRefused, *needs.fields)
    for kind in kinds:
        pages.app_errorhandler(kind)(again)


def _errors(refusal: Problem, fields: Mapping[type[Problem], str]) -> dict[str, str]:
    """Return the sentence of each field at fault, in the reader's language."""
    name = fields.get(type(refusal), "")
    own = (FieldFault(name, refusal.message_vi, refusal.message_en),)
    faults = refusal.faults() if isinstance(refusal, InputRefused) else own
    vietnamese = current_language() == "vi"
    return {fault.field: fault.vi if vietnamese else fault.en for fault in faults}


def _typed() -> dict[str, object]:
    """Return what the person typed, for the form that comes back; secrets are typed again, and no file is read for this."""
    if request.mimetype == "multipart/form-data":
        return {}
    names = request.form.keys() - {"pin", CSRF_FIELD, "version"}
    return {name: request.form.getlist(name) if name.endswith("_ids") else request.form[name] for name in names}


def _files(pages: Blueprint, needs: DocumentPages) -> None:
    @pages.get("/<uuid:document_id>/files/<uuid:file_id>")
    def download(document_id: UUID, file_id: UUID) -> Response:
        file = needs.service.file_of(current_actor(), document_id, file_id)
        needs.service.record_file(current_actor(), file, "document.downloaded")
        stream = needs.service.open_file(file)
        response = Response(read_chunks(stream, _STREAMED_BYTES), mimetype=file.media_type)
        response.call_on_close(stream.close)
        response.content_length = file.size_bytes
        response.headers.set("Content-Disposition", "attachment", filename=file.name)
        return response

    @pages.get("/<uuid:document_id>/files/<uuid:file_id>/pages/<int:number>.png")
    def picture(document_id: UUID, file_id: UUID, number: int) -> Response:
        file = needs.service.file_of(current_actor(), document_id, file_id)
        width = min(max(request.args.get("width", 900, type=int), 100), 2000)
        response = Response(mimetype="image/png")
        response.set_etag(f"{file.sha256}-{number}-{width}")
        response.cache_control.private = True
        response.cache_control.max_age = 3600
        if request.if_none_match.contains(response.get_etag()[0] or ""):
            response.status_code = 304
            return response
        needs.service.record_file(current_actor(), file, "document.page-shown", number)
        with needs.service.open_file(file) as stream:
            response.set_data(needs.pictures.page(stream, number - 1, width))
        return response


def _drafts(pages: Blueprint, needs: DocumentPages) -> None:
    service = needs.service

    @pages.get("/new")
    def new() -> str:
        return _draft_form(service, current_actor())

    @pages.post("/new")
    def create() -> BaseResponse:
        actor = current_actor()
        try:
            document_id = service.draft(actor, _letter(needs, actor))
        except InputRefused as refusal:
            form = _draft_form(service, actor, values=_typed(), reply_to=_answered(service, actor), refusal=refusal)
            return make_response(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        return redirect(url_for("documents.show", document_id=document_id), 303)

    @pages.get("/<uuid:document_id>/reply")
    def reply(document_id: UUID) -> str:
        actor = current_actor()
        with service.database.reading() as session:
            target = find(session, actor, document_id)
            [row] = rows(session, actor, [target])
            sender = target.issuer_organ_id
        values = {"subject": f"Trả lời văn bản số {row.code}"[:500], "recipient_organ_ids": [sender]}
        return _draft_form(service, actor, values=values, reply_to=row)

    @pages.get("/<uuid:document_id>/edit")
    def edit(document_id: UUID) -> str:
        actor = current_actor()
        draft = service.draft_of(actor, document_id)
        return _draft_form(service, actor, values=asdict(draft.command), draft=draft)

    @pages.post("/<uuid:document_id>/edit")
    def save(document_id: UUID) -> BaseResponse:
        actor = current_actor()
        version = request.form.get("version", 0, type=int)
        try:
            service.edit(actor, document_id, version, _letter(needs, actor))
        except InputRefused as refusal:
            draft = replace(service.draft_of(actor, document_id), version=version)
            form = _draft_form(service, actor, values=_typed(), draft=draft, refusal=refusal)
            return make_response(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        return redirect(url_for("documents.show", document_id=document_id), 303)

    @pages.post("/<uuid:document_id>/return-draft")
    def return_draft(document_id: UUID) -> BaseResponse:
        service.return_draft(current_actor(), document_id, decode_form(ReturnDraft, request.form))
        return redirect(url_for("documents.show", document_id=document_id), 303)


def _attachments(pages: Blueprint, needs: DocumentPages) -> None:
    """Two steps: the secrecy first, then the files to an address that repeats it (see `edms.secrecy.door`)."""
    service = needs.attachments

    def form(document_id: UUID, secrecy: str, refusal: InputRefused | None = None) -> str:
        left_bytes = service.open_draft(current_actor(), document_id)
        return render_template(
            "documents/attach.html",
            document_id=document_id,
            secrecy=secrecy,
            left_bytes=left_bytes,
            suffixes=sorted({suffix for suffixes in SUFFIXES.values() for suffix in suffixes}),
            errors={} if refusal is None else _errors(refusal, {}),
            detail="" if refusal is None else refusal.detail,
        )

    @pages.post("/<uuid:document_id>/attachments/declare")
    def declare(document_id: UUID) -> BaseResponse:
        actor = current_actor()
        service.open_draft(actor, document_id)
        secrecy = request.form.get("secrecy", "")
        needs.secrecy.admit(actor, secrecy, IncidentKind.UPLOAD)
        return redirect(url_for("documents.choose_files", document_id=document_id, secrecy=secrecy), 303)

    @pages.get("/<uuid:document_id>/attachments/new")
    def choose_files(document_id: UUID) -> str:
        secrecy = request.args.get("secrecy", "")
        service.open_draft(current_actor(), document_id)
        require_ordinary(secrecy)
        return form(document_id, secrecy)

    @pages.post("/<uuid:document_id>/attachments")
    def upload(document_id: UUID) -> BaseResponse:
        actor, secrecy = current_actor(), request.args.get("secrecy", "")
        service.open_draft(actor, document_id)
        needs.secrecy.admit(actor, secrecy, IncidentKind.UPLOAD)
        uploads = [one for one in request.files.getlist("files") if one.filename]
        try:
            if not uploads:
                raise AttachmentKindRefused
            for one in uploads:
                command = decode(NewAttachment, {"secrecy": secrecy, "name": one.filename})
                service.attach(actor, document_id, command, cast("BinaryIO", one.stream))
        except InputRefused as refusal:
            return make_response(form(document_id, secrecy, refusal), refusal.status)
        return redirect(url_for("documents.show", document_id=document_id, _anchor="files"), 303)

    @pages.post("/<uuid:document_id>/attachments/<uuid:file_id>/remove")
    def remove(document_id: UUID, file_id: UUID) -> BaseResponse:
        service.remove(current_actor(), document_id, file_id)
        return redirect(url_for("documents.show", document_id=document_id, _anchor="files"), 303)


def _reviews(pages: Blueprint, needs: DocumentPages) -> None:
    @pages.post("/<uuid:document_id>/secrecy/release")
    def release(document_id: UUID) -> BaseResponse:
        needs.review.release(current_actor(), document_id, decode_form(ReleaseFromHold, request.form))
        return redirect(url_for("documents.show", document_id=document_id), 303)

    @pages.post("/<uuid:document_id>/secrecy/confirm")
    def confirm(document_id: UUID) -> BaseResponse:
        needs.review.confirm(current_actor(), document_id)
        return redirect(url_for("documents.show", document_id=document_id), 303)


def _letter(needs: DocumentPages, actor: Actor) -> DraftLetter:
    """Decode the draft form. Its secrecy comes first: of what is declared secret nothing is looked at, nor shown again."""
    declared = request.form.get("secrecy")
    if declared:
        needs.secrecy.admit(actor, declared, IncidentKind.DRAFT)
    return decode_form(DraftLetter, request.form)


def _answered(service: DocumentService, actor: Actor) -> DocumentRow | None:
    """Return the document that a refused draft was to answer, when the form names one that the actor sees."""
    target_id = request.form.get("replies_to_id", type=UUID)
    if target_id is None:
        return None
    with service.database.reading() as session:
        [row] = rows(session, actor, [find(session, actor, target_id)])
        return row


def _draft_form(
    service: DocumentService,
    actor: Actor,
    *,
    values: Mapping[str, object] | None = None,
    draft: Draft | None = None,
    reply_to: DocumentRow | None = None,
    refusal: InputRefused | None = None,
) -> str:
    now = service.database.clock.now()
    with service.database.reading() as session:
        recipients = recipient_agencies(session, actor.agency_id, now)
        signers = [PositionChoice(*one) for one in signing_positions(session, actor.agency_id, now)]
    return render_template(
        "documents/draft_form.html",
        values=values or {},
        errors={} if refusal is None else _errors(refusal, {}),
        document=draft,
        reason=draft.returned_because if draft is not None else "",
        reply_to=reply_to,
        levels=[(level.value, label) for level, label in LABELS.items()],
        types=[PLAIN_LETTER, *TYPE_ABBREVIATIONS],
        recipients=recipients,
        signers=signers,
    )
