"""What the services' tests stand on: two communes in one EDMS, with accounts, a live PKI, keys, and one sealed letter.

All of it is made once a session in a template database; a test gets a copy, which costs some 50 ms.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from edms.accounts.commands import NewAccount
from edms.accounts.passwords import Passwords
from edms.accounts.service import AccountService
from edms.bootstrap import Services, build
from edms.config import PREFIX, Settings
from edms.documents.commands import DraftLetter
from edms.documents.layout.errors import FontsMissing
from edms.documents.layout.fonts import FontSet
from edms.documents.model import Document
from edms.documents.queries import page_of
from edms.documents.views import DocumentPage
from edms.organisation.actor import Actor
from edms.organisation.commands import AppointmentEntry, OrganisationFile, PersonEntry, PositionEntry
from edms.organisation.model import Capacity
from edms.secrecy.levels import Secrecy
from edms.signatures.model import KeyKind, SigningKey
from edms.signatures.service import GivePin
from edms.tables import HISTORY
from signing.demo_pki import DemoPki, Holder
from storage.embedded import EmbeddedPostgres
from storage.settings import Secret
from tests.builders import CHAIRMAN, Office, commune
from tests.postgres import copied, migrated
from tests.signing.pki import running_pki

ROOT = Path(__file__).parents[2]
FONTS = ROOT / "build" / "fonts"
PIN = "246810"
PASSWORD = "hoa dã quỳ vàng"

HERE, THERE = "ubnd-xa-b", "ubnd-xa-c"
ORGAN_IDS = {HERE: "H36.01.02", THERE: "H36.01.03"}
VICE_CHAIRMAN = "lanh-dao/pho-chu-tich"
SECOND_CLERK = "van-phong/van-thu-2"
SUBJECT = "Về việc báo cáo thu ngân sách quý I năm 2026"


class RunningClock:
    """The machine's clock, moved forward by as much as a test has told it to; the live PKI goes by the same time."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """Return the present moment and what was added to it, aware, in UTC."""
        return datetime.now(UTC) + self._ahead

    def advance(self, step: timedelta) -> None:
        """Move forward by `step`."""
        self._ahead += step


@dataclass
class Town:
    """A copy of the template: the wired services of an EDMS that holds two communes, `HERE` and `THERE`."""

    services: Services
    clock: RunningClock
    pki: DemoPki
    letter_id: UUID
    """The sealed letter of `HERE` to `THERE`, number 01."""
    signed_id: UUID
    """A letter alike that is signed and waits for its number, 02."""
    offices: Mapping[str, Office] = field(init=False)

    def __post_init__(self) -> None:
        self.offices = {key: Office(self.services.database, key) for key in ORGAN_IDS}

    def actor(self, short: str, key: str = HERE) -> Actor:
        """The person called `short` (`an` leads, `binh` is the clerk, `chi` a specialist; see `organisation`)."""
        return self.offices[key].actor(short)

    def draft(self, key: str = HERE, *, to: str = THERE, by: str = "chi", **changes: Any) -> UUID:
        """Have a letter drafted for the chairman's signature."""
        values: dict[str, Any] = {
            "subject": SUBJECT,
            "recipient_organ_ids": [ORGAN_IDS[to]],
            "body": "Đề nghị báo cáo kết quả thu ngân sách quý I năm 2026.\nTrân trọng cảm ơn.",
            "signer_position_id": self.offices[key].position(CHAIRMAN),
            "secrecy": Secrecy.ORDINARY,
        }
        return self.services.documents.draft(self.actor(by, key), DraftLetter(**(values | changes)))

    def signed(self, key: str = HERE, *, to: str = THERE, **changes: Any) -> UUID:
        """Have a letter drafted and signed."""
        document_id = self.draft(key, to=to, **changes)
        self.services.signatures.sign(self.actor("an", key), document_id, GivePin(PIN))
        return document_id

    def sealed(self, key: str = HERE, *, to: str = THERE, **changes: Any) -> UUID:
        """Have a letter drafted, signed, numbered and sealed."""
        document_id = self.signed(key, to=to, **changes)
        self.services.signatures.number_and_seal(self.actor("binh", key), document_id, GivePin(PIN))
        return document_id

    def document(self, document_id: UUID) -> Document:
        """The document's row with its files, detached."""
        with self.services.database.reading() as session:
            document = session.get_one(Document, document_id)
            session.refresh(document, ["files", "recipients"])
            session.expunge_all()
            return document

    def bytes_of(self, document_id: UUID) -> bytes:
        """The bytes of the document's current main file."""
        main = self.document(document_id).main_file()
        assert main is not None
        with self.services.documents.open_file(main) as stream:
            return stream.read()

    def page(self, actor: Actor, document_id: UUID) -> DocumentPage:
        """What the document's page shows to `actor`."""
        with self.services.database.reading() as session:
            contributors = self.services.document_pages.contributors
            return page_of(session, actor, document_id, contributors, self.clock.now())


@dataclass(frozen=True)
class Ground:
    """What all towns of a session share: the server, the PKI, the blobs, and the template that is copied."""

    server: EmbeddedPostgres
    pki: DemoPki
    folder: Path
    letter_id: UUID
    signed_id: UUID
    numbers: Iterator[int]

    @contextmanager
    def town(self, hub_transport: httpx.BaseTransport | None = None, **changes: Any) -> Iterator[Town]:
        """Make a town of its own; `changes` are settings."""
        url = self.copy("template_town", f"town_{next(self.numbers)}")
        with opened_town(settings_for(url, self.pki, self.folder, **changes), self, hub_transport) as town:
            yield town

    def copy(self, template: str, name: str) -> str:
        """Copy a database, to which nothing is connected, and return the application's URL of the copy."""
        return copied(self.server, template, name)


@contextmanager
def opened_town(settings: Settings, ground: Ground, hub_transport: httpx.BaseTransport | None = None) -> Iterator[Town]:
    """Wire the services over `settings`, with the cheapest passwords, and give back every connection afterwards."""
    clock = RunningClock()
    wired = build(settings, clock=clock, hub_transport=hub_transport)
    cheap = AccountService(wired.database, Passwords(PasswordHasher.from_parameters(CHEAPEST)))
    services = replace(wired, accounts=cheap)
    try:
        yield Town(services, clock, ground.pki, ground.letter_id, ground.signed_id)
    finally:
        for client in services.arrivals.hub.clients.values():
            client.close()
        services.database.engine.dispose()


def settings_for(url: str, pki: DemoPki, folder: Path, **changes: Any) -> Settings:
    """Return settings over the PKI; `folder` holds blobs, which are named by their content and so may be shared."""
    tokens = folder / "hub-tokens.json"
    tokens.write_text(json.dumps({organ_id: f"token-{organ_id}" for organ_id in ORGAN_IDS.values()}))
    values: dict[str, Any] = {
        "database_url": Secret(url),
        "hub_url": "http://hub",
        "trust_roots_file": pki.directory / "root.pem",
        "trust_intermediates_file": pki.directory / "ca.pem",
        "allowed_revocation_hosts": (pki.host,),
        "timestamp_url": pki.timestamp_url,
        "key_dir": pki.directory,
        "system_key_password": Secret(PIN),
        "hub_tokens_file": tokens,
        "environment": "test",
        "broker_url": Secret("memory://"),
        "blob_url": Secret(f"file:{folder / 'blobs'}"),
        "font_dir": FONTS,
        "fetch_seconds": 1,
    }
    return Settings(**(values | changes))


def environ_of(settings: Settings) -> dict[str, str]:
    """Return the variables that give these settings."""
    texts = {one.name: getattr(settings, one.name) for one in fields(Settings)}
    return {f"{PREFIX}{name.upper()}": _text(value) for name, value in texts.items() if value not in (None, ())}


def _text(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    return ",".join(value) if isinstance(value, tuple) else str(value)


def organisation(key: str) -> OrganisationFile:
    """Return `builders.commune` with a vice chairman, Phúc, and a second clerk, Yến."""
    file = commune(key, identifier=ORGAN_IDS[key])
    agency = file.agencies[0]
    leaders, office = agency.units
    vice = PositionEntry("pho-chu-tich", "Phó Chủ tịch", Capacity.LEADER, "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH")
    second = PositionEntry("van-thu-2", "Văn thư lưu trữ", Capacity.CLERK)
    units = (
        replace(leaders, positions=(*leaders.positions, vice)),
        replace(office, positions=(*office.positions, second)),
    )
    people = (PersonEntry(f"{key}.phuc", "Đỗ Hồng Phúc"), PersonEntry(f"{key}.yen", "Hồ Hải Yến"))
    entries = (
        AppointmentEntry(f"{key}.phuc", f"{key}/{VICE_CHAIRMAN}"),
        AppointmentEntry(f"{key}.yen", f"{key}/{SECOND_CLERK}"),
    )
    return replace(
        file,
        agencies=(replace(agency, units=units),),
        people=(*file.people, *people),
        appointments=(*file.appointments, *entries),
    )


SHORT_NAMES = ("an", "binh", "chi", "dung", "phuc", "yen")


def holders() -> list[Holder]:
    """Each commune's chairman, seal and system, the vice chairman here, and the hub. Files are named `<key>-<kind>`."""
    found = []
    for key, organ_id in ORGAN_IDS.items():
        of = partial(Holder, organization=f"UBND {key}", organization_identifier=organ_id, password=PIN)
        for kind, name in (("leader", "Nguyễn Văn An"), ("seal", f"UBND {key}"), ("system", f"He thong {key}")):
            stem = f"{key}-{kind}"
            found.append(of(kind=kind, label=stem, common_name=name, file_stem=stem))  # type: ignore[arg-type]
        vice = f"{key}-vice"
        found.append(of(kind="leader", label=vice, common_name="Đỗ Hồng Phúc", file_stem=vice))
    hub = partial(Holder, kind="system", label="hub", common_name="Trục liên thông", organization="Trục liên thông")
    return [*found, hub(organization_identifier="", file_stem="hub", password=PIN)]


def fill(town: Town) -> None:
    """Load both communes with accounts (`<short>.<key>`, all with `PASSWORD`) and keys."""
    services = town.services
    for key, office in town.offices.items():
        services.organisation.load_directory(None, organisation(key))
        for short in SHORT_NAMES:
            command = NewAccount(office.person(short), f"{short}.{key}", PASSWORD)
            services.accounts.create_account(office.system(), command)
        with services.database.begin() as tx:
            new = partial(SigningKey, provider="pkcs12", valid_from=tx.now)
            tx.session.add_all(
                [
                    new(kind=KeyKind.PERSONAL, person_id=office.person("an"), reference=f"{key}-leader.p12"),
                    new(kind=KeyKind.PERSONAL, person_id=office.person("phuc"), reference=f"{key}-vice.p12"),
                    new(kind=KeyKind.SEAL, agency_id=office.agency_id, reference=f"{key}-seal.p12"),
                    new(kind=KeyKind.SYSTEM, agency_id=office.agency_id, reference=f"{key}-system.p12"),
                ]
            )


@pytest.fixture(scope="session")
def ground(postgres_server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """The session's ground: some seven seconds, most of them for keys."""
    try:
        fonts = FontSet.load(FONTS)
    except FontsMissing as missing:
        pytest.fail(f"{missing.message_en} ({missing.detail})")
    folder = tmp_path_factory.mktemp("town")
    with running_pki(tmp_path_factory.mktemp("pki") / "town", holders(), fonts.regular) as pki:
        url = migrated(postgres_server, "template_town", HISTORY)
        made = Ground(postgres_server, pki, folder, UUID(int=0), UUID(int=0), itertools.count(1))
        with opened_town(settings_for(url, pki, folder), made) as town:
            fill(town)
            letter_id, signed_id = town.sealed(), town.signed()
        yield replace(made, letter_id=letter_id, signed_id=signed_id)


@pytest.fixture
def town(ground: Ground) -> Iterator[Town]:
    """Two communes of one's own, whose hub is away."""
    with ground.town() as town:
        yield town
