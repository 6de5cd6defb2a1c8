"""What the named tests do with a running hub."""

from __future__ import annotations

import io
import itertools
import socket
from collections.abc import Sequence
from uuid import UUID

from axis.client import AxisClient, AxisUnavailable, InboxItem, SentReceipt
from tests.axis.hub.messages import document
from tests.faults.plan import SENDERS
from tests.faults.world import World

_numbers = itertools.count(1)


def letter(
    world: World, recipients: Sequence[str], *, content: bytes = b"%PDF-1.4 noi dung", name: str = ""
) -> tuple[str, bytes]:
    """Compose and sign a document under an id that no other has; return the id and the bytes."""
    document_id = name or f"{SENDERS[0]},2026/11/20,{next(_numbers)}/QĐ-UBND"
    raw = document(SENDERS[0], recipients, document_id, contents=[content], promised=[content])
    return document_id, world.signed(raw)


def offer(client: AxisClient, raw: bytes) -> SentReceipt:
    """Send once."""
    return client.send(lambda: io.BytesIO(raw), len(raw))


def offer_until_accepted(world: World, client: AxisClient, raw: bytes) -> SentReceipt:
    """Send the same bytes until there is a receipt, as every sender does."""
    receipts: list[SentReceipt] = []

    def accepted() -> bool:
        try:
            receipts.append(offer(client, raw))
        except AxisUnavailable:
            return False
        return True

    world.wait(accepted, "the hub takes the document")
    return receipts[0]


def messages_of(world: World, document_id: str) -> list[str]:
    """Return the ids of the hub's messages under a DocumentId."""
    with world.connect() as connection:
        rows = connection.execute("SELECT id FROM message WHERE document_id = %s", [document_id])
        return [str(message_id) for (message_id,) in rows]


def deliveries_of(world: World, message_id: UUID | str) -> list[str]:
    """Return to whom the hub offers a message."""
    with world.connect() as connection:
        query = "SELECT recipient_organ_id FROM delivery WHERE message_id = %s ORDER BY 1"
        return [recipient for (recipient,) in connection.execute(query, [str(message_id)])]


def routed(world: World, message_id: UUID | str) -> bool:
    """Tell whether the worker is done with a message."""
    query = "SELECT count(*) FROM outbox WHERE state = 'done' AND payload ->> 'message_id' = %s"
    return bool(world.value(query, str(message_id)))


def taken(client: AxisClient, organ_id: str) -> list[tuple[InboxItem, bytes]]:
    """Fetch and acknowledge all that waits for an agency."""
    found = []
    for item in client.inbox(organ_id, limit=200):
        target = io.BytesIO()
        client.fetch(item.delivery_id, target, expected_sha256=item.sha256)
        client.acknowledge(item.delivery_id, "done")
        found.append((item, target.getvalue()))
    return found


def half_an_upload(world: World, raw: bytes, node: int = 1) -> socket.socket:
    """Begin to send a message and stop in its middle; the hub waits for the rest. The caller closes the socket."""
    line = socket.create_connection(("127.0.0.1", world.ports[node - 1]), 30)
    head = (
        f"POST /v1/messages HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {world.tokens['senders'].token}\r\n"
        f"Content-Type: application/xml\r\nContent-Length: {len(raw)}\r\nConnection: close\r\n\r\n"
    )
    line.sendall(head.encode() + raw[: len(raw) // 2])
    return line
