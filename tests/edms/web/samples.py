"""Invented documents, rich enough to strain the pages: long names, long subjects, every state, many recipients."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from edms.documents.model import Direction, DocumentState, FileRole, Priority
from edms.documents.views import (
    AssignmentView,
    Desk,
    DirectiveView,
    DocumentPage,
    DocumentRow,
    FileView,
    PositionChoice,
    RecipientView,
    RelationView,
    SignatureView,
    StatusView,
    TimelineEntry,
)
from edms.web.shell import ActingChoice, Frame, NavigationEntry
from edms.web.translations import mark
from edms.workflow.model import AssignmentState

NOW = datetime(2026, 11, 20, 2, 35, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def identifier(number: int) -> UUID:
    return UUID(int=number)


FRAME = Frame(
    agency_name="Ủy ban nhân dân phường Nguyễn Trung Trực",
    person_name="Nguyễn Thị Thanh Huyền",
    position_title="Văn thư",
    entries=(
        NavigationEntry(mark("Việc cần làm"), "/", "desk", 12),
        NavigationEntry(mark("Văn bản đến"), "/documents/incoming", "incoming", 3),
        NavigationEntry(mark("Văn bản đi"), "/documents/outgoing", "outgoing"),
        NavigationEntry(mark("Bàn giao"), "/handovers", "handover"),
        NavigationEntry(mark("Gói tin cách ly"), "/quarantine", "warning"),
    ),
    choices=(ActingChoice(identifier(900), "Văn thư", "Hội đồng nhân dân phường Nguyễn Trung Trực"),),
)

SUBJECTS = (
    (
        "V/v rà soát, báo cáo tiến độ giải ngân vốn đầu tư công và thanh toán khối lượng hoàn thành các công trình "
        "thuộc kế hoạch năm 2026 trên địa bàn"
    ),
    "V/v cung cấp số liệu thu ngân sách quý III năm 2026",
    "Kế hoạch tổ chức Ngày hội Đại đoàn kết toàn dân tộc",
    "Quyết định về việc kiện toàn Ban Chỉ đạo chuyển đổi số",
    "Giấy mời họp giao ban công tác tháng 11",
    "V/v tăng cường phòng, chống dịch sốt xuất huyết",
)
ISSUERS = ("Sở Tài chính", "Ủy ban nhân dân tỉnh", "Sở Nông nghiệp và Môi trường", "Văn phòng Ủy ban nhân dân tỉnh")


def row(
    number: int, state: DocumentState, *, due: int | None = None, priority: Priority = Priority.NORMAL
) -> DocumentRow:
    """A row of `state`, due `due` days from today."""
    outgoing = {"draft", "signed", "numbered", "sealed", "dispatched"}
    incoming = state.value not in outgoing
    numbered = state.value not in {"arrived", "draft", "signed"}
    return DocumentRow(
        id=identifier(number),
        direction=Direction.INCOMING if incoming else Direction.OUTGOING,
        state=state,
        code=f"{1200 + number}/STC-QLNS" if incoming else (f"{number:02d}/UBND-VP" if numbered else ""),
        type_name=("Công văn", "Công văn", "Kế hoạch", "Quyết định", "Giấy mời")[number % 5],
        subject=SUBJECTS[number % len(SUBJECTS)],
        issuer_name=ISSUERS[number % len(ISSUERS)] if incoming else FRAME.agency_name,
        issued_on=TODAY - timedelta(days=number % 9) if incoming or numbered else None,
        arrived_at=NOW - timedelta(hours=number) if incoming else None,
        register_number=str(1310 + number) if numbered else "",
        priority=priority,
        due_on=None if due is None else TODAY + timedelta(days=due),
        responsible="Chủ tịch Ủy ban nhân dân" if number % 2 else "Công chức tài chính – kế toán",
        unread=number % 3 == 0,
    )


ROWS = [
    row(1, DocumentState.ARRIVED, due=-3, priority=Priority.EXPRESS),
    replace(row(2, DocumentState.ARRIVED), operation="revoke", operation_codes="1187/STC-QLNS", secrecy_hold="held"),
    row(3, DocumentState.REGISTERED, due=0, priority=Priority.URGENT),
    row(4, DocumentState.ASSIGNED, due=2),
    row(5, DocumentState.IN_PROGRESS, due=12, priority=Priority.VERY_URGENT),
    row(6, DocumentState.COMPLETED, due=-20),
    row(7, DocumentState.RETURNED),
]
OUTGOING_ROWS = [
    row(11, DocumentState.DRAFT),
    row(12, DocumentState.SIGNED, priority=Priority.URGENT),
    row(13, DocumentState.NUMBERED),
    row(14, DocumentState.SEALED, due=5),
    replace(row(15, DocumentState.DISPATCHED), refusals=1),
]

DESK = Desk(
    title=mark("Việc cần làm"),
    groups=(
        (mark("Chờ tiếp nhận và vào sổ"), tuple(ROWS[:2])),
        (mark("Chờ cấp số và ký số cơ quan"), tuple(OUTGOING_ROWS[1:3])),
        (mark("Chờ phát hành"), tuple(OUTGOING_ROWS[3:4])),
        (mark("Đang xử lý"), tuple(ROWS[3:5])),
    ),
    counts={"all": 7, "overdue": 1, "due_soon": 1, "unread": 3},
)
LEADER_DESK = Desk(
    title=mark("Việc cần làm"),
    groups=(
        (mark("Chờ ý kiến chỉ đạo"), tuple(replace(ROWS[n], state=DocumentState.REGISTERED) for n in (0, 2, 4))),
        (mark("Chờ ký"), tuple(OUTGOING_ROWS[:1])),
    ),
    counts={"all": 4, "overdue": 1, "due_soon": 1},
)
EMPTY_DESK = Desk(title=mark("Việc cần làm"), groups=(), counts={"all": 0})

POSITIONS = [
    PositionChoice(str(identifier(800 + n)), title, person, unit)
    for n, (title, person, unit) in enumerate(
        [
            ("Công chức tài chính – kế toán", "Trần Văn Minh", "Phòng Kinh tế, Hạ tầng và Đô thị"),
            ("Công chức văn phòng – thống kê", "Lê Thị Hồng", "Văn phòng Hội đồng nhân dân và Ủy ban nhân dân"),
            ("Công chức địa chính – xây dựng", "Phạm Quốc Dũng", "Phòng Kinh tế, Hạ tầng và Đô thị"),
            ("Công chức văn hóa – xã hội", "", "Phòng Văn hóa – Xã hội"),
        ]
    )
]
SIGNERS = [
    PositionChoice(str(identifier(820)), "Chủ tịch Ủy ban nhân dân", "Võ Hoàng Nam", ""),
    PositionChoice(str(identifier(821)), "Phó Chủ tịch Ủy ban nhân dân", "Đặng Thị Mỹ Hạnh", ""),
]
RECIPIENTS = [
    ("H49", "Ủy ban nhân dân tỉnh"),
    ("H49.01", "Văn phòng Ủy ban nhân dân tỉnh"),
    *[(f"H49.{n}", name) for n, name in enumerate((*ISSUERS[2:], "Sở Nội vụ", "Sở Tư pháp", "Sở Y tế"), start=10)],
    *[(f"H49.64.{n:02d}", f"Ủy ban nhân dân xã số {n}") for n in range(1, 24)],
]
TYPES = ["Công văn", "Báo cáo", "Kế hoạch", "Quyết định", "Thông báo", "Tờ trình"]

FILES = (
    FileView(
        identifier(601), FileRole.MAIN, "1201_STC-QLNS_giai-ngan.pdf", "application/pdf", 845_213, "ab" * 32, 3, "valid"
    ),
    FileView(
        identifier(602),
        FileRole.ATTACHMENT,
        "Phụ lục 01 - Danh mục công trình và tiến độ giải ngân đến hết tháng 10 năm 2026 (kèm theo công văn).xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        2_516_582,
        "cd" * 32,
        0,
    ),
    FileView(identifier(603), FileRole.MESSAGE, "H49.12_1201.edxml", "application/xml", 4_812_009, "ef" * 32, 0),
)
SIGNATURES = (
    SignatureView(
        mark("Chữ ký của người có thẩm quyền"),
        "Hoàng Văn Thái",
        "Sở Tài chính",
        NOW - timedelta(days=1, hours=3),
        NOW - timedelta(days=1, hours=3),
        "valid",
    ),
    SignatureView(
        mark("Chữ ký số của cơ quan"),
        "Sở Tài chính",
        "",
        NOW - timedelta(days=1, hours=2),
        None,
        "indeterminate",
        ("Chưa lấy được trạng thái thu hồi của chứng thư tại thời điểm ký.",),
    ),
)
DIRECTIVES = (
    DirectiveView(
        "Võ Hoàng Nam",
        "Chủ tịch Ủy ban nhân dân",
        NOW - timedelta(hours=5),
        "Giao công chức tài chính – kế toán chủ trì, phối hợp địa chính – xây dựng rà soát từng công trình.\n"
        "Báo cáo tôi trước khi gửi Sở.",
        TODAY + timedelta(days=4),
    ),
)
ASSIGNMENTS = (
    AssignmentView(
        identifier(701),
        POSITIONS[0].title,
        POSITIONS[0].person_name,
        mark("Chủ trì"),
        AssignmentState.IN_PROGRESS,
        mark("Đang xử lý"),
        TODAY + timedelta(days=1),
        "",
    ),
    AssignmentView(
        identifier(702),
        POSITIONS[2].title,
        "",
        mark("Phối hợp"),
        AssignmentState.DONE,
        mark("Đã hoàn thành"),
        TODAY,
        "Đã gửi bảng khối lượng hoàn thành của 6 công trình.",
    ),
    AssignmentView(
        identifier(703),
        POSITIONS[1].title,
        POSITIONS[1].person_name,
        mark("Phối hợp"),
        AssignmentState.OPEN,
        mark("Chưa bắt đầu"),
        None,
        "",
    ),
)
TIMELINE = (
    TimelineEntry(NOW - timedelta(days=1), "Hệ thống", "Văn bản đến từ Sở Tài chính qua trục liên thông."),
    TimelineEntry(NOW - timedelta(hours=8), "Nguyễn Thị Thanh Huyền, Văn thư", "Đã vào sổ văn bản đến, số 1311."),
    TimelineEntry(
        NOW - timedelta(hours=5),
        "Võ Hoàng Nam, Chủ tịch Ủy ban nhân dân",
        "Đã giao Trần Văn Minh chủ trì, hạn 24/11/2026.",
    ),
    TimelineEntry(NOW - timedelta(hours=1), "Trần Văn Minh, Công chức tài chính – kế toán", "Đã bắt đầu xử lý."),
)

INCOMING = DocumentPage(
    id=identifier(1),
    version=4,
    direction=Direction.INCOMING,
    state=DocumentState.REGISTERED,
    code="1201/STC-QLNS",
    type_name="Công văn",
    subject=SUBJECTS[0],
    issuer_name="Sở Tài chính",
    issuer_organ_id="H49.12",
    issued_on=date(2026, 11, 19),
    register_number="1311",
    arrived_at=NOW - timedelta(days=1),
    priority=Priority.URGENT,
    due_on=TODAY + timedelta(days=5),
    signer_position="Phó Giám đốc",
    signer_name="Hoàng Văn Thái",
    page_amount=3,
    language="Tiếng Việt",
    responsible="Chủ tịch Ủy ban nhân dân",
    files=FILES,
    signatures=SIGNATURES,
    timeline=TIMELINE,
    actions=("direct",),
)
OUTGOING = replace(
    INCOMING,
    direction=Direction.OUTGOING,
    state=DocumentState.DISPATCHED,
    code="15/UBND-VP",
    subject=SUBJECTS[1],
    issuer_name=FRAME.agency_name,
    register_number="15",
    arrived_at=None,
    responsible="",
    due_on=None,
    priority=Priority.NORMAL,
    signatures=tuple(replace(one, verdict="valid", findings=()) for one in SIGNATURES),
    recipients=(
        RecipientView("Ủy ban nhân dân tỉnh", "H49", "06", mark("Đã hoàn thành"), NOW - timedelta(hours=2)),
        RecipientView("Sở Tài chính", "H49.12", "04", mark("Đã phân công"), NOW - timedelta(hours=6)),
        RecipientView("Sở Nông nghiệp và Môi trường", "H49.10", "02", mark("Từ chối tiếp nhận"), NOW),
        RecipientView("Sở Xây dựng", "H49.17", "01", mark("Đã đến"), NOW - timedelta(hours=9)),
        RecipientView("Ban Thường vụ Đảng ủy phường", "", "", mark("Chưa có phản hồi"), None),
    ),
    relations=(RelationView(mark("Trả lời văn bản"), identifier(1), "1201/STC-QLNS", SUBJECTS[0]),),
    actions=(),
)

REFUSAL = StatusView(
    code="02",
    label=mark("Từ chối tiếp nhận"),
    direction="in",
    organ="H49.10",
    at=NOW,
    person="Phan Thị Tuyết Nhung",
    position="Văn thư, Phòng Hành chính – Tổng hợp",
    description="Gửi nhầm địa chỉ: số liệu thu ngân sách thuộc Sở Tài chính theo dõi.",
)
_refusing = replace(
    OUTGOING.recipients[2],
    statuses=(replace(REFUSAL, code="01", label=mark("Đã đến"), person="Hệ thống", description=""), REFUSAL),
    delivery_id=identifier(41),
    may_settle=True,
)
_settled = replace(
    _refusing,
    organ_id="H49.11",
    name="Sở Giáo dục và Đào tạo",
    may_settle=False,
    settled_at=NOW,
    settled_by="Nguyễn Thị Thanh Huyền",
    settled_note="Đã báo người soạn, không cần gửi lại.",
)
RECIPIENTS_OF_WHICH_ONE_REFUSED = (*OUTGOING.recipients[:2], _refusing, _settled, *OUTGOING.recipients[3:])
REVOKED = RelationView(
    mark("Bị thu hồi theo văn bản"), identifier(77), "1214/STC-QLNS", "V/v thu hồi công văn số 1201", "revoked_by"
)
