"""From JSON and forms to commands: what is wrong is said of every field at once, in sentences."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta
from werkzeug.datastructures import MultiDict

from edms.commands import FieldFault, InputInvalid, decode, decode_form
from edms.documents.commands import DraftLetter, ListDocuments
from edms.documents.model import Priority
from edms.workflow.commands import GiveDirective

SOMEWHERE = "01a1f92e-002a-7431-83b4-5e0ebc873d3a"


@dataclass(frozen=True)
class Sample:
    name: Annotated[str, Meta(min_length=2, max_length=5, title="Tên")]
    place: Annotated[UUID, Meta(title="Nơi")]
    day: Annotated[date | None, Meta(title="Ngày")] = None
    priority: Annotated[Priority, Meta(title="Độ khẩn")] = Priority.NORMAL
    count: Annotated[int, Meta(ge=1, le=9)] = 1
    others: list[UUID] = field(default_factory=list)
    word: Annotated[str, Meta(pattern="^a+$")] = "a"


GOOD = {"name": "Liên", "place": SOMEWHERE}


@pytest.mark.parametrize(
    ("change", "vi", "en"),
    [
        ({"name": ""}, "Tên chưa nhập. Hãy nhập mục này.", "name is missing. Enter it."),
        ({"name": "L"}, "Tên quá ngắn. Hãy nhập ít nhất 2 ký tự.", "name is too short. Enter at least 2 characters."),
        (
            {"name": "Thông thái"},
            "Tên quá dài. Hãy nhập tối đa 5 ký tự.",
            "name is too long. Enter at most 5 characters.",
        ),
        ({"name": "a\x00b"}, "Tên có ký tự không dùng được. Hãy gõ lại.", "name has a character that cannot be used."),
        ({"name": "a\ud800"}, "Tên có ký tự không dùng được. Hãy gõ lại.", "name has a character that cannot be used."),
        ({"place": "x"}, "Nơi không có trong danh sách. Hãy chọn lại.", "place is not in the list. Choose again."),
        ({"day": "2026-02-30"}, "Ngày không phải là ngày. Hãy chọn một ngày có trong lịch.", "day is no date."),
        ({"priority": "9"}, "Độ khẩn không có trong danh sách. Hãy chọn lại.", "priority is not in the list."),
        ({"count": "0"}, "Quá nhỏ. Hãy nhập từ 1 trở lên.", "count is too small. Enter 1 or more."),
        ({"count": "10"}, "Quá lớn. Hãy nhập không quá 9.", "count is too large. Enter 9 or less."),
        ({"count": "mười"}, "Không phải là số. Hãy nhập một số.", "count is no number. Enter a number."),
        ({"others": ["x"]}, "Không có trong danh sách. Hãy chọn lại.", "others is not in the list. Choose again."),
        ({"word": "b"}, "Chưa đúng dạng. Hãy nhập lại.", "word has not the right form. Enter it again."),
    ],
)
def test_each_fault_has_its_sentence_in_both_languages(change: dict[str, Any], vi: str, en: str) -> None:
    with pytest.raises(InputInvalid) as refusal:
        decode(Sample, GOOD | change)
    (fault,) = refusal.value.faults()
    assert (fault.field, fault.vi) == (*change, vi)
    assert fault.en.startswith(en)
    assert refusal.value.facts == {"errors": {fault.field: vi}}


def test_every_field_at_fault_is_named_at_once_with_its_path() -> None:
    with pytest.raises(InputInvalid) as refusal:
        decode(Sample, {"place": "x", "others": [SOMEWHERE, "y"], "count": 0})
    assert [fault.field for fault in refusal.value.faults()] == ["name", "place", "count", "others"]
    assert "others[1]: " in refusal.value.detail


@given(
    st.dictionaries(st.sampled_from([*Sample.__dataclass_fields__]), st.text() | st.lists(st.text()) | st.integers())
)
def test_whatever_comes_is_a_command_or_a_refusal_that_names_fields(values: dict[str, Any]) -> None:
    faults: tuple[FieldFault, ...] = ()
    try:
        found = decode(Sample, values)
    except InputInvalid as refusal:
        faults, found = refusal.faults(), None
    assert (found is None) == bool(faults)
    assert {fault.field for fault in faults} <= set(Sample.__dataclass_fields__)
    assert all(fault.vi.endswith(".") and fault.en.endswith(".") for fault in faults)
    assert found is None or 2 <= len(found.name) <= 5


@given(st.text(alphabet="aăâeêioôơuưyđAĂÂĐ \u0301\u0300\u0309\u0303\u0323", min_size=1))
def test_text_is_trimmed_and_composed(text: str) -> None:
    directive = decode(GiveDirective, {"text": "x" + text + "x", "lead_position_id": SOMEWHERE})
    assert directive.text == unicodedata.normalize("NFC", "x" + text + "x")
    assert decode(ListDocuments, {"text": f"  {text}\n"}).text == unicodedata.normalize("NFC", text.strip())


def test_a_form_gives_lists_where_the_field_is_one_and_empty_means_absent() -> None:
    form = MultiDict([("recipient_organ_ids", "H1"), ("recipient_organ_ids", ""), ("recipient_organ_ids", "H2")])
    form.update({"subject": " Về việc A ", "body": "Nội dung", "signer_position_id": SOMEWHERE, "due_on": ""})
    form["secrecy"] = "thuong"
    letter = decode_form(DraftLetter, form)
    assert letter.recipient_organ_ids == ["H1", "H2"]
    assert (letter.subject, letter.due_on, letter.type_name) == ("Về việc A", None, "Công văn")
