"""What becomes of the letter at its recipients, and what its sender sees: each status once, for each recipient."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx

from demo.browser import Browser
from demo.cast import Agency
from demo.timeline import Timeline, check, eventually
from storage.clock import VIETNAM

REASON = "Văn bản gửi các xã; Văn phòng không thuộc nơi nhận."


class Recipients:
    """The part of the story that plays at the recipients and comes back to the sender."""

    def __init__(self, browser: Callable[[str], Browser], timeline: Timeline) -> None:
        self._browser = browser
        self._timeline = timeline

    def refuse(self, login: str, subject: str) -> None:
        """The clerk of an agency for which the letter is not meant returns it with the reason."""
        with self._browser(login) as clerk:

            def arrived() -> str | None:
                found = listed(clerk, "incoming", subject)
                return found[0]["id"] if found else None

            document = eventually(arrived, f"«{subject}» arrives at the wrong addressee too")
            page = f"/documents/{document}"
            values: dict[str, str | list[str]] = {"cause": "wrong-addressee", "reason": REASON}
            clerk.submit(f"{page}/return", values, page)
            view = view_of(clerk, document)
            check(view["state"] == "returned", "the document is returned")
            check(view["register_number"] == "", "what is returned gets no number")
            self._timeline.tell(login, "trả lại nơi gửi: gửi nhầm địa chỉ (báo 02)")

    def reported(self, login: str, document: str, wanted: Mapping[Agency, Sequence[str]]) -> None:
        """The sender's clerk sees what each recipient reported: each status once, with time and person."""
        with self._browser(login) as clerk:

            def complete() -> dict[str, Any] | None:
                found = {one["organ_id"]: one for one in view_of(clerk, document)["recipients"]}
                codes = {organ_id: [s["code"] for s in one["statuses"]] for organ_id, one in found.items()}
                held = {agency.organ_id: list(expected) for agency, expected in wanted.items()}
                return found if {key: sorted(value) for key, value in codes.items()} == held else None

            sees = ", ".join(f"{agency.name}: {','.join(codes)}" for agency, codes in wanted.items())
            recipients = eventually(complete, f"the sender sees each status once ({sees})")
            for agency in wanted:
                for status in recipients[agency.organ_id]["statuses"]:
                    self._told(agency, status)

    def settle(self, login: str, document: str, refusing: Agency) -> None:
        """The refusal stands on the sender's desk and list until her clerk notes what was done about it."""
        page = f"/documents/{document}"
        with self._browser(login) as clerk:
            check(page in clerk.open("/"), "the refused letter is on the sender's desk")
            check("đã từ chối tiếp nhận" in clerk.open(page), "the letter's page says who refused it")
            view = view_of(clerk, document)
            [recipient] = [one for one in view["recipients"] if one["organ_id"] == refusing.organ_id]
            refusal = next(one for one in recipient["statuses"] if one["code"] == "02")
            check(REASON in refusal["description"], "the reason comes back")
            [row] = [one for one in listed(clerk, "outgoing", view["subject"]) if one["id"] == document]
            check(row["refusals"] == 1, "the list tells that one recipient refused it")
            values: dict[str, str | list[str]] = {"note": "Đã báo người soạn; không cần gửi lại."}
            clerk.submit(f"{page}/deliveries/{recipient['delivery_id']}/settle", values, page)
            check(page not in clerk.open("/"), "a settled refusal leaves the desk")
            self._timeline.tell(login, f"thấy {refusing.name} từ chối, ghi nhận đã xử lý")

    def _told(self, agency: Agency, status: Mapping[str, Any]) -> None:
        check(status["at"], "each status has its time")
        check(status["person"] or status["code"] == "01", "each status names a person")
        check(status["description"] or status["code"] != "02", "a refusal has its reason")
        who = f"{status['person']} ({status['position']})"
        because = f": {status['description']}" if status["code"] == "02" else ""
        said = f"{agency.name}: {status['code']} {status['label']}, {_clock(status['at'])}, {who}{because}"
        self._timeline.tell("nơi gửi thấy", said)


def view_of(browser: Browser, document: str) -> dict[str, Any]:
    """Return what a document's page knows, as data."""
    return dict(browser.ask(f"/api/v1/documents/{document}"))


def listed(browser: Browser, direction: str, text: str) -> list[dict[str, Any]]:
    """Return the lines of a list that `text` finds."""
    query = httpx.QueryParams({"text": text})
    return list(browser.ask(f"/api/v1/documents/{direction}?{query}")["items"])


def _clock(moment: str) -> str:
    """Return the time of day in Vietnam of a moment in ISO 8601."""
    return f"{datetime.fromisoformat(moment).astimezone(VIETNAM):%H:%M:%S}"
