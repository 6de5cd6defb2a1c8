"""Invented standings, tokens, handovers and quarantined messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from edms.accounts.queries import TokenView
from edms.exchange.queries import QuarantineRow
from edms.handover.model import HandoverState
from edms.handover.queries import STATE_LABELS, HandoverPage, HandoverRow, InventoryGroup, NumberedItem
from edms.organisation.model import AppointmentKind, Capacity
from edms.organisation.queries import PositionView, StandingView
from edms.secrecy.model import IncidentKind
from edms.secrecy.queries import KIND_LABELS, IncidentRow
from tests.edms.web.samples import FRAME, NOW, SUBJECTS, TODAY, identifier

STANDINGS = [
    StandingView(
        appointment_id=identifier(900 + n),
        kind=AppointmentKind.HOLDER,
        person_id=identifier(1),
        person_name=FRAME.person_name,
        position_id=identifier(910 + n),
        position_title="Văn thư",
        capacity=Capacity.CLERK,
        signs_as="",
        unit_id=identifier(920 + n),
        unit_name="Văn phòng",
        agency_id=identifier(930 + n),
        agency_name=agency,
        since=NOW - timedelta(days=400),
        until=None,
    )
    for n, agency in enumerate([FRAME.agency_name, "Hội đồng nhân dân phường Nguyễn Trung Trực", "Đảng ủy phường"])
]
TOKENS = [
    TokenView(
        identifier(950), "Máy quét ở bộ phận một cửa", "Văn thư", FRAME.agency_name, NOW, NOW + timedelta(days=90)
    ),
    TokenView(identifier(951), "Phần mềm báo cáo", "Văn thư", FRAME.agency_name, NOW, NOW + timedelta(days=3)),
]
POSTS = [
    PositionView(
        id=identifier(960 + n),
        title=title,
        capacity=Capacity.SPECIALIST,
        signs_as="",
        unit_id=identifier(1),
        unit_name="Phòng Kinh tế, Hạ tầng và Đô thị",
        agency_id=identifier(2),
        agency_name=FRAME.agency_name,
        holder=holder,
    )
    for n, (title, holder) in enumerate([("Công chức tài chính – kế toán", "Trần Văn Minh"), ("Chuyên viên", "")])
]
PEOPLE = [(identifier(970), "Trần Văn Minh"), (identifier(971), "Lê Thị Hồng")]

HANDOVER_ROWS = [
    HandoverRow(
        id=identifier(980 + n),
        position_title="Công chức tài chính – kế toán",
        unit_name="Phòng Kinh tế, Hạ tầng và Đô thị",
        from_person="Trần Văn Minh",
        to_person="Lê Thị Hồng",
        state=state,
        state_label=STATE_LABELS[state],
        prepared_at=NOW - timedelta(days=n),
        accepted_at=None,
        waits_for_me=state is HandoverState.CONFIRMED,
    )
    for n, state in enumerate([HandoverState.CONFIRMED, HandoverState.PREPARED, HandoverState.ACCEPTED])
]
INVENTORY = (
    InventoryGroup(
        "Việc đang xử lý",
        (
            NumberedItem(1, "1201/STC-QLNS", SUBJECTS[0], TODAY + timedelta(days=2), "Đang xử lý", ""),
            NumberedItem(
                2, "1207/STC-QLNS", SUBJECTS[1], TODAY - timedelta(days=1), "Mới được giao", "Thiếu phụ lục 02."
            ),
        ),
    ),
    InventoryGroup("Mã truy cập", (NumberedItem(3, "", "Phần mềm báo cáo", None, "Đang có hiệu lực", ""),)),
)
HANDOVER_TO_ACCEPT = HandoverPage(
    id=identifier(980),
    position_title="Công chức tài chính – kế toán",
    unit_name="Phòng Kinh tế, Hạ tầng và Đô thị",
    from_person="Trần Văn Minh",
    to_person="Lê Thị Hồng",
    state=HandoverState.CONFIRMED,
    state_label=STATE_LABELS[HandoverState.CONFIRMED],
    reason="chuyển công tác",
    legal_act="Quyết định số 12/QĐ-UBND ngày 02/11/2026",
    prepared_at=NOW - timedelta(days=2),
    prepared_by="Võ Hoàng Nam",
    groups=INVENTORY,
    item_count=3,
    inventory_sha256="5b" * 32,
    remarks="Đầu mối ở Sở Tài chính là anh Thái.\nHồ sơ giấy ở tủ số 2.",
    confirmed_at=NOW - timedelta(days=1),
    confirmed_by="Trần Văn Minh",
    accepted_at=None,
    withdrawn_at=None,
    minutes_sha256="",
    steps=frozenset({"accept", "withdraw"}),
)
HANDOVER_TO_CONFIRM = replace(
    HANDOVER_TO_ACCEPT,
    state=HandoverState.PREPARED,
    state_label=STATE_LABELS[HandoverState.PREPARED],
    remarks="",
    confirmed_at=None,
    confirmed_by="",
    groups=(),
    item_count=0,
    steps=frozenset({"confirm"}),
)
HANDOVER_DONE = replace(
    HANDOVER_TO_ACCEPT,
    state=HandoverState.ACCEPTED,
    state_label=STATE_LABELS[HandoverState.ACCEPTED],
    accepted_at=NOW,
    minutes_sha256="7c" * 32,
    steps=frozenset(),
)
QUARANTINE = [
    QuarantineRow(
        identifier(990),
        NOW,
        "document",
        "edxml.attachment-missing",
        "Thiếu tệp kèm theo “Phụ lục 01.pdf”.",
        4_812_009,
        "ef" * 32,
    )
]
INCIDENTS = [
    IncidentRow(
        id=identifier(970 + number),
        kind_label=KIND_LABELS[kind],
        level=level,
        at=NOW - timedelta(hours=number),
        who="Trần Văn Minh" if kind is IncidentKind.UPLOAD else "Hệ thống",
        position="Công chức tài chính – kế toán" if kind is IncidentKind.UPLOAD else "",
        sender_organ_id="" if kind is IncidentKind.UPLOAD else "H49.64.33",
        message_id="" if kind is IncidentKind.UPLOAD else str(identifier(5)),
        sha256="" if kind is IncidentKind.UPLOAD else "ab" * 32,
        document_id=identifier(2) if kind is IncidentKind.MARK else None,
        outcome="confirmed" if number == 3 else "",
        acknowledged_at=NOW if number == 3 else None,
        acknowledged_by=FRAME.person_name if number == 3 else "",
        note="Đã lập biên bản, báo công an tỉnh." if number == 3 else "",
    )
    for number, (kind, level) in enumerate(
        [
            (IncidentKind.MESSAGE, "tối mật"),
            (IncidentKind.MARK, "mật"),
            (IncidentKind.UPLOAD, "mật"),
            (IncidentKind.MARK, "mật"),
        ]
    )
]
