"""The client of a hub: what an agency's system (the EDMS among them) uses to send and fetch messages.

```
AxisError
├── AxisUnavailable   axis.unavailable   network, time-out, or 5xx: nothing is known to have happened; try again later
│   └── AxisDamaged   axis.damaged       what arrived has another digest than the hub announced; fetch again
└── AxisRefused       axis.refused       4xx: `hub_code`, `hub_status` and `problem` say why; trying again will not help
```

Every call may be repeated: the hub recognises a message by its identity and an acknowledgement by its delivery.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, BinaryIO, Literal, Self
from uuid import UUID

import httpx
import msgspec

from axis.errors import AxisError
from storage.blobs.port import read_chunks

TransportStatus = Literal["processing", "done", "fail"]

_SHA256_HEADER = "Lt-Message-Sha256"
_MESSAGE_ID_HEADER = "Lt-Message-Id"
_RETRIABLE = frozenset({408, 425, 429})


class AxisUnavailable(AxisError):
    """The hub did not answer, or answered that it cannot now. `detail` names the cause."""

    code = "axis.unavailable"
    status = 503
    message_vi = "Chưa kết nối được trục liên thông. Hệ thống sẽ tự thử lại; nếu kéo dài, hãy báo người quản trị."
    message_en = "The hub cannot be reached. It will be tried again; if this lasts, tell the administrator."


class AxisDamaged(AxisUnavailable):
    """The bytes that arrived do not have the digest that the hub announced; what was written is not to be used."""

    code = "axis.damaged"
    message_vi = "Gói tin tải về không nguyên vẹn. Hệ thống sẽ tải lại; nếu lặp lại, hãy báo người quản trị."
    message_en = "The message arrived damaged. It will be fetched again; if this repeats, tell the administrator."


class AxisRefused(AxisError):
    """The hub refused. `hub_code` is its stable code, `hub_status` the HTTP status, `problem` the whole RFC 9457 document."""

    code = "axis.refused"
    status = 422
    message_vi = "Trục liên thông từ chối. Hãy xem lý do kèm theo, sửa rồi gửi lại."
    message_en = "The hub refused. See the reason given, correct it and send again."

    def __init__(self, hub_code: str, hub_status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(
            str(problem.get("title", hub_code)), hub_code=hub_code, hub_status=hub_status, problem=dict(problem)
        )
        self.hub_code = hub_code
        self.hub_status = hub_status
        self.problem = problem


@dataclass(frozen=True)
class SentReceipt:
    """The hub has the message: `receipt_xml` is its signed statement; `replayed` when it had the same message before."""

    message_id: UUID
    receipt_xml: bytes
    replayed: bool


class InboxItem(msgspec.Struct, frozen=True):
    """One delivery that waits, reserved for this caller until `lease_until`."""

    delivery_id: UUID
    message_id: UUID
    kind: Literal["document", "status"]
    business: str | None
    status_code: str | None
    sender_organ_id: str
    recipient_organ_id: str
    document_id: str | None
    subject: str
    sha256: str
    size_bytes: int
    signature_verdict: str
    superseded_effect: bool
    offered_at: datetime
    lease_until: datetime | None = None
    meaning: Mapping[str, str] = {}
    """What the message does in one sentence for people, `vi` and `en`; holds text of the sender."""


class Identifier(msgspec.Struct, frozen=True):
    """One code of an agency; dates are ISO days, `current` tells whether it is valid today."""

    scheme: str
    value: str
    valid_from: str
    valid_to: str | None
    primary: bool
    current: bool


class AgencyEntry(msgspec.Struct, frozen=True):
    """One agency of the hub's directory."""

    agency_id: UUID
    name: str
    identifiers: list[Identifier]


class AxisClient:
    """Speaks with the hub at `base_url` as the account that owns `token`. Thread-safe; close it, or use it as a context.

    `timeout_seconds` bounds each wait for the network, not the whole transfer.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        timeout_seconds: float = 30.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}", "User-Agent": "lien-thong"},
            timeout=timeout_seconds,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, open_source: Callable[[], BinaryIO], size_bytes: int) -> SentReceipt:
        """Send the edXML message that `open_source()` gives, `size_bytes` long, and return the hub's receipt.

        The source is opened once a call, read in chunks and closed. Raises `AxisUnavailable`, `AxisRefused`.
        """
        headers = {"Content-Type": "application/xml", "Content-Length": str(size_bytes)}
        with open_source() as source, _translated():
            answer = self._http.post("/v1/messages", content=read_chunks(source), headers=headers)
        _refuse(answer)
        message_id = UUID(answer.headers[_MESSAGE_ID_HEADER])
        return SentReceipt(message_id, answer.content, replayed=answer.status_code == httpx.codes.OK)

    def inbox(self, organ_id: str | None = None, limit: int = 50) -> list[InboxItem]:
        """Return up to `limit` waiting deliveries (at most 200), oldest first, of all own agencies or of `organ_id`."""
        arguments: dict[str, str | int] = {"limit": limit}
        if organ_id is not None:
            arguments["organ_id"] = organ_id
        found: list[InboxItem] = self._get("/v1/inbox", "deliveries", list[InboxItem], arguments)
        return found

    def fetch(self, delivery_id: UUID, target: BinaryIO, *, expected_sha256: str | None = None) -> str:
        """Write the message's bytes to `target` as they come and return their SHA-256 (lower-case hex).

        The digest is checked against the hub's announcement and, when given, against `expected_sha256` of the inbox entry.
        `target` stays open. Raises `AxisDamaged` (do not use what was written), `AxisUnavailable`, `AxisRefused`.
        """
        digest = hashlib.sha256()
        with _translated(), self._http.stream("GET", f"/v1/deliveries/{delivery_id}/message") as answer:
            if not answer.is_success:
                answer.read()
            _refuse(answer)
            for chunk in answer.iter_bytes():
                digest.update(chunk)
                target.write(chunk)
            announced = answer.headers.get(_SHA256_HEADER, "")
        if digest.hexdigest() != announced or expected_sha256 not in (None, announced):
            raise AxisDamaged(f"delivery {delivery_id}: {digest.hexdigest()} instead of {expected_sha256 or announced}")
        return digest.hexdigest()

    def acknowledge(self, delivery_id: UUID, status: TransportStatus, reason: str | None = None) -> None:
        """Tell how the delivery goes: `processing` keeps it reserved, `done` (safely stored) and `fail` end it.

        `fail` needs a reason. Raises `AxisUnavailable`, `AxisRefused`.
        """
        body = {"status": status} if reason is None else {"status": status, "reason": reason}
        with _translated():
            answer = self._http.post(f"/v1/deliveries/{delivery_id}/status", json=body)
        _refuse(answer)

    def agencies(self) -> list[AgencyEntry]:
        """Return the directory. Raises `AxisUnavailable`, `AxisRefused`."""
        found: list[AgencyEntry] = self._get("/v1/agencies", "agencies", list[AgencyEntry])
        return found

    def message(self, message_id: UUID) -> dict[str, Any]:
        """Return the state of a message: its deliveries with their times, and its receipts, as the REST interface has it."""
        with _translated():
            answer = self._http.get(f"/v1/messages/{message_id}")
        _refuse(answer)
        state: dict[str, Any] = answer.json()
        return state

    def receipts(self, message_id: UUID) -> list[bytes]:
        """Return the XML of the message's receipts, oldest first."""
        with _translated():
            answer = self._http.get(f"/v1/messages/{message_id}/receipts")
        _refuse(answer)
        return [str(one["xml"]).encode() for one in answer.json()["receipts"]]

    def quarantine(self, limit: int = 50) -> list[dict[str, Any]]:
        """Return what was refused of the account's messages, newest first, as the REST interface has it (`limit` up to 200)."""
        found: list[dict[str, Any]] = self._get("/v1/quarantine", "quarantine", list[dict[str, Any]], {"limit": limit})
        return found

    def _get(self, path: str, member: str, kind: Any, arguments: Mapping[str, str | int] | None = None) -> Any:
        with _translated():
            answer = self._http.get(path, params=arguments)
        _refuse(answer)
        try:
            return msgspec.convert(msgspec.json.decode(answer.content)[member], kind)
        except (msgspec.MsgspecError, KeyError, TypeError) as error:
            raise AxisUnavailable(f"{path}: not the answer of a hub: {error}") from error


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except httpx.HTTPError as error:
        raise AxisUnavailable(f"{type(error).__name__}: {error}") from error


def _refuse(answer: httpx.Response) -> None:
    """Raise what an error answer means."""
    if answer.is_success:
        return
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    problem = problem if isinstance(problem, dict) else {}
    if not answer.is_client_error or answer.status_code in _RETRIABLE:
        raise AxisUnavailable(f"HTTP {answer.status_code} {problem.get('code', '')}".strip())
    raise AxisRefused(str(problem.get("code", f"http.status-{answer.status_code}")), answer.status_code, problem)
