"""The WSGI entry serves either service, and says what to set when it is told neither."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent


def imported(**environ: str) -> subprocess.CompletedProcess[str]:
    """Import `wsgi` in a process whose environment names no service but what `environ` says."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("EDMS_", "AXIS_", "LIENTHONG_"))}
    return subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=PROJECT,
        env={**kept, **environ},
        capture_output=True,
        check=False,
        text=True,
    )


@pytest.mark.parametrize("service", ["", "mail"])
def test_neither_service_is_refused_in_both_languages(service: str) -> None:
    done = imported(LIENTHONG_SERVICE=service)
    assert done.returncode == 1
    assert "LIENTHONG_SERVICE: edms or axis / hãy đặt" in done.stderr


@pytest.mark.parametrize(("service", "prefix"), [("edms", "EDMS_"), ("axis", "AXIS_")])
def test_each_service_asks_for_its_own_settings(service: str, prefix: str) -> None:
    done = imported(LIENTHONG_SERVICE=service)
    assert done.returncode == 1
    assert f"{prefix}TRUST_ROOTS_FILE: required" in done.stderr
