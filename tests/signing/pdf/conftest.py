from __future__ import annotations

from pathlib import Path

import pytest

from signing.demo_pki import DemoPki
from tests.signing.pdf.stages import Desk, Stages, make_stages, now


@pytest.fixture(scope="session")
def desk(live_pki: DemoPki, serif_font: Path) -> Desk:
    return Desk(live_pki, live_pki.trust(), serif_font, now())


@pytest.fixture(scope="session")
def stages(desk: Desk) -> Stages:
    return make_stages(desk)
