"""What a hostile file may do to its reader, and that none of it reaches the process that asked."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from schemas.confined import MEBIBYTE, Bounds, Confinement
from schemas.errors import ContentTooCostly, ReaderCrashed, ZipDamaged, ZipEncrypted
from tests.provoked import provokes

TIGHT = Confinement(
    (), Bounds(memory_bytes=64 * MEBIBYTE, cpu_seconds=1, wall_seconds=10.0, answer_bytes=MEBIBYTE), at_once=2
)


def length_of(path: Path) -> bytes:
    return str(len(path.read_bytes())).encode()


def whose_process() -> bytes:
    return str(os.getpid()).encode()


def allocate(size_bytes: int) -> bytes:
    return str(len(bytearray(size_bytes))).encode()


def loop() -> bytes:
    while True:
        pass


def wait_for_ever() -> bytes:
    signal.pause()
    return b""


def crash() -> bytes:
    os.kill(os.getpid(), signal.SIGSEGV)
    return b""


def refuse(detail: str) -> bytes:
    raise ZipDamaged(detail)


def fail() -> bytes:
    raise LookupError("nobody foresaw this")


def much(size_bytes: int) -> bytes:
    return bytes(size_bytes)


def test_an_answer_comes_from_another_process(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"12345")
    assert TIGHT.call(length_of, file) == b"5"
    assert int(TIGHT.call(whose_process)) not in (os.getpid(), int(TIGHT.call(whose_process)))


@provokes("content.too-costly")
def test_memory_is_bounded() -> None:
    assert TIGHT.call(allocate, 32 * MEBIBYTE) == str(32 * MEBIBYTE).encode()
    with pytest.raises(ContentTooCostly, match="memory"):
        TIGHT.call(allocate, 65 * MEBIBYTE)


def test_processor_time_is_bounded() -> None:
    with pytest.raises(ContentTooCostly, match="processor time"):
        TIGHT.call(loop)


def test_waiting_is_bounded() -> None:
    hasty = Confinement((), Bounds(wall_seconds=0.2))
    with pytest.raises(ContentTooCostly, match="within"):
        hasty.call(wait_for_ever)


@provokes("content.reader-crashed")
def test_a_crash_is_told_and_harms_nobody() -> None:
    with pytest.raises(ReaderCrashed, match="-11"):
        TIGHT.call(crash)
    assert TIGHT.call(allocate, 1) == b"1"


def test_a_refusal_comes_back_as_itself_if_it_was_announced() -> None:
    with pytest.raises(ZipDamaged) as refused:
        TIGHT.call(refuse, "entry 3", refusals=(ZipDamaged, ZipEncrypted))
    assert refused.value.detail == "entry 3"
    with pytest.raises(ReaderCrashed):
        TIGHT.call(refuse, "entry 3", refusals=(ZipEncrypted,))


def test_an_error_that_nobody_foresaw_is_a_crash(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ReaderCrashed):
        TIGHT.call(fail)


def test_an_answer_without_end_is_not_read() -> None:
    assert len(TIGHT.call(much, MEBIBYTE)) == MEBIBYTE
    with pytest.raises(ContentTooCostly, match="answer"):
        TIGHT.call(much, 2 * MEBIBYTE)


def test_threads_share_it() -> None:
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda number: TIGHT.call(allocate, number), range(12)))
    assert answers == [str(number).encode() for number in range(12)]
