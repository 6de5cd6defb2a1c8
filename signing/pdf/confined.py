"""`validate_pdf` for files from elsewhere, in a process with bounds: a hostile file costs that process and nothing else."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding

from schemas.confined import Confinement
from schemas.errors import ContentRefused, ReaderCrashed
from signing.pdf.policy import PdfPolicy
from signing.pdf.report import PdfReport
from signing.pdf.structure import raw_structure
from signing.pdf.validate import validate_pdf
from signing.trust import Trust
from signing.verdicts import Finding, worst

MODULE = __name__
"""What a confinement should load before the first call."""


def validate_confined(
    source: BinaryIO, trust: Trust, when: datetime, policy: PdfPolicy, confinement: Confinement
) -> PdfReport:
    """Return what `validate_pdf` says of all that `source` still holds, in memory that does not grow with it.

    A file whose reading takes too much, or kills its reader, is `document.unreadable`. `source` is read once and not closed.
    """
    with tempfile.NamedTemporaryFile(prefix="unverified-", suffix=".pdf") as spool:
        shutil.copyfileobj(source, spool)
        spool.flush()
        try:
            answer = confinement.call(_report, Path(spool.name), _TrustText.of(trust), when, policy)
            return _decoded(answer)
        except ContentRefused as refusal:
            with Path(spool.name).open("rb") as again:
                return _unreadable(again, trust, when, policy, f"{refusal.code}: {refusal.detail}")


class _TrustText(msgspec.Struct, frozen=True):
    """A trust list as another process can be given it."""

    name: str
    roots: bytes
    intermediates: bytes
    allowed_hosts: tuple[str, ...]
    fetch: bool
    timeout_seconds: float

    @classmethod
    def of(cls, trust: Trust) -> _TrustText:
        roots, intermediates = (
            b"".join(one.public_bytes(Encoding.PEM) for one in certificates)
            for certificates in (trust.roots, trust.intermediates)
        )
        return cls(
            trust.name, roots, intermediates, tuple(sorted(trust.allowed_hosts)), trust.fetch, trust.timeout_seconds
        )

    def read(self) -> Trust:
        return Trust.from_pem(
            self.name,
            roots=self.roots,
            intermediates=self.intermediates,
            allowed_hosts=self.allowed_hosts,
            fetch=self.fetch,
            timeout_seconds=self.timeout_seconds,
        )


def _report(path: Path, trust: _TrustText, when: datetime, policy: PdfPolicy) -> bytes:
    """Run in the confined process."""
    with path.open("rb") as source:
        return msgspec.json.encode(validate_pdf(source, trust.read(), when, policy))


def _decoded(answer: bytes) -> PdfReport:
    try:
        return msgspec.json.decode(answer, type=PdfReport)
    except (msgspec.MsgspecError, KeyError) as error:  # KeyError: a code that is no finding
        raise ReaderCrashed("an answer that is no report") from error


def _unreadable(source: BinaryIO, trust: Trust, when: datetime, policy: PdfPolicy, detail: str) -> PdfReport:
    findings = (Finding("document.unreadable", detail),)
    return PdfReport(
        verdict=worst(findings),
        findings=findings,
        signatures=(),
        policy=policy.name,
        trust_name=trust.name,
        trust_digest=trust.digest,
        when=when,
        sha256=raw_structure(source).sha256,
    )
