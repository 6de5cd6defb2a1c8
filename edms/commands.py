"""Turns JSON and form values into commands: frozen dataclasses, one schema for page, API, command line and test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, TypeVar, get_origin, get_type_hints

import msgspec

from schemas.problems import Problem

T = TypeVar("T")


class InputInvalid(Problem):
    """A value is missing or malformed; `detail` names the field."""

    code: ClassVar[str] = "input.invalid"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = "Dữ liệu nhập chưa hợp lệ. Hãy sửa trường được nêu rồi gửi lại."
    message_en: ClassVar[str] = "The input is not valid. Correct the field named and send it again."


def decode(kind: type[T], values: Mapping[str, Any]) -> T:
    """Build the command `kind` from `values` (parsed JSON, or form values with lists where the field is one).

    Text is trimmed; empty text counts as absent where the field has a default. Raises `InputInvalid`.
    """
    cleaned = {key: _trimmed(value) for key, value in values.items()}
    given = {key: value for key, value in cleaned.items() if value not in ("", None)}
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise InputInvalid(str(error)) from error


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


def _trimmed(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [_trimmed(one) for one in value if one != ""]
    return value
