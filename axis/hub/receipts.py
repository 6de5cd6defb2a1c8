"""Receipts: small signed XML documents in which the hub says what it did with a message.

```xml
<Receipt xmlns="urn:lienthong:receipt:1" version="1">
  <Hub>…</Hub> <Step>accepted | delivered | refused</Step> <Time>2026-11-20T09:35:12+07:00</Time>
  <Message id="…" identity="…" sha256="…" size="…"/>
  <Sender>H99</Sender> <Recipient>…</Recipient>* <Reason>…</Reason>? <Previous sha256="…"/>?
  <ds:Signature/>
</Receipt>
```

`Message` describes the bytes as they arrived. `accepted` lists the message's recipients; `delivered` and `refused` name the
one recipient and the digest of the receipt that they follow, so that a chain of receipts proves the way of a message.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from lxml import etree

from axis.hub.ports import ReceiptSigner
from storage.clock import VIETNAM

NAMESPACE = "urn:lienthong:receipt:1"
MEDIA_TYPE = "application/xml"

Step = Literal["accepted", "delivered", "refused"]


@dataclass(frozen=True)
class ReceiptFacts:
    """What a receipt states; `at` is aware, `previous_sha256` is empty for the first receipt of a message."""

    step: Step
    message_id: UUID
    identity: str
    sha256: str
    size_bytes: int
    sender: str
    recipients: tuple[str, ...]
    at: datetime
    previous_sha256: str = ""
    reason: str = ""


@dataclass(frozen=True)
class SignedReceipt:
    """The bytes of a receipt and their SHA-256 (lower-case hex)."""

    xml: bytes
    sha256: str


class ReceiptOffice:
    """Issues the receipts of one hub."""

    def __init__(self, hub_name: str, signer: ReceiptSigner) -> None:
        self._hub_name = hub_name
        self._signer = signer

    def issue(self, facts: ReceiptFacts) -> SignedReceipt:
        """Return a signed receipt. Never call it inside a unit of work: the key may live in another machine."""
        xml = self._signer.sign(self._tree(facts))
        return SignedReceipt(xml, hashlib.sha256(xml).hexdigest())

    def _tree(self, facts: ReceiptFacts) -> etree._Element:
        root = etree.Element(_name("Receipt"), {"version": "1"}, nsmap={None: NAMESPACE})
        _add(root, "Hub", self._hub_name)
        _add(root, "Step", facts.step)
        _add(root, "Time", facts.at.astimezone(VIETNAM).isoformat(timespec="seconds"))
        message = _add(root, "Message", "")
        message.set("id", str(facts.message_id))
        message.set("identity", facts.identity)
        message.set("sha256", facts.sha256)
        message.set("size", str(facts.size_bytes))
        _add(root, "Sender", facts.sender)
        for recipient in facts.recipients:
            _add(root, "Recipient", recipient)
        if facts.reason:
            _add(root, "Reason", facts.reason)
        if facts.previous_sha256:
            _add(root, "Previous", "").set("sha256", facts.previous_sha256)
        return root


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"


def _add(parent: etree._Element, local: str, value: str) -> etree._Element:
    child = etree.SubElement(parent, _name(local))
    child.text = value or None
    return child
