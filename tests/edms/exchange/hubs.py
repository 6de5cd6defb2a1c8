"""Hubs for the exchange's tests: the real application behind a line that fails, and one that forwards anything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec

from axis.app import create_app
from axis.bootstrap import build_hub
from axis.bootstrap import build_relay as build_hub_relay
from axis.config import Settings
from axis.hub.directory.file import DirectoryFile
from axis.hub.directory.importing import import_directory
from axis.hub.parts import Hub
from axis.hub.routing import TOPIC as ROUTING
from edms.bootstrap import ask_for_arrivals, build_relay
from edms.exchange import arrivals, dispatch, statuses
from storage.outbox.relay import Relay
from storage.settings import Secret
from tests.axis.hub.world import settings_for
from tests.edms.ground import HERE, ORGAN_IDS, PIN, THERE, Ground, Town


@dataclass
class Line(httpx.BaseTransport):
    """The way to a hub. It can be cut, lose the answers of what it carried out, and hand over inboxes in another order."""

    hub: httpx.BaseTransport | None = None
    cut_for: int = 0
    """So many requests from now on reach nobody."""
    lose_answers_of: Callable[[httpx.Request], bool] = lambda _: False
    """Requests that the hub carries out without the sender's hearing of it."""
    reorder: Callable[[list[Any]], list[Any]] = list
    """Applied to the deliveries of every inbox."""
    carried: list[str] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request, or fail as a network does."""
        if self.cut_for > 0:
            self.cut_for -= 1
            raise httpx.ConnectError("the line is cut")
        assert self.hub is not None
        response = self.hub.handle_request(request)
        self.carried.append(f"{request.method} {request.url.path}")
        if self.lose_answers_of(request):
            response.read()
            raise httpx.ReadError("the answer was lost")
        if request.url.path != "/v1/inbox" or response.status_code != httpx.codes.OK:
            return response
        content = json.loads(response.read())
        content["deliveries"] = self.reorder(content["deliveries"])
        return httpx.Response(response.status_code, json=content)


def hub_settings(url: str, folder: Path, ground: Ground) -> Settings:
    """Return the settings of a hub that trusts the session's PKI."""
    return settings_for(
        url,
        folder,
        receipt_key_file=ground.pki.directory / "hub.p12",
        receipt_key_password=Secret(PIN),
        trust_roots_file=ground.pki.directory / "root.pem",
        trust_intermediates_file=ground.pki.directory / "ca.pem",
        allowed_revocation_hosts=(ground.pki.host,),
    )


def open_hub(settings: Settings, town: Town, known: Sequence[str] = tuple(ORGAN_IDS.values())) -> Hub:
    """Build the hub with the organs of `known` in its directory, by the town's clock; the caller closes it."""
    hub = build_hub(settings, clock=town.clock)
    import_directory(hub.database, msgspec.convert(directory(known), DirectoryFile))
    return hub


def directory(known: Sequence[str]) -> dict[str, object]:
    """Return a directory file: each organ has an account of its own, and that of `HERE` may act for all."""
    since = "2025-07-01"
    every = [{"agency": organ_id, "from": since} for organ_id in known]
    mandates = {
        organ_id: every if organ_id == ORGAN_IDS[HERE] else [{"agency": organ_id, "from": since}] for organ_id in known
    }
    return {
        "version": 1,
        "agencies": [
            {"name": f"UBND {one}", "identifiers": [{"scheme": "QD20", "value": one, "from": since, "primary": True}]}
            for one in known
        ],
        "accounts": [
            {
                "name": organ_id,
                "token_sha256": hashlib.sha256(f"token-{organ_id}".encode()).hexdigest(),
                "mandates": mandates[organ_id],
            }
            for organ_id in known
        ],
    }


@dataclass
class Axis:
    """A town and a real hub on one line."""

    town: Town
    hub: Hub
    line: Line
    relay: Relay = field(init=False)
    hub_relay: Relay = field(init=False)

    def __post_init__(self) -> None:
        self.line.hub = httpx.WSGITransport(create_app(self.hub.settings, self.hub))
        self.relay = build_relay(self.town.services)
        self.hub_relay = build_hub_relay(self.hub.settings, self.hub.database)
        ask_for_arrivals(self.town.services, self.relay)

    def work(self, rounds: int = 3, each: timedelta = timedelta(seconds=3)) -> None:
        """Do what both workers do while `rounds` times `each` passes."""
        for _ in range(rounds):
            for topic in (dispatch.TOPIC, statuses.TOPIC):
                self.relay.drain(topic)
            self.hub_relay.drain(ROUTING)
            self.relay.drain(arrivals.TOPIC)
            self.town.clock.advance(each)


@dataclass
class Offer:
    """A message that `AnyHub` offers."""

    name: str
    raw: bytes
    kind: str = "document"
    delivery_id: UUID = field(default_factory=uuid4)
    ended_as: str = ""


@dataclass
class AnyHub(httpx.BaseTransport):
    """A hub that checks nothing: it offers to `THERE` whatever it is given, until that is acknowledged."""

    offers: list[Offer] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as a hub does: inbox, message, status."""
        if request.url.path == "/v1/inbox":
            mine = request.url.params.get("organ_id") == ORGAN_IDS[THERE]
            waiting = [_item(one) for one in self.offers if mine and not one.ended_as]
            return httpx.Response(200, json={"deliveries": waiting})
        _, _, _, delivery_id, what = request.url.path.split("/")
        (offer,) = (one for one in self.offers if str(one.delivery_id) == delivery_id)
        if what == "message":
            digest = hashlib.sha256(offer.raw).hexdigest()
            return httpx.Response(200, content=offer.raw, headers={"Lt-Message-Sha256": digest})
        offer.ended_as = json.loads(request.read())["status"]
        return httpx.Response(200, json={})


def _item(offer: Offer) -> dict[str, Any]:
    return {
        "delivery_id": str(offer.delivery_id),
        "message_id": str(uuid4()),
        "kind": offer.kind,
        "business": "new" if offer.kind == "document" else None,
        "status_code": None,
        "sender_organ_id": ORGAN_IDS[HERE],
        "recipient_organ_id": ORGAN_IDS[THERE],
        "document_id": None,
        "subject": offer.name,
        "sha256": hashlib.sha256(offer.raw).hexdigest(),
        "size_bytes": len(offer.raw),
        "signature_verdict": "valid",
        "superseded_effect": False,
        "offered_at": "2026-11-20T05:00:00+00:00",
    }
