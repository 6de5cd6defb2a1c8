"""Code lists of edXML, each code with its Vietnamese and English label and its source.

Sources: QCVN 102:2016/BTTTT (TT 10/2016/TT-BTTTT), Sửa đổi 1:2022 QCVN 102:2016/BTTTT (TT 01/2022/TT-BTTTT), status
codes of QĐ 28/2018/QĐ-TTg as published in sample messages of the national axis. Where published readings contradict
one another both are kept and named; a connection profile chooses, the code never guesses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

QCVN = "QCVN 102:2016/BTTTT"
AMENDMENT = "Sửa đổi 1:2022 QCVN 102:2016/BTTTT"
SAMPLES = "thông điệp mẫu trục liên thông văn bản quốc gia (QĐ 28/2018/QĐ-TTg)"
UNVERIFIED = "theo thứ tự danh mục NĐ 110/2004, chưa đối chiếu bản gốc"


@dataclass(frozen=True, slots=True)
class Code:
    """One code as it stands on the wire, with its labels and where its meaning was read."""

    value: str
    label_vi: str
    label_en: str
    source: str


class CodeList(Mapping[str, Code]):
    """An immutable list of codes by wire value, in the order of its source."""

    def __init__(self, name: str, codes: Iterable[Code]) -> None:
        self.name = name
        self._codes = {code.value: code for code in codes}

    def __getitem__(self, value: str) -> Code:
        return self._codes[value]

    def __iter__(self) -> Iterator[str]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)


def _codes(source: str, *rows: tuple[str, str, str]) -> list[Code]:
    return [Code(*row, source) for row in rows]


BUSINESS_TYPES = CodeList(
    "BussinessDocType",
    _codes(
        QCVN,
        ("0", "Văn bản mới", "New document"),
        ("1", "Thu hồi", "Revocation"),
        ("2", "Cập nhật", "Update"),
        ("3", "Thay thế", "Replacement"),
    ),
)
"""What a document message does (Bussiness/BussinessDocType)."""

PRIORITIES = CodeList(
    "Priority",
    _codes(
        QCVN,
        ("0", "Thường", "Ordinary"),
        ("1", "Khẩn", "Urgent"),
        ("2", "Thượng khẩn", "Very urgent"),
        ("3", "Hỏa tốc", "Express"),
        ("4", "Hỏa tốc hẹn giờ", "Express by a set hour"),
    ),
)
"""Degree of urgency (OtherInfo/Priority)."""

STATUS_CODES = CodeList(
    "StatusCode",
    _codes(
        SAMPLES,
        ("01", "Đã đến", "Arrived"),
        ("02", "Từ chối tiếp nhận", "Refused"),
        ("03", "Đã tiếp nhận", "Accepted"),
        ("04", "Phân công", "Assigned"),
        ("05", "Đang xử lý", "In progress"),
        ("06", "Hoàn thành", "Completed"),
        ("13", "Yêu cầu lấy lại", "Withdrawal requested"),
        ("15", "Đồng ý cập nhật, lấy lại", "Update or withdrawal agreed"),
        ("16", "Từ chối cập nhật, lấy lại", "Update or withdrawal refused"),
    ),
)
"""Business status of a document at its recipient (status message). 13 alone is sent by the original sender."""

STEERING_TYPES_FROM_ZERO = CodeList(
    "SteeringType, 0–2",
    _codes(
        "SDK eDoc",
        ("0", "Không chỉ đạo", "No direction"),
        ("1", "Chỉ đạo", "Direction"),
        ("2", "Báo cáo chỉ đạo", "Report on a direction"),
    ),
)
"""SteeringType as the older eDoc software reads it."""

STEERING_TYPES_FROM_ONE = CodeList(
    "SteeringType, 1–3",
    _codes(
        SAMPLES,
        ("1", "Không chỉ đạo", "No direction"),
        ("2", "Chỉ đạo", "Direction"),
        ("3", "Báo cáo chỉ đạo", "Report on a direction"),
    ),
)
"""SteeringType as samples of the national axis use it (1 on ordinary letters). Never drive work from it alone."""

PAPER = CodeList(
    "Paper",
    _codes(SAMPLES, ("0", "Không gửi bản giấy", "No paper copy"), ("1", "Có gửi bản giấy", "A paper copy follows")),
)
"""Whether a paper copy is sent as well (Bussiness/Paper)."""

RECEIVER_TYPES = CodeList(
    "ReceiverType",
    _codes(SAMPLES, ("0", "Bỏ nơi nhận", "Recipient removed"), ("1", "Thêm nơi nhận", "Recipient added")),
)
"""What an update does to a recipient (Receiver/ReceiverType)."""

FLAGS = CodeList("0/1", _codes(SAMPLES, ("0", "Không", "No"), ("1", "Có", "Yes")))
"""DocumentInfo (content changed) and DocumentReceiver (recipients changed) of an update."""

LEGAL_DOCUMENT_TYPES = CodeList(
    "Văn bản quy phạm pháp luật",
    _codes(
        AMENDMENT,
        ("1", "Hiến pháp", "Constitution"),
        ("2", "Luật", "Law"),
        ("3", "Pháp lệnh", "Ordinance"),
        ("4", "Lệnh", "Order"),
        ("5", "Nghị quyết", "Resolution"),
        ("6", "Nghị quyết liên tịch", "Joint resolution"),
        ("7", "Nghị định", "Decree"),
        ("8", "Quyết định", "Decision"),
        ("9", "Thông tư", "Circular"),
        ("10", "Thông tư liên tịch", "Joint circular"),
        ("11", "Chỉ thị", "Directive"),
        ("12", "Bộ luật", "Code"),
        (
            "13",
            "Văn bản quy phạm pháp luật của đơn vị hành chính - kinh tế đặc biệt",
            "Legal document of a special administrative-economic unit",
        ),
    ),
)
"""Group A of the amended standard: legal normative documents."""

ADMINISTRATIVE_DOCUMENT_TYPES = CodeList(
    "Văn bản hành chính",
    [
        *_codes(
            AMENDMENT,
            ("1", "Nghị quyết", "Resolution (individual)"),
            ("2", "Quyết định", "Decision (individual)"),
            ("3", "Chỉ thị", "Directive"),
            ("4", "Quy chế", "Statute"),
            ("5", "Quy định", "Regulation"),
            ("6", "Thông cáo", "Communiqué"),
            ("7", "Thông báo", "Notice"),
            ("8", "Hướng dẫn", "Guidance"),
            ("9", "Chương trình", "Programme"),
            ("10", "Kế hoạch", "Plan"),
        ),
        *_codes(
            UNVERIFIED,
            ("11", "Phương án", "Scheme"),
            ("12", "Đề án", "Proposal"),
            ("13", "Dự án", "Project"),
            ("14", "Báo cáo", "Report"),
            ("15", "Biên bản", "Minutes"),
            ("16", "Tờ trình", "Submission"),
            ("17", "Hợp đồng", "Contract"),
        ),
        *_codes(
            AMENDMENT,
            ("18", "Công văn", "Official letter"),
            ("19", "Công điện", "Official telegram"),
            ("20", "Bản ghi nhớ", "Memorandum"),
            ("21", "Bản cam kết", "Undertaking"),
            ("22", "Bản thỏa thuận", "Agreement"),
            ("23", "Giấy chứng nhận", "Certificate"),
            ("24", "Giấy ủy quyền", "Letter of authorisation"),
            ("25", "Giấy mời", "Invitation"),
            ("26", "Giấy giới thiệu", "Letter of introduction"),
        ),
        *_codes(
            UNVERIFIED,
            ("27", "Giấy nghỉ phép", "Leave permit"),
            ("28", "Giấy đi đường", "Travel permit"),
            ("29", "Giấy biên nhận hồ sơ", "Receipt of a dossier"),
            ("30", "Phiếu gửi", "Dispatch note"),
            ("31", "Phiếu chuyển", "Transfer note"),
            ("32", "Thư công", "Public letter"),
        ),
    ],
)
"""Group B of the amended standard: administrative documents."""


_NEW_TONES = dict(
    zip(
        ["oà", "oá", "oả", "oã", "oạ", "oè", "oé", "oẻ", "oẽ", "oẹ", "uỳ", "uý", "uỷ", "uỹ", "uỵ"],
        ["òa", "óa", "ỏa", "õa", "ọa", "òe", "óe", "ỏe", "õe", "ọe", "ùy", "úy", "ủy", "ũy", "ụy"],
        strict=True,
    )
)
_OLD_TONES = re.compile(rf"(?<!q)({'|'.join(_NEW_TONES)})\b")


def fold(text: str) -> str:
    """`text` for comparison: NFC, one space between words, case folded, old tone placement (hoà) as new (hòa).

    Diacritics stay: "mật" and "mặt" are different words.
    """
    folded = " ".join(unicodedata.normalize("NFC", text).split()).casefold()
    return _OLD_TONES.sub(lambda match: _NEW_TONES[match.group()], folded)


def document_types_named(name: str) -> tuple[Code, ...]:
    """Codes of both groups whose label is `name`, group B first; empty when unknown.

    Matching is by name because published software contradicts itself on the numbers (Công văn is sent as 0 and as 18).
    """
    wanted = fold(name)
    lists = (ADMINISTRATIVE_DOCUMENT_TYPES, LEGAL_DOCUMENT_TYPES)
    return tuple(code for codes in lists for code in codes.values() if fold(code.label_vi) == wanted)
