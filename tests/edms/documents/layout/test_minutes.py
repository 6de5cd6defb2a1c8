from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edms.documents.layout.annex import PAGE_WIDTH_PT, mm
from edms.documents.layout.errors import DigestInvalid, LayoutProblem, LetterNotInFont, TextMissing, TimeInvalid
from edms.documents.layout.fonts import FontSet
from edms.documents.layout.minutes import InventoryCategory, InventoryItem, Party, render_minutes
from tests.edms.documents.layout.builders import ink_of, minutes, page_texts, pictures, words
from tests.provoked import provokes

HEAD = "STT Số, ký hiệu Tên công việc, trích yếu, tiêu đề hồ sơ Thời hạn Tình trạng Ghi chú"


def squeezed(texts: list[str]) -> str:
    return re.sub(r"\s", "", "".join(texts))


def test_the_minutes_say_who_hands_what_to_whom_and_when(fonts: FontSet) -> None:
    given_minutes = replace(minutes(2), objections=("Thiếu bản dự thảo lần 2.",))
    everything = " ".join(page_texts(render_minutes(given_minutes, fonts)))
    for part in (
        "BIÊN BẢN BÀN GIAO Công việc, hồ sơ, tài liệu khi nghỉ hưu",
        "Đà Lạt, ngày 20 tháng 11 năm 2026",
        "điểm đ khoản 3 Điều 31 Nghị định số 30/2020/NĐ-CP",
        "1. Bên giao: Lê Hoàng Phúc, Chuyên viên, Phòng Quản lý ngân sách.",
        "2. Bên nhận: Phạm Thị Mỹ Duyên, Phó Trưởng phòng, Phòng Quản lý ngân sách.",
        "17 giờ 30 phút 00 giây, ngày 20 tháng 11 năm 2026 (2026-11-20T17:30:00+07:00)",
        "1. Văn bản đến đang giải quyết (2 mục)",
        "2/CV-STC",
        "03/11/2026",
        "2. Thiết bị (0 mục) Không có.",
        "Tổng số: 2 mục (Văn bản đến đang giải quyết: 2; Thiết bị: 0).",
        "Thiếu bản dự thảo lần 2.",
        given_minutes.inventory_sha256,
        "BÊN GIAO CHUYÊN VIÊN",
        "BÊN NHẬN PHÓ TRƯỞNG PHÒNG",
    ):
        assert part in everything, part
    assert "Số: " not in everything


def test_every_page_of_a_long_table_repeats_its_head(fonts: FontSet) -> None:
    texts = page_texts(render_minutes(minutes(150), fonts))
    assert len(texts) > 5
    with_rows = [text for text in texts if "/CV-STC" in text]
    assert len(with_rows) >= len(texts) - 1
    assert all(text.count(HEAD) == 1 for text in with_rows)
    everything = " ".join(texts)
    assert [int(n) for n in re.findall(r"(\d+)/CV-STC", everything)] == list(range(1, 151))


@settings(max_examples=12, deadline=None)
@given(
    items=st.integers(0, 40),
    title=st.lists(words, min_size=1, max_size=80).map(" ".join),
    objections=st.lists(st.lists(words, min_size=1, max_size=60).map(" ".join), max_size=5).map(tuple),
)
def test_tables_of_any_height_stay_within_the_margins(
    fonts: FontSet, items: int, title: str, objections: tuple[str, ...]
) -> None:
    pdf = render_minutes(replace(minutes(items, title=title), objections=objections), fonts)
    texts = page_texts(pdf)
    assert squeezed(texts).count("/CV-STC") == items
    assert "Lê Hoàng Phúc" in texts[-1]
    assert "thống nhất nội dung và ký số vào biên bản./." in texts[-1]
    for picture in pictures(pdf):
        ink = ink_of(picture)
        assert ink is not None
        assert ink[0] >= mm(30) - 1
        assert ink[1] >= mm(20) - 1
        assert ink[2] <= PAGE_WIDTH_PT - mm(15) + 1


def test_a_row_taller_than_a_page_runs_on(fonts: FontSet) -> None:
    remarks = " ".join(f"ghichú{n}" for n in range(400))
    item = InventoryItem("01.TCCB", "Hồ sơ", None, "Đang giải quyết", remarks)
    texts = page_texts(render_minutes(replace(minutes(0), categories=(InventoryCategory("Hồ sơ", (item,)),)), fonts))
    assert len(texts) >= 6
    assert all(f"ghichú{n}" in squeezed(texts) for n in range(400))


def test_equal_minutes_give_equal_bytes(fonts: FontSet) -> None:
    assert render_minutes(minutes(30), fonts) == render_minutes(minutes(30), fonts)


@provokes(by="problem")
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"inventory_sha256": "0" * 63}, DigestInvalid),
        ({"inventory_sha256": "A" * 64}, DigestInvalid),
        ({"inventory_sha256": "0" * 64 + "\n"}, DigestInvalid),
        ({"cut_off": datetime(2026, 11, 20, 17, 30)}, TimeInvalid),  # noqa: DTZ001 - the very mistake
        ({"reason": ""}, TextMissing),
        ({"place": " "}, TextMissing),
        ({"giver": Party("", "Chuyên viên", "")}, TextMissing),
        ({"objections": ("漢",)}, LetterNotInFont),
    ],
)
def test_minutes_that_prove_nothing_are_refused(
    fonts: FontSet, change: dict[str, Any], problem: type[LayoutProblem]
) -> None:
    with pytest.raises(problem):
        render_minutes(replace(minutes(1), **change), fonts)
