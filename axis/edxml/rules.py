"""The catalogue of findings: every oddity that reading edXML bears, with its weight and its sentence in two languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lxml import etree

from schemas.findings import Finding, Severity
from schemas.reader import local_name


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of finding: how grave it is and what a person is told."""

    severity: Severity
    message_vi: str
    message_en: str


_MORE = "edxml.findings-left-out"

RULES: dict[str, Rule] = {
    _MORE: Rule(
        "warning",
        "Từ vị trí này còn nhiều lỗi cùng loại; chỉ ghi lại những lỗi đầu tiên. Hãy báo bên gửi sửa phần mềm.",
        "From here on there are more faults of the same kind; only the first were kept. Tell the sender to mend the software.",
    ),
    "edxml.namespace-unknown": Rule(
        "warning",
        "Không gian tên của thông điệp không phải của QCVN 102; đã đọc theo tên phần tử. Hãy báo bên gửi sửa phần mềm.",
        "The namespace is not that of QCVN 102; elements were read by name. Tell the sender to mend the software.",
    ),
    "edxml.namespaces-mixed": Rule(
        "warning",
        "Thông điệp trộn nhiều không gian tên; đã đọc theo tên phần tử. Hãy báo bên gửi sửa phần mềm.",
        "The message mixes namespaces; elements were read by name. Tell the sender to mend the software.",
    ),
    "edxml.from-nested": Rule(
        "warning",
        "Phần tử From lồng trong From; đã dùng phần tử bên trong. Hãy báo bên gửi sửa phần mềm.",
        "From is nested in From; the inner one was used. Tell the sender to mend the software.",
    ),
    "edxml.from-duplicated": Rule(
        "error",
        "Thông điệp có nhiều cơ quan gửi; đã dùng cơ quan đầu tiên. Hãy xác minh với bên gửi trước khi xử lý.",
        "The message names several senders; the first was used. Verify with the sender before acting.",
    ),
    "edxml.field-duplicated": Rule(
        "warning",
        "Một trường xuất hiện nhiều lần; đã dùng lần đầu có nội dung. Hãy đối chiếu với tệp đính kèm.",
        "A field occurs several times; the first with content was used. Compare with the attachment.",
    ),
    "edxml.field-too-long": Rule(
        "info",
        "Một trường dài hơn quy định; đã giữ nguyên. Hãy báo bên gửi rút gọn trường đã nêu.",
        "A field is longer than the rules say; it was kept whole. Tell the sender to shorten the field named.",
    ),
    "edxml.comment-in-field": Rule(
        "warning",
        "Có chú thích XML xen giữa nội dung một trường; đã ghép phần chữ lại. Hãy đối chiếu với tệp đính kèm.",
        "An XML comment splits a field; its text was joined. Compare with the attachment.",
    ),
    "edxml.organ-id-form": Rule(
        "warning",
        "Mã định danh cơ quan không đúng dạng của QĐ 20/2020/QĐ-TTg. Hãy kiểm tra trong danh bạ.",
        "An agency identifier does not have the form of QĐ 20/2020/QĐ-TTg. Check it in the directory.",
    ),
    "edxml.organ-name-missing": Rule(
        "info",
        "Thiếu tên cơ quan. Hãy tra theo mã định danh.",
        "An agency has no name. Look it up by its identifier.",
    ),
    "edxml.recipient-without-id": Rule(
        "warning",
        "Một nơi nhận không có mã định danh nên bị bỏ qua. Hãy báo bên gửi.",
        "A recipient has no identifier and was left out. Tell the sender.",
    ),
    "edxml.recipient-duplicated": Rule(
        "warning",
        "Một cơ quan nhận được nêu nhiều lần; đã giữ một lần. Hãy báo bên gửi xem lại danh sách nơi nhận.",
        "A recipient is named several times; it was kept once. Tell the sender to look at the list of recipients.",
    ),
    "edxml.document-id-derived": Rule(
        "warning",
        "Thông điệp thiếu mã văn bản; mã được lập từ cơ quan, ngày, số và ký hiệu. Hãy báo bên gửi bổ sung mã.",
        "The document id is missing; one was formed from agency, date, number and notation. Tell the sender to give one.",
    ),
    "edxml.code-missing": Rule(
        "warning",
        "Thiếu số hoặc ký hiệu văn bản. Hãy lấy từ tệp đính kèm khi vào sổ.",
        "Number or notation is missing. Take it from the attachment when registering.",
    ),
    "edxml.code-number-form": Rule(
        "info",
        "Số văn bản không phải là số; đã giữ nguyên. Hãy đối chiếu với tệp đính kèm khi vào sổ.",
        "The document number is not numeric; it was kept as it is. Compare with the attachment when registering.",
    ),
    "edxml.date-missing": Rule(
        "warning",
        "Thiếu ngày ban hành. Hãy lấy từ tệp đính kèm khi vào sổ.",
        "The date of issue is missing. Take it from the attachment when registering.",
    ),
    "edxml.date-invalid": Rule(
        "warning",
        "Ngày hoặc giờ không có thật hoặc không đúng dạng; đã giữ nguyên chữ. Hãy đối chiếu với tệp đính kèm.",
        "A date or time does not exist or has no known form; its text was kept. Compare with the attachment.",
    ),
    "edxml.due-before-issue": Rule(
        "warning",
        "Hạn trả lời trước ngày ban hành. Hãy hỏi lại bên gửi.",
        "The due date is before the date of issue. Ask the sender.",
    ),
    "edxml.subject-missing": Rule(
        "error",
        "Thiếu trích yếu. Hãy lấy từ tệp đính kèm khi vào sổ.",
        "The subject is missing. Take it from the attachment when registering.",
    ),
    "edxml.document-type-unknown": Rule(
        "info",
        "Tên loại văn bản không có trong danh mục. Hãy chọn loại khi vào sổ.",
        "The type of document is not in the list. Choose one when registering.",
    ),
    "edxml.priority-unknown": Rule(
        "warning",
        "Mức độ khẩn không thuộc 0–4. Hãy xem dấu khẩn trên văn bản.",
        "The urgency is not within 0–4. Look for the stamp on the document.",
    ),
    "edxml.response-for-empty": Rule(
        "info",
        "Phần tử ResponseFor để trống; đã bỏ qua. Hãy xem tệp đính kèm nếu cần biết văn bản được trả lời.",
        "ResponseFor is empty; it was left out. Look in the attachment for the document that is answered.",
    ),
    "edxml.trace-organ-null": Rule(
        "info",
        "Một chặng chuyển không nêu cơ quan. Hãy hỏi bên gửi nếu cần biết thông điệp đã qua đâu.",
        "A station of the message's way names no agency. Ask the sender if you need to know the way.",
    ),
    "edxml.business-missing": Rule(
        "info",
        "Thông điệp không nêu loại nghiệp vụ; được hiểu là văn bản mới. Hãy hỏi lại bên gửi nếu đây là cập nhật hoặc thu hồi.",
        "The message names no operation; it is taken as a new document. Ask the sender if it should update or revoke another.",
    ),
    "edxml.business-duplicated": Rule(
        "error",
        "Thông điệp nêu nghiệp vụ (Bussiness) nhiều lần; đã dùng lần đầu. Hãy xác minh với bên gửi trước khi xử lý.",
        "The message states its operation (Bussiness) several times; the first was used. Verify with the sender.",
    ),
    "edxml.target-missing": Rule(
        "error",
        "Không rõ văn bản nào bị thu hồi, cập nhật hoặc thay thế. Hãy hỏi lại bên gửi trước khi xử lý.",
        "It is unclear which document is revoked, updated or replaced. Ask the sender before acting.",
    ),
    "edxml.targets-differ": Rule(
        "error",
        "Các phần của thông điệp nêu những văn bản khác nhau để thu hồi hoặc cập nhật. Hãy hỏi lại bên gửi.",
        "Parts of the message name different documents to revoke or update. Ask the sender.",
    ),
    "edxml.status-code-unknown": Rule(
        "warning",
        "Mã trạng thái không có trong danh mục; đã giữ nguyên, không đổi tình trạng văn bản. Hãy hỏi bên gửi nghĩa của mã.",
        "The status code is not in the list; it was kept and changes nothing. Ask the sender what it means.",
    ),
    "edxml.target-id-missing": Rule(
        "warning",
        "Thông điệp trạng thái không có mã văn bản. Hãy tìm văn bản theo số, ký hiệu.",
        "The status names no document id. Find the document by its number and notation.",
    ),
    "edxml.timestamp-ahead": Rule(
        "warning",
        "Thời điểm ghi trong thông điệp muộn hơn đồng hồ của trục; thời điểm của trục được dùng. Hãy báo bên gửi chỉnh giờ.",
        "The message bears a time ahead of the hub's clock; the hub's time counts. Tell the sender to set its clock.",
    ),
    "edxml.status-targets-several": Rule(
        "warning",
        "Thông điệp trạng thái nêu nhiều văn bản; trạng thái chỉ áp dụng cho văn bản đầu tiên. Hãy báo bên gửi.",
        "The status names several documents; it applies to the first only. Tell the sender.",
    ),
    "edxml.signature-absent": Rule(
        "info",
        "Thông điệp không có chữ ký số trên phần thông tin chung. Hãy xác minh nguồn gửi bằng cách khác.",
        "The envelope carries no digital signature. Verify the source by other means.",
    ),
    "edxml.signature-namespace": Rule(
        "info",
        "Chữ ký trong thông điệp không thuộc chuẩn XML Signature nên không kiểm tra được. Hãy đề nghị bên gửi ký lại.",
        "The signature is not in the XML Signature namespace and cannot be verified. Ask the sender to sign again.",
    ),
    "edxml.signature-unverifiable": Rule(
        "info",
        "Chữ ký chỉ là hình thức (thiếu hoặc cụt chứng thư, giá trị chữ ký) nên không kiểm tra được. Hãy đề nghị bên gửi ký lại.",
        "The signature is a dummy (its certificate or value is missing or cut short). Ask the sender to sign again.",
    ),
    "edxml.secrecy-declared": Rule(
        "error",
        "Văn bản khai báo độ mật: không được gửi, nhận trên hệ thống này. Hãy dừng và báo người phụ trách bảo mật.",
        "The document is declared secret: it may not travel here. Stop and tell the security officer.",
    ),
    "edxml.no-attachments": Rule(
        "warning",
        "Văn bản không kèm tệp nào. Hãy đề nghị bên gửi gửi lại kèm tệp.",
        "The document carries no file. Ask the sender to send it again with its file.",
    ),
    "edxml.attachment-missing": Rule(
        "error",
        "Bản kê nêu một tệp đính kèm nhưng thông điệp không có tệp đó. Hãy đề nghị bên gửi gửi lại.",
        "The manifest lists an attachment that the message does not hold. Ask the sender to send it again.",
    ),
    "edxml.attachment-unlisted": Rule(
        "warning",
        "Có tệp đính kèm không nêu trong bản kê. Hãy xác minh với bên gửi trước khi dùng.",
        "An attachment is not in the manifest. Verify it with the sender before use.",
    ),
    "edxml.attachment-id-duplicated": Rule(
        "warning",
        "Nhiều tệp đính kèm cùng một ContentId; đã ghép theo thứ tự. Hãy đối chiếu tên và nội dung từng tệp.",
        "Several attachments share one ContentId; they were matched in order. Compare the name and content of each.",
    ),
    "edxml.attachment-name-differs": Rule(
        "info",
        "Tên tệp trong bản kê khác tên trong phần đính kèm; đã dùng tên trong bản kê. Hãy mở tệp để kiểm tra nội dung.",
        "The manifest and the attachment give different file names; the manifest's was used. Open the file to see what it holds.",
    ),
    "edxml.attachment-name-unsafe": Rule(
        "warning",
        "Tên tệp đính kèm chứa đường dẫn hoặc ký tự điều khiển. Hãy đặt lại tên khi lưu.",
        "An attachment's name holds a path or control characters. Rename it when saving.",
    ),
    "edxml.attachment-type-differs": Rule(
        "info",
        "Kiểu tệp trong bản kê khác kiểu trong phần đính kèm; nội dung thật được dùng để xác định. Hãy báo bên gửi sửa bản kê.",
        "The manifest and the attachment give different types; the content itself decides. Tell the sender to mend the manifest.",
    ),
    "edxml.attachment-content-differs": Rule(
        "warning",
        "Nội dung tệp không đúng kiểu đã khai báo; hệ thống dùng kiểu thật của nội dung. Hãy mở tệp theo kiểu thật.",
        "The content is not of the declared type; the real type is used. Open the file as what it is.",
    ),
    "edxml.attachment-text-damaged": Rule(
        "error",
        "Tệp đính kèm bị hỏng do phần mềm gửi chuyển mã sai. Hãy đề nghị bên gửi gửi lại tệp gốc.",
        "The attachment was ruined by a wrong text conversion. Ask the sender for the original file.",
    ),
    "edxml.attachment-pdf-incomplete": Rule(
        "error",
        "Tệp PDF không có phần kết thúc, có thể đã bị cắt cụt. Hãy đề nghị bên gửi gửi lại tệp gốc.",
        "The PDF has no end and was probably cut short. Ask the sender for the original file.",
    ),
    "edxml.attachment-extension-differs": Rule(
        "warning",
        "Phần mở rộng của tên tệp không khớp với nội dung thật. Hãy mở tệp theo kiểu thật của nội dung.",
        "The extension of the file name does not fit the content. Open the file as what it really is.",
    ),
    "edxml.attachment-digest-wrong": Rule(
        "error",
        "Nội dung tệp không khớp mã băm đã ký trong thông điệp. Không sử dụng tệp; hãy đề nghị bên gửi gửi lại.",
        "The content does not match the digest in the envelope. Do not use it; ask the sender to send it again.",
    ),
    "edxml.attachment-size-wrong": Rule(
        "error",
        "Dung lượng tệp không khớp với thông điệp. Không sử dụng tệp; hãy đề nghị bên gửi gửi lại.",
        "The size of the content does not match the envelope. Do not use it; ask the sender to send it again.",
    ),
}
"""Rules by code. Codes are stable for ever; sentences may be improved."""

_LEVELS_IN_LOCATION = 3
_EACH_AT_MOST = 50
"""Findings of one rule that are kept: a message may hold tens of thousands of elements with the same fault."""


class Notes:
    """Collects findings while a message is read."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._findings: list[Finding] = []
        self._counts: Counter[str] = Counter()
        for finding in findings:
            self.take(finding)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings so far, in the order noted."""
        return tuple(self._findings)

    def take(self, finding: Finding) -> None:
        """Keep a finding that was made elsewhere; of many of one rule the first ones, the last telling that more follow."""
        self._counts[finding.rule] += 1
        if self._counts[finding.rule] <= _EACH_AT_MOST:
            self._findings.append(finding)
        elif not self._counts[_MORE]:
            self.add(_MORE, location=finding.location)

    def add(self, rule: str, element: etree._Element | None = None, *, location: str = "") -> None:
        """Note `rule`, a key of RULES, at `element`, or at `location` where no element is at hand."""
        entry = RULES[rule]
        self.take(
            Finding(
                rule=rule,
                severity=entry.severity,
                location=location or location_of(element),
                message_vi=entry.message_vi,
                message_en=entry.message_en,
            )
        )


def location_of(element: etree._Element | None) -> str:
    """The last names of the path to `element` and its line: `MessageHeader/From/OrganId:12`; empty for None."""
    if element is None:
        return ""
    place = place_of(element)
    return f"{place['path']}:{place['line']}" if place["line"] else str(place["path"])


def place_of(element: etree._Element) -> dict[str, Any]:
    """Where `element` stands, as the facts `path` (the last names of the path to it) and `line` of a refusal."""
    names = [local_name(element), *(local_name(ancestor) for ancestor in element.iterancestors())]
    return {"path": "/".join(reversed(names[:_LEVELS_IN_LOCATION])), "line": element.sourceline or None}
