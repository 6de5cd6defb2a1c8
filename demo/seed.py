"""Fills the EDMS of the demonstration: organisation, accounts, keys, and about 200 plausible documents of the last weeks."""

from __future__ import annotations

import io
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from demo import cast
from edms.accounts.commands import NewAccount
from edms.bootstrap import Services, build
from edms.config import load
from edms.documents import files
from edms.documents.files import NewFile
from edms.documents.layout.fonts import FontSet
from edms.documents.layout.letter import OfficialLetter, render_official_letter
from edms.documents.model import (
    Direction,
    Document,
    DocumentRecipient,
    DocumentState,
    FileRole,
    Participant,
    ParticipantRole,
    Priority,
)
from edms.documents.notation import PLAIN_LETTER, TYPE_ABBREVIATIONS, printed_number
from edms.organisation.actor import Actor
from edms.organisation.acts import Act
from edms.organisation.commands import agency_id, person_id
from edms.organisation.model import Agency, Capacity, Position
from edms.organisation.roles import position_with
from edms.registers import books
from edms.signatures.model import KeyKind, SigningKey
from storage.blobs.port import BlobRef
from storage.clock import VIETNAM
from storage.unit_of_work import Transaction

INCOMING_EACH = 45
OUTGOING_EACH = 22
"""Times three agencies: 201 documents."""

SENDERS = (
    ("Sở Nội vụ tỉnh Lâm Đồng", "SNV-CCVC"),
    ("Sở Nông nghiệp và Môi trường", "SNNMT-TTBVTV"),
    ("Sở Xây dựng tỉnh Lâm Đồng", "SXD-QLHT"),
    ("Sở Giáo dục và Đào tạo", "SGDĐT-GDTX"),
    ("Công an tỉnh Lâm Đồng", "CAT-QLHC"),
    ("Bảo hiểm xã hội tỉnh", "BHXH-CĐ"),
    ("Ủy ban Mặt trận Tổ quốc tỉnh", "MTTQ-BTT"),
    ("Thanh tra tỉnh Lâm Đồng", "TTr-NV2"),
)
SUBJECTS = (
    ("Công văn", "Về việc rà soát, cập nhật số liệu hộ nghèo, hộ cận nghèo cuối năm 2026"),
    ("Công văn", "Về việc đẩy nhanh tiến độ giải ngân vốn đầu tư công"),
    ("Kế hoạch", "Tổ chức kiểm tra công tác phòng cháy, chữa cháy rừng mùa khô 2026 - 2027"),
    ("Báo cáo", "Kết quả thực hiện công tác cải cách hành chính quý III năm 2026"),
    ("Thông báo", "Kết luận cuộc họp giao ban công tác chuyển đổi số tháng 10"),
    ("Giấy mời", "Dự hội nghị triển khai nhiệm vụ thu ngân sách quý IV năm 2026"),
    ("Quyết định", "Thành lập Tổ công tác hỗ trợ người dân sử dụng dịch vụ công trực tuyến"),
    ("Tờ trình", "Phê duyệt danh mục mua sắm tài sản, thiết bị văn phòng năm 2027"),
    ("Công văn", "Về việc tăng cường công tác văn thư, lưu trữ sau sắp xếp đơn vị hành chính"),
    ("Công văn", "Về việc trả lời kiến nghị của cử tri trước kỳ họp Hội đồng nhân dân"),
    ("Hướng dẫn", "Thực hiện chế độ báo cáo định kỳ trên hệ thống thông tin báo cáo"),
    ("Báo cáo", "Tình hình tiếp công dân, giải quyết khiếu nại, tố cáo tháng 10 năm 2026"),
)
INCOMING_STATES = (
    DocumentState.ARRIVED,
    DocumentState.REGISTERED,
    DocumentState.REGISTERED,
    DocumentState.ASSIGNED,
    DocumentState.IN_PROGRESS,
    *[DocumentState.COMPLETED] * 7,
)


@dataclass(frozen=True)
class _Scene:
    """What seeding needs of one agency."""

    agency: Agency
    clerk: Actor
    leader: Position
    specialist: Position


def seed(environ: Mapping[str, str]) -> None:
    """Fill an empty, migrated EDMS. The same seed gives the same documents on the same day."""
    services = build(load(environ))
    services.organisation.load_directory(None, cast.organisation())
    _accounts(services)
    _keys(services)
    dice = random.Random(20261120)  # noqa: S311 - picks sample subjects
    fonts = FontSet.load(services.settings.font_dir)
    for agency in cast.AGENCIES:
        _documents(services, agency, dice, fonts)
    services.database.engine.dispose()


def _accounts(services: Services) -> None:
    with services.database.reading() as session:
        agency = session.get_one(Agency, agency_id(cast.OFFICE.key))
        session.expunge_all()
    for person, login in cast.LOGINS.items():
        command = NewAccount(person_id=person_id(person), login=login, password=cast.PASSWORD)
        services.accounts.create_account(Actor.system(agency), command)


def _keys(services: Services) -> None:
    with services.database.begin() as tx:
        for agency in cast.AGENCIES:
            key = partial(SigningKey, provider="pkcs12", valid_from=tx.now)
            leader = key(kind=KeyKind.PERSONAL, person_id=person_id(agency.leader))
            leader.reference, leader.image_name = f"{agency.leader}.p12", f"{agency.leader}.png"
            seal = key(kind=KeyKind.SEAL, agency_id=agency_id(agency.key))
            seal.reference, seal.image_name = f"{agency.seal_stem}.p12", f"{agency.seal_stem}.png"
            system = key(kind=KeyKind.SYSTEM, agency_id=agency_id(agency.key))
            system.reference = f"{agency.system_stem}.p12"
            tx.session.add_all([leader, seal, system])


def _documents(services: Services, agency: cast.Agency, dice: random.Random, fonts: FontSet) -> None:
    now = services.database.clock.now()
    with services.database.reading() as session:
        row = session.get_one(Agency, agency_id(agency.key))
        clerk, leader, specialist = (position_with(session, row.id, one, now) for one in Capacity)
        if clerk is None or leader is None or specialist is None:
            raise LookupError(agency.key)
        actor = Actor(row.id, row.name, position_id=clerk.id, position_title=clerk.title, capacity=Capacity.CLERK)
        scene = _Scene(row, actor, leader, specialist)
        session.expunge_all()
    pictures = {subject: _rendered(services, row.name, kind, subject, fonts) for kind, subject in SUBJECTS}
    with services.database.begin() as tx:
        for number in range(INCOMING_EACH):
            _incoming(tx, scene, dice, _ago(now, INCOMING_EACH - number, dice), pictures)
        for number in range(OUTGOING_EACH):
            _outgoing(tx, scene, dice, _ago(now, OUTGOING_EACH - number, dice), pictures)


def _incoming(
    tx: Transaction, scene: _Scene, dice: random.Random, at: datetime, pictures: Mapping[str, tuple[BlobRef, int]]
) -> None:
    issuer, notation = dice.choice(SENDERS)
    type_name, subject = dice.choice(SUBJECTS)
    state = dice.choice(INCOMING_STATES)
    holder = {
        DocumentState.ARRIVED: scene.clerk.position_id,
        DocumentState.REGISTERED: scene.leader.id,
        DocumentState.ASSIGNED: scene.specialist.id,
        DocumentState.IN_PROGRESS: scene.specialist.id,
    }.get(state)
    issued = at.astimezone(VIETNAM).date()
    document = Document(
        direction=Direction.INCOMING,
        state=state,
        responsible_position_id=holder,
        number=str(dice.randint(12, 2890)),
        notation=_code(type_name, notation),
        issued_on=issued,
        issuer_name=issuer,
        priority=dice.choice([Priority.NORMAL] * 6 + [Priority.URGENT, Priority.VERY_URGENT]),
        due_on=issued + timedelta(days=dice.randint(5, 40)) if dice.random() < 0.7 else None,
        arrived_at=at,
        **_common(scene, type_name, subject, at, pictures),
    )
    _keep(tx, scene, document, at, pictures[subject][0], registered=state != DocumentState.ARRIVED)


def _outgoing(
    tx: Transaction, scene: _Scene, dice: random.Random, at: datetime, pictures: Mapping[str, tuple[BlobRef, int]]
) -> None:
    type_name, subject = dice.choice(SUBJECTS)
    document = Document(
        direction=Direction.OUTGOING,
        state=DocumentState.DISPATCHED,
        notation=_code(type_name, f"{scene.agency.abbreviation}-{scene.leader.unit.abbreviation}"),
        issued_on=at.astimezone(VIETNAM).date(),
        issuer_name=scene.agency.name,
        issuer_organ_id="",
        signer_position=scene.leader.title,
        **_common(scene, type_name, subject, at, pictures),
    )
    recipient = DocumentRecipient(ordinal=1, name=dice.choice(SENDERS)[0])
    document.recipients.append(recipient)
    entry = _keep(tx, scene, document, at, pictures[subject][0], registered=True)
    document.number = printed_number(entry or 0)


def _common(
    scene: _Scene, type_name: str, subject: str, at: datetime, pictures: Mapping[str, tuple[BlobRef, int]]
) -> dict[str, object]:
    return {
        "agency_id": scene.agency.id,
        "type_name": type_name,
        "subject": subject,
        "page_amount": pictures[subject][1],
        "created_at": at,
        "body": {},
    }


def _keep(
    tx: Transaction, scene: _Scene, document: Document, at: datetime, blob: BlobRef, *, registered: bool
) -> int | None:
    tx.session.add(document)
    tx.session.flush()
    files.add(tx, document, NewFile(FileRole.MAIN, "van-ban.pdf", "application/pdf", blob))
    if document.responsible_position_id == scene.specialist.id:
        part = Participant(
            document_id=document.id, position_id=scene.specialist.id, role=ParticipantRole.LEAD, since=at
        )
        tx.session.add(part)
    tx.record(Act("document.imported", scene.clerk, "document", document.id, {"on": at.date().isoformat()}))
    return books.enter(tx, scene.clerk, document).number if registered else None


def _rendered(services: Services, agency: str, kind: str, subject: str, fonts: FontSet) -> tuple[BlobRef, int]:
    letter = OfficialLetter(
        agency=agency,
        type_name="" if kind == PLAIN_LETTER else kind,
        subject=subject,
        addressees=("Các cơ quan, đơn vị liên quan",),
        body=(
            f"{subject}.",
            "Văn bản mẫu của bản trình diễn, không có giá trị pháp lý.",
            "Đề nghị các cơ quan phối hợp.",
        ),
        signer_capacity=("NGƯỜI CÓ THẨM QUYỀN",),
        signer_name="Nguyễn Văn Mẫu",
        archive_line="Lưu: VT.",
    )
    laid_out = render_official_letter(letter, fonts)
    return services.documents.blobs.put(io.BytesIO(laid_out.pdf)), laid_out.page_count


def _code(type_name: str, rest: str) -> str:
    abbreviation = TYPE_ABBREVIATIONS.get(type_name)
    return f"{abbreviation}-{rest.split('-', 1)[0]}" if abbreviation else rest


def _ago(now: datetime, days: int, dice: random.Random) -> datetime:
    first_day = now.astimezone(VIETNAM).replace(month=1, day=1, hour=8, minute=0)
    wanted = now - timedelta(days=days, minutes=dice.randint(0, 400))
    return max(wanted, first_day)
