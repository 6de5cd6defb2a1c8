"""A live PKI for tests: the demonstration PKI in a process of its own.

Import the fixtures `live_pki` and `serif_font` into a `conftest.py` to use them elsewhere.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

from signing.demo_pki import DemoPki, Holder
from signing.demo_pki.issuing import make_pki
from signing.pdf.font import VIETNAMESE
from signing.providers import Pkcs12Folder

AGENCY: Final = "Sở Tài chính tỉnh Lâm Đồng"
AGENCY_IDENTIFIER: Final = "H36.13.00.00"
PASSWORD: Final = "mật khẩu thử"
START_SECONDS: Final = 60

_PRODUCT_FONT: Final = Path("build/fonts/LienThongSerif-Regular.ttf")
_DEBIAN_FONT: Final = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf")


def holder(kind: Any, label: str, common_name: str, **changes: Any) -> Holder:
    """A holder of the test agency, whose files are named by `label`."""
    values: dict[str, Any] = {
        "organization": AGENCY,
        "organization_identifier": AGENCY_IDENTIFIER,
        "file_stem": label,
        "password": PASSWORD,
    }
    return Holder(kind=kind, label=label, common_name=common_name, **(values | changes))


def holders() -> list[Holder]:
    """Who is in `live_pki`: `leader`, `seal`, `system`, and leaders that are `revoked`, `expired` or `future`."""
    now = datetime.now(UTC)
    return [
        holder("leader", "leader", "Nguyễn Văn Ưu"),
        holder("seal", "seal", AGENCY),
        holder("system", "system", "Hệ thống quản lý văn bản"),
        holder("leader", "revoked", "Trần Thị Bãi", revoked_at=now - timedelta(days=2)),
        holder("leader", "expired", "Lê Quý Hạn", valid_to=now - timedelta(days=1)),
        holder("leader", "future", "Phạm Thị Mai", valid_from=now + timedelta(days=30)),
    ]


@contextmanager
def running_pki(directory: Path, who: Iterable[Holder], font: Path) -> Iterator[DemoPki]:
    """Make a PKI and serve it by a real process on a free port of 127.0.0.1, until the block is left."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    pki = make_pki(directory, port, who, font)
    command = [sys.executable, "-m", "signing.demo_pki", "serve", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            _wait_until_open(process, port)
            yield pki
        finally:
            process.terminate()


def open_folder(pki: DemoPki) -> Pkcs12Folder:
    """The key provider over the PKI's files."""
    return Pkcs12Folder(pki.directory)


@pytest.fixture(scope="session")
def live_pki(tmp_path_factory: pytest.TempPathFactory, serif_font: Path) -> Iterator[DemoPki]:
    """The PKI of `holders()`, live for the whole session."""
    with running_pki(tmp_path_factory.mktemp("pki") / "live", holders(), serif_font) as pki:
        yield pki


@pytest.fixture(scope="session")
def foreign_pki(tmp_path_factory: pytest.TempPathFactory, serif_font: Path) -> Iterator[DemoPki]:
    """Another live PKI, with one `leader`, that nobody trusts."""
    who = [holder("leader", "leader", "Kẻ Lạ Mặt"), holder("system", "system", "Hệ thống lạ")]
    with running_pki(tmp_path_factory.mktemp("pki") / "foreign", who, serif_font) as pki:
        yield pki


@pytest.fixture(scope="session")
def serif_font(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A TrueType font of 1,000 units per em with all Vietnamese letters: the product's, or one made from Debian's DejaVu."""
    if _PRODUCT_FONT.exists():
        return _PRODUCT_FONT.resolve()
    if not _DEBIAN_FONT.exists():
        pytest.fail("no Vietnamese font: run `make fonts`, or apt-get install fonts-dejavu-core")
    options = subset.Options(layout_features=[], drop_tables=["FFTM", "GPOS", "GSUB", "GDEF"], name_IDs=["*"])
    with TTFont(_DEBIAN_FONT) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text="".join(VIETNAMESE) + "•★")
        subsetter.subset(font)
        scale_upem(font, 1000)
        target = tmp_path_factory.mktemp("font") / "serif.ttf"
        font.save(target)
    return target


def _wait_until_open(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            try:
                # Returns at once when the process has died; otherwise this is the pause between two attempts.
                pytest.fail(f"the PKI ended with status {process.wait(timeout=0.05)}")
            except subprocess.TimeoutExpired:
                continue
        return
    pytest.fail("the PKI did not start in time")
