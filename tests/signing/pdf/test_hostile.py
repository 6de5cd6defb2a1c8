"""Damaged and hostile files: nothing but verdicts and refusals of our own comes out."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signing import errors
from signing.pdf import reserve, validate_pdf
from signing.pdf.policy import RECEIVED_DOCUMENT
from signing.pdf.structure import covers_whole_revision, raw_structure
from signing.trust import Trust
from signing.verdicts import Verdict
from tests.provoked import provokes
from tests.signing.pdf.stages import FIELDS, Desk, Stages, codes

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = st.sampled_from(
    [b"/ByteRange", b"/AcroForm", b"/Fields", b"obj", b"endobj", b"xref", b"trailer", b"startxref", b"/Contents", b"/Type",
     b"/Kids", b"/Pages", b"/Root", b"/Prev", b"<<", b">>", b"[", b"]", b"0 R", b"stream", b"/FT", b"/V", b"/Lock", b"/P"]
)  # fmt: skip


@pytest.fixture(scope="session")
def offline(desk: Desk) -> Trust:
    return desk.pki.trust(fetch=False)


def _judged(source: bytes, trust: Trust, desk: Desk) -> Verdict:
    report = validate_pdf(io.BytesIO(source), trust, desk.when, RECEIVED_DOCUMENT)
    report.to_dict()
    return report.verdict


@FEW
@given(st.binary(max_size=400), st.sampled_from([b"", b"%PDF-1.7\n", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"]))
def test_arbitrary_bytes_are_never_valid(desk: Desk, offline: Trust, source: bytes, header: bytes) -> None:
    assert _judged(header + source, offline, desk) is not Verdict.VALID


@FEW
@given(st.data())
def test_truncated_documents_are_never_valid_and_never_signed(
    desk: Desk, stages: Stages, offline: Trust, data: st.DataObject
) -> None:
    cut = stages.sealed[: data.draw(st.integers(0, len(stages.sealed) - 1))]
    assert _judged(cut, offline, desk) is not Verdict.VALID


@FEW
@given(st.data())
def test_overwritten_documents_are_never_valid(desk: Desk, stages: Stages, offline: Trust, data: st.DataObject) -> None:
    source = bytearray(stages.sealed)
    for _ in range(data.draw(st.integers(1, 4))):
        word = data.draw(WORDS)
        where = data.draw(st.integers(0, len(source) - len(word)))
        source[where : where + len(word)] = word
    if bytes(source) != stages.sealed:
        assert _judged(bytes(source), offline, desk) is not Verdict.VALID


@FEW
@given(st.data())
def test_words_exchanged_for_others_are_never_valid(
    desk: Desk, stages: Stages, offline: Trust, data: st.DataObject
) -> None:
    old, new = data.draw(WORDS), data.draw(WORDS)
    assert _judged(stages.sealed.replace(old, new.ljust(len(old))[: len(old)]), offline, desk) is not Verdict.VALID


@FEW
@given(st.data())
def test_damaged_documents_are_refused_in_our_own_words(
    desk: Desk, stages: Stages, serif_font: Path, data: st.DataObject
) -> None:
    source = bytearray(stages.plain)
    for _ in range(data.draw(st.integers(1, 3))):
        word = data.draw(WORDS | st.binary(min_size=1, max_size=6))
        where = data.draw(st.integers(0, len(source) - len(word)))
        source[where : where + len(word)] = word
    # Anything else than a refusal of our own fails the test; some damage leaves a document that can still be used.
    with suppress(errors.DocumentProblem):
        reserve(io.BytesIO(bytes(source)), io.BytesIO(), FIELDS, serif_font)


@FEW
@given(st.data())
def test_damaged_documents_are_not_numbered(desk: Desk, stages: Stages, data: st.DataObject) -> None:
    source = bytearray(stages.signed)
    word = data.draw(WORDS)
    where = data.draw(st.integers(0, len(stages.reserved) - len(word)))
    source[where : where + len(word)] = word
    if bytes(source) != stages.signed:
        with pytest.raises(errors.DocumentProblem):
            desk.complete(bytes(source), trust=desk.pki.trust(fetch=False))


@provokes("signing.document-unreadable", "document.unreadable")
def test_an_encrypted_document_is_refused(desk: Desk, stages: Stages) -> None:
    encrypted = stages.plain.replace(b"/Root", b"/Encrypt << /Filter /Standard /V 1 /R 2 /O () /U () /P -4 >>\n/Root")
    assert codes(desk.validate(encrypted)) == {"document.unreadable"}
    with pytest.raises(errors.DocumentUnreadable):
        desk.reserve(encrypted)


@pytest.mark.parametrize(
    "byte_range", [[], [0, 10], [0, 1, 2, 3], [1, 5, 8, 1], [0, -5, 8, 1], [0, 5, 8, 10**9], [0, 0, 2, 2]]
)
def test_byte_ranges_that_leave_something_out_cover_nothing(byte_range: list[int]) -> None:
    assert not covers_whole_revision(io.BytesIO(b"abcde<>%%EOF"), byte_range, 0)


def test_the_byte_range_of_a_whole_revision_covers_it() -> None:
    source = io.BytesIO(b"abcde<00>rest\n%%EOF\n")
    assert covers_whole_revision(source, [0, 5, 9, 11], 1)
    assert covers_whole_revision(source, [0, 5, 9, 10], 1)
    assert not covers_whole_revision(source, [0, 5, 9, 9], 1)
    assert not covers_whole_revision(source, [0, 5, 8, 12], 1)


@given(
    parts=st.lists(st.sampled_from([b"/ByteRange", b"/Byte", b"Range", b"x", b"/"]), max_size=40),
    chunk=st.integers(1, 7),
)
def test_byte_ranges_are_counted_whatever_the_chunks(parts: list[bytes], chunk: int) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(chunk if size else 0)

    source = b"".join(parts)
    structure = raw_structure(Slow(source))
    assert structure.byte_ranges == source.count(b"/ByteRange")
    assert structure.size_bytes == len(source)


def test_a_report_on_nonsense_names_its_policy_and_its_bytes(desk: Desk) -> None:
    report = desk.validate(b"no PDF")
    assert report.verdict is Verdict.INDETERMINATE
    assert report.policy == "lien-thong/own/1"
    assert len(report.sha256) == 64
