"""The minutes: written once after the acceptance, from frozen data, readable by both sides."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pypdfium2
import pytest
from sqlalchemy import select, update

from edms.audit.queries import history
from edms.documents.layout.fonts import FontSet
from edms.handover.commands import Accept, Confirm, Prepare
from edms.handover.handlers import MinutesWriter
from edms.handover.minutes import PdfMinutes
from edms.handover.model import Handover
from edms.handover.service import MINUTES_TOPIC, HandoverService
from edms.organisation.model import Person
from storage.blobs.folder import FolderStore
from storage.clock import ManualClock
from storage.outbox.model import OutboxRow
from storage.outbox.relay import Relay, Topic
from storage.unit_of_work import Database
from tests.builders import SPECIALIST, Office
from tests.edms.handover.desk import put_documents
from tests.provoked import provokes

FONTS = Path(__file__).parents[3] / "build" / "fonts"


@pytest.fixture
def relay(edms_database: Database, blobs: FolderStore) -> Relay:
    """The worker's relay with the real writer of minutes."""
    writer = MinutesWriter(edms_database, blobs, PdfMinutes(lambda: FontSet.load(FONTS)))
    return Relay(edms_database, [Topic(MINUTES_TOPIC, writer)])


@pytest.fixture
def accepted(handovers: HandoverService, office: Office, clock: ManualClock) -> UUID:
    """A handover of two documents, accepted with an objection to the second."""
    put_documents(office, office.position(SPECIALIST), 2)
    command = Prepare(office.position(SPECIALIST), office.person("dung"), "Nghỉ hưu", "Quyết định số 12/QĐ-UBND")
    handover_id = handovers.prepare(office.actor("an"), command)
    handovers.confirm(office.actor("chi"), handover_id, Confirm("Hồ sơ giấy ở tủ số 2.\nChìa khoá 🔑 ở văn thư."))
    with handovers.database.reading() as session:
        shown = session.get_one(Handover, handover_id).inventory_sha256
    clock.advance(timedelta(minutes=5))
    handovers.accept(office.actor("dung"), handover_id, Accept(shown, {"2": "Chưa nhận được bản giấy."}))
    return handover_id


def stored(database: Database, handover_id: UUID) -> Handover:
    with database.reading() as session:
        return session.get_one(Handover, handover_id)


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    return re.sub(r"\s+", " ", " ".join(pages))


def read(handovers: HandoverService, office: Office, handover_id: UUID) -> bytes:
    with handovers.open_minutes(office.actor("dung"), handover_id) as stream:
        return stream.read()


def test_minutes_say_what_was_frozen(
    relay: Relay, handovers: HandoverService, office: Office, accepted: UUID, edms_database: Database
) -> None:
    with edms_database.begin() as tx:
        tx.session.execute(update(Person).where(Person.id == office.person("chi")).values(full_name="Lê Thị Khác"))
    put_documents(office, office.position(SPECIALIST), 3)
    assert relay.drain(MINUTES_TOPIC) == 1
    said = text_of(read(handovers, office, accepted))
    handover = stored(edms_database, accepted)
    for expected in (
        "BIÊN BẢN BÀN GIAO",
        "khi nghỉ hưu",
        "Căn cứ Quyết định số 12/QĐ-UBND",
        "1. Bên giao: Lê Thị Chi, Chuyên viên, Văn phòng",
        "2. Bên nhận: Phạm Tiến Dũng, Chuyên viên tổng hợp, Văn phòng",
        "0002/STC-VP",
        "Hồ sơ giấy ở tủ số 2.",
        "Chìa khoá ? ở văn thư.",
        "mục 2 (0002/STC-VP): Chưa nhận được bản giấy.",
        "Tổng số: 2 mục",
        handover.inventory_sha256,
    ):
        assert expected in said, expected
    assert "Khác" not in said
    with edms_database.reading() as session:
        last = history(session, "handover", accepted)[-1]
    assert (last.act, last.data["sha256"]) == ("handover.minutes-written", handover.minutes_sha256)


def test_doing_it_again_changes_nothing(
    relay: Relay, handovers: HandoverService, office: Office, accepted: UUID, edms_database: Database
) -> None:
    relay.drain(MINUTES_TOPIC)
    first = stored(edms_database, accepted)
    with edms_database.begin() as tx:
        tx.publish(MINUTES_TOPIC, {"handover_id": str(accepted)})
    assert relay.drain(MINUTES_TOPIC) == 1
    again = stored(edms_database, accepted)
    assert (again.minutes_sha256, again.version) == (first.minutes_sha256, first.version)
    with edms_database.reading() as session:
        acts = [view.act for view in history(session, "handover", accepted)]
        states = session.scalars(select(OutboxRow.state)).all()
    assert acts.count("handover.minutes-written") == 1
    assert states == ["done", "done"]


def test_minutes_of_an_inventory_that_was_tampered_with_are_not_written(
    relay: Relay, accepted: UUID, edms_database: Database
) -> None:
    with edms_database.begin() as tx:
        tx.session.execute(update(Handover).values(inventory=[]))
    relay.drain(MINUTES_TOPIC)
    assert stored(edms_database, accepted).minutes_sha256 == ""
    with edms_database.reading() as session:
        row = session.scalars(select(OutboxRow)).one()
    assert row.state == "dead"
    assert "not the one that was accepted" in (row.last_error or "")


@provokes("layout.fonts-missing")
def test_missing_fonts_put_the_minutes_off(
    edms_database: Database, blobs: FolderStore, accepted: UUID, tmp_path: Path
) -> None:
    writer = MinutesWriter(edms_database, blobs, PdfMinutes(lambda: FontSet.load(tmp_path)))
    Relay(edms_database, [Topic(MINUTES_TOPIC, writer)]).drain(MINUTES_TOPIC)
    with edms_database.reading() as session:
        row = session.scalars(select(OutboxRow)).one()
    assert (row.state, row.attempts) == ("pending", 1)
