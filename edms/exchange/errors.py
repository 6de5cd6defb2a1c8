"""Refusals of the exchange slice; also the reasons for which an arrived message is quarantined instead of filed.

```
Problem
├── NotOnAxis              no recipient of the document can be reached over the axis
├── EnvelopeInvalid        the envelope's signature does not hold
├── CertificateOfAnother   the envelope was signed with the certificate of another agency
├── AttachmentChanged      an attachment is not the one that the signed manifest names
├── DocumentRepeated       this document of this sender was filed before
├── IdentifierTooLong      an identifier is longer than the standard allows
├── NothingToFile          the message has no file that could be the document
├── MessageSecret          the message declares a state secret; it is refused and its bytes are not kept
├── DeliveryNotFound       the document has no such recipient
└── StatusUnresolved       a status speaks of a document that was never sent from here
```
"""

from __future__ import annotations

from typing import ClassVar

from schemas.problems import Problem


class NotOnAxis(Problem):
    """Every recipient needs another channel."""

    code: ClassVar[str] = "exchange.not-on-axis"
    status: ClassVar[int] = 409
    message_vi: ClassVar[str] = "Không nơi nhận nào có trên trục liên thông. Hãy gửi bằng kênh khác hoặc sửa nơi nhận."
    message_en: ClassVar[str] = "No recipient is on the axis. Send it by another channel or correct the recipients."


class EnvelopeInvalid(Problem):
    """`detail` names the findings."""

    code: ClassVar[str] = "arrival.envelope-invalid"
    message_vi: ClassVar[str] = "Chữ ký trên phong bì gói tin không hợp lệ. Không vào sổ; hãy báo cơ quan gửi gửi lại."
    message_en: ClassVar[str] = (
        "The envelope's signature is not valid. Do not register it; ask the sender to send it again."
    )


class CertificateOfAnother(Problem):
    """The certificate names another agency than the sender."""

    code: ClassVar[str] = "arrival.certificate-of-another"
    message_vi: ClassVar[str] = (
        "Phong bì được ký bằng chứng thư của cơ quan khác. Không vào sổ; hãy xác minh với cơ quan gửi."
    )
    message_en: ClassVar[str] = (
        "The envelope was signed with another agency's certificate. Do not register it; ask the sender."
    )


class AttachmentChanged(Problem):
    """Digest or length differ from the signed manifest."""

    code: ClassVar[str] = "arrival.attachment-changed"
    message_vi: ClassVar[str] = "Tệp đính kèm khác với danh mục đã ký. Không vào sổ; hãy báo cơ quan gửi gửi lại."
    message_en: ClassVar[str] = "An attachment differs from the signed manifest. Do not register it; ask for it again."


class DocumentRepeated(Problem):
    """The first one stands; the repetition is kept for evidence."""

    code: ClassVar[str] = "arrival.document-repeated"
    status: ClassVar[int] = 409
    message_vi: ClassVar[str] = "Văn bản này đã nhận trước đó. Hãy dùng bản đã nhận; bản lặp được giữ làm chứng cứ."
    message_en: ClassVar[str] = "This document arrived before. Use the first one; the repetition is kept as evidence."


class IdentifierTooLong(Problem):
    """An organ's or a document's id, or a status code, beyond the lengths of QCVN 102:2016; `detail` names the element."""

    code: ClassVar[str] = "arrival.identifier-too-long"
    message_vi: ClassVar[str] = (
        "Mã định danh trong gói tin dài quá quy chuẩn. Không vào sổ; hãy báo cơ quan gửi sửa phần mềm rồi gửi lại."
    )
    message_en: ClassVar[str] = (
        "An identifier in the message is too long. Do not register it; ask the sender to correct it and send it again."
    )


class NothingToFile(Problem):
    """A document message without a file."""

    code: ClassVar[str] = "arrival.nothing-to-file"
    message_vi: ClassVar[str] = "Gói tin không có tệp văn bản. Hãy báo cơ quan gửi gửi lại kèm tệp."
    message_en: ClassVar[str] = "The message carries no file. Ask the sender to send it again with the file."


class MessageSecret(Problem):
    """`facts["level"]` is the level in words. The one message whose bytes are not kept: the law forbids to hold them here."""

    code: ClassVar[str] = "exchange.message-secret"
    message_vi: ClassVar[str] = (
        "Gói tin khai độ mật. Hệ thống nối mạng không được nhận văn bản bí mật nhà nước (Luật 117/2025/QH15). "
        "Hãy gửi theo đường văn thư mật và báo người phụ trách bảo mật."
    )
    message_en: ClassVar[str] = (
        "The message declares a state secret, which a networked system may not take (Law 117/2025/QH15). "
        "Send it through the secret registry and tell the security officer."
    )


class DeliveryNotFound(Problem):
    """The recipient belongs to another document, or to none."""

    code: ClassVar[str] = "exchange.delivery-not-found"
    status: ClassVar[int] = 404
    message_vi: ClassVar[str] = (
        "Văn bản không có nơi nhận này. Hãy mở lại trang văn bản và chọn trong danh sách nơi nhận."
    )
    message_en: ClassVar[str] = (
        "The document has no such recipient. Open its page again and choose from the list of recipients."
    )


class StatusUnresolved(Problem):
    """Kept until somebody finds what it speaks of."""

    code: ClassVar[str] = "arrival.status-unresolved"
    status: ClassVar[int] = 404
    message_vi: ClassVar[str] = (
        "Trạng thái nói về văn bản không gửi từ đây. Hãy đối chiếu mã văn bản với cơ quan báo trạng thái."
    )
    message_en: ClassVar[str] = (
        "The status speaks of a document not sent from here. Compare the document's id with its sender."
    )
