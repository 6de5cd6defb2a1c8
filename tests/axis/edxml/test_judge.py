"""The judgement of messages as they are met in practice: each variant with what must be read of it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from axis.edxml.dates import DateText
from axis.edxml.facts import Facts, Related
from axis.edxml.judge import Judgement, judge
from axis.edxml.model import DocumentMessage, StatusMessage
from schemas.content import ContentKind
from schemas.limits import Limits
from tests.messages.compose import COMMUNE, DOCUMENT_ID, MESSAGES, OLD_ID, document
from tests.messages.practice import FOLDER, OTHER_ID, PRACTICE, archive, carrying
from tests.messages.wire import PDF, zipped
from tests.provoked import provokes

PUBLISHED = Path(__file__).parents[3].parent / "shared" / "samples" / "edxml"
ORDINARY = {
    "edxml.organ-name-missing",
    "edxml.signature-namespace",
    "edxml.signature-unverifiable",
    "edxml.signature-absent",
}
Judge = Callable[[bytes], Judgement]


@pytest.fixture
def judged(tmp_path: Path) -> Judge:
    return lambda raw: judge(io.BytesIO(raw), folder=tmp_path)


def rules_of(judgement: Judgement) -> set[str]:
    return {finding.rule for finding in judgement.findings}


def test_the_files_are_what_the_script_composes() -> None:
    assert {path.stem: path.read_bytes() for path in FOLDER.glob("*.edxml")} == PRACTICE


NEW: dict[str, Any] = {"kind": "document", "business": "new", "document_id": DOCUMENT_ID, "sender": "000.00.00.G99"}
STATUS: dict[str, Any] = {
    "kind": "status",
    "business": None,
    "document_id": None,
    "sender": "H99",
    "recipients": ("000.00.00.G99",),
}
OLD: dict[str, Any] = {"document_id": OLD_ID, "organ_id": "", "code": "", "named_in": ("Bussiness/DocumentId",)}
OLD_ANSWERED: dict[str, Any] = {
    "document_id": OLD_ID,
    "organ_id": "H99",
    "code": "7806/VPBTN-TTĐT",
    "promulgation_date": DateText.read("2014/02/28"),
    "named_in": ("ResponseFor",),
}
REPLY = Related(
    relation="replies-to",
    organ_id="H99",
    document_id=OTHER_ID,
    code="12/UBND-VX",
    promulgation_date=DateText.read("05/01/2026"),
    named_in=("ResponseFor",),
)
BY_CODE: dict[str, Any] = {
    "organ_id": "H99",
    "document_id": "",
    "code": "7806/VPBTN-TTĐT",
    "named_in": ("ResponseFor",),
}
REPORTED = Related(
    relation="reports-on",
    organ_id="000.00.00.G99",
    document_id=DOCUMENT_ID,
    code="7816/VPBTN-TTĐT",
    promulgation_date=DateText.read("2026/09/30"),
    named_in=("ResponseFor",),
)

ACCEPTED: dict[str, tuple[dict[str, Any], set[str]]] = {
    "document_id_uuid": ({"document_id": OTHER_ID}, set()),
    "document_id_voffice": ({"document_id": "H99-2026-12/UBND-VX"}, set()),
    "number_of_14_digits": ({}, {"edxml.field-too-long"}),
    "recipient_null": ({"recipients": ("H99",)}, {"edxml.recipient-without-id"}),
    "sender_null_first": ({}, set()),
    "cdata_and_comments": ({}, set()),
    "decomposed_accents": ({}, set()),
    "without_accents": ({}, {"edxml.document-type-unknown"}),
    "date_iso": ({}, set()),
    "date_compact": ({}, set()),
    "date_in_words": ({}, set()),
    "date_impossible": ({}, {"edxml.date-invalid"}),
    "reply": ({"related": (REPLY,)}, set()),
    "reply_code_in_parts": ({"related": (Related(relation="replies-to", **BY_CODE),)}, set()),
    "replies_to_two": (
        {"related": (REPLY, Related(relation="replies-to", **OLD_ANSWERED))},
        {"edxml.response-for-empty"},
    ),
    "sdk_extras": ({}, set()),
    "status_code_empty": ({}, set()),
    "signature_empty": ({}, set()),
    "signature_of_right_shape": ({}, set()),
    "trace_with_attributes": ({}, set()),
    "business_twice": (
        {"business": "revoke", "related": (Related(relation="revokes", **OLD),)},
        {"edxml.business-duplicated"},
    ),
    "business_outside_trace": ({"business": "revoke", "related": (Related(relation="revokes", **OLD),)}, set()),
    "business_one_s": ({"business": "revoke", "related": (Related(relation="revokes", **OLD),)}, set()),
    "business_two_digits": (
        {"business": "update", "related": (Related(relation="updates", **OLD),)},
        {"edxml.field-too-long"},
    ),
    "update_and_reply": ({"business": "update", "related": (Related(relation="updates", **OLD), REPLY)}, set()),
    "update_by_response_for": (
        {"business": "update", "related": (Related(relation="updates", **OLD_ANSWERED),)},
        set(),
    ),
    "replace_same_twice": (
        {
            "business": "replace",
            "related": (
                Related(
                    relation="replaces",
                    received_by=("H99", "H98", "H97"),
                    **{**OLD_ANSWERED, "named_in": ("ReplacementInfo", "ResponseFor")},
                ),
            ),
        },
        set(),
    ),
    "revoke_by_code": ({"business": "revoke", "related": (Related(relation="revokes", **BY_CODE),)}, set()),
    "status_of_two": ({**STATUS, "status_code": "03", "related": (REPORTED,)}, {"edxml.status-targets-several"}),
    "status_without_party": ({**STATUS, "status_code": "01", "recipients": ()}, set()),
    "status_with_recipient": ({**STATUS, "status_code": "03", "related": (REPORTED,)}, set()),
    "status_time_iso": ({**STATUS, "status_code": "06", "related": (REPORTED,)}, set()),
    "attachments_prefixed": ({}, set()),
    "attachments_in_envelope": ({}, {"xml.attachment-in-envelope"}),
    "attachments_in_body": ({}, {"xml.attachment-in-envelope"}),
    "attachments_before_envelope": ({}, set()),
    "attachments_at_root": ({}, {"xml.attachment-misplaced"}),
    "attachment_text_loose": ({}, {"xml.attachment-text-loose"}),
    "attachment_mime_type": ({}, set()),
    "content_ids_in_capitals": ({}, set()),
    "content_id_in_href": ({}, set()),
    "three_with_one_id": ({}, {"edxml.attachment-id-duplicated"}),
    "base64_in_lines": ({}, set()),
    "base64_url_safe": ({}, {"xml.base64-url-safe"}),
    "base64_data_url": ({}, {"xml.base64-data-url"}),
    "base64_unpadded": ({}, {"xml.base64-unpadded"}),
    "content_empty": ({}, {"xml.attachment-empty"}),
    "zip_of_pdf": ({}, set()),
    "zip_of_two": ({}, set()),
    "zip_damaged": ({}, {"content.zip-damaged"}),
    "zip_of_zip": ({}, set()),
    "zip_of_damaged_pdf": ({}, {"edxml.attachment-text-damaged"}),
    "pdf_cut_short": ({}, {"edxml.attachment-pdf-incomplete"}),
    "pdf_called_docx": ({}, {"edxml.attachment-content-differs", "edxml.attachment-extension-differs"}),
    "docx": ({}, set()),
    "rtf_called_doc": ({}, {"edxml.attachment-content-differs"}),
    "utf8_with_mark": ({}, {"xml.byte-order-mark"}),
    "utf16": ({}, {"xml.encoding-not-utf8"}),
    "without_declaration": ({}, set()),
}


@provokes(by=lambda case: ACCEPTED[case["name"]][1])
@pytest.mark.parametrize("name", [name for name in PRACTICE if not name.startswith("refused")])
def test_what_is_met_in_practice_is_accepted_and_read_rightly(judged: Judge, name: str) -> None:
    changes, rules = ACCEPTED[name]
    judgement = judged(PRACTICE[name])
    expected = {**NEW, "recipients": ("H99", "H99.107"), "status_code": None, **changes}
    facts = judgement.facts
    assert {field: getattr(facts, field) for field in expected} == expected
    assert rules_of(judgement) - ORDINARY == rules
    assert judgement.outcome == "accepted"
    assert all(finding.location for finding in judgement.findings)


@pytest.mark.parametrize(
    ("name", "kind", "content", "entry"),
    [
        ("attachments_prefixed", ContentKind.PDF, PDF, None),
        ("attachments_in_envelope", ContentKind.PDF, PDF, None),
        ("attachments_in_body", ContentKind.PDF, PDF, None),
        ("attachments_at_root", ContentKind.PDF, PDF, None),
        ("attachment_text_loose", ContentKind.PDF, PDF, None),
        ("attachment_mime_type", ContentKind.PDF, PDF, None),
        ("base64_in_lines", ContentKind.PDF, PDF * 9, None),
        ("base64_url_safe", ContentKind.PDF, PDF + b"\xfb\xff\xbf" * 3 + b"%%EOF\n", None),
        ("base64_data_url", ContentKind.PDF, PDF * 9, None),
        ("content_empty", ContentKind.EMPTY, b"", None),
        ("zip_of_pdf", ContentKind.PDF, PDF, "x/b.pdf"),
        ("zip_of_two", ContentKind.ZIP, archive(("a.pdf", PDF), ("b.pdf", PDF)), None),
        ("zip_of_zip", ContentKind.ZIP, archive(("a.pdf", PDF)), "b.zip"),
        ("rtf_called_doc", ContentKind.RTF, b"{\\rtf1 xin ch\\'e0o}", None),
    ],
)
def test_contents_are_told_by_what_they_hold(
    judged: Judge, tmp_path: Path, name: str, kind: ContentKind, content: bytes, entry: str | None
) -> None:
    judgement = judged(PRACTICE[name])
    found = judgement.contents[1]
    assert (found.kind, found.size_bytes, found.entry_name) == (kind, len(content), entry)
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert len(list(tmp_path.iterdir())) == len(judgement.attachments)  # nothing unwrapped stays


def test_docx_is_no_wrapping(judged: Judge) -> None:
    assert judged(PRACTICE["docx"]).contents[1].kind is ContentKind.DOCX


@pytest.mark.parametrize("name", ["date_iso", "date_compact", "date_in_words", "sdk_extras"])
def test_dates_of_every_form_mean_the_same_day(judged: Judge, name: str) -> None:
    parsed = judged(PRACTICE[name]).parsed
    assert parsed is not None
    assert isinstance(parsed.message, DocumentMessage)
    assert str(parsed.message.promulgation.date.value) == "2026-09-30"


def test_what_the_sdk_adds_is_read(judged: Judge) -> None:
    extras, time = judged(PRACTICE["sdk_extras"]).parsed, judged(PRACTICE["status_time_iso"]).parsed
    assert extras is not None
    assert isinstance(extras.message, DocumentMessage)
    assert (extras.message.task_codes, extras.message.application_type) == (("NV-1",), "QLVB")
    assert time is not None
    assert isinstance(time.message, StatusMessage)
    assert str(time.message.timestamp.value) == "2026-09-30 10:25:11+00:00"


REFUSED: dict[str, tuple[str, str, Facts | None]] = {
    "refused_nested_from": ("xml.malformed", "line 41, column 29", Facts(**{**NEW, "business": None})),
    "refused_prefix_undeclared": ("xml.malformed", "line 65, column 39", Facts(**NEW)),
    "refused_cut_in_header": ("xml.malformed", "line 19, column 80", Facts(**{**NEW, "business": None})),
    "refused_cut_in_content": ("xml.malformed", "line 75, column 160", Facts(**NEW)),
    "refused_text_after_root": ("xml.malformed", "line 79, column 1", Facts(**NEW)),
    "refused_not_base64": ("xml.base64", "line 75", Facts(**NEW)),
    "refused_zip_bomb": ("content.zip-bomb", "AttachmentEncoded/Attachment:73", Facts(**NEW)),
    "refused_secret": ("edxml.secrecy-declared", "edXMLHeader/MessageHeader/Subject:25", Facts(**NEW)),
    "refused_two_envelopes": ("edxml.envelope-ambiguous", "edXML/edXMLEnvelope:71", Facts(**NEW)),
    "refused_error_list": ("edxml.error-response", "ErrorList/Error:1", None),
    "refused_error_in_edxml": ("edxml.error-response", "edXML/ErrorList/Error:1", None),
    "refused_soap": ("edxml.legacy-edoc", "Envelope:1", Facts(**NEW)),
    "refused_mime": ("xml.mime", "line 1, column 1", None),
    "refused_json": ("xml.json", "line 1, column 1", None),
    "refused_gzip": ("xml.not-xml", "line 1, column 1", None),
    "refused_zip": ("xml.not-xml", "line 1, column 1", None),
    "refused_html": ("edxml.not-edxml", "html:1", None),
    "refused_empty": ("xml.empty", "line 1, column 1", None),
    "refused_blank": ("xml.empty", "line 1, column 1", None),
    "refused_doctype": ("xml.doctype", "line 2", None),
}


def refusals_in(case: dict[str, str]) -> set[str]:
    """What is no XML at all is malformed first, and then told by what it is."""
    rule = REFUSED[case["name"]][0]
    return {rule, "xml.malformed"} if rule in {"xml.mime", "xml.json", "xml.not-xml", "xml.empty"} else {rule}


@provokes(by=refusals_in)
@pytest.mark.parametrize("name", [name for name in PRACTICE if name.startswith("refused")])
def test_what_is_refused_names_its_fault_and_tells_what_could_be_read(judged: Judge, name: str) -> None:
    rule, location, facts = REFUSED[name]
    judgement = judged(PRACTICE[name])
    first = judgement.findings[0]
    assert (judgement.outcome, first.rule, first.location, first.severity) == ("refused", rule, location, "error")
    assert judgement.refusal is not None
    assert judgement.refusal.code == rule
    assert [one.rule for one in judgement.findings].count(rule) == 1
    if facts is None:
        assert judgement.facts == Facts()
    else:
        read = judgement.facts
        told = (read.kind, read.business, read.document_id, read.sender)
        assert told == (facts.kind, facts.business, facts.document_id, facts.sender)
        assert read.recipients == ("H99", "H99.107")


def test_a_value_that_was_cut_is_not_given(judged: Judge) -> None:
    raw = document()
    at = raw.index(DOCUMENT_ID.encode())
    cut = judged(raw[: at + 9]).facts
    assert (cut.sender, cut.document_id) == ("000.00.00.G99", None)
    in_sender = judged(raw[: raw.index(b"000.00.00.G99") + 9]).facts
    assert in_sender == Facts()


@pytest.mark.parametrize(
    ("element", "field"), [("StatusCode", "status_code"), ("OrganId", "sender"), ("DocumentId", "document_id")]
)
def test_a_value_without_its_end_is_not_given(judged: Judge, element: str, field: str) -> None:
    raw = MESSAGES["status_03"] if element == "StatusCode" else document()
    wrong = judged(raw.replace(f"</edXML:{element}>".encode(), b"</edXML:Other>", 1))
    assert wrong.findings[0].rule == "xml.malformed"
    assert getattr(wrong.facts, field) is None


@pytest.mark.parametrize("name", [name for name in MESSAGES if name.startswith("refused")])
def test_messages_without_meaning_still_tell_what_they_say(judged: Judge, name: str) -> None:
    judgement = judged(MESSAGES[name])
    assert judgement.outcome == "refused"
    assert judgement.findings[0].severity == "error"
    if name not in {"refused_no_sender", "refused_not_edxml"}:
        assert judgement.facts.sender in {"000.00.00.G99", "H99"}
    if name == "refused_no_recipient":
        assert judgement.facts == Facts(**NEW)
    if name == "refused_status_without_target":
        assert judgement.facts == Facts(kind="status", status_code="03", sender="H99")


def test_secrecy_refuses_even_where_a_bomb_does_too(judged: Judge) -> None:
    bomb = PRACTICE["refused_zip_bomb"]
    judgement = judged(bomb.replace("Liên thông</edXML:Sphere".encode(), "Tuyệt mật</edXML:Sphere".encode()))
    assert judgement.findings[0].rule == "edxml.secrecy-declared"
    assert "content.zip-bomb" in rules_of(judgement)


@pytest.mark.parametrize(
    "content",
    [
        zipped("word/document.xml", bytes(80 << 20)),
        archive(("a", bytes(40 << 20)), ("b", bytes(40 << 20))),
        zipped("b.zip", archive(("a", bytes(40 << 20)), ("b", bytes(40 << 20)))),
    ],
    ids=["office container", "two entries", "box in a box"],
)
def test_a_bomb_that_is_not_unwrapped_is_refused_by_its_directory(judged: Judge, content: bytes) -> None:
    judgement = judged(carrying(content, kind="application/zip", name="a.zip"))
    assert (judgement.outcome, judgement.findings[0].rule) == ("refused", "content.zip-bomb")
    assert judgement.attachments[0].size_bytes == len(content)


@provokes("edxml.findings-left-out")
def test_a_fault_without_end_is_told_fifty_times(judged: Judge) -> None:
    judgement = judged(document(recipients=f"<edXML:To>{COMMUNE}</edXML:To>" * 3000))
    rules = [finding.rule for finding in judgement.findings]
    assert rules.count("edxml.recipient-duplicated") == rules.count("edxml.organ-name-missing") == 50
    assert rules.count("edxml.findings-left-out") == 1
    assert judgement.facts.recipients == ("H99.107",)


def test_limits_are_those_of_the_caller(tmp_path: Path) -> None:
    judgement = judge(io.BytesIO(document()), folder=tmp_path, limits=Limits(message_bytes=1000))
    assert judgement.findings[0].rule == "xml.message-too-large"


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="published samples are not on this machine")
def test_published_samples_are_judged_as_by_eye(judged: Judge) -> None:
    axis = ("000.00.00.H41", "000.00.00.H14", "000.00.00.G17")
    for path in PUBLISHED.glob("*.edxml"):
        judgement = judged(path.read_bytes())
        facts = judgement.facts
        if path.stem == "edoc":
            assert judgement.findings[0].location == "line 74, column 29"
            assert (facts.sender, facts.recipients) == ("777.77.04.D77", ("777.77.03.D77",))
            assert facts.document_id == "9fbfbad2-f1f8-4256-a2eb-50fb1061cddb"
            continue
        assert judgement.outcome == "accepted"
        if facts.kind == "status":
            back = facts.status_code == "13"
            assert (facts.sender, facts.recipients) == (
                ("000.00.00.G22", ("000.00.00.H41",)) if back else ("000.00.00.H41", ("000.00.00.G22",))
            )
            assert facts.related[0].document_id == "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT"
        elif path.stem == "edoc_new":
            assert (facts.sender, facts.recipients) == ("000.00.00.A80", ("28.22.H17",))
        else:
            assert (facts.sender, facts.recipients) == ("000.00.00.G22", axis)
        if facts.kind == "document":
            assert facts.document_id == "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT"
            assert judgement.contents[1].kind is ContentKind.XML
            size = 8381 if path.stem.startswith("dc0b") else 388347
            assert judgement.contents[1].size_bytes == size
