"""Documents from elsewhere are judged in a process with bounds; the verdict is the same, the cost is not ours."""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from collections.abc import Iterator

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from schemas.confined import MEBIBYTE, Bounds, Confinement
from signing.pdf import RECEIVED_DOCUMENT, confined, validate_confined, validate_pdf
from signing.verdicts import Verdict
from tests.hostile.memory import forget_peak, peak_bytes, resident_bytes
from tests.signing.pdf.stages import Desk, Stages, update

CONFINEMENT = Confinement((confined.MODULE,))
HASTY = Confinement((confined.MODULE,), Bounds(cpu_seconds=2))


def test_the_report_is_the_same_as_without_bounds(desk: Desk, stages: Stages) -> None:
    for document in (stages.sealed, stages.signed, stages.sealed.replace(b"/Pages", b"/Pagez")):
        expected = validate_pdf(io.BytesIO(document), desk.trust, desk.when, RECEIVED_DOCUMENT)
        assert (
            validate_confined(io.BytesIO(document), desk.trust, desk.when, RECEIVED_DOCUMENT, CONFINEMENT) == expected
        )


@pytest.fixture
def frugal() -> Iterator[None]:
    """Fail the test if this process's memory grew by more than some chunks."""
    idle = resident_bytes(os.getpid())
    forget_peak(os.getpid())
    yield
    assert peak_bytes(os.getpid()) - idle < 16 * MEBIBYTE


@pytest.fixture(scope="module")
def large(stages: Stages) -> bytes:
    """50 MB of a picture that no page shows, in a later revision of a sealed document."""

    def add(writer: IncrementalPdfFileWriter) -> None:
        writer.add_object(generic.StreamObject({}, stream_data=b"picture " * 6_250_000))

    return update(stages.sealed, add)


@pytest.fixture(scope="module")
def endless(stages: Stages) -> bytes:
    """A sealed document of which pyHanko looks for the end backwards, a byte at a time."""
    return stages.sealed + b"%" + b" " * 50_000_000


@pytest.mark.usefixtures("frugal")
def test_a_document_of_fifty_megabytes_does_not_come_into_our_memory(desk: Desk, large: bytes) -> None:
    report = validate_confined(io.BytesIO(large), desk.trust, desk.when, RECEIVED_DOCUMENT, CONFINEMENT)
    assert "document.changed" in {finding.code for one in report.signatures for finding in one.findings}


@pytest.mark.usefixtures("frugal")
def test_a_document_that_keeps_its_reader_busy_is_unreadable(desk: Desk, endless: bytes) -> None:
    report = validate_confined(io.BytesIO(endless), desk.trust, desk.when, RECEIVED_DOCUMENT, HASTY)
    assert report.verdict is Verdict.INDETERMINATE
    (finding,) = report.findings
    assert finding.code == "document.unreadable"
    assert finding.detail.startswith("content.too-costly")
    assert report.sha256 == hashlib.sha256(endless).hexdigest()


@pytest.mark.usefixtures("frugal")
def test_cross_references_that_inflate_without_end_make_the_document_unreadable(desk: Desk) -> None:
    bomb = document_with_bomb(512 * MEBIBYTE)
    report = validate_confined(io.BytesIO(bomb), desk.trust, desk.when, RECEIVED_DOCUMENT, CONFINEMENT)
    assert [finding.code for finding in report.findings] == ["document.unreadable"]


def document_with_bomb(size_bytes: int) -> bytes:
    """A PDF whose cross-references (a compressed stream) inflate to `size_bytes`."""
    squeeze = zlib.compressobj(9)
    packed = b"".join(squeeze.compress(bytes(MEBIBYTE)) for _ in range(size_bytes // MEBIBYTE)) + squeeze.flush()
    head = b"%PDF-1.7\n"
    stream = b"1 0 obj\n<</Type /XRef /Size 2 /W [1 2 1] /Root 2 0 R /Filter /FlateDecode /Length %d>>\nstream\n" % len(
        packed
    )
    return head + stream + packed + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)
