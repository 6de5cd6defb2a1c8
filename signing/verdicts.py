"""What verification says: one of three verdicts, and the findings that led to it.

A verdict is never more than its worst finding allows, and nothing but the absence of adverse findings makes `valid`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Verdict(Enum):
    """The three outcomes of NĐ 68/2024 article 30 as users know them."""

    VALID = "valid"
    INDETERMINATE = "indeterminate"
    INVALID = "invalid"

    @property
    def vietnamese(self) -> str:
        """The wording that people see."""
        return _VIETNAMESE[self]


_VIETNAMESE: Final = {
    Verdict.VALID: "hợp lệ",
    Verdict.INDETERMINATE: "chưa đủ căn cứ",
    Verdict.INVALID: "không hợp lệ",
}
_RANK: Final = {Verdict.VALID: 0, Verdict.INDETERMINATE: 1, Verdict.INVALID: 2}


@dataclass(frozen=True)
class Finding:
    """One thing that verification saw.

    `code` is stable and stands in `FINDINGS`; `detail` is a fact in English for the log and the expert, never the sentence
    that a user reads.
    """

    code: str
    detail: str = ""

    def __post_init__(self) -> None:
        if self.code not in FINDINGS:
            raise KeyError(self.code)

    @property
    def verdict(self) -> Verdict:
        """The best verdict that this finding leaves possible."""
        return FINDINGS[self.code][0]

    @property
    def message_vi(self) -> str:
        """What is wrong and what to do, in Vietnamese."""
        return FINDINGS[self.code][1]

    @property
    def message_en(self) -> str:
        """What is wrong and what to do, in English."""
        return FINDINGS[self.code][2]

    def to_dict(self) -> dict[str, str]:
        """Plain data for storage and JSON."""
        return {
            "code": self.code,
            "verdict": self.verdict.value,
            "message_vi": self.message_vi,
            "message_en": self.message_en,
            "detail": self.detail,
        }


def worst(findings: Iterable[Finding]) -> Verdict:
    """The verdict that a set of findings leaves; `valid` when there is none."""
    return worst_verdict(finding.verdict for finding in findings)


def worst_verdict(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of several verdicts; `valid` when there is none."""
    return max(verdicts, key=_RANK.__getitem__, default=Verdict.VALID)


_BAD, _OPEN = Verdict.INVALID, Verdict.INDETERMINATE

FINDINGS: Final[dict[str, tuple[Verdict, str, str]]] = {
    "signature.absent": (
        _OPEN,
        "Không có chữ ký số. Hãy xác minh nguồn gửi bằng cách khác.",
        "There is no digital signature. Verify the source by other means.",
    ),
    "signature.unverifiable": (
        _OPEN,
        "Chữ ký không đúng chuẩn nên không kiểm tra được. Hãy đề nghị bên gửi ký lại.",
        "The signature is not in a form that can be checked. Ask the sender to sign again.",
    ),
    "signature.broken": (
        _BAD,
        "Nội dung không khớp chữ ký số. Không sử dụng; hãy yêu cầu bên gửi gửi lại.",
        "The content does not match the signature. Do not use it; ask the sender to send it again.",
    ),
    "signature.wrapped": (
        _BAD,
        "Chữ ký không bao trùm phần nội dung được đọc. Không sử dụng; hãy báo quản trị.",
        "The signature does not cover the content that is read. Do not use it; tell the administrator.",
    ),
    "signature.reference-count": (
        _BAD,
        "Chữ ký phải có đúng một tham chiếu. Hãy đề nghị bên gửi ký lại.",
        "The signature must have exactly one reference. Ask the sender to sign again.",
    ),
    "signature.duplicate-id": (
        _BAD,
        "Gói tin có định danh trùng nhau. Không sử dụng; hãy báo quản trị.",
        "Identifiers in the message are not unique. Do not use it; tell the administrator.",
    ),
    "signature.comment": (
        _BAD,
        "Gói tin đã ký có chú thích hoặc chỉ thị chen vào nội dung. Không sử dụng; hãy báo quản trị.",
        "The signed message has comments or instructions inside its text. Do not use it; tell the administrator.",
    ),
    "signature.multiple": (
        _BAD,
        "Gói tin có nhiều hơn một chữ ký. Không sử dụng; hãy đề nghị bên gửi gửi lại.",
        "The message has more than one signature. Do not use it; ask the sender to send it again.",
    ),
    "signature.algorithm-forbidden": (
        _BAD,
        "Chữ ký dùng thuật toán không được phép. Hãy đề nghị bên gửi ký lại bằng SHA-256 trở lên.",
        "The signature uses an algorithm that is not allowed. Ask the sender to sign with SHA-256 or better.",
    ),
    "signature.coverage": (
        _BAD,
        "Chữ ký không bao trùm toàn bộ phiên bản văn bản đã ký. Không sử dụng văn bản này; hãy yêu cầu bản gốc.",
        "The signature does not cover the whole signed revision. Do not use this document; ask for the original.",
    ),
    "signature.time-conflict": (
        _OPEN,
        "Thời gian ký mâu thuẫn với dấu thời gian. Hãy kiểm tra đồng hồ của hệ thống ký.",
        "The signing time contradicts the time-stamp. Check the clock of the signing system.",
    ),
    "document.unreadable": (
        _OPEN,
        "Không đọc được tệp PDF. Hãy đề nghị bên gửi gửi lại tệp.",
        "The PDF cannot be read. Ask the sender for the file again.",
    ),
    "document.changed": (
        _BAD,
        "Văn bản đã bị thay đổi sau khi ký. Không sử dụng; hãy yêu cầu bản gốc.",
        "The document was changed after it was signed. Do not use it; ask for the original.",
    ),
    "document.tail-bytes": (
        _BAD,
        "Có dữ liệu lạ sau phần cuối của tệp PDF. Không sử dụng; hãy yêu cầu bản gốc.",
        "There is foreign data after the end of the PDF. Do not use it; ask for the original.",
    ),
    "document.signature-count": (
        _OPEN,
        "Số chữ ký đọc được không khớp số chữ ký trong tệp. Hãy kiểm tra bằng công cụ khác.",
        "Not every signature in the file could be read. Check it with another tool.",
    ),
    "document.page-count": (
        _BAD,
        "Số trang thay đổi sau khi ký. Không sử dụng; hãy yêu cầu bản gốc.",
        "The number of pages changed after signing. Do not use it; ask for the original.",
    ),
    "field.unlocked": (
        _OPEN,
        "Chữ ký không khóa nội dung theo mẫu của hệ thống. Hãy đối chiếu với bản gốc.",
        "The signature does not lock the document as this system does. Compare it with the original.",
    ),
    "field.oversized": (
        _BAD,
        "Ô dành sẵn lớn bất thường và có thể che nội dung. Không sử dụng văn bản này; hãy yêu cầu bản gốc.",
        "A reserved field is unusually large and may hide content. Do not use this document; ask for the original.",
    ),
    "seal.without-leader": (
        _BAD,
        "Văn bản có dấu cơ quan nhưng không có chữ ký hợp lệ của người có thẩm quyền. Không sử dụng; hãy hỏi lại bên gửi.",
        "The document is sealed without a valid signature of the competent person. Do not use it; ask the sender.",
    ),
    "timestamp.absent": (
        _OPEN,
        "Chữ ký không có dấu thời gian nên chưa xác định được thời điểm ký. Hãy đề nghị bên gửi ký lại kèm dấu thời gian.",
        "The signature has no time-stamp, so when it was made is not proven. Ask the sender to sign with a time-stamp.",
    ),
    "timestamp.untrusted": (
        _OPEN,
        "Dấu thời gian không do tổ chức được tin cậy cấp. Hãy bổ sung danh sách tin cậy rồi kiểm tra lại.",
        "The time-stamp is not from a trusted authority. Complete the trust list and check again.",
    ),
    "timestamp.broken": (
        _BAD,
        "Dấu thời gian không khớp chữ ký. Không sử dụng văn bản này; hãy yêu cầu bên gửi ký lại.",
        "The time-stamp does not match the signature. Do not use this document; ask the sender to sign again.",
    ),
    "certificate.expired": (
        _BAD,
        "Chứng thư số đã hết hạn tại thời điểm ký. Hãy yêu cầu bên gửi ký lại bằng chứng thư số còn hiệu lực.",
        "The certificate had expired when the signature was made. Ask the sender to sign again with one in force.",
    ),
    "certificate.not-yet-valid": (
        _BAD,
        "Chứng thư số chưa có hiệu lực tại thời điểm ký. Hãy yêu cầu bên gửi kiểm tra đồng hồ và ký lại.",
        "The certificate was not yet valid when the signature was made. Ask the sender to check the clock and sign again.",
    ),
    "certificate.revoked": (
        _BAD,
        "Chứng thư số đã bị thu hồi trước thời điểm ký. Không sử dụng; hãy yêu cầu bên gửi ký lại bằng chứng thư số khác.",
        "The certificate had been revoked when the signature was made. Do not use it; ask the sender to sign with another.",
    ),
    "certificate.untrusted": (
        _OPEN,
        "Chứng thư số không dẫn tới tổ chức được tin cậy. Hãy bổ sung danh sách tin cậy rồi kiểm tra lại.",
        "The certificate does not lead to a trusted authority. Complete the trust list and check again.",
    ),
    "certificate.unsuitable": (
        _BAD,
        "Chứng thư số không được phép dùng để ký. Hãy yêu cầu bên gửi ký lại bằng chứng thư số có mục đích ký số.",
        "The certificate may not be used for signing. Ask the sender to sign again with one whose key usage is signing.",
    ),
    "certificate.revocation-unknown": (
        _OPEN,
        "Chưa kiểm tra được tình trạng thu hồi của chứng thư số. Hãy kiểm tra lại khi có kết nối.",
        "Whether the certificate is revoked could not be checked. Check again when the network is there.",
    ),
}
"""Every finding code, with the best verdict it leaves and its two sentences."""
