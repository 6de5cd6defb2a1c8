"""The command line as an operator uses it: real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from edms.config import PREFIX
from tests.edms.ground import PIN, ROOT, Ground, environ_of, settings_for


def edms(*arguments: str, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    command = [sys.executable, "-m", "edms.cli", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=kept | (environ or {}), capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def environ(ground: Ground, tmp_path: Path) -> dict[str, str]:
    """The variables of a whole installation, over a copy of the template."""
    settings = settings_for(ground.copy("template_town", f"town_{next(ground.numbers)}"), ground.pki, tmp_path)
    return environ_of(settings)


def test_help_answers_without_settings_or_heavy_libraries() -> None:
    told = edms("--help")
    assert told.returncode == 0
    for command in (
        "serve",
        "web",
        "worker",
        "migrate",
        "config",
        "organisation",
        "dead-letters",
        "redrive",
        "send",
        "fetch",
        "agencies",
        "accounts",
        "keys",
        "blobs",
    ):
        assert command in told.stdout
    code = (
        "import sys, edms.cli; print(sorted({'pyhanko', 'celery', 'flask', 'sqlalchemy', 'minio'} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_wrong_usage_is_told_apart() -> None:
    assert edms("config").returncode == 2


def test_config_check_shows_settings_and_hides_secrets(environ: dict[str, str]) -> None:
    told = edms("config", "check", environ=environ)
    assert told.returncode == 0, told.stderr
    assert "environment = test" in told.stdout
    assert "database_url = ***" in told.stdout
    assert PIN not in told.stdout


def test_config_check_names_every_fault(environ: dict[str, str]) -> None:
    faulty = {key: value for key, value in environ.items() if key != "EDMS_HUB_URL"}
    told = edms("config", "check", environ=faulty | {"EDMS_PROT": "1", "EDMS_PORT": "tám mươi"})
    assert told.returncode == 1
    for fault in ("EDMS_HUB_URL: required", "EDMS_PROT: unknown", "EDMS_PORT: "):
        assert fault in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("url", ["file:/proc/blobs", "s3://key:tuyet-mat@127.0.0.1:1/edms-blobs?tls=0"])
def test_config_check_really_touches_the_blob_store(environ: dict[str, str], url: str) -> None:
    told = edms("config", "check", environ=environ | {"EDMS_BLOB_URL": url})
    assert (told.returncode, "Traceback" in told.stderr, "tuyet-mat" in told.stderr) == (1, False, False)
    assert "Không thực hiện được" in told.stderr


@pytest.mark.parametrize(("content", "said"), [(None, "Không đọc hoặc ghi được tệp"), ("[]", "agencies")])
def test_an_organisation_file_that_cannot_be_read_is_told(
    environ: dict[str, str], tmp_path: Path, content: str | None, said: str
) -> None:
    file = tmp_path / "organisation.json"
    if content is not None:
        file.write_text(content)
    told = edms("organisation", "import", str(file), environ=environ)
    assert (told.returncode, "Traceback" in told.stderr) == (1, False)
    assert said in told.stderr
