"""Code lists and the XSD of what we send."""

from __future__ import annotations

import pytest

from schemas import parse
from schemas.edxml.codes import (
    ADMINISTRATIVE_DOCUMENT_TYPES,
    BUSINESS_TYPES,
    FLAGS,
    LEGAL_DOCUMENT_TYPES,
    PAPER,
    PRIORITIES,
    RECEIVER_TYPES,
    STATUS_CODES,
    STEERING_TYPES_FROM_ONE,
    STEERING_TYPES_FROM_ZERO,
    CodeList,
    document_types_named,
    fold,
)
from schemas.edxml.validation import check_v102
from schemas.errors import SchemaViolation
from tests.messages.compose import MESSAGES

LISTS = [
    ADMINISTRATIVE_DOCUMENT_TYPES,
    BUSINESS_TYPES,
    FLAGS,
    LEGAL_DOCUMENT_TYPES,
    PAPER,
    PRIORITIES,
    RECEIVER_TYPES,
    STATUS_CODES,
    STEERING_TYPES_FROM_ONE,
    STEERING_TYPES_FROM_ZERO,
]


@pytest.mark.parametrize("codes", LISTS, ids=lambda codes: codes.name)
def test_each_code_has_labels_in_both_languages_and_a_source(codes: CodeList) -> None:
    assert len(codes) > 1
    for value, code in codes.items():
        assert code.value == value
        assert all((code.label_vi, code.label_en, code.source))


def test_document_types_are_numbered_without_gaps() -> None:
    assert list(LEGAL_DOCUMENT_TYPES) == [str(number) for number in range(1, 14)]
    assert list(ADMINISTRATIVE_DOCUMENT_TYPES) == [str(number) for number in range(1, 33)]
    assert ADMINISTRATIVE_DOCUMENT_TYPES["18"].label_vi == "Công văn"


@pytest.mark.parametrize("name", ["Công văn", "CÔNG VĂN", " công  văn ", "Co\u0302ng va\u0306n"])
def test_document_types_are_found_by_name_however_written(name: str) -> None:
    assert [code.value for code in document_types_named(name)] == ["18"]


@pytest.mark.parametrize(
    ("one", "other"), [("Hoả tốc", "Hỏa tốc"), ("Giấy uỷ quyền", "Giấy ủy quyền"), ("Bản thoả thuận", "bản thỏa thuận")]
)
def test_old_and_new_tone_placement_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("mật", "mặt"), ("quý", "qúy"), ("hoàng", "hòang"), ("Cong van", "Công văn")]
)
def test_other_words_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_messages_of_others_need_not_follow_our_schema_and_are_told_where() -> None:
    with pytest.raises(SchemaViolation) as refused:
        check_v102(parse(MESSAGES["oddities"]))
    assert refused.value.line
    assert "From" in str(refused.value)
