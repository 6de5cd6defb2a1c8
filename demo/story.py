"""The main job, played over HTTP as people's browsers and agencies' programs would.

Draft, sign, number, seal, dispatch, receive, settle, reply, hand over. Each step is checked; nothing reaches into the
services from behind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from demo import cast
from demo.browser import Browser
from demo.recipients import Recipients, listed, view_of
from demo.timeline import Timeline, check, eventually
from edms.organisation.commands import person_id, position_id

SUBJECT = "Đề nghị báo cáo tình hình thực hiện dự toán ngân sách năm 2026"
REPLY_SUBJECT = "Báo cáo tình hình thực hiện dự toán ngân sách năm 2026 của xã Hiệp Thạnh"
BODY = """Thực hiện Kế hoạch công tác năm 2026, Sở Tài chính đề nghị báo cáo tình hình thực hiện dự toán ngân sách năm 2026.
1. Kết quả thu ngân sách đến hết ngày 31 tháng 10 năm 2026, ước thực hiện cả năm; thuận lợi, khó khăn và nguyên nhân.
2. Kết quả chi ngân sách, trong đó nêu rõ chi đầu tư phát triển, chi thường xuyên và các nhiệm vụ chi chưa giải ngân.
3. Kiến nghị, đề xuất (nếu có).
Báo cáo gửi về Sở Tài chính qua trục liên thông văn bản để tổng hợp. Rất mong nhận được sự phối hợp của quý cơ quan."""
REPLY_BODY = """Thực hiện văn bản của Sở Tài chính, Ủy ban nhân dân xã Hiệp Thạnh báo cáo kết quả như sau.
Tổng thu ngân sách đến ngày 31 tháng 10 năm 2026 đạt 91,4% dự toán; tổng chi đạt 84,2% dự toán, chi đầu tư phát triển đạt 78,6%.
Trân trọng báo cáo."""


@dataclass
class Story:
    """Plays the seven steps. `between(name)` is called at named moments, where a drill may kill something."""

    edms_url: str
    sealed_pdf: Callable[[bytes], None]
    """Receives the sealed PDF of the letter, to be kept for outside validators."""
    minutes_pdf: Callable[[bytes], None]
    gateway: Callable[[Timeline], None]
    """Plays the chapter of messages that other systems made (`demo.gateway`)."""
    between: Callable[[str], None] = lambda _: None
    timeline: Timeline = field(default_factory=Timeline)

    def play(self) -> None:
        """Play all steps. Raises `StepFailed` or `PageError` at the first that does not hold."""
        say = self.timeline
        say.chapter(1, "Ba cơ quan, mỗi cơ quan có văn thư, lãnh đạo, chuyên viên")
        self._look_around()
        say.chapter(2, "Sở Tài chính soạn công văn")
        to = [cast.COMMUNE, cast.OFFICE]
        letter = self._draft("linh.stc", SUBJECT, BODY, to, "so-tai-chinh/ban-giam-doc/giam-doc")
        say.chapter(3, "Giám đốc ký; văn thư cấp số, ghi ngày, đóng dấu")
        self._sign_and_seal(letter, "long.stc", "diep.stc", "so-tai-chinh")
        say.chapter(4, "Văn thư phát hành lên trục liên thông")
        self._dispatch(letter, "diep.stc")
        say.chapter(5, "Xã Hiệp Thạnh tiếp nhận, vào sổ, phân công, trả lời, hoàn thành; Văn phòng tỉnh từ chối")
        recipients = Recipients(self._browser, say)
        recipients.refuse("huong.vp", SUBJECT)
        arrived = self._receive("kahuong.ht", SUBJECT)
        self._settle(arrived)
        self._reply(arrived)
        recipients.reported(
            "diep.stc", letter, {cast.COMMUNE: ["01", "03", "04", "05", "06"], cast.OFFICE: ["01", "02"]}
        )
        recipients.settle("diep.stc", letter, cast.OFFICE)
        say.chapter(6, "Văn thư xã bàn giao công việc")
        self._hand_over(arrived)
        say.chapter(7, "Gói tin của các hệ thống khác")
        self.gateway(say)

    def _browser(self, login: str) -> Browser:
        return Browser(self.edms_url, login, cast.PASSWORD)

    def _look_around(self) -> None:
        for login, agency in (("huong.vp", cast.OFFICE), ("diep.stc", cast.DEPARTMENT), ("kahuong.ht", cast.COMMUNE)):
            with self._browser(login) as clerk:
                check("<tr" in clerk.open("/documents/incoming"), f"{agency.name} has documents on its list")
                self.timeline.tell(login, f"đăng nhập: {agency.name} ({agency.organ_id}, mã cũ {agency.alias})")

    def _draft(
        self, login: str, subject: str, body: str, to: list[cast.Agency], signer: str, replies_to: str = ""
    ) -> str:
        with self._browser(login) as specialist:
            values: dict[str, str | list[str]] = {
                "type_name": "Công văn",
                "subject": subject,
                "secrecy": "thuong",
                "recipient_organ_ids": [one.organ_id for one in to],
                "body": body,
                "signer_position_id": str(position_id(signer)),
                "priority": "0",
                "due_on": (date.today() + timedelta(days=10)).isoformat(),  # noqa: DTZ011 - the demonstration's own day
                "replies_to_id": replies_to,
            }
            end = specialist.submit("/documents/new", values, page="/documents/new")
            document = end.rsplit("/", 1)[-1]
            self.timeline.tell(login, f"soạn dự thảo «{subject}» và trình ký")
            return document

    def _sign_and_seal(self, document: str, leader_login: str, clerk_login: str, agency_key: str) -> None:
        page = f"/documents/{document}"
        with self._browser(clerk_login) as clerk:
            check("number-and-seal" not in clerk.open(page), "the clerk cannot seal before the leader has signed")
        with self._browser(leader_login) as leader:
            leader.submit(f"{page}/sign", {"pin": cast.PIN}, page)
            self.timeline.tell(leader_login, "ký số (PAdES B-T, dấu thời gian), chữ ký hiện trên trang")
        with self._browser(clerk_login) as clerk:
            clerk.submit(f"{page}/number-and-seal", {"pin": cast.PIN}, page)
            view = view_of(clerk, document)
            check(view["verdict"] == "valid", "both signatures validate")
            check(len(view["signatures"]) == 2, "the file carries two signatures")
            pdf = clerk.download(f"{page}/files/{_main_file(view)['id']}")
            self.timeline.tell(clerk_login, f"cấp số {view['code']}, ghi ngày, đóng dấu: hai chữ ký đều hợp lệ")
        if agency_key == cast.DEPARTMENT.key:
            self.sealed_pdf(pdf)

    def _dispatch(self, document: str, login: str) -> None:
        page = f"/documents/{document}"
        with self._browser(login) as clerk:
            self.between("before-dispatch")
            clerk.submit(f"{page}/dispatch", {}, page)
            self.between("dispatched")
            self.timeline.tell(login, "phát hành: gói edXML được lập và ký ở nền")

            def receipt() -> Any:
                return [f for f in view_of(clerk, document)["files"] if f["role"] == "receipt"]

            eventually(receipt, "the hub's receipt comes back")
            self.timeline.tell("trục liên thông", "tiếp nhận gói tin, trả biên nhận có chữ ký")

    def _receive(self, login: str, subject: str) -> str:
        self.between("receiving")
        with self._browser(login) as clerk:

            def arrived() -> str | None:
                found = listed(clerk, "incoming", subject)
                return found[0]["id"] if found else None

            document = eventually(arrived, f"«{subject}» arrives")
            view = view_of(clerk, document)
            check(view["verdict"] == "valid", "the arrived PDF's signatures validate, with revocation")
            check(len(listed(clerk, "incoming", subject)) == 1, "the document arrived once")
            self.timeline.tell(login, f"nhận {view['code']}: phong bì và hai chữ ký hợp lệ; tự động báo 01 (đã đến)")
            clerk.submit(f"/documents/{document}/register", {}, f"/documents/{document}")
            number = view_of(clerk, document)["register_number"]
            self.timeline.tell(login, f"vào sổ văn bản đến số {number} (báo 03)")
            return document

    def _settle(self, document: str) -> None:
        page = f"/documents/{document}"
        with self._browser("duc.ht") as leader:
            values: dict[str, str | list[str]] = {
                "text": "Giao Phòng Kinh tế chủ trì tham mưu báo cáo, trình tôi ký.",
                "lead_position_id": str(position_id("xa-hiep-thanh/kinh-te/tai-chinh")),
                "co_ordinating_position_ids": [str(position_id("xa-hiep-thanh/van-hoa/van-hoa"))],
                "due_on": (date.today() + timedelta(days=5)).isoformat(),  # noqa: DTZ011 - the demonstration's own day
            }
            leader.submit(f"{page}/direct", values, page)
            self.timeline.tell("duc.ht", "bút phê, giao chủ trì và phối hợp, có hạn (báo 04)")
        self.between("assigned")
        with self._browser("yen.ht") as specialist:
            specialist.submit(f"{page}/start", {}, page)
            self.timeline.tell("yen.ht", "bắt đầu xử lý (báo 05)")

    def _reply(self, document: str) -> None:
        reply = self._draft(
            "yen.ht",
            REPLY_SUBJECT,
            REPLY_BODY,
            [cast.DEPARTMENT],
            "xa-hiep-thanh/lanh-dao/chu-tich",
            replies_to=document,
        )
        self._sign_and_seal(reply, "duc.ht", "kahuong.ht", cast.COMMUNE.key)
        self._dispatch(reply, "kahuong.ht")
        self._receive("diep.stc", REPLY_SUBJECT)
        page = f"/documents/{document}"
        with self._browser("yen.ht") as specialist:
            specialist.submit(f"{page}/complete", {"result": "Đã gửi báo cáo trả lời Sở Tài chính."}, page)
            self.timeline.tell("yen.ht", "hoàn thành công việc (báo 06)")

    def _hand_over(self, document: str) -> None:
        position = str(position_id("xa-hiep-thanh/van-phong/van-thu"))
        leaver = self._browser("kahuong.ht")
        with leaver:
            resource = f"/api/v1/documents/{document}"
            check(leaver.api_status(resource) == 200, "the clerk's token works while she holds the position")
            with self._browser("duc.ht") as leader:
                values: dict[str, str | list[str]] = {
                    "position_id": position,
                    "to_person_id": str(person_id("do-thanh-tung")),
                    "reason": "Chuyển công tác",
                    "legal_act": "Quyết định số 45/QĐ-UBND",
                }
                end = leader.submit("/handovers/new", values, "/handovers/new")
                self.timeline.tell("duc.ht", "lập biên bản bàn giao vị trí Văn thư cho Đỗ Thanh Tùng")
            page = end
            check("Văn bản đến chờ vào sổ" in leaver.open(page), "the handover lists what the position has in hand")
            self.timeline.tell("kahuong.ht", "thấy danh mục bàn giao: việc đang chờ của vị trí, theo nhóm")
            leaver.submit(f"{page}/confirm", {"remarks": "Đã bàn giao đủ sổ, con dấu và tài khoản."}, page)
            self.timeline.tell("kahuong.ht", "xác nhận danh mục bàn giao, ghi chú")
            with self._browser("tung.ht") as successor:
                successor.submit(f"{page}/accept", {}, page)
                self.timeline.tell("tung.ht", "tiếp nhận bàn giao")
                check(leaver.answers(f"/documents/{document}") != 200, "the predecessor's session is dead")
                check(leaver.api_status(resource) == 401, "the predecessor's token is dead")
                self.timeline.tell("kahuong.ht", "phiên đăng nhập và mã API mất hiệu lực ngay")
                self._as_successor(successor, document)

                def minutes() -> bytes | None:
                    if successor.answers(f"{page}/minutes.pdf") != 200:
                        return None
                    return successor.download(f"{page}/minutes.pdf")

                pdf = eventually(minutes, "the minutes are written")
                check(pdf.startswith(b"%PDF"), "the minutes are a PDF")
                self.minutes_pdf(pdf)
                self.timeline.tell("tung.ht", "biên bản bàn giao (PDF) đã lập")

    def _as_successor(self, successor: Browser, document: str) -> None:
        successor.submit("/acting-as", {}, "/acting-as", button="Văn thư")
        view = view_of(successor, document)
        check(
            any("Hương" in entry["sentence"] or "Hương" in entry["who"] for entry in view["timeline"]), "history stays"
        )
        self.timeline.tell("tung.ht", f"mở cùng văn bản, thấy toàn bộ {len(view['timeline'])} mốc lịch sử")


def _main_file(view: dict[str, Any]) -> dict[str, Any]:
    return next(file for file in view["files"] if file["role"] == "main")
