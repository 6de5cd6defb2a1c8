"""Refusals of the hub.

```
axis.errors.AxisError
└── ExchangeRefused                   a message was not taken; bytes that arrived are in quarantine
    ├── NoMessage                     exchange.no-message             400
    ├── IdentifierTooLong             exchange.identifier-too-long    422
    ├── SecretRefused                 exchange.secret                 422   nothing of it is kept, the security officer is told
    ├── SenderMismatch                exchange.sender-mismatch        403
    ├── SignatureInvalid              exchange.signature-invalid      422
    ├── SignatureRequired             exchange.signature-required     422
    ├── CertificateOfAnother          exchange.certificate-of-another 422
    ├── AttachmentChanged             exchange.attachment-changed     422
    ├── RecipientUnknown              exchange.recipient-unknown      422
    ├── MessageConflicts              exchange.conflict               409   kept as evidence, not in quarantine
    └── DeliveryClosed                exchange.delivery-closed        409
└── DirectoryRefused                  directory.refused               422   an import file contradicts itself or the past
```
"""

from __future__ import annotations

from axis.errors import AxisError


class ExchangeRefused(AxisError):
    """Base of the refusals of a message or of a step of its delivery."""

    status = 422


class NoMessage(ExchangeRefused):
    """The body was empty or not of type `application/xml`."""

    code = "exchange.no-message"
    status = 400
    message_vi = "Yêu cầu không có gói tin edXML. Hãy gửi gói tin trong thân yêu cầu với kiểu application/xml."
    message_en = "The request holds no edXML message. Send the message as the body, with type application/xml."


class IdentifierTooLong(ExchangeRefused):
    """A DocumentId of more than 200 characters (QCVN 102:2016/BTTTT)."""

    code = "exchange.identifier-too-long"
    message_vi = "Mã văn bản dài quá 200 ký tự. Hãy rút gọn mã văn bản rồi gửi lại."
    message_en = "The document id is longer than 200 characters. Shorten it and send again."


class SecretRefused(ExchangeRefused):
    """The message declares itself a state secret; `facts["incident_id"]` names the record. It holds nothing of the message."""

    code = "exchange.secret"
    message_vi = (
        "Văn bản khai báo độ mật nên không được gửi qua trục; trục không giữ nội dung và đã báo người phụ trách bảo mật."
        " Hãy dừng gửi và liên hệ người phụ trách bảo mật của cơ quan."
    )
    message_en = (
        "The document is declared secret and may not travel here; the hub kept nothing of it and told the security officer."
        " Stop sending it and turn to your agency's security officer."
    )


class SenderMismatch(ExchangeRefused):
    """`From/OrganId` is not an agency that the account may act for today."""

    code = "exchange.sender-mismatch"
    status = 403
    message_vi = (
        "Hệ thống này không được ủy quyền gửi thay cơ quan ghi ở phần nơi gửi."
        " Hãy kiểm tra mã định danh nơi gửi hoặc đăng ký ủy quyền với trục liên thông."
    )
    message_en = (
        "This system has no mandate for the agency named as sender."
        " Check the sender's identifier or register the mandate with the hub."
    )


class SignatureInvalid(ExchangeRefused):
    """The signature contradicts the envelope, or its certificate may not be relied upon."""

    code = "exchange.signature-invalid"
    message_vi = "Chữ ký số của gói tin không hợp lệ. Hãy ký lại bằng chứng thư số còn hiệu lực rồi gửi lại."
    message_en = "The message's signature is not valid. Sign again with a valid certificate and send again."


class SignatureRequired(ExchangeRefused):
    """The signature cannot be judged, and this account must sign verifiably."""

    code = "exchange.signature-required"
    message_vi = "Gói tin không có chữ ký số kiểm tra được. Hãy ký bằng chứng thư số được tin cậy rồi gửi lại."
    message_en = (
        "The message has no verifiable signature. Sign it with a certificate of a trusted authority and send again."
    )


class CertificateOfAnother(ExchangeRefused):
    """The signature is valid and belongs to somebody else than the sender."""

    code = "exchange.certificate-of-another"
    message_vi = (
        "Chứng thư số ký gói tin không phải của cơ quan gửi."
        " Hãy ký bằng chứng thư số của cơ quan gửi hoặc đăng ký chứng thư số này với trục liên thông."
    )
    message_en = (
        "The signing certificate is not the sending agency's."
        " Sign with the agency's certificate or register this one with the hub."
    )


class AttachmentChanged(ExchangeRefused):
    """An attachment's digest or size is not what the signed manifest says; `detail` names it."""

    code = "exchange.attachment-changed"
    message_vi = "Tệp đính kèm không khớp với bản kê đã ký. Hãy đóng gói lại từ tệp gốc, ký lại rồi gửi lại."
    message_en = (
        "An attachment differs from the signed manifest. Pack again from the original files, sign and send again."
    )


class RecipientUnknown(ExchangeRefused):
    """No agency of the directory has these identifiers; `facts["recipients"]` lists them."""

    code = "exchange.recipient-unknown"
    message_vi = "Không tìm thấy nơi nhận trong danh bạ liên thông. Hãy sửa các mã định danh được liệt kê rồi gửi lại."
    message_en = "The directory has no such recipient. Correct the identifiers listed and send again."


class MessageConflicts(ExchangeRefused):
    """Another message was accepted under the same identity; both byte strings are kept."""

    code = "exchange.conflict"
    status = 409
    message_vi = (
        "Mã văn bản này đã được dùng cho một gói tin có nội dung khác."
        " Hãy gửi với mã văn bản mới, hoặc gửi gói tin cập nhật hay thay thế."
    )
    message_en = (
        "This document id was already used for a message with other content."
        " Send under a new document id, or send an update or a replacement."
    )


class DeliveryClosed(ExchangeRefused):
    """The delivery has ended (`done` or `fail`) and takes no other state."""

    code = "exchange.delivery-closed"
    status = 409
    message_vi = "Việc giao gói tin này đã kết thúc nên không đổi trạng thái được. Hãy tải lại danh sách gói tin đến."
    message_en = "This delivery has ended and its state cannot change. Fetch the inbox again."


class DirectoryRefused(AxisError):
    """An import file that contradicts itself or what the directory holds; nothing was changed. `detail` lists the faults."""

    code = "directory.refused"
    status = 422
    message_vi = "Tệp danh bạ chưa hợp lệ nên chưa có thay đổi nào. Hãy sửa các lỗi được liệt kê rồi nhập lại."
    message_en = "The directory file is not valid and nothing was changed. Correct the faults listed and import again."
