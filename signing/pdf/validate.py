"""Verify the signatures of a PDF, whoever made it, and never crash on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Final

from cryptography.hazmat.primitives import hashes
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import SuspiciousModification
from pyhanko.sign.fields import FieldMDPAction, MDPPerm
from pyhanko.sign.general import byte_range_digest
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from signing.errors import DocumentUnreadable, LeaderSignatureInvalid, LeaderSignatureMissing
from signing.path_validation import validate_path
from signing.pdf.cms import CmsCheck, check_cms, check_timestamp, check_token
from signing.pdf.fields import (
    DATE_FIELD,
    LEADER_FIELD,
    LEFT_OPEN_BY_LEADER,
    NUMBER_FIELD,
    SEAL_FIELD,
    SIZE_LIMITS_POINTS,
    box_of,
    fits,
)
from signing.pdf.opening import field_value, form_fields, open_reader
from signing.pdf.policy import OWN_DOCUMENT, PdfPolicy, difference_policy
from signing.pdf.report import PdfReport, Role, SignatureReport
from signing.pdf.structure import RawStructure, covers_whole_revision, raw_structure
from signing.revocation import Sources
from signing.trust import Trust, common_name, organization_identifier, serial_text
from signing.verdicts import Finding, Verdict, worst, worst_verdict

CLOCK_TOLERANCE: Final = timedelta(minutes=5)
SIGNATURE_LIMIT: Final = 50
"""More signatures than any real document has; each costs work."""

_ROLES: Final[dict[str, Role]] = {LEADER_FIELD: "leader", SEAL_FIELD: "seal"}


def validate_pdf(source: BinaryIO, trust: Trust, when: datetime, policy: PdfPolicy = OWN_DOCUMENT) -> PdfReport:
    """Verify every signature of `source` as of `when` (aware) and report; raises nothing for what is in the file.

    A signature with a trusted time-stamp is judged at the time-stamp's time: a certificate that expired or was revoked later
    does no harm. `source` must be seekable; it is read and not closed. Time and memory are not limited here: hand hostile
    uploads to a process with limits.
    """
    raw = raw_structure(source)
    texts: dict[str, str] = {}
    signatures: list[SignatureReport] = []
    try:
        reader = open_reader(source)
        texts = _texts(reader)
        findings, signatures = _examine(reader, raw, Sources(trust), when, policy)
    except DocumentUnreadable as error:
        findings = [Finding("document.unreadable", error.detail)]
    except Exception as error:  # noqa: BLE001 - the file may be anything, and so may what its parsers raise: fail closed
        findings = [Finding("document.unreadable", f"{type(error).__name__}: {error}")]
    return PdfReport(
        verdict=worst_verdict([worst(findings), *(signature.verdict for signature in signatures)]),
        findings=tuple(findings),
        signatures=tuple(signatures),
        policy=policy.name,
        trust_name=trust.name,
        trust_digest=trust.digest,
        when=when,
        sha256=raw.sha256,
        number_text=texts.get(NUMBER_FIELD, ""),
        date_text=texts.get(DATE_FIELD, ""),
    )


def require_leader(source: BinaryIO, trust: Trust, when: datetime) -> PdfReport:
    """The report on a document that the leader has validly signed and nobody has harmed since (NĐ 30/2020, article 32).

    Raises `LeaderSignatureMissing` or `LeaderSignatureInvalid`, the latter with the codes of the findings.
    """
    report = validate_pdf(source, trust, when, OWN_DOCUMENT)
    leader = report.signature("leader")
    if leader is None:
        raise LeaderSignatureMissing(_details(report.findings))
    if report.verdict is not Verdict.VALID:
        every = [*report.findings, *(finding for signature in report.signatures for finding in signature.findings)]
        raise LeaderSignatureInvalid(_details(every))
    return report


def _details(findings: Iterable[Finding]) -> str:
    return "; ".join(f"{finding.code}: {finding.detail}" for finding in findings)


def _examine(
    reader: PdfFileReader, raw: RawStructure, sources: Sources, when: datetime, policy: PdfPolicy
) -> tuple[list[Finding], list[SignatureReport]]:
    embedded = list(reader.embedded_signatures)
    findings: list[Finding] = []
    if raw.byte_ranges != len(embedded):
        findings.append(Finding("document.signature-count", f"{raw.byte_ranges} in the bytes, {len(embedded)} read"))
    if not embedded and not raw.byte_ranges:
        findings.append(Finding("signature.absent"))
    if len(embedded) > SIGNATURE_LIMIT:
        return [*findings, Finding("document.unreadable", f"{len(embedded)} signatures")], []
    findings += _tail(reader, raw, embedded)
    findings += _sizes(reader)
    findings += _pages(reader, embedded)
    signatures = [_signature(reader, one, sources, when, policy) for one in embedded]
    return findings, _in_order(signatures) if policy.own_form else signatures


def _tail(reader: PdfFileReader, raw: RawStructure, embedded: list[EmbeddedPdfSignature]) -> Iterable[Finding]:
    if not raw.clean_end:
        yield Finding("document.tail-bytes", "after the last end-of-file marker")
        return
    last_revision = reader.xrefs.total_revisions - 1
    for signature in embedded:
        if signature.signed_revision == last_revision:
            end = sum(list(signature.byte_range)[2:])
            # Bytes after the signature that closes the file belong to no revision, whatever marker they end with.
            if raw.size_bytes - end > 2:
                yield Finding("document.tail-bytes", f"{raw.size_bytes - end} bytes after the last revision")


def _sizes(reader: PdfFileReader) -> Iterable[Finding]:
    for name, reference in form_fields(reader.root).items():
        if name in SIZE_LIMITS_POINTS:
            field = reference.get_object()
            if "/Kids" in field or not fits(name, box_of(field)):
                yield Finding("field.oversized", name)


def _pages(reader: PdfFileReader, embedded: list[EmbeddedPdfSignature]) -> Iterable[Finding]:
    now = int(reader.root["/Pages"]["/Count"])
    for signature in embedded:
        then = int(reader.get_historical_root(signature.signed_revision)["/Pages"]["/Count"])
        if then != now:
            yield Finding("document.page-count", f"{then} pages when {signature.field_name} was signed, now {now}")


def _signature(
    reader: PdfFileReader, embedded: EmbeddedPdfSignature, sources: Sources, when: datetime, policy: PdfPolicy
) -> SignatureReport:
    role: Role = (
        "timestamp" if embedded.sig_object_type == "/DocTimeStamp" else _ROLES.get(embedded.field_name, "other")
    )
    report = SignatureReport(
        field=str(embedded.field_name), role=role, signer="", organization_identifier="", certificate_serial="",
        certificate_sha256="", claimed_time=None, timestamp_time=None, intact=False, trusted=False, revocation="none",
        revision=embedded.signed_revision, verdict=Verdict.INDETERMINATE, findings=(),
    )  # fmt: skip
    try:
        judge = _judge_timestamp if role == "timestamp" else _judge_signature
        report, findings = judge(report, reader, embedded, sources, when, policy)
        findings = [*_coverage(reader, embedded, policy), *findings]
    except Exception as error:  # noqa: BLE001 - as in validate_pdf, so that one signature cannot hide the others
        findings = [Finding("signature.unverifiable", f"{type(error).__name__}: {error}")]
    return replace(report, findings=tuple(findings), verdict=worst(findings))


def _judge_signature(
    report: SignatureReport,
    reader: PdfFileReader,
    embedded: EmbeddedPdfSignature,
    sources: Sources,
    when: datetime,
    policy: PdfPolicy,
) -> tuple[SignatureReport, list[Finding]]:
    checked = check_cms(embedded.signed_data, "data", _document_digest(reader, embedded))
    proven, doubts = check_timestamp(embedded.signed_data, sources, when) if checked.intact else (None, [])
    claimed = embedded.self_reported_timestamp
    findings = [
        *checked.findings,
        *(doubt for doubt in doubts if policy.require_timestamp or doubt.code != "timestamp.absent"),
    ]
    if proven is not None and (
        proven > when + CLOCK_TOLERANCE or (claimed is not None and claimed > proven + CLOCK_TOLERANCE)
    ):
        findings.append(Finding("signature.time-conflict", f"claimed {claimed}, proven {proven}, judged {when}"))
        proven = None
    path, revocation = validate_path(checked.certificate, proven or when, sources, checked.chain, "signature")
    findings += path
    if policy.own_form:
        findings += _locks(embedded, report.role)
    return (
        replace(
            _with_certificate(report, checked),
            claimed_time=claimed,
            timestamp_time=proven,
            trusted=not path,
            revocation=revocation,
        ),
        findings,
    )


def _judge_timestamp(
    report: SignatureReport,
    reader: PdfFileReader,
    embedded: EmbeddedPdfSignature,
    sources: Sources,
    when: datetime,
    policy: PdfPolicy,
) -> tuple[SignatureReport, list[Finding]]:
    del policy
    proven, findings = check_token(embedded.signed_data, _document_digest(reader, embedded), sources, when)
    return replace(report, timestamp_time=proven, intact=proven is not None, trusted=proven is not None), findings


def _with_certificate(report: SignatureReport, checked: CmsCheck) -> SignatureReport:
    certificate = checked.certificate
    return replace(
        report,
        signer=common_name(certificate),
        organization_identifier=organization_identifier(certificate),
        certificate_serial=serial_text(certificate),
        certificate_sha256=certificate.fingerprint(hashes.SHA256()).hex(),
        intact=checked.intact,
    )


def _coverage(reader: PdfFileReader, embedded: EmbeddedPdfSignature, policy: PdfPolicy) -> Iterable[Finding]:
    byte_range = [int(value) for value in embedded.byte_range]
    if not covers_whole_revision(reader.stream, byte_range, len(embedded.pkcs7_content)):
        yield Finding("signature.coverage", f"byte range {byte_range}")
        return
    embedded.compute_integrity_info(difference_policy(policy))
    difference: Any = embedded.diff_result
    if embedded.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        yield Finding("signature.coverage", str(embedded.coverage))
    elif isinstance(difference, SuspiciousModification):
        yield Finding("document.changed", str(difference))
    elif not embedded.summarise_integrity_info()["docmdp_ok"]:
        yield Finding("document.changed", "against the document's modification rule (DocMDP)")


def _locks(embedded: EmbeddedPdfSignature, role: Role) -> Iterable[Finding]:
    lock = embedded.fieldmdp
    if role == "leader":
        good = (
            lock is not None
            and lock.action is FieldMDPAction.EXCLUDE
            and {str(name) for name in lock.fields or ()} == set(LEFT_OPEN_BY_LEADER)
            and embedded.docmdp_level is MDPPerm.FILL_FORMS
        )
    elif role == "seal":
        good = lock is not None and lock.action is FieldMDPAction.ALL and embedded.docmdp_level is MDPPerm.NO_CHANGES
    else:
        good = True
    if not good:
        yield Finding("field.unlocked", f"{embedded.field_name}: {lock}, {embedded.docmdp_level}")


def _in_order(signatures: list[SignatureReport]) -> list[SignatureReport]:
    """Add what article 32 says of a seal that no signature of the leader precedes, or only one that is not valid."""
    leaders = [one.revision for one in signatures if one.role == "leader" and one.verdict is not Verdict.INVALID]
    return [
        _add(one, Finding("seal.without-leader"))
        if one.role == "seal" and not any(revision < one.revision for revision in leaders)
        else one
        for one in signatures
    ]


def _add(report: SignatureReport, finding: Finding) -> SignatureReport:
    findings = (*report.findings, finding)
    return replace(report, findings=findings, verdict=worst(findings))


def _document_digest(reader: PdfFileReader, embedded: EmbeddedPdfSignature) -> Callable[[str], bytes]:
    def digest(algorithm: str) -> bytes:
        _, value = byte_range_digest(reader.stream, byte_range=embedded.byte_range, md_algorithm=algorithm)
        return bytes(value)

    return digest


def _texts(reader: PdfFileReader) -> dict[str, str]:
    fields = form_fields(reader.root)
    values = {name: field_value(fields[name].get_object()) for name in (NUMBER_FIELD, DATE_FIELD) if name in fields}
    return {name: str(value) for name, value in values.items() if isinstance(value, str)}
