"""The catalogue of what the reader bears in the bytes of a message: each oddity with its weight and its sentences."""

from __future__ import annotations

from schemas.findings import Finding, Severity

ODDITIES: dict[str, tuple[Severity, str, str]] = {
    "xml.byte-order-mark": (
        "info",
        "Tệp bắt đầu bằng dấu thứ tự byte (BOM) của UTF-8; không ảnh hưởng đến nội dung. Hãy báo bên gửi bỏ dấu này.",
        "The file begins with the UTF-8 byte order mark; the content is not affected. Tell the sender to leave it out.",
    ),
    "xml.encoding-not-utf8": (
        "info",
        "Thông điệp không dùng bảng mã UTF-8; đã đọc được. Hãy báo bên gửi dùng UTF-8.",
        "The message is not encoded in UTF-8; it was read. Tell the sender to use UTF-8.",
    ),
    "xml.attachment-empty": (
        "error",
        "Tệp đính kèm không có nội dung. Hãy đề nghị bên gửi đính kèm lại.",
        "The attachment has no content. Ask the sender to attach it again.",
    ),
    "xml.base64-unpadded": (
        "warning",
        "Nội dung base64 thiếu ký tự đệm ở cuối; đã đọc được. Hãy báo bên gửi sửa phần mềm.",
        "The base64 content lacks its final padding; it was read. Tell the sender to mend the software.",
    ),
    "xml.base64-url-safe": (
        "warning",
        "Nội dung base64 dùng bảng ký tự cho URL (- và _); đã đọc được. Hãy báo bên gửi sửa phần mềm.",
        "The base64 content uses the URL-safe alphabet (- and _); it was read. Tell the sender to mend the software.",
    ),
    "xml.base64-data-url": (
        "warning",
        "Trước nội dung base64 có tiền tố “data:…,”; đã bỏ tiền tố. Hãy báo bên gửi sửa phần mềm.",
        "The base64 content begins with a “data:…,” prefix; it was left out. Tell the sender to mend the software.",
    ),
    "xml.attachment-text-loose": (
        "warning",
        "Nội dung tệp nằm thẳng trong Attachment, không trong ContentTransferEncoded; đã đọc được. Hãy báo bên gửi sửa.",
        "The content stands in Attachment itself, not in ContentTransferEncoded; it was read. Tell the sender to mend it.",
    ),
    "xml.attachment-in-envelope": (
        "warning",
        "Tệp đính kèm nằm trong edXMLEnvelope; đã đọc được. Hãy báo bên gửi đặt AttachmentEncoded bên cạnh phong bì.",
        "An attachment stands inside edXMLEnvelope; it was read. Tell the sender to put AttachmentEncoded beside it.",
    ),
    "xml.attachment-misplaced": (
        "warning",
        "Tệp đính kèm nằm ngoài AttachmentEncoded; đã đọc được. Hãy báo bên gửi sửa phần mềm.",
        "An attachment stands outside AttachmentEncoded; it was read. Tell the sender to mend the software.",
    ),
}
"""Severity and the sentences in Vietnamese and English, by rule."""


def oddity(rule: str, location: str) -> Finding:
    """The finding that `rule`, a key of ODDITIES, is at `location`."""
    severity, message_vi, message_en = ODDITIES[rule]
    return Finding(rule=rule, severity=severity, location=location, message_vi=message_vi, message_en=message_en)
