"""Every page with invented documents, in a small application: `python -m tests.edms.web.gallery [PORT]` shows it on loopback."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from typing import Any

from flask import Flask, Response, redirect, render_template, request
from PIL import Image, ImageDraw
from werkzeug.wrappers import Response as BaseResponse

from edms.accounts.errors import SignInRefused
from edms.documents.model import DocumentState
from edms.secrecy.levels import LABELS
from edms.web import shell
from storage.clock import ManualClock
from tests.edms.web import samples
from tests.edms.web import samples_of_people as people
from tests.edms.web.samples import identifier


@dataclass(frozen=True)
class Refused:
    """A refusal as the edge of the services describes it."""

    status: int
    code: str
    title: str
    title_en: str
    detail: str = ""
    request_id: str = "4f2c9a7be1d84c0f9b53a6d2e87c1055"


CONFLICT = Refused(
    409,
    "documents.wrong-state",
    "Văn bản đang ở bước khác nên chưa làm được việc này. Hãy tải lại trang để xem bước hiện tại.",
    "The document is at another step, so this cannot be done. Reload the page to see where it stands.",
    "registered",
)
FAULT = Refused(
    500,
    "http.internal",
    "Hệ thống gặp lỗi ngoài dự kiến. Hãy thử lại sau ít phút; nếu vẫn lỗi, gửi mã yêu cầu cho người quản trị.",
    "Something unexpected failed. Try again in a few minutes; if it fails again, send the request id to the administrator.",
)
_DRAFT = {
    "levels": [(level.value, label) for level, label in LABELS.items()],
    "types": samples.TYPES,
    "recipients": samples.RECIPIENTS,
    "signers": samples.SIGNERS,
    "reply_to": None,
    "document": None,
    "reason": "",
    "values": {},
    "errors": {},
}


def _document(**changes: Any) -> Callable[[], str]:
    base = samples.OUTGOING if changes.pop("outgoing", False) else samples.INCOMING
    page = replace(base, **changes)
    return lambda: render_template("documents/document.html", document=page, positions=samples.POSITIONS)


def _list(direction: str, rows: list[Any], **asked: Any) -> Callable[[], str]:
    values = {"rows": rows, "total": 1204, "page": 4, "last_page": 61, "text": "", "states": []} | asked
    return lambda: render_template("documents/list.html", direction=direction, **values)


def _desk(template: str, desk: Any, incidents: int = 0) -> Callable[[], str]:
    quick = {row.id: 3 for _, rows in desk.groups for row in rows if row.state == DocumentState.REGISTERED}
    return lambda: render_template(template, desk=desk, positions=samples.POSITIONS, quick=quick, incidents=incidents)


def _draft(**changes: Any) -> Callable[[], str]:
    return lambda: render_template("documents/draft_form.html", **(_DRAFT | changes))


def _wrong_directive() -> str:
    errors = {"text": "Hãy ghi ý kiến chỉ đạo.", "lead_position_id": "Hãy chọn một vị trí chủ trì."}
    return render_template(
        "workflow/direct_form.html", document=samples.INCOMING, positions=samples.POSITIONS, errors=errors
    )


def _done() -> list[tuple[str, str]]:
    """What the reader has just done, on the page where the gallery shows it."""
    return [("success", "Đã vào sổ văn bản đến số 1311.")] if request.path == "/" else []


def _people(template: str, **values: Any) -> str:
    return render_template(f"{template}.html", **values)


PAGES: dict[str, Callable[[], str | Response]] = {
    "/": _desk("documents/desk.html", samples.DESK, incidents=2),
    "/desk/empty": _desk("documents/desk.html", samples.EMPTY_DESK),
    "/desk/leader": _desk("workflow/leader_desk.html", samples.LEADER_DESK),
    "/documents/incoming": _list("incoming", samples.ROWS),
    "/documents/outgoing": _list("outgoing", samples.OUTGOING_ROWS, text="giải ngân"),
    "/documents/none": _list("incoming", [], text="không có", states=["returned"]),
    "/documents/arrived": _document(
        state=DocumentState.ARRIVED, actions=("register", "return"), register_number="", responsible="Văn thư"
    ),
    "/documents/registered": _document(actions=("direct",)),
    "/documents/working": _document(
        state=DocumentState.IN_PROGRESS,
        actions=("complete", "reply"),
        directives=samples.DIRECTIVES,
        assignments=samples.ASSIGNMENTS,
    ),
    "/documents/assigned": _document(state=DocumentState.ASSIGNED, actions=("start", "reply")),
    "/documents/not-mine": _document(actions=()),
    "/documents/draft": _document(
        outgoing=True,
        state=DocumentState.DRAFT,
        code="",
        issued_on=None,
        register_number="",
        signatures=(),
        actions=("sign", "return_draft", "edit"),
    ),
    "/documents/signed": _document(outgoing=True, state=DocumentState.SIGNED, actions=("number_and_seal",)),
    "/documents/sealed": _document(outgoing=True, state=DocumentState.SEALED, actions=("dispatch",)),
    "/documents/dispatched": _document(outgoing=True),
    "/documents/refused": _document(
        outgoing=True,
        refusals=1,
        recipients=samples.RECIPIENTS_OF_WHICH_ONE_REFUSED,
    ),
    "/documents/drafting": _document(
        outgoing=True, state=DocumentState.DRAFT, signatures=(), actions=("attach",), may_attach=True
    ),
    "/documents/revoking": _document(
        operation="revoke",
        operation_codes="12/STC-VP",
        operation_reason="Ban hành nhầm phụ lục.",
        actions=("register", "return"),
        state=DocumentState.ARRIVED,
    ),
    "/documents/revoked": _document(relations=(samples.REVOKED,), actions=("direct",)),
    "/documents/held": _document(
        state=DocumentState.ARRIVED, secrecy_hold="held", actions=("review_secrecy",), register_number=""
    ),
    "/documents/locked": _document(
        state=DocumentState.RETURNED, secrecy_hold="confirmed", actions=(), files=(), signatures=()
    ),
    "/documents/attach": lambda: render_template(
        "documents/attach.html",
        document_id=identifier(1),
        secrecy="thuong",
        left_bytes=52_428_800,
        suffixes=[".docx", ".pdf", ".xlsx"],
        errors={"files": "Tệp không dùng được: rỗng, sai loại, hoặc nội dung khác với đuôi tên tệp."},
        detail="so-lieu.pdf: zip",
    ),
    "/secrecy": lambda: _people("secrecy/incidents", rows=people.INCIDENTS, wrong_id=people.INCIDENTS[0].id),
    "/secrecy/none": lambda: _people("secrecy/incidents", rows=[], wrong_id=None),
    "/documents/bare": _document(files=(), signatures=(), timeline=(), actions=()),
    "/documents/new": _draft(values={"recipient_organ_ids": ["H49.10"]}),
    "/documents/reply": _draft(
        reply_to=samples.ROWS[0],
        errors={"subject": "Hãy ghi trích yếu, ít nhất 5 ký tự.", "recipient_organ_ids": "Chưa có nơi nhận."},
    ),
    "/documents/edit": _draft(
        document=samples.OUTGOING, reason="Bổ sung số liệu tháng 10.", values={"subject": "V/v số liệu"}
    ),
    "/documents/direct": _wrong_directive,
    "/sign-in": lambda: _people("accounts/sign_in", next="/", login="huyen.ntt", problem=SignInRefused()),
    "/acting-as": lambda: _people("accounts/acting_as", choices=people.STANDINGS, current=identifier(900), next="/"),
    "/tokens": lambda: _people("accounts/tokens", tokens=people.TOKENS, issued="lt_3vX9mQ7kT2pL8sR4"),
    "/handovers": lambda: _people("handover/list", rows=people.HANDOVER_ROWS, may_prepare=True),
    "/handovers/none": lambda: _people("handover/list", rows=[], may_prepare=False),
    "/handovers/new": lambda: _people(
        "handover/prepare", positions=people.POSTS, people=people.PEOPLE, position_id=str(identifier(960))
    ),
    "/handovers/confirm": lambda: _people(
        "handover/show", page=people.HANDOVER_TO_CONFIRM, objection_field="objection-"
    ),
    "/handovers/accept": lambda: _people("handover/show", page=people.HANDOVER_TO_ACCEPT, objection_field="objection-"),
    "/handovers/done": lambda: _people("handover/show", page=people.HANDOVER_DONE, objection_field="objection-"),
    "/quarantine": lambda: _people("exchange/quarantine", rows=people.QUARANTINE),
    "/quarantine/none": lambda: _people("exchange/quarantine", rows=[]),
    "/problem": lambda: shell.problem_page(CONFLICT),
    "/fault": lambda: shell.problem_page(FAULT),
}
"""Path → what renders it: every template in the states that look different."""


ELSEWHERE = {
    "accounts.open_session": "/sign-in",
    "accounts.act_as": "/acting-as",
    "accounts.issue": "/tokens",
    "accounts.revoke": "/tokens/<token_id>/revoke",
    "handover.index": "/handovers",
    "handover.new": "/handovers/new",
    "handover.prepare": "/handovers/new",
    "handover.show": "/handovers/<handover_id>",
    "handover.minutes": "/handovers/<handover_id>/minutes.pdf",
    "handover.confirm": "/handovers/<handover_id>/confirm",
    "handover.accept": "/handovers/<handover_id>/accept",
    "handover.withdraw": "/handovers/<handover_id>/withdraw",
}
"""Endpoints that templates ask for by name; the gallery only needs their paths."""


def create_app() -> Flask:
    """Return the gallery. Nobody is signed in when the query says `signed_out`."""
    app = Flask("gallery", static_folder=None)
    app.jinja_env.globals["deeds_done"] = _done
    shell.install(app, ManualClock(samples.NOW), lambda: None if "signed_out" in request.args else samples.FRAME)
    for path, render in PAGES.items():
        app.add_url_rule(path, endpoint=f"page:{path}", view_func=render)

    for endpoint, path in ELSEWHERE.items():
        app.add_url_rule(path, endpoint, build_only=True)
    app.config["POSTED"] = []

    @app.post("/documents/<_id>/<_act>")
    @app.post("/documents/new")
    def act(**_: str) -> BaseResponse:
        app.config["POSTED"].append(request.path)
        return redirect("/", 303)

    @app.get("/documents/<_document>/files/<_file>/pages/<int:number>.png")
    def page(_document: str, _file: str, number: int) -> Response:
        return Response(_sheet(number, request.args.get("width", 827, type=int)), content_type="image/png")

    return app


@cache
def _sheet(number: int, width: int) -> bytes:
    """Return the picture of an A4 page with grey lines for text."""
    height = width * 297 // 210
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    step = height // 48
    for line in range(5 + number % 2, 40):
        if line % 7:
            draw.rectangle(
                (width // 7, line * step, width * (6 if line % 7 < 6 else 4) // 7, line * step + step // 3), 160
            )
    packed = BytesIO()
    image.save(packed, "PNG")
    return packed.getvalue()


if __name__ == "__main__":
    create_app().run("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8765)
