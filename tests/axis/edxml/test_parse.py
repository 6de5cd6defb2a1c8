from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from axis.edxml.business import Target
from axis.edxml.describe import describe
from axis.edxml.errors import (
    BusinessTypeUnknown,
    DocumentIdMissing,
    EnvelopeAmbiguous,
    Meaningless,
    NotEdxml,
    RecipientMissing,
    SenderMissing,
    StatusCodeMissing,
    StatusTargetMissing,
)
from axis.edxml.identity import DocumentIdentity, StatusIdentity, identity_of, make_document_id
from axis.edxml.model import DocumentMessage, Replacement, StatusMessage
from axis.edxml.parse import ParsedMessage, parse_message
from axis.edxml.rules import RULES
from axis.edxml.secrecy import level_named
from schemas.content import ContentKind, unwrap_single_entry_zip
from schemas.edxml.codes import STATUS_CODES
from schemas.errors import MalformedXml, XmlRefused
from schemas.problems import Problem
from schemas.reader import read_message
from tests.messages.compose import DOCUMENT_ID, MESSAGES, OLD_ID, SAMPLES, document
from tests.provoked import provokes

PUBLISHED = Path(__file__).parents[3].parent / "shared" / "samples" / "edxml"


@pytest.fixture
def understood(tmp_path: Path) -> Callable[[str], ParsedMessage]:
    def understand(name: str) -> ParsedMessage:
        return parse_message(read_message(io.BytesIO(MESSAGES[name]), spool=tmp_path))

    return understand


def document_in(parsed: ParsedMessage) -> DocumentMessage:
    assert isinstance(parsed.message, DocumentMessage)
    return parsed.message


def rules_of(parsed: ParsedMessage) -> set[str]:
    return {finding.rule for finding in parsed.findings}


def test_the_files_are_what_the_script_composes() -> None:
    assert {path.stem: path.read_bytes() for path in SAMPLES.glob("*.edxml")} == MESSAGES


@provokes("edxml.organ-name-missing", "edxml.signature-namespace")
def test_every_field_of_a_new_document_is_read(understood: Callable[[str], ParsedMessage]) -> None:
    parsed = understood("new")
    message = document_in(parsed)
    assert (parsed.kind, parsed.business, parsed.targets) == ("document", "new", ())
    assert message.sender.organ_name == "Văn phòng Bộ Thử nghiệm"
    assert [organ.organ_id for organ in message.recipients] == ["H99", "H99.107"]
    assert message.recipients[0].organization_in_charge == "UBND tỉnh Mẫu"  # stands after OrganName here
    assert message.document_id == DOCUMENT_ID
    assert message.code.text == "7816/VPBTN-TTĐT"
    assert str(message.promulgation.date.value) == "2026-09-30"
    assert message.subject == "V/v kết nối, liên thông"
    assert (message.document_type.code, message.document_type.name) == ("1", "Công văn")
    assert message.signer.competence == "TL. BO TRUONG"
    assert (message.other.priority, message.other.appendixes) == ("1", ("Phụ lục I",))
    assert message.to_places == ("Các sở", "Lưu: VT")
    assert message.business is not None
    assert message.business.staff.staff == "Trần Thị Mẫu"
    assert str(message.trace[0].timestamp.value) == "2026-09-30 01:00:00+00:00"
    assert message.attachments[0].key == "209"
    assert rules_of(parsed) == {
        "edxml.organ-name-missing",
        "edxml.signature-namespace",
        "edxml.signature-unverifiable",
    }


OLD_BY_RESPONSE = Target(OLD_ID, "H99", "7806/VPBTN-TTĐT", "response-for")
OLD_BY_BUSINESS = Target(OLD_ID, "", "", "business")


@pytest.mark.parametrize(
    ("name", "business", "targets", "finding"),
    [
        ("revoke_response_for", "revoke", (OLD_BY_RESPONSE,), None),
        ("revoke_business", "revoke", (OLD_BY_BUSINESS,), None),
        ("revoke_both", "revoke", (OLD_BY_RESPONSE,), None),
        (
            "revoke_differing",
            "revoke",
            (Target("uuid-1", "", "", "business"), OLD_BY_RESPONSE),
            "edxml.targets-differ",
        ),
        ("revoke_nothing", "revoke", (), "edxml.target-missing"),
        ("update", "update", (OLD_BY_BUSINESS,), None),
        (
            "replace",
            "replace",
            (Target(OLD_ID, "", "", "replacement"), Target("b7f9-uuid", "", "", "replacement")),
            None,
        ),
    ],
)
def test_the_target_of_an_operation_is_found_wherever_it_stands(
    understood: Callable[[str], ParsedMessage],
    name: str,
    business: str,
    targets: tuple[Target, ...],
    finding: str | None,
) -> None:
    parsed = understood(name)
    assert (parsed.business, parsed.targets) == (business, targets)
    assert {"edxml.targets-differ", "edxml.target-missing"} & rules_of(parsed) == ({finding} if finding else set())


def test_update_and_replacement_keep_their_lists(understood: Callable[[str], ParsedMessage]) -> None:
    update = document_in(understood("update")).business
    replacement = document_in(understood("replace")).business
    assert update is not None
    assert [(one.organ_id, one.change) for one in update.update.receivers] == [("H99", "0"), ("H98", "1")]
    assert replacement is not None
    assert replacement.replacements[0] == Replacement(document_id=OLD_ID, organ_ids=("H99", "H98"))


@provokes(by="expected")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "without_business",
            {
                "edxml.business-missing",
                "edxml.response-for-empty",
                "edxml.trace-organ-null",
                "edxml.signature-absent",
            },
        ),
        (
            "oddities",
            {
                "edxml.from-nested",
                "edxml.recipient-duplicated",
                "edxml.recipient-without-id",
                "edxml.code-number-form",
                "edxml.date-invalid",
                "edxml.comment-in-field",
            },
        ),
        ("two_senders", {"edxml.from-duplicated"}),
        ("derived_id", {"edxml.document-id-derived"}),
        ("secret", {"edxml.secrecy-declared"}),
        ("unknown_namespace", {"edxml.namespace-unknown"}),
        ("no_namespace", {"edxml.namespace-unknown"}),
        ("zip_called_pdf", {"edxml.attachment-content-differs"}),
        ("zip_in_manifest_called_pdf", {"edxml.attachment-type-differs", "edxml.attachment-name-differs"}),
        ("pdf_damaged_as_text", {"edxml.attachment-text-damaged"}),
        (
            "missing_and_unlisted",
            {"edxml.attachment-missing", "edxml.attachment-unlisted", "edxml.attachment-name-unsafe"},
        ),
        ("same_content_id", {"edxml.attachment-id-duplicated"}),
        ("no_attachments", {"edxml.no-attachments"}),
        ("wrong_digest", {"edxml.attachment-digest-wrong", "edxml.attachment-size-wrong"}),
        ("legacy_namespace", {"edxml.signature-absent"}),
        ("other_prefix", {"edxml.signature-namespace"}),
    ],
)
def test_oddities_are_borne_and_noted(
    understood: Callable[[str], ParsedMessage], name: str, expected: set[str]
) -> None:
    ordinary = {
        "edxml.organ-name-missing",
        "edxml.signature-namespace",
        "edxml.signature-unverifiable",
        "edxml.signature-absent",
    }
    assert rules_of(understood(name)) | ordinary == expected | ordinary
    assert expected <= rules_of(understood(name))


@provokes(
    "edxml.code-number-form",
    "edxml.comment-in-field",
    "edxml.date-invalid",
    "edxml.from-nested",
    "edxml.recipient-duplicated",
    "edxml.recipient-without-id",
)
def test_what_a_comment_splits_is_read_whole(understood: Callable[[str], ParsedMessage]) -> None:
    message = document_in(understood("oddities"))
    assert message.subject == "Về việc thử nghiệm"
    assert message.promulgation.date.raw == "31/11/2026"
    assert message.promulgation.date.value is None
    assert message.sender.organ_id == "000.00.00.G99"


@provokes("edxml.document-id-derived")
def test_a_missing_document_id_is_formed_from_code_and_date(understood: Callable[[str], ParsedMessage]) -> None:
    assert document_in(understood("derived_id")).document_id == DOCUMENT_ID


def test_a_zip_with_one_entry_opens_to_what_it_holds(
    understood: Callable[[str], ParsedMessage], tmp_path: Path
) -> None:
    received = understood("zip_single_edxml").attachments[0].received
    assert received is not None
    assert received.path is not None
    unwrapped = unwrap_single_entry_zip(received.path, into=tmp_path)
    assert unwrapped is not None
    assert (unwrapped.kind, unwrapped.entry_name[-6:]) == (ContentKind.XML, ".edxml")


@pytest.mark.parametrize("code", STATUS_CODES)
def test_statuses_are_read(understood: Callable[[str], ParsedMessage], code: str) -> None:
    parsed = understood(f"status_{code}")
    assert isinstance(parsed.message, StatusMessage)
    assert (parsed.kind, parsed.business, parsed.message.status_code) == ("status", None, code)
    assert parsed.targets[0].document_id == DOCUMENT_ID
    assert parsed.message.staff.staff == "Trần Thị Mẫu"
    assert str(parsed.message.timestamp.value) == "2026-09-30 10:25:11+00:00"


@provokes("edxml.status-code-unknown", "edxml.target-id-missing")
def test_odd_statuses_are_borne(understood: Callable[[str], ParsedMessage]) -> None:
    one = understood("status_one_digit").message
    assert isinstance(one, StatusMessage)
    assert one.status_code == "03"
    assert "edxml.status-code-unknown" in rules_of(understood("status_unknown"))
    by_code = understood("status_by_code")
    assert (by_code.targets[0].document_id, by_code.targets[0].code) == ("", "7816/VPBTN-TTĐT")
    assert "edxml.target-id-missing" in rules_of(by_code)


@provokes(by="refusal")
@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("refused_malformed", MalformedXml),
        ("refused_not_edxml", NotEdxml),
        ("refused_no_sender", SenderMissing),
        ("refused_no_recipient", RecipientMissing),
        ("refused_no_identity", DocumentIdMissing),
        ("refused_unknown_business", BusinessTypeUnknown),
        ("refused_two_headers", EnvelopeAmbiguous),
        ("refused_status_without_code", StatusCodeMissing),
        ("refused_status_without_target", StatusTargetMissing),
    ],
)
def test_what_has_no_meaning_is_refused(
    understood: Callable[[str], ParsedMessage], name: str, refusal: type[Problem]
) -> None:
    with pytest.raises(refusal) as refused:
        understood(name)
    assert refused.value.message_vi
    assert refused.value.message_en
    if name != "refused_not_edxml":
        assert refused.value.facts["line"]


@provokes("edxml.envelope-ambiguous")
def test_two_envelopes_are_refused(tmp_path: Path) -> None:
    raw = document()
    start, end = raw.index(b"<edXML:edXMLEnvelope"), raw.index(b"</edXML:edXMLEnvelope>") + 22
    read = read_message(io.BytesIO(raw[:end] + raw[start:end] + raw[end:]), spool=tmp_path)
    with pytest.raises(EnvelopeAmbiguous):
        parse_message(read)


def test_the_envelope_that_was_signed_can_be_given(tmp_path: Path) -> None:
    read = read_message(io.BytesIO(MESSAGES["new"]), spool=tmp_path)
    signed = etree.fromstring(MESSAGES["revoke_business"])[0]
    parsed = parse_message(read, envelope=signed)
    assert parsed.business == "revoke"
    assert parsed.envelope is signed
    assert parsed.attachments[0].received is not None


def test_identity_ignores_bytes_and_tells_operations_apart(understood: Callable[[str], ParsedMessage]) -> None:
    new, other = identity_of(understood("new").message), identity_of(understood("other_prefix").message)
    assert new == other == DocumentIdentity("000.00.00.G99", DOCUMENT_ID, "0")
    assert new.key == other.key
    revocation = identity_of(understood("revoke_business").message)
    status = identity_of(understood("status_03").message)
    assert status == StatusIdentity("H99", "000.00.00.G99", DOCUMENT_ID, "03")
    by_code = identity_of(understood("status_by_code").message)
    assert len({new.key, revocation.key, status.key, by_code.key}) == 4


def test_keys_do_not_run_into_one_another() -> None:
    assert DocumentIdentity("a", "b,c", "0").key != DocumentIdentity("a,b", "c", "0").key
    assert DocumentIdentity("1:a", "b", "0").key != DocumentIdentity("1", "a:b", "0").key


def test_document_ids_have_the_form_of_the_standard(understood: Callable[[str], ParsedMessage]) -> None:
    date = document_in(understood("new")).promulgation.date.value
    assert date is not None
    assert make_document_id("000.00.00.G99", date, "7816", "VPBTN-TTĐT") == DOCUMENT_ID


def test_messages_are_described_in_both_languages(understood: Callable[[str], ParsedMessage]) -> None:
    new = describe(understood("new"))
    assert new.vi == (
        "Văn bản mới: Văn phòng Bộ Thử nghiệm gửi Công văn số 7816/VPBTN-TTĐT ngày 30/09/2026 "
        "“V/v kết nối, liên thông” đến 2 cơ quan, kèm 1 tệp."
    )
    assert new.en.startswith("New document: Văn phòng Bộ Thử nghiệm sends Official letter no. 7816/VPBTN-TTĐT of 2026")
    assert describe(understood("revoke_response_for")).vi.endswith("văn bản liên quan: 7806/VPBTN-TTĐT.")
    assert describe(understood("status_13")).vi.startswith("Yêu cầu lấy lại: Văn phòng Bộ Thử nghiệm đề nghị H99 ")
    assert describe(understood("status_03")).en.startswith("Accepted: UBND tỉnh Mẫu reports on document 7816/")
    assert describe(understood("status_unknown")).vi.startswith("Trạng thái 99: ")


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Mật", "mật"),
        ("MẬT", "mật"),
        ("[Tối mật]", "tối mật"),
        ("Độ mật: Tuyệt mật", "tuyệt mật"),
        ("TUYET MAT", "tuyệt mật"),
        ("do mat: toi mat", "tối mật"),
        ("mặt", None),
        ("Bảo mật", None),
        ("Mật mã dân sự", None),
        ("Không", None),
        ("", None),
        ("1", None),
    ],
)
def test_only_a_whole_text_names_a_level_of_secrecy(text: str, level: str | None) -> None:
    assert level_named(text) == level


@pytest.mark.parametrize(
    ("changes", "field", "level"),
    [
        ({"sphere": "TỐI  MẬT"}, "SphereOfPromulgation", "tối mật"),
        ({"subject": "(MẬT) Về việc thử nghiệm"}, "Subject", "mật"),
        ({"more": "<edXML:SecurityLevel>Tuyệt mật</edXML:SecurityLevel>"}, "SecurityLevel", "tuyệt mật"),
        ({"subject": "Về việc bảo vệ bí mật nhà nước"}, None, None),
    ],
)
def test_declared_secrecy_is_told_with_its_field(
    tmp_path: Path, changes: dict[str, str], field: str | None, level: str | None
) -> None:
    parsed = parse_message(read_message(io.BytesIO(document(**changes)), spool=tmp_path))
    secrecy = parsed.declared_secrecy
    assert (secrecy.field if secrecy else None, secrecy.level if secrecy else None) == (field, level)


def test_every_rule_speaks_both_languages() -> None:
    assert all(rule.message_vi and rule.message_en for rule in RULES.values())


MUTABLE = MESSAGES["update"]


@given(edits=st.lists(st.tuples(st.integers(0, len(MUTABLE)), st.integers(0, 40), st.binary(max_size=6)), max_size=4))
@settings(max_examples=150, deadline=None)
def test_mutated_messages_are_understood_or_refused(
    edits: list[tuple[int, int, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = bytearray(MUTABLE)
    for at, drop, insert in edits:
        data[at : at + drop] = insert
    try:
        parsed = parse_message(read_message(io.BytesIO(data), spool=tmp_path_factory.getbasetemp()))
    except (XmlRefused, Meaningless):
        return
    description = describe(parsed)
    assert description.vi
    assert description.en


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="published samples are not on this machine")
def test_published_samples_are_understood(tmp_path: Path) -> None:
    expected = {
        "edoc_new": "new",
        "edoc_update": "update",
        "edoc_revocation": "revoke",
        "edoc_replacement": "replace",
        "dc0bdef0-c7a3-4aaf-b717-777303442973": "new",
    }
    understood: dict[str, str | None] = {}
    for path in PUBLISHED.glob("*.edxml"):
        with path.open("rb") as source:
            try:
                parsed = parse_message(read_message(source, spool=tmp_path))
            except MalformedXml as refused:
                assert (path.stem, refused.line) == ("edoc", 74)  # noqa: PT017 - one of sixteen is malformed
                continue
        assert "error" not in {finding.severity for finding in parsed.findings}
        if parsed.kind == "document":
            understood[path.stem] = parsed.business
            received = parsed.attachments[0].received
            assert received is not None
            assert received.path is not None
            unwrapped = unwrap_single_entry_zip(received.path, into=tmp_path)
            assert unwrapped is not None
            assert unwrapped.kind is ContentKind.XML
        else:
            assert isinstance(parsed.message, StatusMessage)
            assert parsed.message.status_code in STATUS_CODES
            assert path.stem[-2:] in {parsed.message.status_code, "us"}
    assert understood == expected
