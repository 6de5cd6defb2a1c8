"""Reserve, sign, number, seal, verify: the way of every document, and the ways that the law closes."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature

from signing import errors
from signing.demo_pki import DemoPki
from signing.path_validation import run, validation_context
from signing.pdf import Appearance, Box, ReservedFields
from signing.pdf.policy import RECEIVED_DOCUMENT
from signing.revocation import Sources
from signing.verdicts import Verdict
from tests.provoked import provokes
from tests.signing.pdf.stages import DATE_TEXT, FIELDS, NUMBER_TEXT, Desk, Stages, codes, plain_document
from tests.signing.pdfsig import pdfsig_of, signatures_of
from tests.signing.pki import AGENCY, AGENCY_IDENTIFIER


def test_each_stage_begins_with_the_bytes_of_the_one_before(stages: Stages) -> None:
    chain = [stages.plain, stages.reserved, stages.signed, stages.completed, stages.sealed]
    for before, after in pairwise(chain):
        assert after.startswith(before)
        assert len(after) > len(before)


def test_the_finished_document_is_valid_in_every_respect(desk: Desk, stages: Stages) -> None:
    report = desk.validate(stages.sealed)
    assert codes(report) == set()
    assert report.verdict is Verdict.VALID
    assert (report.number_text, report.date_text) == (NUMBER_TEXT, DATE_TEXT)
    leader, seal = report.signatures
    assert (leader.role, leader.signer) == ("leader", "Nguyễn Văn Ưu")
    assert (seal.role, seal.signer) == ("seal", AGENCY)
    for one in report.signatures:
        assert one.intact
        assert one.trusted
        assert one.revocation == "ocsp"
        assert one.organization_identifier == AGENCY_IDENTIFIER
        assert one.claimed_time == desk.when
        assert one.timestamp_time is not None
        assert abs(one.timestamp_time - desk.when) < timedelta(minutes=2)


def test_a_foreign_reader_s_policy_accepts_it_too(desk: Desk, stages: Stages) -> None:
    report = desk.validate(stages.sealed, RECEIVED_DOCUMENT)
    assert report.verdict is Verdict.VALID
    assert report.policy == "lien-thong/received/1"


def test_the_report_is_plain_data_with_vietnamese_times(desk: Desk, stages: Stages) -> None:
    data = json.loads(json.dumps(desk.validate(stages.sealed).to_dict()))
    assert data["verdict_vi"] == "hợp lệ"
    assert data["when"].endswith("+07:00")
    assert data["trust_digest"] == desk.trust.digest
    assert data["signatures"][1]["timestamp_time"].endswith("+07:00")


def test_pyhanko_itself_finds_both_signatures_good(desk: Desk, stages: Stages) -> None:
    for embedded in PdfFileReader(io.BytesIO(stages.sealed)).embedded_signatures:
        context = validation_context(desk.when, Sources(desk.trust))
        status = run(async_validate_pdf_signature(embedded, context))
        assert status.bottom_line
        assert status.timestamp_validity is not None


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils is not installed")
def test_poppler_finds_both_signatures_good(stages: Stages, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(stages.sealed)
    assert signatures_of(path) == ["Signature is Valid."] * 2
    shown = pdfsig_of(path)
    assert shown.count("ETSI.CAdES.detached") == 2
    assert "Total document signed" in shown


def test_the_stage_after_the_leader_is_valid_by_itself(desk: Desk, stages: Stages) -> None:
    for source in (stages.signed, stages.completed):
        report = desk.validate(source)
        assert report.verdict is Verdict.VALID
        assert [one.role for one in report.signatures] == ["leader"]


@provokes("signature.absent")
def test_an_unsigned_document_says_so(desk: Desk, stages: Stages) -> None:
    for source in (stages.plain, stages.reserved):
        report = desk.validate(source)
        assert codes(report) == {"signature.absent"}
        assert report.verdict is Verdict.INDETERMINATE


@provokes("signing.leader-signature-missing")
def test_sealing_before_the_leader_is_refused(desk: Desk, stages: Stages) -> None:
    with pytest.raises(errors.LeaderSignatureMissing):
        desk.seal(stages.reserved)


def test_numbering_before_the_leader_is_refused(desk: Desk, stages: Stages) -> None:
    with pytest.raises(errors.LeaderSignatureMissing):
        desk.complete(stages.reserved)


@provokes("signing.field-empty")
def test_sealing_before_numbering_is_refused(desk: Desk, stages: Stages) -> None:
    with pytest.raises(errors.FieldEmpty):
        desk.seal(stages.signed)


@provokes("signing.field-already-filled")
def test_nothing_is_done_twice(desk: Desk, stages: Stages) -> None:
    again: list[tuple[Callable[[bytes], bytes], bytes]] = [
        (desk.reserve, stages.reserved),
        (desk.reserve, stages.signed),
        (desk.sign, stages.signed),
        (desk.sign, stages.completed),
        (desk.complete, stages.completed),
        (desk.complete, stages.sealed),
        (desk.seal, stages.sealed),
    ]
    for operation, source in again:
        with pytest.raises(errors.FieldAlreadyFilled):
            operation(source)


@provokes("signing.field-missing")
def test_without_reserved_fields_nobody_signs(desk: Desk, stages: Stages) -> None:
    for operation in (desk.sign, desk.complete, desk.seal):
        with pytest.raises(errors.FieldMissing):
            operation(stages.plain)


@provokes(by="problem")
@pytest.mark.parametrize(
    ("label", "problem"),
    [
        ("revoked", errors.CertificateRevoked),
        ("expired", errors.CertificateExpired),
        ("future", errors.CertificateNotYetValid),
    ],
)
def test_a_certificate_out_of_force_signs_nothing(
    desk: Desk, stages: Stages, label: str, problem: type[errors.CertificateProblem]
) -> None:
    with pytest.raises(problem):
        desk.sign(stages.reserved, label)
    with pytest.raises(problem):
        desk.seal(stages.completed, label)


@provokes("signing.certificate-untrusted")
def test_an_untrusted_certificate_signs_nothing(desk: Desk, stages: Stages, foreign_pki: DemoPki) -> None:
    with pytest.raises(errors.CertificateUntrusted):
        replace(desk, pki=foreign_pki).sign(stages.reserved, appearance=_neutral(desk))


@provokes("signing.revocation-unknown")
def test_when_revocation_cannot_be_checked_nobody_signs(desk: Desk, stages: Stages) -> None:
    with pytest.raises(errors.RevocationUnknown):
        desk.sign(stages.reserved, trust=desk.pki.trust(fetch=False))


@provokes("signing.timestamp-unavailable")
def test_without_a_time_stamp_nothing_is_signed(desk: Desk, stages: Stages) -> None:
    for url in (
        "http://127.0.0.1:1/tsa",
        f"http://{desk.pki.host}/demo/tsa/none",
        desk.pki.timestamp_url.replace("tsa/tsa", "ocsp/ca"),
        "not an address",
    ):
        with pytest.raises(errors.TimestampUnavailable):
            desk.sign(stages.reserved, timestamp_url=url)


@provokes("signing.timestamp-untrusted")
def test_a_foreign_time_stamp_is_not_taken(desk: Desk, stages: Stages, foreign_pki: DemoPki) -> None:
    with pytest.raises(errors.TimestampUntrusted):
        desk.sign(stages.reserved, timestamp_url=foreign_pki.timestamp_url)


@provokes("timestamp.untrusted")
def test_offline_nothing_is_green(desk: Desk, stages: Stages) -> None:
    report = desk.validate(stages.sealed, trust=desk.pki.trust(fetch=False))
    assert report.verdict is Verdict.INDETERMINATE
    assert "certificate.revocation-unknown" in codes(report)
    assert all(one.intact for one in report.signatures)


def test_with_another_trust_list_the_same_document_is_open(desk: Desk, stages: Stages, foreign_pki: DemoPki) -> None:
    report = desk.validate(stages.sealed, trust=foreign_pki.trust())
    assert report.verdict is Verdict.INDETERMINATE
    assert codes(report) == {"timestamp.untrusted", "certificate.untrusted"}
    assert report.trust_digest == foreign_pki.trust().digest


@provokes("signature.time-conflict")
def test_judged_before_it_was_made_the_times_conflict(desk: Desk, stages: Stages) -> None:
    report = desk.validate(stages.sealed, when=desk.when - timedelta(days=1))
    assert "signature.time-conflict" in codes(report)
    assert report.verdict is not Verdict.VALID


@provokes("signing.field-misplaced")
@pytest.mark.parametrize(
    "fields",
    [
        replace(FIELDS, number=Box(1, 95, 695, 230, 713)),
        replace(FIELDS, number=Box(-1, 95, 695, 230, 713)),
        replace(FIELDS, date=Box(0, 250, 660, 250, 680)),
        replace(FIELDS, date=Box(0, 250, 830, 400, 850)),
        replace(FIELDS, leader=Box(0, 0, 0, 595, 400)),
        replace(FIELDS, seal=Box(0, 100, 100, 400, 400)),
        replace(FIELDS, number=Box(0, 230, 713, 95, 695)),
    ],
)
def test_fields_stand_on_their_page_and_are_not_too_large(desk: Desk, stages: Stages, fields: ReservedFields) -> None:
    with pytest.raises(errors.FieldMisplaced):
        desk.reserve(stages.plain, fields)


def test_the_signature_may_stand_on_a_later_page(desk: Desk) -> None:
    fields = replace(FIELDS, leader=replace(FIELDS.leader, page=2), seal=replace(FIELDS.seal, page=2))
    source = desk.sign(desk.reserve(plain_document(pages=3), fields))
    report = desk.validate(desk.seal(desk.complete(source)))
    assert report.verdict is Verdict.VALID


@provokes("signing.text-unsuitable")
@pytest.mark.parametrize(
    ("number", "date"), [("", DATE_TEXT), (NUMBER_TEXT, "  "), ("1\n2", DATE_TEXT), ("9" * 60, DATE_TEXT)]
)
def test_number_and_date_must_fit_their_fields(desk: Desk, stages: Stages, number: str, date: str) -> None:
    with pytest.raises(errors.TextUnsuitable):
        desk.complete(stages.signed, number, date)


def test_decomposed_letters_are_composed_before_they_are_written(desk: Desk, stages: Stages) -> None:
    completed = desk.complete(stages.signed, date="Đà Lạt, ngày 02 tháng 9 năm 2026")
    assert desk.validate(completed).date_text == DATE_TEXT


def _neutral(desk: Desk) -> Appearance:
    return Appearance("Nguyễn Văn Ưu", font=desk.font)
