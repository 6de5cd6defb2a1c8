from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import etree

from signing.demo_pki import DemoPki
from signing.trust import Trust
from signing.xml import sign_envelope
from tests.signing.pki import PASSWORD, open_folder
from tests.signing.xml.messages import message, parse


@pytest.fixture(scope="session")
def trust(live_pki: DemoPki) -> Trust:
    return live_pki.trust()


@pytest.fixture(scope="session")
def when() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="session")
def signed_bytes(live_pki: DemoPki) -> bytes:
    with open_folder(live_pki).open("system.p12", PASSWORD) as key:
        return etree.tostring(sign_envelope(parse(message()), key), encoding="UTF-8", xml_declaration=True)
