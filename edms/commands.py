"""Turns JSON and form values into commands: frozen dataclasses, one schema for page, API, command line and test.

A field's annotation carries its bounds and, as `Meta(title=…)`, its Vietnamese name, so that what is wrong can be said beside
the field in a sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Annotated, Any, ClassVar, NamedTuple, Protocol, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from schemas.problems import Problem

T = TypeVar("T")


@dataclass(frozen=True)
class FieldFault:
    """What is wrong with one field: `field` as forms name it, and a sentence in Vietnamese and in English."""

    field: str
    vi: str
    en: str


class InputRefused(Problem):
    """Base of the refusals that a person mends in the form: pages show the form again with each fault beside its field.

    A leaf about one field sets `field`; its own sentences are the fault's.
    """

    field: ClassVar[str] = ""

    def faults(self) -> tuple[FieldFault, ...]:
        """Return what is wrong, field by field."""
        return (FieldFault(self.field, self.message_vi, self.message_en),)


class InputInvalid(InputRefused):
    """Values are missing or malformed; `facts["errors"]` has the Vietnamese sentence of each field, `detail` all with paths."""

    code: ClassVar[str] = "input.invalid"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = "Dữ liệu nhập chưa hợp lệ. Hãy sửa các trường được nêu rồi gửi lại."
    message_en: ClassVar[str] = "The input is not valid. Correct the fields named and send it again."

    def __init__(self, detail: str, faults: tuple[FieldFault, ...]) -> None:
        super().__init__(detail, errors={fault.field: fault.vi for fault in faults})
        self._faults = faults

    def faults(self) -> tuple[FieldFault, ...]:
        """Return what is wrong, field by field, in the order of the command's fields."""
        return self._faults


def decode(kind: type[T], values: Mapping[str, Any]) -> T:
    """Build the command `kind` from `values` (parsed JSON, or form values with lists where the field is one).

    Text is trimmed and composed (Unicode NFC, as Vietnamese is stored and searched); empty text counts as absent. Raises
    `InputInvalid`, which names every field at fault.
    """
    cleaned = {key: _cleaned(value) for key, value in values.items()}
    given = {key: value for key, value in cleaned.items() if value not in ("", None)}
    try:
        if not any(_UNUSABLE.search(text) for text in _texts(given)):
            return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(kind, given, str(error)) from error
    raise _invalid(kind, given, "")


class FormValues(Protocol):
    """What a web framework gives for a form: one or many values under a name."""

    def get(self, key: str) -> str | None:
        """Return the first value."""
        ...

    def getlist(self, key: str) -> list[str]:
        """Return all values."""
        ...


def decode_form(kind: type[T], form: FormValues) -> T:
    """Build the command `kind` from a form; fields whose type is a list take all values. Raises `InputInvalid`."""
    hints = get_type_hints(kind)
    values = {name: form.getlist(name) if get_origin(hint) is list else form.get(name) for name, hint in hints.items()}
    return decode(kind, values)


_UNUSABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (section 2.2) cannot carry, U+0000 among it, which PostgreSQL cannot keep either."""


class _Kind(NamedTuple):
    """A kind of fault: how msgspec tells of it, and what people are told. The pattern's group fills `{}`."""

    told: re.Pattern[str]
    vi: str
    en: str


_MISSING = "Object missing required field"
_UNUSABLE_TOLD = "Unusable character"
_KINDS = tuple(
    _Kind(re.compile(told), vi, en)
    for told, vi, en in (
        (_MISSING, "chưa nhập. Hãy nhập mục này.", "is missing. Enter it."),
        (
            _UNUSABLE_TOLD,
            "có ký tự không dùng được. Hãy gõ lại.",
            "has a character that cannot be used. Type it again.",
        ),
        (
            r"`str` of length >= (\d+)",
            "quá ngắn. Hãy nhập ít nhất {} ký tự.",
            "is too short. Enter at least {} characters.",
        ),
        (
            r"`str` of length <= (\d+)",
            "quá dài. Hãy nhập tối đa {} ký tự.",
            "is too long. Enter at most {} characters.",
        ),
        (r"`array` of length >= (\d+)", "quá ít. Hãy chọn ít nhất {}.", "has too few. Choose at least {}."),
        (r"`array` of length <= (\d+)", "quá nhiều. Hãy chọn tối đa {}.", "has too many. Choose at most {}."),
        (
            r"Invalid UUID|Invalid enum value",
            "không có trong danh sách. Hãy chọn lại.",
            "is not in the list. Choose again.",
        ),
        (
            r"encoded date\b",
            "không phải là ngày. Hãy chọn một ngày có trong lịch.",
            "is no date. Choose a day of the calendar.",
        ),
        (r"encoded (?:datetime|time)\b", "không phải là thời điểm. Hãy nhập lại.", "is no time. Enter it again."),
        (r">= (-?[\d.]+)", "quá nhỏ. Hãy nhập từ {} trở lên.", "is too small. Enter {} or more."),
        (r"<= (-?[\d.]+)", "quá lớn. Hãy nhập không quá {}.", "is too large. Enter {} or less."),
        (r"`(?:int|float)`.*, got", "không phải là số. Hãy nhập một số.", "is no number. Enter a number."),
        ("", "chưa đúng dạng. Hãy nhập lại.", "has not the right form. Enter it again."),
    )
)


def _invalid(kind: type[Any], given: Mapping[str, Any], whole: str) -> InputInvalid:
    """Look at each field by itself, because msgspec stops at the first; `whole` is what it said of the whole."""
    hints = get_type_hints(kind, include_extras=True)
    found = list(_field_faults(kind, given, hints))
    if not found:
        return InputInvalid(whole, ())
    detail = "; ".join(f"{fault.field}{path}: {fault.vi} / {fault.en}" for fault, path in found)
    return InputInvalid(detail, tuple(fault for fault, _ in found))


def _field_faults(
    kind: type[Any], given: Mapping[str, Any], hints: Mapping[str, Any]
) -> Iterator[tuple[FieldFault, str]]:
    for one in fields(kind):
        if one.name not in given:
            if one.default is MISSING and one.default_factory is MISSING:
                yield _fault(one.name, hints[one.name], _MISSING), ""
            continue
        value = given[one.name]
        if any(_UNUSABLE.search(text) for text in _texts(value)):
            yield _fault(one.name, hints[one.name], _UNUSABLE_TOLD), ""
            continue
        try:
            msgspec.convert(value, hints[one.name], strict=False)
        except msgspec.ValidationError as error:
            told, _, path = str(error).partition(" - at `$")
            yield _fault(one.name, hints[one.name], told), path.rstrip("`")


def _fault(name: str, hint: Any, told: str) -> FieldFault:
    for kind in _KINDS:
        match = kind.told.search(told)
        if match is not None:
            bound = match.group(1) if match.groups() else ""
            title = _title(hint)
            vi = f"{title} {kind.vi}" if title else kind.vi[0].upper() + kind.vi[1:]
            return FieldFault(name, vi.format(bound), f"{name} {kind.en.format(bound)}")
    raise AssertionError("the last kind fits everything")


def _title(hint: Any) -> str:
    """Return the Vietnamese name that an annotation gives its field, or an empty text."""
    if get_origin(hint) is not Annotated:
        return ""
    return next((one.title for one in get_args(hint)[1:] if isinstance(one, msgspec.Meta) and one.title), "")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.strip())
    if isinstance(value, list):
        return [_cleaned(one) for one in value if one != ""]
    return value
