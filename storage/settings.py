"""Reads settings from the environment into a frozen dataclass.

A key that is not a field is refused: a misspelt setting must not be silently ignored. Field names carry their unit
(`timeout_seconds`). Fields of type `Secret` never show their value.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar, get_type_hints

import msgspec

from storage.errors import SettingsInvalid

T = TypeVar("T")


class Secret(str):
    """A string that prints as stars; `reveal()` gives it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def reveal(self) -> str:
        """Return the value itself."""
        return str.__str__(self)


def read_settings(cls: type[T], prefix: str, environ: Mapping[str, str]) -> T:
    """Build `cls` (a frozen dataclass) from the variables of `environ` that start with `prefix`.

    `prefix` ends with an underscore; field `database_url` is read from `<prefix>DATABASE_URL`. Values are converted to the
    field's type (`1`/`true` for booleans, comma-separated for tuples).

    Raises `SettingsInvalid` naming every unknown, missing or malformed variable at once.
    """
    fields = {f.name: f for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
    hints = get_type_hints(cls)
    given = {key[len(prefix) :].lower(): value for key, value in environ.items() if key.startswith(prefix)}
    faults = [f"{prefix}{name.upper()}: unknown setting" for name in sorted(given.keys() - fields.keys())]
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in given:
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
                faults.append(f"{prefix}{name.upper()}: required, not set")
            continue
        try:
            values[name] = _convert(given[name], hints[name])
        except (msgspec.ValidationError, ValueError) as error:
            faults.append(f"{prefix}{name.upper()}: {error}")
    if faults:
        raise SettingsInvalid("\n".join(faults))
    return cls(**values)


def _convert(text: str, hint: Any) -> Any:
    if hint is Secret:
        return Secret(text)
    if hint == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return msgspec.convert(text, hint, strict=False, dec_hook=lambda kind, value: kind(value))
