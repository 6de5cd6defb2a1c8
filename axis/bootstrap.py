"""The composition root of the hub: settings in, wired parts out. Nothing else makes engines, stores or keys."""

from __future__ import annotations

import hashlib
import logging
from contextlib import ExitStack
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from axis.config import PREFIX, Settings
from axis.http.evidence import keep_log, log_topics, stamper
from axis.hub import security
from axis.hub.acceptance import Acceptance
from axis.hub.admission import Admission, Downloads
from axis.hub.delivery import DeliveryDesk
from axis.hub.evidence import LOG
from axis.hub.parts import Hub
from axis.hub.ports import EnvelopeVerifier, ReceiptSigner, SignatureReport
from axis.hub.receipts import ReceiptOffice
from axis.hub.routing import TOPIC, Routing
from axis.hub.security import SecurityAlerts
from signing.providers.base import OpenKey
from signing.providers.pkcs12 import Pkcs12Folder
from signing.trust import Trust, check_certificate, is_demonstration
from signing.verdicts import Verdict
from signing.xml import sign_xml, verify_envelope
from storage import crash_points
from storage.blobs.opening import open_store
from storage.clock import Clock, SystemClock
from storage.database import open_engine
from storage.errors import SettingsInvalid
from storage.outbox.relay import Relay, Topic
from storage.outbox.worker import Broker, Waker, make_celery
from storage.unit_of_work import Database

log = logging.getLogger(__name__)


def broker_of(settings: Settings) -> Broker:
    """Return where the hub's wake-ups travel."""
    return Broker(settings.broker_url.reveal(), "axis", settings.database_url.reveal())


def open_database(settings: Settings, *, clock: Clock | None = None) -> Database:
    """Return the hub's database, which wakes the worker after each commit that published something."""
    crash_points.arm(settings.crash_point_dir)
    engine = open_engine(settings.database_url.reveal(), pool_size=settings.web_threads)
    return Database(engine, clock or SystemClock(), wake=Waker(make_celery(broker_of(settings))))


def build_relay(settings: Settings, database: Database) -> Relay:
    """Return the relay with a handler for each topic of the hub."""
    lease = timedelta(seconds=settings.outbox_lease_seconds)
    alerts = SecurityAlerts(database, settings.security_alert_url, settings.hub_name)
    topics = [
        Topic(TOPIC, Routing(database), lease=lease, batch=100),  # some milliseconds each
        # One at a time, because the receiver may be slow; tried for a week, because somebody has to hear of it.
        Topic(security.TOPIC, alerts, batch=1, lease=security.LEASE, ttl=timedelta(days=7)),
    ]
    stamp = None
    if settings.timestamp_url is not None:
        stamp = stamper(settings.timestamp_url, load_trust(settings), database.clock)
    return Relay(database, [*topics, *log_topics(database, LOG, stamp)])


def keep_evidence(settings: Settings, relay: Relay) -> None:
    """See to it that the evidence gets its places in its log, and that checkpoints are made."""
    keep_log(relay, LOG, timedelta(seconds=settings.checkpoint_seconds))


def build_hub(
    settings: Settings,
    *,
    clock: Clock | None = None,
    verifier: EnvelopeVerifier | None = None,
    signer: ReceiptSigner | None = None,
) -> Hub:
    """Wire the hub; a part that is given takes the place of the one that the settings describe.

    Raises `SettingsInvalid` when a file is missing or not fit for the environment, and the errors of `signing` for the key.
    """
    with ExitStack() as stack:
        clock = clock or SystemClock()
        database = open_database(settings, clock=clock)
        stack.callback(database.engine.dispose)
        blobs = open_store(settings.blob_url.reveal())
        verifier = verifier or TrustedVerifier(load_trust(settings))
        receipts = ReceiptOffice(settings.hub_name, signer or _open_signer(settings, stack, clock))
        return Hub(
            settings,
            database,
            blobs,
            Admission(database, at_once=settings.acceptances_at_once, backlog_limit_rows=settings.backlog_limit_rows),
            Downloads(at_once=settings.downloads_at_once, of_account=settings.downloads_of_account),
            Acceptance(
                database,
                blobs,
                verifier,
                receipts,
                message_limit_bytes=settings.message_limit_bytes,
                clock_tolerance=timedelta(seconds=settings.clock_tolerance_seconds),
            ),
            DeliveryDesk(database, receipts, timedelta(seconds=settings.lease_seconds)),
            stack.pop_all(),
        )


class TrustedVerifier:
    """The `EnvelopeVerifier` over a trust list."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust

    def verify(self, envelope: etree._Element, when: datetime) -> SignatureReport:
        """See `EnvelopeVerifier.verify`."""
        found = verify_envelope(envelope, self._trust, when)
        sha256 = ""
        if found.certificate_pem:
            der = x509.load_pem_x509_certificate(found.certificate_pem.encode()).public_bytes(Encoding.DER)
            sha256 = hashlib.sha256(der).hexdigest()
        return SignatureReport(
            found.verdict.value, found.organization_identifier, sha256, found.to_dict(), found.signed_envelope
        )


class KeySigner:
    """The `ReceiptSigner` over an open key."""

    def __init__(self, key: OpenKey) -> None:
        self._key = key

    def sign(self, root: etree._Element) -> bytes:
        """See `ReceiptSigner.sign`."""
        return etree.tostring(sign_xml(root, self._key), encoding="UTF-8", xml_declaration=True)


def load_trust(settings: Settings) -> Trust:
    """Read the trust list. Raises `SettingsInvalid` for a missing file or a demonstration root in production."""
    try:
        roots = settings.trust_roots_file.read_bytes()
        file = settings.trust_intermediates_file
        intermediates = file.read_bytes() if file else b""
    except OSError as error:
        raise SettingsInvalid(f"{PREFIX}TRUST_ROOTS_FILE, {PREFIX}TRUST_INTERMEDIATES_FILE: {error}") from error
    trust = Trust.from_pem(
        settings.trust_roots_file.stem,
        roots=roots,
        intermediates=intermediates,
        allowed_hosts=settings.allowed_revocation_hosts,
        timeout_seconds=settings.revocation_timeout_seconds,
    )
    for root in trust.roots:
        _refuse_demo_certificate(settings, "TRUST_ROOTS_FILE", root)
    return trust


def _open_signer(settings: Settings, stack: ExitStack, clock: Clock) -> ReceiptSigner:
    folder = Pkcs12Folder(settings.receipt_key_file.parent)
    key = stack.enter_context(folder.open(settings.receipt_key_file.name, settings.receipt_key_password.reveal()))
    _refuse_demo_certificate(settings, "RECEIPT_KEY_FILE", key.certificate)
    # Told when the hub starts, because nobody reads receipts before there is a dispute. It also loads the path validator,
    # which the first message would otherwise wait for.
    judged = check_certificate(key.certificate, clock.now(), load_trust(settings), chain=key.chain)
    if judged.verdict is not Verdict.VALID:
        codes = ", ".join(finding.code for finding in judged.findings)
        log.error("the certificate of the receipt key is %s (%s): %s", judged.verdict.value, codes, judged.subject)
    return KeySigner(key)


def _refuse_demo_certificate(settings: Settings, name: str, certificate: x509.Certificate) -> None:
    if settings.environment == "production" and is_demonstration(certificate):
        raise SettingsInvalid(f"{PREFIX}{name}: a certificate of the demonstration PKI has no legal value")
