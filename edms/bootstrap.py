"""The composition root of the EDMS: settings in, wired services out. Nothing else makes engines, stores, keys or clients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

import httpx
from sqlalchemy import select

from axis.client import AxisClient
from axis.http.evidence import keep_log, log_topics, stamper
from edms.accounts.passwords import Passwords
from edms.accounts.service import AccountService
from edms.audit import journal
from edms.config import PREFIX, Settings, hub_tokens
from edms.documents import pictures
from edms.documents.attachments import AttachmentService
from edms.documents.inventory import in_hand as documents_in_hand
from edms.documents.layout.fonts import FontSet
from edms.documents.layout.letter import render_official_letter
from edms.documents.pages import DocumentPages
from edms.documents.pictures import Pictures
from edms.documents.queries import timeline_part
from edms.documents.secrecy_review import SecrecyReview
from edms.documents.service import DocumentService
from edms.exchange import arrivals, dispatch, statuses
from edms.exchange.arrivals import ArrivalService
from edms.exchange.dispatch import DispatchService
from edms.exchange.filing import Filing
from edms.exchange.hub import HubAccess
from edms.exchange.queries import page_part as exchange_part
from edms.exchange.refusals import RefusalService
from edms.exchange.statuses import StatusService
from edms.handover.handlers import MinutesWriter
from edms.handover.minutes import PdfMinutes
from edms.handover.service import MINUTES_TOPIC, HandoverService
from edms.organisation.model import Agency
from edms.organisation.service import OrganisationService
from edms.registers.queries import numbers_of
from edms.registers.queries import page_part as register_part
from edms.registers.service import RegisterService
from edms.secrecy.service import SecrecyService
from edms.signatures.keys import SigningTools
from edms.signatures.queries import page_part as signature_part
from edms.signatures.service import SignatureService
from edms.workflow.inventory import in_hand as workflow_in_hand
from edms.workflow.queries import page_part as workflow_part
from edms.workflow.service import WorkflowService
from schemas.confined import Confinement
from signing.errors import WrongPin
from signing.pdf import confined
from signing.providers import Pkcs12Folder
from signing.trust import Trust, is_demonstration
from storage.blobs.opening import open_store
from storage.blobs.port import BlobStore
from storage.clock import Clock, SystemClock
from storage.database import open_engine
from storage.errors import SettingsInvalid
from storage.merkle.checkpoints import Stamp
from storage.outbox.relay import Relay, Topic
from storage.outbox.worker import Broker, Waker, make_celery
from storage.unit_of_work import Database

QUEUE = "edms"

CONFINEMENT = Confinement((pictures.MODULE, confined.MODULE))
"""Where PDFs from elsewhere are read; one for the process, for it owns the server that forks its children."""


@dataclass(frozen=True)
class Services:
    """Everything that the edges call."""

    settings: Settings
    database: Database
    blobs: BlobStore
    accounts: AccountService
    organisation: OrganisationService
    secrecy: SecrecyService
    documents: DocumentService
    attachments: AttachmentService
    secrecy_review: SecrecyReview
    registers: RegisterService
    workflow: WorkflowService
    signatures: SignatureService
    dispatches: DispatchService
    refusals: RefusalService
    statuses: StatusService
    arrivals: ArrivalService
    handovers: HandoverService
    minutes: MinutesWriter
    document_pages: DocumentPages
    stamp: Stamp
    """Puts time-stamps on the checkpoints of the journal's log."""


def broker_of(settings: Settings) -> Broker:
    """Return where the EDMS's wake-ups travel."""
    return Broker(settings.broker_url.reveal(), QUEUE, settings.database_url.reveal())


def open_database(settings: Settings, *, clock: Clock | None = None) -> Database:
    """Return the database; every act is journalled, and reported to the sender where the axis wants that."""
    engine = open_engine(settings.database_url.reveal(), pool_size=settings.web_threads)
    recorders = (journal.write, statuses.report)
    return Database(engine, clock or SystemClock(), recorders=recorders, wake=Waker(make_celery(broker_of(settings))))


def build(
    settings: Settings, *, clock: Clock | None = None, hub_transport: httpx.BaseTransport | None = None
) -> Services:
    """Wire the services; a part that is given takes the place of the one that the settings describe.

    `hub_transport` carries the requests to the hub instead of the network. Raises `SettingsInvalid` when a file named by the
    settings is missing or unusable.
    """
    clock = clock or SystemClock()
    database = open_database(settings, clock=clock)
    blobs = open_store(settings.blob_url.reveal())
    fonts = FontSet.load(settings.font_dir)
    trust = _trust(settings)
    keys = Pkcs12Folder(settings.key_dir)
    clients = {
        organ_id: AxisClient(settings.hub_url, token.reveal(), transport=hub_transport)
        for organ_id, token in hub_tokens(settings).items()
    }
    hub = HubAccess(clients, keys, settings.system_key_password, trust, blobs, clock)
    secrecy = SecrecyService(database)
    attachments = AttachmentService(database, blobs, secrecy, settings.attachments_limit_bytes)
    review = SecrecyReview(database)
    documents = DocumentService(database, blobs, partial(render_official_letter, fonts=fonts))
    registers = RegisterService(database)
    shown = Pictures(CONFINEMENT)
    tools = SigningTools(keys, settings.key_dir, trust, settings.timestamp_url, fonts, CONFINEMENT)
    signatures = SignatureService(database, blobs, registers, tools)
    status_service = StatusService(database, hub)
    contributors = (register_part, workflow_part, signature_part, exchange_part, timeline_part)
    return Services(
        settings=settings,
        database=database,
        blobs=blobs,
        accounts=AccountService(database, Passwords(), session_lifetime=timedelta(hours=settings.session_hours)),
        organisation=OrganisationService(database),
        secrecy=secrecy,
        documents=documents,
        attachments=attachments,
        secrecy_review=review,
        registers=registers,
        workflow=WorkflowService(database),
        signatures=signatures,
        dispatches=DispatchService(database, hub),
        refusals=RefusalService(database),
        statuses=status_service,
        arrivals=ArrivalService(database, hub, Filing(hub, signatures, shown), status_service),
        handovers=HandoverService(database, blobs, (documents_in_hand, workflow_in_hand)),
        minutes=MinutesWriter(database, blobs, PdfMinutes(lambda: fonts)),
        document_pages=DocumentPages(
            documents, attachments, secrecy, review, contributors, numbers_of, shown, {WrongPin: "pin"}
        ),
        stamp=stamper(settings.timestamp_url, trust, clock),
    )


def build_relay(services: Services) -> Relay:
    """Return the relay with a handler for each topic."""
    half_minute = timedelta(seconds=30)  # how long work waits that a killed worker held; a row takes a second or two
    topics = [
        Topic(dispatch.TOPIC, services.dispatches.send, lease=half_minute, batch=5),
        Topic(statuses.TOPIC, services.statuses.send, lease=half_minute),
        Topic(MINUTES_TOPIC, services.minutes, lease=timedelta(minutes=5), batch=1),
        Topic(arrivals.TOPIC, services.arrivals.fetch, lease=half_minute, batch=1),
        *log_topics(services.database, journal.LOG, services.stamp),
    ]
    return Relay(services.database, topics)


def ask_for_arrivals(services: Services, relay: Relay) -> None:
    """See to it that the inbox of each agency with a hub token is asked again and again."""
    every = timedelta(seconds=services.settings.fetch_seconds)
    for agency_id in _agencies_on_the_axis(services):
        relay.ensure_recurring(arrivals.TOPIC, str(agency_id), f'{{"agency_id": "{agency_id}"}}', every)


def keep_journal(services: Services, relay: Relay) -> None:
    """See to it that the journal's entries get their places in its log, and that checkpoints are made."""
    keep_log(relay, journal.LOG, timedelta(seconds=services.settings.checkpoint_seconds))


def _agencies_on_the_axis(services: Services) -> list[UUID]:
    clients = services.arrivals.hub.clients
    with services.database.reading() as session:
        agencies = session.scalars(select(Agency)).all()
        return [one.id for one in agencies if any(identifier.value in clients for identifier in one.identifiers)]


def _trust(settings: Settings) -> Trust:
    try:
        roots = settings.trust_roots_file.read_bytes()
        file = settings.trust_intermediates_file
        intermediates = file.read_bytes() if file is not None else b""
    except OSError as error:
        raise SettingsInvalid(f"{PREFIX}TRUST_ROOTS_FILE, {PREFIX}TRUST_INTERMEDIATES_FILE: {error}") from error
    trust = Trust.from_pem(
        settings.trust_roots_file.stem,
        roots=roots,
        intermediates=intermediates,
        allowed_hosts=settings.allowed_revocation_hosts,
    )
    if settings.environment == "production" and any(is_demonstration(root) for root in trust.roots):
        raise SettingsInvalid(f"{PREFIX}TRUST_ROOTS_FILE: the demonstration PKI has no legal value")
    return trust
