"""Settings: what is refused, and what the command says."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from axis.config import load
from storage.errors import SettingsInvalid

REQUIRED = {
    "AXIS_DATABASE_URL": "postgresql://axis:geheim-word@db/axis",
    "AXIS_RECEIPT_KEY_FILE": "/etc/axis/hub.p12",
    "AXIS_RECEIPT_KEY_PASSWORD": "geheim",
    "AXIS_TRUST_ROOTS_FILE": "/etc/axis/roots.pem",
}
PRODUCTION = REQUIRED | {
    "AXIS_ENVIRONMENT": "production",
    "AXIS_BROKER_URL": "amqp://broker",
    "AXIS_RECEIPT_KEY_PASSWORD": "a-long-enough-word",
    "AXIS_ALLOWED_REVOCATION_HOSTS": "ocsp.ca.gov.vn, crl.ca.gov.vn",
    "AXIS_BLOB_URL": "file:/srv/axis/blobs",
}


def test_defaults_serve_a_demonstration() -> None:
    settings = load(REQUIRED)
    assert (settings.environment, settings.broker_url) == ("demo", "pgmq://")
    assert settings.message_limit_bytes > 52_428_800 * 4 / 3


def test_secrets_are_not_shown() -> None:
    settings = load(REQUIRED | {"AXIS_SECURITY_ALERT_URL": "https://officer.example/geheim"})
    shown = repr(settings) + str(asdict(settings))
    assert "geheim" not in shown


def test_production_is_accepted_when_nothing_of_the_demonstration_is_left() -> None:
    assert load(PRODUCTION).allowed_revocation_hosts == ("ocsp.ca.gov.vn", "crl.ca.gov.vn")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AXIS_DATABASE_URL", "embedded:"),
        ("AXIS_DATABASE_OWNER_URL", "postgresql://axis:another-word@db/axis"),
        ("AXIS_BROKER_URL", "pgmq://"),
        ("AXIS_RECEIPT_KEY_PASSWORD", "demo"),
        ("AXIS_ALLOWED_REVOCATION_HOSTS", ""),
        ("AXIS_BLOB_URL", "file:var/blobs"),
        ("AXIS_BLOB_URL", "s3://key:word@store/blobs?tls=0"),
        ("AXIS_BLOB_URL", "s3://key:word@store/blobs?locks=1"),
        ("AXIS_PORTT", "1"),
        ("AXIS_LEASE_SECONDS", "0"),
        ("AXIS_ENVIRONMENT", "produktion"),
        ("AXIS_SECURITY_ALERT_URL", "http://officer.example"),
        ("AXIS_SECURITY_ALERT_URL", "officer.example"),
        ("AXIS_CLOCK_TOLERANCE_SECONDS", "-1"),
    ],
)
def test_what_production_must_not_have_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsInvalid, match=name):
        load(PRODUCTION | {name: value})


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "axis.cli", *arguments],
        cwd=Path(__file__).parents[2],
        env={"PATH": "/usr/bin:/bin"} | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_names_missing_settings_and_fails() -> None:
    done = run("config", "check")
    assert done.returncode == 1
    assert "AXIS_RECEIPT_KEY_FILE: required" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_starts_without_the_heavy_libraries() -> None:
    script = "import sys, axis.cli as c\ntry: c.main(['--help'])\nexcept SystemExit: pass\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert loaded.isdisjoint({"sqlalchemy", "celery", "flask", "lxml", "signxml", "pyhanko", "granian", "cryptography"})


def test_a_token_is_made_with_its_digest() -> None:
    words = run("token").stdout.split()
    assert words[0::2] == ["token", "token_sha256"]
    assert len(words[3]) == 64
