"""One spelling of plain JSON, so that the same content always has the same digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID


def plain(value: object) -> Any:
    """Return `value` as JSON knows it: ids, dates and enumeration members become text, tuples become lists.

    Raises `TypeError` for what has no one spelling: floating-point numbers, bytes, keys that are not text, other objects.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("keys of canonical JSON are text")
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    raise TypeError(f"{type(value).__name__} has no canonical JSON")


def canonical_json(value: object) -> bytes:
    """Return `plain(value)` in UTF-8 with sorted keys and no white space.

    For text, whole numbers, booleans and null this is the JSON canonicalisation scheme (RFC 8785), apart from the order of
    keys outside the basic multilingual plane, which are not used.
    """
    text = json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def digest(value: object) -> str:
    """Return the SHA-256 of `canonical_json(value)`, lower-case hex."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
