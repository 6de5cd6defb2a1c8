"""The settings of the hub: the only reader of its environment variables (`AXIS_…`)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from storage.blobs.opening import faults_of
from storage.errors import SettingsInvalid
from storage.roles import EMBEDDED_URL, refuse_urls
from storage.settings import Secret, read_settings

PREFIX = "AXIS_"

_MINIMUM_PASSWORD_CHARS = 12


@dataclass(frozen=True)
class Settings:
    """Everything that differs between installations. Sizes and times carry their unit in the name."""

    receipt_key_file: Path
    """PKCS#12 file of the key that signs receipts."""
    receipt_key_password: Secret
    trust_roots_file: Path
    """PEM of the roots under which the envelopes' certificates must stand."""
    database_url: Secret = EMBEDDED_URL
    """`postgresql://user:password@host/name` (or `?host=/folder` for a Unix socket), the application's role; or `embedded:`."""
    database_owner_url: Secret | None = None
    """The same database for the role that owns the tables; read by `migrate` and `serve` only."""
    environment: Literal["demo", "test", "production"] = "demo"
    hub_name: str = "lien-thong"
    """Names this hub in its receipts; never change it once receipts exist."""
    broker_url: Secret = Secret("pgmq://")  # noqa: RUF009 - it is immutable
    """`pgmq://`, in the same database, or `amqp://user:password@host/vhost`."""
    blob_url: Secret = Secret("file:var/axis/blobs")  # noqa: RUF009 - it is immutable
    """Where blobs lie: `file:/folder` or `s3://…`; see `storage.blobs.opening`. Secret, because it may hold a key."""
    trust_intermediates_file: Path | None = None
    allowed_revocation_hosts: tuple[str, ...] = ()
    """`host:port` of OCSP responders and CRL servers that may be asked."""
    revocation_timeout_seconds: float = 5.0
    timestamp_url: str | None = None
    """Address of the time-stamping authority (RFC 3161) for checkpoints of the evidence."""
    checkpoint_seconds: int = 600
    """How often size and root of the log of evidence are stated."""
    host: str = "127.0.0.1"
    port: int = 8090
    web_workers: int = 1
    web_threads: int = 16
    """Requests at once; more than messages may come in and go out at once, so that quick requests are served meanwhile."""
    worker_threads: int = 2
    acceptances_at_once: int = 6
    """Messages that a web process takes in at the same time."""
    downloads_at_once: int = 8
    """Messages that a web process gives out at the same time …"""
    downloads_of_account: int = 3
    """… and to one account: its slowness holds up itself alone."""
    backlog_limit_rows: int = 20_000
    """Outbox rows that may wait; beyond that no message is taken until the workers have caught up."""
    message_limit_bytes: int = 52_428_800 * 4 // 3 + 8 * 1024 * 1024
    """One message as it travels: 50 MiB of attachments in base64, with room for line ends and the envelope."""
    lease_seconds: int = 300
    """How long a fetched inbox entry is kept from a second fetcher."""
    outbox_lease_seconds: int = 30
    """How long a worker may take for its claimed rows before others take them over."""
    clock_tolerance_seconds: int = 300
    """How far the time in a message may lie ahead of the hub's clock before that is noted as a finding."""
    security_alert_url: Secret | None = None
    """Where the security officer's system takes refused state secrets as JSON; such addresses often hold a token."""
    poll_seconds: float = 1.0
    """How often the worker looks for due work whose wake-up was lost."""
    crash_point_dir: Path | None = None
    """For fault tests only: the folder whose files make processes die at named points (`storage.crash_points`)."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `environ` (the process's own by default). Raises `SettingsInvalid`."""
    settings = read_settings(Settings, PREFIX, os.environ if environ is None else environ)
    faults = _out_of_range(settings)
    production = settings.environment == "production"
    faults += [f"{PREFIX}BLOB_URL: {fault}" for fault in faults_of(settings.blob_url.reveal(), production=production)]
    if production:
        faults += _demo_values(settings)
    if faults:
        raise SettingsInvalid("\n".join(faults))
    return settings


def _out_of_range(settings: Settings) -> list[str]:
    positive = (
        "message_limit_bytes",
        "lease_seconds",
        "outbox_lease_seconds",
        "poll_seconds",
        "checkpoint_seconds",
        "web_workers",
        "web_threads",
        "worker_threads",
        "acceptances_at_once",
        "downloads_at_once",
        "downloads_of_account",
        "backlog_limit_rows",
        "revocation_timeout_seconds",
    )
    faults = [f"{PREFIX}{name.upper()}: must be greater than 0" for name in positive if getattr(settings, name) <= 0]
    if settings.acceptances_at_once + settings.downloads_at_once >= settings.web_threads:
        faults.append(f"{PREFIX}WEB_THREADS: must be greater than ACCEPTANCES_AT_ONCE and DOWNLOADS_AT_ONCE together")
    if settings.clock_tolerance_seconds < 0:
        faults.append(f"{PREFIX}CLOCK_TOLERANCE_SECONDS: must not be negative")
    url = settings.security_alert_url
    if url is not None and not url.reveal().startswith(("http://", "https://")):
        faults.append(f"{PREFIX}SECURITY_ALERT_URL: http:// or https://")
    return faults


def _demo_values(settings: Settings) -> list[str]:
    """What a demonstration may have and a production must not; the certificates are looked at when they are opened."""
    faults = refuse_urls(PREFIX, settings.database_url, settings.database_owner_url)
    if settings.broker_url.startswith("pgmq:"):
        faults.append(f"{PREFIX}BROKER_URL: production uses a broker of its own (amqp://)")
    if len(settings.receipt_key_password.reveal()) < _MINIMUM_PASSWORD_CHARS:
        faults.append(f"{PREFIX}RECEIPT_KEY_PASSWORD: at least {_MINIMUM_PASSWORD_CHARS} characters")
    if not settings.allowed_revocation_hosts:
        faults.append(f"{PREFIX}ALLOWED_REVOCATION_HOSTS: without any, no revocation can be checked")
    if settings.crash_point_dir is not None:
        faults.append(f"{PREFIX}CRASH_POINT_DIR: for fault tests only")
    if settings.security_alert_url is not None and not settings.security_alert_url.reveal().startswith("https://"):
        faults.append(f"{PREFIX}SECURITY_ALERT_URL: production uses https://")
    return faults
