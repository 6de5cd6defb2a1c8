"""What the exchange needs beside the database: clients of the hub, the agencies' system keys, trust."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, cast

from lxml import etree
from sqlalchemy.orm import Session

from axis.client import AxisClient, SentReceipt
from axis.edxml.write import OutgoingAttachment, write_message
from edms.organisation.model import Agency
from edms.signatures.keys import agency_key
from edms.signatures.model import KeyKind, SigningKey
from signing.providers import KeyProvider
from signing.trust import Trust
from signing.xml import sign_envelope
from storage.blobs.port import BlobRef, BlobStore
from storage.clock import Clock
from storage.settings import Secret


@dataclass(frozen=True)
class HubAccess:
    """How this installation's agencies reach the hub and sign what they send."""

    clients: Mapping[str, AxisClient]
    """Agency identifier → the client that carries the agency's token."""
    keys: KeyProvider
    system_key_password: Secret
    trust: Trust
    blobs: BlobStore
    clock: Clock

    def client(self, agency: Agency) -> AxisClient:
        """Return the agency's client. Raises `KeyError` when no token is configured for any of its identifiers."""
        for identifier in agency.identifiers:
            if identifier.value in self.clients:
                return self.clients[identifier.value]
        raise KeyError(f"no hub token for {agency.name}")

    def system_key(self, session: Session, agency: Agency) -> SigningKey:
        """Return the key with which the agency's system signs envelopes now."""
        return agency_key(session, KeyKind.SYSTEM, agency.id, self.clock.now())

    def seal_message(self, root: etree._Element, key: SigningKey, attachments: list[OutgoingAttachment]) -> BlobRef:
        """Sign the envelope, write the whole message streaming and keep it as a blob; a message is built once."""
        with self.keys.open(key.reference, self.system_key_password.reveal()) as opened:
            sign_envelope(root, opened)
        with tempfile.TemporaryFile() as spool:
            target = cast("BinaryIO", spool)
            write_message(root, attachments, target)
            target.seek(0)
            return self.blobs.put(target)

    def send(self, agency: Agency, message: BlobRef) -> SentReceipt:
        """Offer a stored message to the hub as `agency`. Raises `AxisUnavailable`, `AxisRefused`."""
        return self.client(agency).send(self.opener(message.sha256), message.size_bytes)

    def opener(self, sha256: str) -> Callable[[], BinaryIO]:
        """Return a function that opens the blob anew each time; whoever calls it closes the stream."""
        return lambda: self.blobs.open(sha256)
