from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.errors import SettingsInvalid
from storage.settings import Secret, read_settings


@dataclass(frozen=True)
class Sample:
    database_url: Secret
    folder: Path = Path("var")
    timeout_seconds: float = 2.5
    port: int = 80
    verbose: bool = False
    hosts: tuple[str, ...] = ()


def test_values_are_converted_to_their_types() -> None:
    settings = read_settings(
        Sample,
        "X_",
        {
            "X_DATABASE_URL": "postgresql://u:p@h/d",
            "X_FOLDER": "/srv",
            "X_PORT": "8080",
            "X_TIMEOUT_SECONDS": "0.5",
            "X_VERBOSE": "true",
            "X_HOSTS": "a:1, b:2",
            "OTHER": "ignored",
        },
    )
    assert settings == Sample(Secret("postgresql://u:p@h/d"), Path("/srv"), 0.5, 8080, True, ("a:1", "b:2"))


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        read_settings(Sample, "X_", {"X_PROT": "1", "X_PORT": "eighty"})
    text = str(caught.value)
    assert "X_PROT: unknown setting" in text
    assert "X_DATABASE_URL: required" in text
    assert "X_PORT" in text


def test_a_secret_does_not_print() -> None:
    settings = read_settings(Sample, "X_", {"X_DATABASE_URL": "hunter2"})
    assert "hunter2" not in f"{settings!r} {settings.database_url} {settings.database_url!r} {settings.database_url:>9}"
    assert settings.database_url.reveal() == "hunter2"
