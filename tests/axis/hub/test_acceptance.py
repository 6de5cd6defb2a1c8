"""One message in: receipts, repetition, refusal, evidence."""

from __future__ import annotations

import hashlib
import io
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from axis.hub.model import Message, MessageConflict, Quarantined, Receipt
from axis.hub.ports import SignatureReport
from axis.hub.receipts import NAMESPACE
from schemas.reader import local_name, parse
from storage.outbox.model import OutboxRow
from tests.axis.hub.messages import document, status
from tests.axis.hub.world import World, bearer
from tests.provoked import provokes

PDF = b"%PDF-1.4 noi dung"


def count(world: World, table: type[object]) -> int:
    with world.hub.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def code_of(answer: TestResponse) -> str:
    return str((answer.get_json(force=True) or {})["code"])


@provokes("edxml.date-missing")
def test_a_message_is_answered_with_a_receipt_that_describes_its_bytes(world: World) -> None:
    raw = document(contents=[PDF], promised=[PDF])
    answer = world.post("province", raw)
    assert (answer.status_code, answer.content_type) == (201, "application/xml")
    sha256 = hashlib.sha256(raw).hexdigest()
    assert answer.headers["Lt-Message-Sha256"] == sha256
    receipt = parse(answer.data)
    assert receipt.tag == f"{{{NAMESPACE}}}Receipt"
    facts = receipt.find(f"{{{NAMESPACE}}}Message")
    assert facts is not None
    assert (facts.get("sha256"), facts.get("size")) == (sha256, str(len(raw)))
    assert facts.get("id") == answer.headers["Lt-Message-Id"]
    texts = {local_name(child): child.text for child in receipt}
    assert (texts["Step"], texts["Sender"], texts["Recipient"]) == ("accepted", "H99", "H99.01")
    assert texts["Time"] == "2026-11-20T12:00:00+07:00"
    with world.hub.blobs.open(sha256) as stored:
        assert stored.read() == raw


def test_message_receipt_and_outbox_row_are_one(world: World) -> None:
    world.post("province", document())
    assert (count(world, Message), count(world, Receipt), count(world, OutboxRow)) == (1, 1, 1)


def test_the_same_bytes_again_get_the_very_same_receipt(world: World) -> None:
    first = world.post("province", document())
    world.clock.advance(timedelta(days=3))
    world.verifier.told = SignatureReport("invalid")  # the certificate was revoked meanwhile
    again = world.post("province", document())
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.data == first.data
    assert again.headers["Lt-Message-Id"] == first.headers["Lt-Message-Id"]
    assert count(world, Message) == 1


@provokes("exchange.conflict")
def test_other_bytes_under_the_same_identity_are_refused_and_kept_as_evidence(world: World) -> None:
    first, forged = document(), document(subject="Nội dung khác")
    accepted = world.post("province", first)
    for _ in range(2):
        answer = world.post("province", forged)
        assert (answer.status_code, code_of(answer)) == (409, "exchange.conflict")
        assert answer.json is not None
        assert answer.json["message_id"] == accepted.headers["Lt-Message-Id"]
        assert "quarantine_id" not in answer.json
    path = accepted.headers["Location"]
    listed = world.get("province", f"{path}/conflicts").json
    assert listed is not None
    (evidence,) = listed["conflicts"]
    assert evidence["sha256"] == hashlib.sha256(forged).hexdigest()
    assert evidence["received_at"] == world.clock.now().isoformat()
    assert world.get("province", f"{path}/content").data == first
    kept = world.get("province", f"{path}/conflicts/{evidence['sha256']}")
    assert (kept.data, kept.headers["Lt-Message-Sha256"]) == (forged, evidence["sha256"])
    assert (count(world, Message), count(world, Quarantined)) == (1, 0)


def test_evidence_of_a_conflict_is_for_the_sender_alone(world: World) -> None:
    accepted = world.deliver("province", document())
    world.post("province", document(subject="Nội dung khác"))
    path = f"/v1/messages/{accepted}"
    sha256 = hashlib.sha256(document(subject="Nội dung khác")).hexdigest()
    for account in ("department", "commune"):
        assert world.get(account, f"{path}/conflicts").status_code == 404
        assert world.get(account, f"{path}/conflicts/{sha256}").status_code == 404
    assert world.get("department", f"{path}/content").data == document()
    assert world.get("commune", f"{path}/content").status_code == 404
    for wrong in ("0" * 64, "..", hashlib.sha256(document()).hexdigest()):
        assert world.get("province", f"{path}/conflicts/{wrong}").status_code == 404


def test_a_revocation_of_a_document_is_another_message_than_the_document(world: World) -> None:
    assert world.post("province", document()).status_code == 201
    assert world.post("province", document(business="1")).status_code == 201


def test_a_status_in_other_words_is_a_record_without_a_second_effect(world: World) -> None:
    assert world.post("department", status()).status_code == 201
    reworded = status(description="Đã vào sổ")
    first = world.post("department", reworded)
    again = world.post("department", reworded)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.data == again.data
    with world.hub.database.reading() as session:
        effects = session.scalars(select(Message.superseded_effect).order_by(Message.id)).all()
    assert list(effects) == [False, True]


def test_five_identical_posts_at_once_make_one_message_and_one_receipt(world: World) -> None:
    raw = document(contents=[PDF])
    together = threading.Barrier(5)
    answers: list[tuple[int, bytes]] = []

    def post() -> None:
        client = world.app.test_client()
        together.wait()
        answer = client.post("/v1/messages", data=raw, headers=bearer("province") | {"Content-Type": "application/xml"})
        answers.append((answer.status_code, answer.data))

    threads = [threading.Thread(target=post) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status_code for status_code, _ in answers) == [200, 200, 200, 200, 201]
    assert len({receipt for _, receipt in answers}) == 1
    assert (count(world, Message), count(world, Receipt), count(world, OutboxRow)) == (1, 1, 1)


def test_five_different_posts_of_one_identity_at_once_leave_one_message_and_four_pieces_of_evidence(
    world: World,
) -> None:
    together = threading.Barrier(5)
    answers: list[int] = []

    def post(number: int) -> None:
        client = world.app.test_client()
        together.wait()
        headers = bearer("province") | {"Content-Type": "application/xml"}
        answers.append(client.post("/v1/messages", data=document(subject=f"Bản {number}"), headers=headers).status_code)

    threads = [threading.Thread(target=post, args=[number]) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 409, 409, 409, 409]
    assert (count(world, Message), count(world, MessageConflict)) == (1, 4)


FINDINGS = {"findings": [{"code": "signature.broken"}]}

REFUSED: dict[str, tuple[bytes, SignatureReport | None, int, str]] = {
    "another agency": (document(sender="H99.101"), None, 403, "exchange.sender-mismatch"),
    "no agency": (document(sender="X00"), None, 403, "exchange.sender-mismatch"),
    "broken signature": (document(), SignatureReport("invalid", report=FINDINGS), 422, "exchange.signature-invalid"),
    "no signature": (document(), SignatureReport("indeterminate"), 422, "exchange.signature-required"),
    "foreign certificate": (
        document(),
        SignatureReport("valid", organization_identifier="H99.101", certificate_sha256="f" * 64),
        422,
        "exchange.certificate-of-another",
    ),
    "nameless certificate": (document(), SignatureReport("valid"), 422, "exchange.certificate-of-another"),
    "changed": (document(contents=[PDF], promised=[b"other"]), None, 422, "exchange.attachment-changed"),
    "added": (document(contents=[PDF, PDF], promised=[PDF]), None, 422, "exchange.attachment-changed"),
    "missing": (document(contents=[], promised=[PDF]), None, 422, "exchange.attachment-changed"),
    "unknown recipients": (document(recipients=["H99.01", "X1", "X2"]), None, 422, "exchange.recipient-unknown"),
    "long id": (document(document_id="x" * 201), None, 422, "exchange.identifier-too-long"),
    "no recipient": (document(recipients=[]), None, 422, "edxml.recipient-missing"),
    "not edXML": (b"<html/>", None, 422, "edxml.not-edxml"),
    "not XML": (b"xin chao", None, 400, "xml.not-xml"),
    "truncated": (document(contents=[PDF])[:-40], None, 400, "xml.malformed"),
    "entity bomb": (
        b'<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><edXML>&b;</edXML>',
        None,
        400,
        "xml.doctype",
    ),
    "external entity": (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><edXML>&x;</edXML>',
        None,
        400,
        "xml.doctype",
    ),
    "deep": (b"<a>" * 5000, None, 413, "xml.too-deep"),
}


def provoked_by(name: str) -> set[str]:
    """What is no XML is looked at once the parser has refused it."""
    return {REFUSED[name][3]} | ({"xml.malformed"} if REFUSED[name][3] == "xml.not-xml" else set())


@provokes(by=lambda case: provoked_by(case["name"]))
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_kept_with_its_reason(world: World, name: str) -> None:
    raw, world.verifier.told, status_code, code = REFUSED[name]
    answer = world.post("province", raw)
    assert (answer.status_code, code_of(answer)) == (status_code, code)
    assert answer.json is not None
    listed = world.get("province", "/v1/quarantine").json
    assert listed is not None
    (entry,) = listed["quarantine"]
    assert entry["quarantine_id"] == answer.json["quarantine_id"]
    assert (entry["code"], entry["title"], entry["title_en"]) == (code, answer.json["title"], answer.json["title_en"])
    with world.hub.blobs.open(entry["sha256"]) as stored:
        assert stored.read() == raw
    assert count(world, Message) == 0
    assert count(world, OutboxRow) == 0


@provokes("exchange.recipient-unknown")
def test_unknown_recipients_are_all_named(world: World) -> None:
    answer = world.post("province", document(recipients=["X1", "H99.01", "X2"]))
    assert answer.json is not None
    assert answer.json["recipients"] == ["X1", "X2"]


@provokes("xml.malformed")
def test_malformed_xml_is_kept_with_its_line(world: World) -> None:
    world.post("province", b"<edXML>\n<a>\n</b></edXML>")
    with world.hub.database.reading() as session:
        entry = session.scalars(select(Quarantined)).one()
    assert entry.line == 3


def test_a_system_that_may_sends_without_a_verifiable_signature(world: World) -> None:
    changed = [dict(account, accept_unverifiable=True) for account in DIRECTORY_ACCOUNTS]
    world.import_directory({"version": 1, "accounts": changed})
    world.verifier.told = SignatureReport("indeterminate", report={"findings": [{"code": "signature.absent"}]})
    assert world.post("province", document()).status_code == 201
    with world.hub.database.reading() as session:
        message = session.scalars(select(Message)).one()
    assert (message.signature_verdict, message.signature_report["findings"][0]["code"]) == (
        "indeterminate",
        "signature.absent",
    )


DIRECTORY_ACCOUNTS = [
    {"name": "province", "token_sha256": hashlib.sha256(b"token-province").hexdigest()},
]


def test_the_old_code_of_the_sender_and_of_its_certificate_count_as_its_own(world: World) -> None:
    world.verifier.told = SignatureReport("valid", organization_identifier="H99")
    assert world.post("province", document(sender="000.00.00.H99")).status_code == 201


def test_a_code_that_has_ended_does_not_send(world: World) -> None:
    answer = world.post("department", document(sender="000.00.01.H99", recipients=["H99"]))
    assert code_of(answer) == "exchange.sender-mismatch"


@provokes("exchange.sender-mismatch")
def test_a_mandate_ends_with_its_last_day_in_viet_nam(world: World) -> None:
    world.clock.advance(timedelta(hours=11, minutes=59))
    assert world.post("department", status()).status_code == 201
    world.clock.advance(timedelta(minutes=1))
    assert code_of(world.post("department", status(code="06"))) == "exchange.sender-mismatch"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic dG9rZW4="}])
def test_without_a_token_nothing_is_read(world: World, headers: dict[str, str]) -> None:
    answer = world.client.post("/v1/messages", data=document(), headers=headers | {"Content-Type": "application/xml"})
    assert (answer.status_code, code_of(answer)) == (401, "http.unauthenticated")
    assert not world.blob_dir.exists()


@provokes("exchange.no-message", "http.media-type-unsupported")
def test_only_xml_is_taken_and_only_if_there_is_some(world: World) -> None:
    other = world.client.post(
        "/v1/messages", data=b"{}", headers=bearer("province") | {"Content-Type": "application/json"}
    )
    assert other.status_code == 415
    assert code_of(world.post("province", b"")) == "exchange.no-message"
    assert count(world, Quarantined) == 0


@provokes("http.body-too-large")
def test_a_message_over_the_limit_is_refused_and_not_kept(world: World) -> None:
    over = b"<a>" + b" " * world.settings.message_limit_bytes
    declared = world.post("province", over)
    chunked = world.client.post(
        "/v1/messages",
        input_stream=io.BytesIO(over),
        headers=bearer("province") | {"Content-Type": "application/xml"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    for answer in (declared, chunked):
        assert (answer.status_code, code_of(answer)) == (413, "http.body-too-large")
    assert [path for path in world.blob_dir.rglob("*") if path.is_file()] == []
    assert count(world, Quarantined) == 0
