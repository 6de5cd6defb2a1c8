"""Secrets that arrive: declared ones are refused and not kept, marked ones are held until somebody decides."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from edms.audit.queries import history
from edms.documents.commands import ListDocuments, ReleaseFromHold
from edms.documents.errors import DocumentNotFound, FileNotFound, HeldForSecrecy
from edms.documents.model import Direction, Document, DocumentState, SecrecyHold
from edms.documents.queries import listed
from edms.exchange.model import ArrivedMessage, StatusEvent
from edms.secrecy.model import IncidentKind, SecrecyIncident
from tests.edms.exchange.hubs import AnyHub, Offer
from tests.edms.exchange.test_quarantine import Writer, fetch, incoming, replaced
from tests.edms.ground import HERE, ORGAN_IDS, THERE, Town
from tests.provoked import provokes


@pytest.fixture
def writer(exposed: Town) -> Writer:
    return Writer(exposed)


def found_incidents(town: Town) -> list[SecrecyIncident]:
    with town.services.database.reading() as session:
        return list(session.scalars(select(SecrecyIncident).order_by(SecrecyIncident.at)))


def sees(town: Town, short: str, key: str = THERE) -> set[UUID]:
    with town.services.database.reading() as session:
        rows, _ = listed(session, town.actor(short, key), Direction.INCOMING, ListDocuments())
    return {row.id for row in rows}


@provokes("exchange.message-secret")
def test_a_declared_secret_is_refused_and_nothing_of_it_is_kept(exposed: Town, any_hub: AnyHub, writer: Writer) -> None:
    """Also where the envelope's signature does not hold, and where the level stands in an element of the sender's own."""
    pdf = exposed.bytes_of(exposed.letter_id) + b"\n% of this test alone"
    secret = writer.bytes_of(writer.message(1, subject="[Tối mật] Kế hoạch"), pdf)
    forged = replaced("<edXML:Subject>[Tối", "<edXML:Subject>[Tuyệt")(secret)
    own = writer.bytes_of(
        writer.message(3), pdf, more=replaced("</edXML:OtherInfo>", "</edXML:OtherInfo><DoMat>Mật</DoMat>")
    )
    any_hub.offers = [Offer(name, raw) for name, raw in {"secret": secret, "forged": forged, "own": own}.items()]
    any_hub.offers.append(Offer("ordinary", writer.bytes_of(writer.message(4))))
    fetch(exposed)
    assert [one.ended_as for one in any_hub.offers] == ["fail", "fail", "fail", "done"]
    assert len(incoming(exposed)) == 1
    blobs = exposed.services.documents.blobs
    found = found_incidents(exposed)
    assert [one.level for one in found] == ["tối mật", "tuyệt mật", "mật"]
    for incident, offer in zip(found, any_hub.offers, strict=False):
        assert incident.kind is IncidentKind.MESSAGE
        assert (incident.sender_organ_id, incident.size_bytes) == (ORGAN_IDS[HERE], len(offer.raw))
        assert not blobs.has(incident.sha256)
        assert incident.document_id is None
        with exposed.services.database.reading() as session:
            (entry,) = history(session, "incident", incident.id)
        assert "Kế hoạch" not in str(entry.data)
    for offer in any_hub.offers:
        offer.ended_as = ""
    fetch(exposed)
    assert [one.ended_as for one in any_hub.offers] == ["fail", "fail", "fail", "done"], "the same again"
    assert len(found_incidents(exposed)) == 3
    with exposed.services.database.reading() as session:
        assert len(session.scalars(select(ArrivedMessage)).all()) == 1


def held(town: Town, hub: AnyHub, writer: Writer, **changes: Any) -> Document:
    """Let a letter arrive in whose text MẬT stands on a line of its own."""
    draft = town.draft(body="Kính gửi các cơ quan.\nMẬT\nTrân trọng cảm ơn.")
    hub.offers = [Offer("marked", writer.bytes_of(writer.message(1, **changes), town.bytes_of(draft)))]
    fetch(town)
    (document,) = incoming(town)
    return document


@provokes("documents.held-for-secrecy", "documents.file-not-found", "documents.not-found")
def test_a_marked_document_is_held_from_all_but_clerks_and_the_officer(
    exposed: Town, any_hub: AnyHub, writer: Writer
) -> None:
    document, services = held(exposed, any_hub, writer), exposed.services
    assert (document.secrecy_hold, document.state) == (SecrecyHold.HELD, DocumentState.ARRIVED)
    (incident,) = found_incidents(exposed)
    assert (incident.kind, incident.level, incident.document_id) == (IncidentKind.MARK, "mật", document.id)
    main = document.main_file()
    assert main is not None
    assert [short for short in ("an", "phuc", "chi", "binh", "yen") if sees(exposed, short)] == ["binh", "yen"]
    with pytest.raises(FileNotFound):
        services.documents.file_of(exposed.actor("an", THERE), document.id, main.id)
    binh = exposed.actor("binh", THERE)
    assert services.documents.file_of(binh, document.id, main.id).id == main.id
    assert exposed.page(binh, document.id).actions == ("review_secrecy",)
    with pytest.raises(HeldForSecrecy):
        services.registers.register_incoming(binh, document.id)
    with pytest.raises(DocumentNotFound):
        services.secrecy_review.release(exposed.actor("an", THERE), document.id, ReleaseFromHold("Không mật."))
    services.secrecy_review.release(binh, document.id, ReleaseFromHold("MẬT là tên cột."))
    assert document.id in sees(exposed, "an")
    assert services.registers.register_incoming(binh, document.id) == 1
    (incident,) = found_incidents(exposed)
    assert incident.outcome == "released"


def test_a_confirmed_secret_is_locked_struck_out_and_told_to_the_sender(
    exposed: Town, any_hub: AnyHub, writer: Writer
) -> None:
    document, services = held(exposed, any_hub, writer, subject="Chuyện không ai được biết"), exposed.services
    binh = exposed.actor("binh", THERE)
    services.secrecy_review.confirm(binh, document.id)
    for file in document.files:
        with pytest.raises(FileNotFound):
            services.documents.file_of(binh, document.id, file.id)
    page = exposed.page(binh, document.id)
    assert (page.subject, page.files, page.actions) == ("Văn bản mật: nội dung đã khóa", (), ())
    assert "Chuyện không ai" not in str(page)
    assert document.files[0].sha256 in str(page.timeline), "what must be erased is named by its digest"
    with services.database.reading() as session:
        told = session.scalars(select(StatusEvent).where(StatusEvent.code == "02")).one()
    assert told.description.startswith("Văn bản thuộc bí mật nhà nước")
    assert (page.issuer_organ_id, exposed.document(document.id).exchange_id) == (
        ORGAN_IDS[HERE],
        document.exchange_id,
    )


def test_running_text_about_secrets_is_not_held(exposed: Town, any_hub: AnyHub, writer: Writer) -> None:
    text = "Thực hiện Luật Bảo vệ bí mật nhà nước.\nKhông gửi tài liệu mật, tối mật qua mạng; mật độ dân số tăng."
    pdf = exposed.bytes_of(exposed.draft(body=text, subject="KẾ HOẠCH BẢO VỆ BÍ MẬT NHÀ NƯỚC"))
    subject = "Kế hoạch bảo vệ bí mật nhà nước, bảo mật thông tin"
    any_hub.offers = [Offer("talk", writer.bytes_of(writer.message(1, subject=subject), pdf))]
    fetch(exposed)
    (document,) = incoming(exposed)
    assert document.secrecy_hold is SecrecyHold.NONE
    assert found_incidents(exposed) == []
