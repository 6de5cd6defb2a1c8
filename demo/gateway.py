"""Messages of other systems: a gateway hands real ones to the hub, and the hub takes each for what it is.

The messages are those that integrators of the national axis published, where they lie beside the checkout; else messages of our
own with the same oddities: five documents under one DocumentId, ten statuses in no order, one file that is not well formed.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from axis.client import AxisClient, AxisRefused, SentReceipt
from demo.timeline import Timeline, check, eventually

PUBLISHED = Path(__file__).parents[2] / "shared" / "samples" / "edxml"
OWN = Path(__file__).parents[1] / "tests" / "messages" / "samples"

EFFECTS = {
    "applied": "làm thay đổi trạng thái",
    "repeated": "nhắc lại, không tác dụng thêm",
    "contradicts": "trái với trạng thái đã đạt, chỉ ghi nhận",
    "unresolved": "chờ văn bản mà nó nói đến",
    "unknown": "mã lạ, chỉ ghi nhận",
}
OPERATIONS = {"new": "văn bản mới", "revoke": "thu hồi", "update": "cập nhật", "replace": "thay thế"}


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return found


def published() -> list[Path]:
    """Return the files of the published messages; empty where they are not at hand."""
    return sorted(PUBLISHED.glob("*.edxml"))


def own() -> list[Path]:
    """Return the files of our own messages with the same oddities."""
    return [OWN / f"{name}.edxml" for name in _data()["own_messages"]]


def agencies() -> list[dict[str, Any]]:
    """Return the entries of the directory file for all agencies named in the messages."""
    since = _data()["since"]
    return [
        {
            "name": one["name"],
            "identifiers": [{"scheme": one["scheme"], "value": one["value"], "from": since, "primary": True}],
        }
        for one in _data()["agencies"]
    ]


def account(token_sha256: str) -> dict[str, Any]:
    """Return the entry of the gateway's account: it may act for all of `agencies`, whose systems sign with dummies."""
    since = _data()["since"]
    return {
        "name": _data()["account"],
        "token_sha256": token_sha256,
        "accept_unverifiable": True,
        "mandates": [{"agency": one["value"], "from": since} for one in _data()["agencies"]],
    }


@dataclass(frozen=True)
class _Taken:
    file: Path
    raw: bytes
    sent: SentReceipt

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


class Gateway:
    """Plays the chapter against the hub at `url` as the account that owns `token`."""

    def __init__(self, url: str, token: str, files: Sequence[Path] | None = None) -> None:
        self._url = url
        self._token = token
        self._files = list(files or published() or own())

    def play(self, say: Timeline) -> None:
        """Hand over every message, show what became of it, fetch it back. Raises `StepFailed`."""
        with AxisClient(self._url, self._token) as hub:
            taken, refused = self._hand_over(hub)
            check(len(taken) == len(self._files) - len(refused), "every message is taken or refused")
            states = self._settled(hub, taken)
            for one in taken:
                say.tell(one.file.stem[:28], _line(states[one.sent.message_id]))
            self._quarantined(hub, say, refused)
            self._fetched_back(hub, say, taken, states)
            for one in taken:
                again = hub.send(lambda raw=one.raw: io.BytesIO(raw), len(one.raw))  # type: ignore[misc]
                same = (again.replayed, again.receipt_xml) == (True, one.sent.receipt_xml)
                check(same, f"{one.file.name} handed over again gets the very same receipt")
            say.tell(
                "cổng kết nối", f"gửi lại {len(taken)} gói tin: nhận đúng biên nhận lần đầu, không gói nào bị nhân đôi"
            )

    def _hand_over(self, hub: AxisClient) -> tuple[list[_Taken], dict[Path, AxisRefused]]:
        taken, refused = [], {}
        for file in self._files:
            raw = file.read_bytes()
            try:
                taken.append(_Taken(file, raw, hub.send(lambda raw=raw: io.BytesIO(raw), len(raw))))  # type: ignore[misc]
            except AxisRefused as refusal:
                refused[file] = refusal
        return taken, refused

    def _settled(self, hub: AxisClient, taken: list[_Taken]) -> dict[UUID, dict[str, Any]]:
        def states() -> dict[UUID, dict[str, Any]]:
            return {one.sent.message_id: hub.message(one.sent.message_id) for one in taken}

        def are_settled() -> bool:
            return all(one["deliveries"] and one["effect"] != "unresolved" for one in states().values())

        eventually(are_settled, "every message is routed and every status found its document")
        return states()

    def _quarantined(self, hub: AxisClient, say: Timeline, refused: dict[Path, AxisRefused]) -> None:
        held = {entry["quarantine_id"]: entry for entry in hub.quarantine()}
        check(refused, "the file that is not well formed is refused")
        for file, refusal in refused.items():
            problem = refusal.problem
            check(refusal.hub_code == "xml.malformed", f"{file.name} is refused for its form alone: {refusal.hub_code}")
            entry = held.get(problem.get("quarantine_id"))
            check(entry and entry["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest(), "its bytes are kept")
            where = f"dòng {problem['line']}, cột {problem['column']} ({problem['rule']})"
            say.tell(file.stem[:28], f"từ chối, giữ nguyên trong vùng cách ly: XML sai ở {where}")

    def _fetched_back(
        self, hub: AxisClient, say: Timeline, taken: list[_Taken], states: dict[UUID, dict[str, Any]]
    ) -> None:
        expected = {(one.sha256, code) for one in taken for code in states[one.sent.message_id]["recipients"]}
        fetched = set()
        while items := hub.inbox(limit=200):
            for item in items:
                target = io.BytesIO()
                hub.fetch(item.delivery_id, target, expected_sha256=item.sha256)
                fetched.add((hashlib.sha256(target.getvalue()).hexdigest(), item.recipient_organ_id))
                hub.acknowledge(item.delivery_id, "done")
        check(fetched == expected, "every recipient gets the very bytes that were sent")
        say.tell("cổng kết nối", f"tải lại {len(fetched)} lượt giao: từng byte đúng như đã gửi (SHA-256)")


def _line(state: dict[str, Any]) -> str:
    signed = "chữ ký hợp lệ" if state["signature_verdict"] == "valid" else "chữ ký chưa kiểm được"
    return f"nhận ({signed}) → {state['meaning']['vi']} → {_identity(state)}"


def _identity(state: dict[str, Any]) -> str:
    if state["kind"] == "document":
        named = "".join(
            f"; {one['document_id']} {'đã qua trục' if one['message_id'] else 'chưa qua trục'}"
            for one in state["targets"]
        )
        reached = ", ".join(
            f"{one['recipient_organ_id']}: {one['business_state']['handling'] or '–'}"
            for one in state["deliveries"]
            if one["business_state"]["events"]
        )
        return f"định danh mới ({OPERATIONS[state['business']]}{named})" + (
            f"; trạng thái {reached}" if reached else ""
        )
    known = "nói lại điều đã nói bằng nội dung khác" if state["superseded_effect"] else "định danh mới"
    return f"{known}: {EFFECTS[state['effect']]}"
