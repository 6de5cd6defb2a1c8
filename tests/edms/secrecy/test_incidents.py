"""What is declared secret is refused and noted without content; the security officer learns of it and acknowledges."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from edms.audit.model import JournalEntry
from edms.organisation.service import OrganisationService
from edms.secrecy.errors import IncidentNotFound, SecrecyUndeclared, SecretRefused
from edms.secrecy.model import IncidentKind
from edms.secrecy.queries import incidents, open_incidents
from edms.secrecy.service import AcknowledgeIncident, SecrecyService
from tests.builders import Office, commune, open_office
from tests.provoked import provokes


@pytest.fixture
def service(office: Office) -> SecrecyService:
    return SecrecyService(office.database)


def waiting(office: Office, short: str) -> int:
    with office.database.reading() as session:
        return open_incidents(session, office.actor(short), office.database.clock.now())


def give_duty(office: Office) -> None:
    """Make Chi's position watch over state secrets."""
    file = commune(office.key)
    leaders, rooms = file.agencies[0].units
    positions = tuple(replace(one, security_officer=one.key == "chuyen-vien") for one in rooms.positions)
    agency = replace(file.agencies[0], units=(leaders, replace(rooms, positions=positions)))
    OrganisationService(office.database).load_directory(None, replace(file, agencies=(agency,)))


@provokes("secrecy.undeclared", "secrecy.refused")
def test_only_what_is_declared_ordinary_comes_in(service: SecrecyService, office: Office) -> None:
    chi = office.actor("chi")
    service.admit(chi, "thuong", IncidentKind.DRAFT)
    for declared in (None, "", "khong", "THUONG"):
        with pytest.raises(SecrecyUndeclared):
            service.admit(chi, declared, IncidentKind.DRAFT)
    assert waiting(office, "an") == 0
    for declared in ("mat", "toi-mat", "tuyet-mat"):
        with pytest.raises(SecretRefused):
            service.admit(chi, declared, IncidentKind.UPLOAD)
    assert waiting(office, "an") == 3
    with office.database.reading() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "secrecy.upload-refused")).first()
    assert entry is not None
    assert (entry.person_id, entry.data) == (office.person("chi"), {"kind": "upload", "level": "mật", "sender": ""})


def test_the_officer_is_alerted_where_there_is_one_else_the_leaders(service: SecrecyService, office: Office) -> None:
    with pytest.raises(SecretRefused):
        service.admit(office.actor("binh"), "mat", IncidentKind.DRAFT)
    assert [waiting(office, short) for short in ("an", "binh", "chi")] == [1, 0, 0]
    give_duty(office)
    assert [waiting(office, short) for short in ("an", "binh", "chi")] == [0, 0, 1]


@provokes("secrecy.refused", "secrecy.incident-not-found")
def test_an_incident_is_acknowledged_once_by_whom_it_concerns(service: SecrecyService, office: Office) -> None:
    give_duty(office)
    with pytest.raises(SecretRefused):
        service.admit(office.actor("binh"), "tuyet-mat", IncidentKind.UPLOAD)
    chi, now = office.actor("chi"), office.database.clock.now()
    with office.database.reading() as session:
        (row,) = incidents(session, chi, now)
        with pytest.raises(IncidentNotFound):
            incidents(session, office.actor("binh"), now)
    for short in ("binh", "an"):
        with pytest.raises(IncidentNotFound):
            service.acknowledge(office.actor(short), row.id, AcknowledgeIncident("Đã xem."))
    elsewhere = open_office(office.database, "ubnd-xa-c", identifier="H36.01.03")
    with pytest.raises(IncidentNotFound):
        service.acknowledge(elsewhere.actor("an"), row.id, AcknowledgeIncident("Đã xem."))
    service.acknowledge(chi, row.id, AcknowledgeIncident("Đã nhắc người dùng."))
    service.acknowledge(chi, row.id, AcknowledgeIncident("Lần hai."))
    with office.database.reading() as session:
        (row,) = incidents(session, chi, now)
    assert (row.note, row.acknowledged_by, row.who, row.level) == (
        "Đã nhắc người dùng.",
        "Lê Thị Chi",
        "Trần Thị Bình",
        "tuyệt mật",
    )
    assert waiting(office, "chi") == 0
