"""Settings: demonstration values are refused in production, each fault named at once."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from edms.bootstrap import build
from edms.config import hub_tokens, load
from storage.errors import SettingsInvalid
from tests.edms.ground import Ground, settings_for
from tests.messages.keys import self_signed


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Settings of a production installation, complete and in order."""
    _, root = self_signed("Root CA")
    (tmp_path / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (tmp_path / "tokens.json").write_text(json.dumps({"H36.01": "bí mật"}))
    return {
        "EDMS_ENVIRONMENT": "production",
        "EDMS_DATABASE_URL": "postgresql://edms:tuyet-mat@db/edms",
        "EDMS_HUB_URL": "https://truc.example",
        "EDMS_TRUST_ROOTS_FILE": str(tmp_path / "root.pem"),
        "EDMS_TIMESTAMP_URL": "http://tsa.example",
        "EDMS_KEY_DIR": str(tmp_path),
        "EDMS_SYSTEM_KEY_PASSWORD": "tuyet-mat",
        "EDMS_HUB_TOKENS_FILE": str(tmp_path / "tokens.json"),
        "EDMS_BROKER_URL": "amqp://edms:tuyet-mat@broker",
        "EDMS_BLOB_URL": "s3://edms:tuyet-mat@s3.example/edms-blobs?lock=COMPLIANCE&lock_days=3650",
    }


def test_production_settings_are_read_and_secrets_stay_hidden(environ: dict[str, str]) -> None:
    settings = load(environ)
    assert settings.secure_cookies
    assert "tuyet-mat" not in repr(settings)
    assert {organ: token.reveal() for organ, token in hub_tokens(settings).items()} == {"H36.01": "bí mật"}
    assert "bí mật" not in repr(hub_tokens(settings))


def test_production_refuses_every_demonstration_value_at_once(environ: dict[str, str]) -> None:
    demo = {
        "EDMS_BLOB_URL": "file:var/edms/blobs",
        "EDMS_DATABASE_URL": "embedded:",
        "EDMS_HUB_URL": "http://127.0.0.1:8081",
        "EDMS_BROKER_URL": "pgmq://",
    }
    with pytest.raises(SettingsInvalid) as refusal:
        load(environ | demo)
    assert [line.split(":")[0] for line in str(refusal.value).splitlines()] == list(demo)
    assert not load(environ | demo | {"EDMS_ENVIRONMENT": "demo"}).secure_cookies


@pytest.mark.parametrize(("environment", "refused"), [("production", True), ("demo", False)])
def test_production_refuses_the_demonstration_root(
    ground: Ground, tmp_path: Path, environment: str, *, refused: bool
) -> None:
    settings = settings_for("postgresql://nobody@127.0.0.1:1/none", ground.pki, tmp_path, environment=environment)
    with pytest.raises(SettingsInvalid, match="EDMS_TRUST_ROOTS_FILE") if refused else nullcontext():
        build(settings).database.engine.dispose()


def test_a_root_file_that_is_missing_is_a_refusal(ground: Ground, tmp_path: Path) -> None:
    missing = tmp_path / "missing.pem"
    settings = settings_for("postgresql://nobody@127.0.0.1:1/none", ground.pki, tmp_path, trust_roots_file=missing)
    with pytest.raises(SettingsInvalid, match=r"missing\.pem"):
        build(settings)


@pytest.mark.parametrize("content", ["", "[]", '{"H36.01": 5}', "{"])
def test_a_token_file_that_is_none_is_a_refusal(environ: dict[str, str], content: str) -> None:
    Path(environ["EDMS_HUB_TOKENS_FILE"]).write_text(content)
    with pytest.raises(SettingsInvalid, match="EDMS_HUB_TOKENS_FILE"):
        hub_tokens(load(environ))


def test_a_misspelt_setting_is_refused(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsInvalid, match="EDMS_HOTS: unknown setting"):
        load(environ | {"EDMS_HOTS": "0.0.0.0"})
