"""What the raw bytes of a PDF say, independent of any parser's opinion."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from typing import BinaryIO, Final

_CHUNK_BYTES: Final = 1024 * 1024
_TAIL_BYTES: Final = 2048
_BYTE_RANGE: Final = b"/ByteRange"
_END: Final = b"%%EOF"
_CLEAN_END: Final = re.compile(rb"%%EOF[\r\n]{0,2}\Z")


@dataclass(frozen=True)
class RawStructure:
    """What was counted.

    `byte_ranges` counts signatures in every revision, also those that a parser does not show; `clean_end` says that nothing but
    one line end follows the last end-of-file marker.
    """

    size_bytes: int
    sha256: str
    byte_ranges: int
    clean_end: bool


def raw_structure(source: BinaryIO) -> RawStructure:
    """Read the whole stream once, in constant memory."""
    digest = hashlib.sha256()
    size = count = 0
    tail = b""
    source.seek(0)
    while chunk := source.read(_CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
        joined = tail[-(len(_BYTE_RANGE) - 1) :] + chunk
        count += joined.count(_BYTE_RANGE)
        tail = (tail + chunk)[-_TAIL_BYTES:]
    return RawStructure(size, digest.hexdigest(), count, _CLEAN_END.search(tail) is not None)


def covers_whole_revision(source: BinaryIO, byte_range: list[int], contents_bytes: int) -> bool:
    """Whether a /ByteRange leaves out exactly its own /Contents and ends with a revision (ETSI EN 319 142-1, 5.1).

    `contents_bytes` is the length of the decoded /Contents with its padding. A parser that only adds up lengths can be led to
    accept overlapping or shifted ranges.
    """
    if len(byte_range) != 4:
        return False
    start, before, after, rest = byte_range
    end = after + rest
    if start != 0 or before <= 0 or rest <= 0 or after != before + 2 * contents_bytes + 2:
        return False
    source.seek(0, io.SEEK_END)
    if end > source.tell():
        return False
    source.seek(before)
    opening = source.read(1)
    source.seek(after - 1)
    closing = source.read(1)
    source.seek(max(after, end - len(_END) - 2))
    last = source.read(end - source.tell())
    return opening == b"<" and closing == b">" and _CLEAN_END.search(last) is not None
