"""What a hub should never have forwarded: each message is kept byte for byte, and what cannot be filed says why."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import select

from axis.edxml.build import PLAIN, build_document, build_status
from axis.edxml.dates import MomentText
from axis.edxml.model import DocumentMessage, Organ, ResponseFor, StatusMessage
from axis.edxml.write import OutgoingAttachment, write_message
from edms.documents.model import Direction, Document, DocumentState, FileRole
from edms.exchange.model import ArrivedMessage, StatusEvent
from edms.exchange.outgoing import document_message
from edms.exchange.queries import quarantine
from edms.organisation.model import Agency
from schemas.edxml.validation import NAMESPACE
from signing.xml import sign_envelope
from storage.outbox.relay import Claim
from tests.edms.exchange.hubs import AnyHub, Offer
from tests.edms.ground import HERE, ORGAN_IDS, PIN, THERE, Town
from tests.messages.wire import attachment, zipped
from tests.provoked import provokes

Change = Callable[[bytes], bytes]
DIGESTS = 'xmlns:lt="urn:lienthong:edxml:1"'
LAUGHS = b'<!DOCTYPE edXML [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@dataclass
class Writer:
    """Writes messages as the system of `HERE` would, or as whoever holds another key would like to."""

    town: Town

    def message(self, number: int = 1, **changes: Any) -> DocumentMessage:
        """The town's letter as a message with a document id of its own."""
        letter = self.town.document(self.town.letter_id)
        with self.town.services.database.reading() as session:
            agency = session.get_one(Agency, letter.agency_id)
            written = document_message(
                letter, agency, f"{ORGAN_IDS[HERE]},2026/11/20,{number}/UBND", (), now(self.town)
            )
        return replace(written, **changes)

    def bytes_of(
        self, message: DocumentMessage, content: bytes | None = None, *, key: str = HERE, more: Change = bytes
    ) -> bytes:
        """Sign and write `message`; `more` changes the envelope's bytes before they are signed."""
        content = self.town.bytes_of(self.town.letter_id) if content is None else content
        # The writer holds contents against digests in the manifest; what lies about them is put together by hand.
        root = etree.fromstring(more(etree.tostring(build_document(message, profile=PLAIN))))
        attachments = [OutgoingAttachment(ref, lambda: io.BytesIO(content)) for ref in message.attachments]
        return self._written(root, attachments, key)

    def status(self, document_id: str, *, sender: str = HERE, key: str = HERE, code: str = "03") -> bytes:
        """Sign and write a status of `sender` about a document of `THERE`."""
        message = StatusMessage(
            sender=Organ(organ_id=ORGAN_IDS[sender], organ_name=f"UBND {sender}"),
            response_for=ResponseFor(organ_id=ORGAN_IDS[THERE], code="5/UBND", document_id=document_id),
            status_code=code,
            timestamp=MomentText.of(now(self.town)),
        )
        return self._written(build_status(message), [], key)

    def _written(self, root: etree._Element, attachments: list[OutgoingAttachment], key: str) -> bytes:
        with self.town.services.arrivals.hub.keys.open(f"{key}-system.p12", PIN) as opened:
            sign_envelope(root, opened)
        target = io.BytesIO()
        write_message(root, attachments, target)
        return target.getvalue()


def now(town: Town) -> datetime:
    return town.clock.now().astimezone(UTC).replace(microsecond=0)


def with_digest(content: bytes) -> Change:
    """Write into the manifest what is promised of its first attachment."""
    digest = f'{DIGESTS} lt:sha256="{hashlib.sha256(content).hexdigest()}" lt:size="{len(content)}"'
    return lambda raw: raw.replace(b"Reference>", f"Reference {digest}>".encode(), 1)


def exchanged(raw: bytes, old: bytes, new: bytes) -> bytes:
    """Put the attachment `new` where `old` stands."""
    assert base64.b64encode(old) in raw
    return raw.replace(base64.b64encode(old), base64.b64encode(new))


def replaced(old: str, new: str) -> Change:
    def change(raw: bytes) -> bytes:
        assert old.encode() in raw, old
        return raw.replace(old.encode(), new.encode(), 1)

    return change


@pytest.fixture
def writer(exposed: Town) -> Writer:
    return Writer(exposed)


def fetch(town: Town) -> None:
    """Let the handler run once, as the relay would, for `THERE`."""
    payload = {"agency_id": str(town.offices[THERE].agency_id)}
    town.services.arrivals.fetch(Claim(0, payload, 1, 1, "test", town.clock.now()))


def kept(town: Town) -> dict[str, ArrivedMessage]:
    """Every arrived message by the hub's delivery."""
    with town.services.database.reading() as session:
        return {row.hub_delivery_id: row for row in session.scalars(select(ArrivedMessage))}


def incoming(town: Town) -> list[Document]:
    query = select(Document.id).where(Document.direction == Direction.INCOMING).order_by(Document.created_at)
    with town.services.database.reading() as session:
        ids = session.scalars(query).all()
    return [town.document(one) for one in ids]


def codes_of(town: Town, hub: AnyHub) -> dict[str, str]:
    """The quarantine code by the name of the offer, after checking that nothing was lost."""
    rows = kept(town)
    found = {}
    for offer in hub.offers:
        row = rows[str(offer.delivery_id)]
        with town.services.documents.blobs.open(row.sha256) as stream:
            assert stream.read() == offer.raw, f"{offer.name}: other bytes were kept"
        assert offer.ended_as == "done"
        found[offer.name] = row.quarantine_code
    assert len(rows) == len(hub.offers)
    return found


@provokes(
    "arrival.document-repeated",
    "arrival.attachment-changed",
    "arrival.certificate-of-another",
    "arrival.envelope-invalid",
    "arrival.nothing-to-file",
    "arrival.identifier-too-long",
    "arrival.status-unresolved",
    "edxml.envelope-ambiguous",
    "xml.doctype",
    "xml.malformed",
    "xml.not-xml",
    "xml.empty",
)
def test_what_cannot_be_filed_is_kept_with_its_reason(exposed: Town, any_hub: AnyHub, writer: Writer) -> None:
    pdf = exposed.bytes_of(exposed.letter_id)
    whole = writer.bytes_of(writer.message(1))
    promised = [writer.bytes_of(writer.message(number), more=with_digest(pdf)) for number in (2, 6)]
    broken = replaced("<edXML:Subject>", "<edXML:Subject>Không ")
    unlisted = replaced("</AttachmentEncoded>", attachment(b"%PDF-1.4", cid="cid:2") + "</AttachmentEncoded>")
    cases: dict[str, tuple[bytes, str]] = {
        "good": (whole, ""),
        "the same document again": (
            writer.bytes_of(writer.message(1, subject="Nội dung khác")),
            "arrival.document-repeated",
        ),
        "another attachment than promised": (
            exchanged(promised[0], pdf, pdf + b"\n"),
            "arrival.attachment-changed",
        ),
        "an attachment that nobody promised": (unlisted(promised[1]), "arrival.attachment-changed"),
        "another agency's certificate": (
            writer.bytes_of(writer.message(3), key=THERE),
            "arrival.certificate-of-another",
        ),
        "changed after signing": (broken(writer.bytes_of(writer.message(4))), "arrival.envelope-invalid"),
        "wrapped": (wrapped(writer.bytes_of(writer.message(5))), "arrival.envelope-invalid"),
        "two envelopes": (two_envelopes(whole), "edxml.envelope-ambiguous"),
        "entities": (whole.replace(b"?>", b"?>" + LAUGHS, 1), "xml.doctype"),
        "cut short": (whole[: len(whole) // 2], "xml.malformed"),
        "no XML": (b"%PDF-1.7 not a message", "xml.not-xml"),
        "nothing": (b"", "xml.empty"),
        "no file": (writer.bytes_of(writer.message(7, attachments=())), "arrival.nothing-to-file"),
        "an endless id": (
            writer.bytes_of(writer.message(8), more=replaced("2026/11/20,8/UBND", "2026/11/20,8/" + "U" * 200)),
            "arrival.identifier-too-long",
        ),
    }
    statuses = {
        "status of what was never sent": (writer.status("H36.01.03,2026/11/20,99/UBND"), "arrival.status-unresolved"),
        "status with another's certificate": (
            writer.status("H36.01.03,2026/11/20,99/UBND", key=THERE),
            "arrival.certificate-of-another",
        ),
    }
    any_hub.offers = [Offer(name, raw) for name, (raw, _) in cases.items()]
    any_hub.offers += [Offer(name, raw, "status") for name, (raw, _) in statuses.items()]
    fetch(exposed)
    expected = {name: code for name, (_, code) in (cases | statuses).items()}
    assert codes_of(exposed, any_hub) == expected
    assert len(incoming(exposed)) == 1
    with exposed.services.database.reading() as session:
        shown = quarantine(session, exposed.actor("binh", THERE))
        assert len(shown) == len(expected) - 1
        assert quarantine(session, exposed.actor("binh", HERE)) == []


def wrapped(raw: bytes) -> bytes:
    """Move the signed envelope out of the way and put a forged one into its place (XML signature wrapping)."""
    root = etree.fromstring(raw)
    envelope = root[0]
    forged = etree.fromstring(etree.tostring(envelope))
    del forged.attrib["Id"]
    subject = forged.find(f".//{{{NAMESPACE}}}Subject")
    assert subject is not None
    subject.text = "Chuyển toàn bộ ngân sách"
    forged.append(envelope)
    for extra in forged.findall(f"{{{NAMESPACE}}}edXMLEnvelope//{{{NAMESPACE}}}MessageHeader"):
        extra.tag = f"{{{NAMESPACE}}}Former"
    root.insert(0, forged)
    return etree.tostring(root)


def two_envelopes(raw: bytes) -> bytes:
    root = etree.fromstring(raw)
    root.insert(0, etree.fromstring(etree.tostring(root[0])))
    return etree.tostring(root)


def test_a_pdf_altered_after_signing_is_filed_and_shown_as_invalid(
    exposed: Town, any_hub: AnyHub, writer: Writer
) -> None:
    """The envelope is honest about the altered bytes: only the PDF's own signatures can tell."""
    pdf = exposed.bytes_of(exposed.letter_id)
    place = pdf.index(b"stream") + 40
    altered = pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
    any_hub.offers = [Offer("altered", writer.bytes_of(writer.message(), altered, more=with_digest(altered)))]
    fetch(exposed)
    (document,) = incoming(exposed)
    assert document.state is DocumentState.ARRIVED
    page = exposed.page(exposed.actor("binh", THERE), document.id)
    assert page.verdict == "invalid"
    assert any(one.findings for one in page.signatures)
    assert exposed.bytes_of(document.id) == altered, "it is kept as it came"


def test_what_only_calls_itself_a_pdf_does_not_stop_the_post(exposed: Town, any_hub: AnyHub, writer: Writer) -> None:
    any_hub.offers = [
        Offer("garbage", writer.bytes_of(writer.message(1), b"%PDF-1.4 garbage \x00\xff")),
        Offer("text", writer.bytes_of(writer.message(2), "Không phải PDF".encode())),
    ]
    fetch(exposed)
    assert set(codes_of(exposed, any_hub).values()) == {""}
    garbage, text = incoming(exposed)
    clerk = exposed.actor("binh", THERE)
    assert [exposed.page(clerk, one.id).verdict for one in (garbage, text)] == ["indeterminate", ""]
    assert [one.page_amount for one in (garbage, text)] == [0, 0]


def test_a_document_is_taken_out_of_the_zip_around_it(exposed: Town, any_hub: AnyHub, writer: Writer) -> None:
    pdf = exposed.bytes_of(exposed.letter_id)
    wrapped = zipped("7a71a0ee.pdf", pdf)
    damaged = wrapped[:-30]
    any_hub.offers = [
        Offer("wrapped", writer.bytes_of(writer.message(1), wrapped)),
        Offer("damaged", writer.bytes_of(writer.message(2), damaged)),
        Offer("archive", writer.bytes_of(writer.message(3), wrapped, more=replaced("UBND-VP.pdf", "UBND-VP.ZIP"))),
    ]
    fetch(exposed)
    document, kept_as_it_came, archive = incoming(exposed)
    assert exposed.bytes_of(document.id) == pdf
    main = document.main_file()
    assert main is not None
    assert (main.name, main.media_type) == ("01-UBND-VP.pdf", "application/pdf")
    assert document.page_amount == 1
    assert exposed.page(exposed.actor("binh", THERE), document.id).verdict == "valid"
    assert exposed.bytes_of(kept_as_it_came.id) == damaged
    named_by_entry = archive.main_file()
    assert named_by_entry is not None
    assert named_by_entry.name == "7a71a0ee.pdf"


@provokes("content.zip-bomb")
def test_a_bomb_is_quarantined(exposed: Town, any_hub: AnyHub, writer: Writer) -> None:
    any_hub.offers = [Offer("bomb", writer.bytes_of(writer.message(), zipped("a.pdf", bytes(300_000_000))))]
    fetch(exposed)
    assert codes_of(exposed, any_hub) == {"bomb": "content.zip-bomb"}


@provokes("edxml.attachment-name-differs", "edxml.attachment-type-differs")
def test_names_and_types_from_elsewhere_are_made_harmless(exposed: Town, any_hub: AnyHub, writer: Writer) -> None:
    hostile = replaced(
        "<edXML:AttachmentName>01-UBND-VP.pdf", "<edXML:AttachmentName>..\\..\\etc/a&#13;&#10;Set-Cookie: b.pdf"
    )
    raw = writer.bytes_of(writer.message(), b"<script>", more=hostile)
    raw = replaced("<ContentType>application/pdf", "<ContentType>text/html; \n x")(raw)
    any_hub.offers = [Offer("hostile", raw)]
    fetch(exposed)
    (document,) = incoming(exposed)
    (main,) = (one for one in document.files if one.role == FileRole.MAIN)
    assert main.name == "aSet-Cookie: b.pdf"
    assert main.media_type == "application/octet-stream"


def test_an_unsigned_envelope_is_filed_as_such(exposed: Town, any_hub: AnyHub, writer: Writer) -> None:
    """Partners on the national axis do not all sign; whether they may send is the hub's decision."""
    root = etree.fromstring(writer.bytes_of(writer.message()))
    for signature in root.findall(".//{http://www.w3.org/2000/09/xmldsig#}Signature"):
        signature.getparent().remove(signature)  # type: ignore[union-attr]
    any_hub.offers = [Offer("unsigned", etree.tostring(root))]
    fetch(exposed)
    (row,) = kept(exposed).values()
    assert (row.quarantine_code, row.envelope_report["verdict"]) == ("", "indeterminate")


def test_a_fault_of_ours_keeps_the_message_at_the_hub_and_lets_others_pass(
    exposed: Town, any_hub: AnyHub, writer: Writer
) -> None:
    any_hub.offers = [Offer(str(number), writer.bytes_of(writer.message(number))) for number in (1, 2)]
    first, second = any_hub.offers
    services = exposed.services

    class Broken:
        """The blob store, whose disk is full for one of the messages."""

        def __getattr__(self, name: str) -> Any:
            return getattr(services.documents.blobs, name)

        def stage(self, source: Any, *, limit_bytes: int | None = None) -> Any:
            if (content := source.read()) == first.raw:
                raise OSError("no space left on device")
            return services.documents.blobs.stage(io.BytesIO(content), limit_bytes=limit_bytes)

    hub = replace(services.arrivals.hub, blobs=Broken())
    lame = replace(services.arrivals, hub=hub, filing=replace(services.arrivals.filing, hub=hub))
    payload = {"agency_id": str(exposed.offices[THERE].agency_id)}
    with pytest.raises(OSError, match="no space"):
        lame.fetch(Claim(0, payload, 1, 1, "test", exposed.clock.now()))
    assert (first.ended_as, second.ended_as) == ("", "done")
    fetch(exposed)
    assert first.ended_as == "done"
    assert set(codes_of(exposed, any_hub).values()) == {""}
    assert len(incoming(exposed)) == 2


def test_a_delivery_offered_again_is_recognised(exposed: Town, any_hub: AnyHub, writer: Writer) -> None:
    (offer,) = any_hub.offers = [Offer("letter", writer.bytes_of(writer.message()))]
    for _ in range(3):
        offer.ended_as = ""
        fetch(exposed)
    assert len(incoming(exposed)) == 1
    with exposed.services.database.reading() as session:
        assert session.scalars(select(StatusEvent.code)).all() == ["01"]
