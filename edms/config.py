"""The settings of the EDMS: the only reader of its environment variables (`EDMS_…`)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from storage.blobs.opening import faults_of
from storage.errors import SettingsInvalid
from storage.roles import EMBEDDED_URL, refuse_urls
from storage.settings import Secret, read_settings

PREFIX = "EDMS_"


@dataclass(frozen=True)
class Settings:
    """Everything that differs between installations. Sizes and times carry their unit in the name."""

    hub_url: str
    """Address of the axis hub."""
    trust_roots_file: Path
    """PEM of the roots that count."""
    timestamp_url: str
    """Address of the time-stamping authority (RFC 3161)."""
    key_dir: Path
    """Folder of PKCS#12 files."""
    system_key_password: Secret
    """Opens the keys with which the agencies' systems sign envelopes."""
    hub_tokens_file: Path
    """JSON object: agency identifier → bearer token at the hub. Readable by this service only."""
    database_url: Secret = EMBEDDED_URL
    """`postgresql://user:password@host/name` (or `?host=/folder` for a Unix socket), the application's role; or `embedded:`."""
    database_owner_url: Secret | None = None
    """The same database for the role that owns the tables; read by `migrate` and `serve` only."""
    environment: Literal["demo", "test", "production"] = "demo"
    broker_url: Secret = Secret("pgmq://")  # noqa: RUF009 - it is immutable
    """`pgmq://`, in the same database, or `amqp://user:password@host/vhost`."""
    blob_url: Secret = Secret("file:var/edms/blobs")  # noqa: RUF009 - it is immutable
    """Where blobs lie: `file:/folder` or `s3://…`; see `storage.blobs.opening`. Secret, because it may hold a key."""
    font_dir: Path = Path("build/fonts")
    trust_intermediates_file: Path | None = None
    allowed_revocation_hosts: tuple[str, ...] = ()
    """`host:port` of OCSP responders and CRL servers that may be asked."""
    host: str = "127.0.0.1"
    port: int = 8080
    web_workers: int = 1
    web_threads: int = 8
    worker_threads: int = 4
    upload_limit_bytes: int = 60 * 1024 * 1024
    attachments_limit_bytes: int = 50 * 1024 * 1024
    """All attachments of one document together; they travel in one message, a third larger."""
    poll_seconds: float = 1.0
    """How often the worker looks for due work whose wake-up was lost."""
    fetch_seconds: int = 60
    """How often each agency's inbox at the hub is asked."""
    checkpoint_seconds: int = 600
    """How often size and root of the journal's log are stated, with a time-stamp."""
    session_hours: int = 12
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies travel over HTTPS only: always, but for a demo or a test on loopback."""
        return self.environment == "production"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `environ` (the process's own by default). Raises `SettingsInvalid`."""
    settings = read_settings(Settings, PREFIX, os.environ if environ is None else environ)
    production = settings.environment == "production"
    faults = [f"{PREFIX}BLOB_URL: {fault}" for fault in faults_of(settings.blob_url.reveal(), production=production)]
    if production:
        faults += _demo_values(settings)
    if faults:
        raise SettingsInvalid("\n".join(faults))
    return settings


def hub_tokens(settings: Settings) -> dict[str, Secret]:
    """Return the hub's bearer token of each agency identifier. Raises `SettingsInvalid` when the file cannot be read."""
    try:
        values = json.loads(settings.hub_tokens_file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsInvalid(f"{PREFIX}HUB_TOKENS_FILE: {error}") from error
    if not isinstance(values, dict) or not all(isinstance(token, str) for token in values.values()):
        raise SettingsInvalid(f"{PREFIX}HUB_TOKENS_FILE: not a JSON object of identifier and token")
    return {str(organ_id): Secret(token) for organ_id, token in values.items()}


def _demo_values(settings: Settings) -> list[str]:
    """What a demonstration may have and a production must not; the certificates are looked at when they are opened."""
    faults = refuse_urls(PREFIX, settings.database_url, settings.database_owner_url)
    if settings.hub_url.startswith("http://"):
        faults.append(f"{PREFIX}HUB_URL: plain http is for demonstrations")
    if settings.broker_url.startswith("pgmq:"):
        faults.append(f"{PREFIX}BROKER_URL: production uses a broker of its own (amqp://)")
    return faults
