from __future__ import annotations

from pathlib import Path

import pytest

from edms.documents.layout.fonts import FontSet
from edms.documents.layout.typeface import Typefaces, load_typefaces

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="session")
def fonts() -> FontSet:
    return FontSet.load(ROOT / "build" / "fonts")


@pytest.fixture(scope="session")
def typefaces(fonts: FontSet) -> Typefaces:
    return load_typefaces(fonts)
