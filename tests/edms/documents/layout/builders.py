"""Documents, raster measurements and Vietnamese text for the tests of the layout."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pypdfium2
from hypothesis import strategies as st
from PIL.Image import Image

from edms.documents.layout.annex import PAGE_HEIGHT_PT, Box
from edms.documents.layout.letter import OfficialLetter
from edms.documents.layout.minutes import HandoverMinutes, InventoryCategory, InventoryItem, Party

PIXELS_PER_POINT = 3.0
PAPER = 250  # grey values below this are ink

_OPENING = (
    "Thực hiện Kế hoạch số 125/KH-UBND ngày 12 tháng 01 năm 2026 của Ủy ban nhân dân tỉnh Lâm Đồng, Sở Tài chính đề nghị "
    "các cơ quan, đơn vị rà soát, bàn giao hồ sơ, tài liệu điện tử và thực hiện một số nội dung sau đây:"
)

LETTER = OfficialLetter(
    superior_agency="UBND tỉnh Lâm Đồng",
    agency="Sở Tài chính",
    subject="rà soát, bàn giao hồ sơ, tài liệu điện tử",
    notation="STC-VP",
    addressees=("Văn phòng Ủy ban nhân dân tỉnh", "Các sở, ban, ngành thuộc tỉnh"),
    body=(
        _OPENING,
        "1. Rà soát toàn bộ hồ sơ, tài liệu đang giải quyết; lập danh mục hồ sơ, tài liệu phải bàn giao theo quy định.",
        "Sở Tài chính đề nghị các cơ quan, đơn vị quan tâm, phối hợp thực hiện.",
    ),
    signer_capacity=("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"),
    signer_name="Nguyễn Thị Ánh Tuyết",
    recipients=("Như trên", "Giám đốc Sở (để báo cáo)"),
    archive_line="Lưu: VT, VP.",
)

DECISION = replace(
    LETTER,
    agency="Ủy ban nhân dân tỉnh Lâm Đồng",
    superior_agency="",
    type_name="Quyết định",
    subject="Ban hành Quy chế quản lý, sử dụng Hệ thống quản lý văn bản và điều hành trên địa bàn tỉnh Lâm Đồng",
    notation="QĐ-UBND",
    addressees=(),
    authority="Ủy ban nhân dân tỉnh Lâm Đồng",
    legal_grounds=("Căn cứ Luật Tổ chức chính quyền địa phương số 72/2025/QH15", "Theo đề nghị của Giám đốc Sở Nội vụ"),
    enacting_words="QUYẾT ĐỊNH:",
    body=("Điều 1. Ban hành kèm theo Quyết định này Quy chế.", "Điều 2. Quyết định này có hiệu lực kể từ ngày ký."),
    signer_capacity=("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),
)

_WORDS = (
    (
        "Ủy ban nhân dân tỉnh thực hiện nghiêm túc việc tiếp nhận xử lý văn bản điện tử ký số đúng thẩm quyền nguồn lưu trữ "
        "hồ sơ công việc đường thuỷ khoẻ mạnh Ðắk Lắk ngữ nghĩa Nghị định số 30/2020/NĐ-CP; – (khoản 2, Điều 14) quý "
        "chuyển nghiệp vụ Đặng Thuỳ Trâm ưỡn ẹo gượng gạo hỡi ôi phượng vĩ ẫm ờ ặc ệch"
    )
    .replace("Ð", "Đ")
    .split()
)

words = st.sampled_from(_WORDS)
paragraphs = st.lists(words, min_size=1, max_size=120).map(" ".join)
bodies = st.lists(paragraphs, min_size=1, max_size=14).map(tuple)


def minutes(
    items: int, *, title: str = "Về việc báo cáo tình hình thực hiện nhiệm vụ quý III năm 2026"
) -> HandoverMinutes:
    listed = tuple(
        InventoryItem(
            f"{n}/CV-STC", title, date(2026, 11, 1) + timedelta(days=n % 28), "Đang giải quyết", f"Ghi chú {n}"
        )
        for n in range(1, items + 1)
    )
    return HandoverMinutes(
        agency="Sở Tài chính",
        superior_agency="UBND tỉnh Lâm Đồng",
        place="Đà Lạt",
        drawn_up_on=date(2026, 11, 20),
        giver=Party("Lê Hoàng Phúc", "Chuyên viên", "Phòng Quản lý ngân sách"),
        receiver=Party("Phạm Thị Mỹ Duyên", "Phó Trưởng phòng", "Phòng Quản lý ngân sách"),
        reason="nghỉ hưu",
        cut_off=datetime(2026, 11, 20, 10, 30, tzinfo=UTC),
        categories=(InventoryCategory("Văn bản đến đang giải quyết", listed), InventoryCategory("Thiết bị", ())),
        inventory_sha256=sha256(b"inventory").hexdigest(),
    )


def page_texts(pdf: bytes) -> list[str]:
    """The text of each page with white space made single."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    finally:
        document.close()


def pictures(pdf: bytes) -> list[Image]:
    """Each page as a grey picture of `PIXELS_PER_POINT`."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=PIXELS_PER_POINT, grayscale=True).to_pil().copy() for page in document]
    finally:
        document.close()


def ink_of(picture: Any) -> tuple[float, float, float, float] | None:
    """Bounds of the ink in points from the lower left corner (left, bottom, right, top); None for a blank picture."""
    bounds = picture.point(lambda grey: 255 if grey < PAPER else 0).getbbox()
    if bounds is None:
        return None
    left, upper, right, lower = (edge / PIXELS_PER_POINT for edge in bounds)
    return left, PAGE_HEIGHT_PT - lower, right, PAGE_HEIGHT_PT - upper


def crop(picture: Image, box: Box) -> Image:
    """The part of a page's picture that lies wholly inside a box."""
    scale = PIXELS_PER_POINT
    return picture.crop(
        (
            int(box.x0 * scale) + 1,
            int((PAGE_HEIGHT_PT - box.y1) * scale) + 1,
            int(box.x1 * scale) - 1,
            int((PAGE_HEIGHT_PT - box.y0) * scale) - 1,
        )
    )
