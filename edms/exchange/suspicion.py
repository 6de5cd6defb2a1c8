"""Looks for a secrecy mark in what arrived, and holds the document for a person when there is one.

Only text is looked at: subject, abstract, and the first page of each PDF. A scan without a text layer says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from axis.edxml.model import DocumentMessage
from edms.documents.layout.errors import PreviewProblem
from edms.documents.model import Document, SecrecyHold
from edms.documents.pictures import Pictures
from edms.exchange.model import ArrivedMessage
from edms.organisation.actor import Actor
from edms.organisation.model import Agency
from edms.secrecy.marks import LEVELS, mark_in
from edms.secrecy.model import IncidentKind, SecrecyIncident
from edms.secrecy.service import alert
from schemas.errors import ContentRefused
from storage.unit_of_work import Transaction

_MOST_PDFS = 20
"""Attachments that are looked into; the main file is the first."""


def found_mark(message: DocumentMessage, pdfs: Sequence[Path], pictures: Pictures) -> str | None:
    """Return the highest level whose mark stands in the message's text or on the first page of one of `pdfs`."""
    found = [mark_in(text, title=True) for text in (message.subject, message.content)]
    found += [mark_in(text) for text in _first_pages(pdfs[:_MOST_PDFS], pictures)]
    return max((level for level in found if level is not None), key=LEVELS.index, default=None)


def hold(tx: Transaction, agency: Agency, document: Document, arrived: ArrivedMessage, level: str) -> None:
    """Keep `document` from everybody but clerks and the security officer, and alert the latter."""
    document.secrecy_hold = SecrecyHold.HELD
    incident = SecrecyIncident(
        kind=IncidentKind.MARK,
        level=level,
        document_id=document.id,
        sender_organ_id=document.issuer_organ_id,
        hub_delivery_id=arrived.hub_delivery_id,
        sha256=arrived.sha256,
        size_bytes=arrived.size_bytes,
    )
    alert(tx, Actor.system(agency), incident)


def _first_pages(pdfs: Sequence[Path], pictures: Pictures) -> Iterator[str]:
    for path in pdfs:
        try:
            yield pictures.first_page_text(path)
        except (PreviewProblem, ContentRefused):
            continue  # it cannot be shown to anybody either; the verification says why
