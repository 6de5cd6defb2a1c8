"""Revocations, updates and replacements that arrive: shown, linked with what they concern, never taken for repetitions."""

from __future__ import annotations

from typing import Any

import pytest

from axis.edxml.model import Business, DocumentMessage, Replacement, ResponseFor
from edms.documents.commands import ListDocuments
from edms.documents.model import Direction, Document, Operation, ParticipantRole
from edms.documents.queries import listed
from tests.builders import SPECIALIST
from tests.edms.exchange.hubs import AnyHub, Offer
from tests.edms.exchange.test_quarantine import Writer, codes_of, fetch, incoming
from tests.edms.filing_cabinet import let_see
from tests.edms.ground import HERE, ORGAN_IDS, THERE, Town


@pytest.fixture
def writer(exposed: Town) -> Writer:
    return Writer(exposed)


def business(kind: str, target: str = "", **more: Any) -> Business:
    return Business(doc_type=kind, document_id=target, reason="Ban hành nhầm phụ lục.", **more)


def by_operation(town: Town) -> dict[Operation, Document]:
    return {one.operation: one for one in incoming(town)}


def test_each_operation_is_filed_though_it_bears_the_identity_of_the_original(
    exposed: Town, any_hub: AnyHub, writer: Writer
) -> None:
    original = writer.message(1)
    name = original.document_id
    messages: dict[str, DocumentMessage] = {
        "new": original,
        "revoke": writer.message(1, business=business("1", name)),
        "update": writer.message(1, business=business("2", name)),
        "replace": writer.message(1, business=business("3", replacements=(Replacement(document_id=name),))),
        "revoke again": writer.message(1, business=business("1", name), subject="Khác"),
        "new again": writer.message(1, subject="Khác"),
    }
    any_hub.offers = [Offer(kind, writer.bytes_of(message)) for kind, message in messages.items()]
    fetch(exposed)
    assert codes_of(exposed, any_hub) == {
        **dict.fromkeys(["new", "revoke", "update", "replace"], ""),
        "revoke again": "arrival.document-repeated",
        "new again": "arrival.document-repeated",
    }
    found = by_operation(exposed)
    assert set(found) == set(Operation)
    page = exposed.page(exposed.actor("binh", THERE), found[Operation.NEW].id)
    assert {(one.kind, one.document_id) for one in page.relations} == {
        ("revoked_by", found[Operation.REVOKE].id),
        ("updated_by", found[Operation.UPDATE].id),
        ("replaced_by", found[Operation.REPLACE].id),
    }
    assert any("thông báo thu hồi văn bản này" in one.sentence for one in page.timeline)
    page = exposed.page(exposed.actor("binh", THERE), found[Operation.REVOKE].id)
    assert (page.operation, page.operation_codes) == ("revoke", original.code.number + "/" + original.code.notation)
    assert page.operation_reason == "Ban hành nhầm phụ lục."
    assert page.timeline[0].sentence.endswith("để thu hồi văn bản 01/UBND-VP.")


def test_a_revocation_that_overtakes_its_document_is_linked_when_that_arrives(
    exposed: Town, any_hub: AnyHub, writer: Writer
) -> None:
    late = writer.message(1)
    response = ResponseFor(organ_id=ORGAN_IDS[HERE], document_id=late.document_id, code="01/UBND-VP")
    early = writer.message(2, business=business("1"), responses=(response,))
    any_hub.offers = [Offer("early", writer.bytes_of(early))]
    fetch(exposed)
    (revoking,) = incoming(exposed)
    with exposed.services.database.reading() as session:
        ((row,), _) = listed(session, exposed.actor("binh", THERE), Direction.INCOMING, ListDocuments())
    assert (row.operation, row.operation_codes) == ("revoke", "01/UBND-VP")
    assert exposed.page(exposed.actor("binh", THERE), revoking.id).relations == ()
    any_hub.offers.append(Offer("late", writer.bytes_of(late)))
    fetch(exposed)
    document = by_operation(exposed)[Operation.NEW]
    (relation,) = exposed.page(exposed.actor("binh", THERE), document.id).relations
    assert (relation.kind, relation.document_id) == ("revoked_by", revoking.id)


def test_whoever_works_on_a_revoked_document_learns_of_it_without_seeing_the_other(
    exposed: Town, any_hub: AnyHub, writer: Writer
) -> None:
    original = writer.message(1)
    revoking = writer.message(2, business=business("1", original.document_id), subject="Thư riêng của lãnh đạo")
    any_hub.offers = [Offer("original", writer.bytes_of(original)), Offer("revoking", writer.bytes_of(revoking))]
    fetch(exposed)
    document = by_operation(exposed)[Operation.NEW]
    let_see(exposed.offices[THERE], document.id, SPECIALIST, ParticipantRole.INFORMED)
    (relation,) = exposed.page(exposed.actor("chi", THERE), document.id).relations
    assert (relation.kind, relation.document_id, relation.subject) == ("revoked_by", None, "")


def test_nobody_revokes_the_document_of_another_agency(exposed: Town, any_hub: AnyHub, writer: Writer) -> None:
    """THERE holds a document of HERE; a revocation by THERE's own hand names it and changes nothing."""
    original = writer.message(1)
    other = writer.message(2, business=business("1", original.document_id))
    other_sender = other.sender.__class__(organ_id="H36.99", organ_name="Cơ quan khác")
    any_hub.offers = [
        Offer("original", writer.bytes_of(original)),
        Offer("other", writer.bytes_of(writer.message(2, business=other.business, sender=other_sender), key=HERE)),
    ]
    fetch(exposed)
    document = next(one for one in incoming(exposed) if one.operation is Operation.NEW)
    assert exposed.page(exposed.actor("binh", THERE), document.id).relations == ()
