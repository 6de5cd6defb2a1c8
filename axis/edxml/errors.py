"""Refusals of reading and building edXML.

AxisError
└── EdxmlError
    ├── Meaningless                    a message whose meaning cannot be told
    │   ├── NotEdxml                   edxml.not-edxml
    │   │   ├── LegacyEdoc             edxml.legacy-edoc
    │   │   └── ErrorResponse          edxml.error-response
    │   ├── EnvelopeAmbiguous          edxml.envelope-ambiguous
    │   ├── SenderMissing              edxml.sender-missing
    │   ├── RecipientMissing           edxml.recipient-missing
    │   ├── DocumentIdMissing          edxml.document-id-missing
    │   ├── BusinessTypeUnknown        edxml.business-type-unknown
    │   ├── StatusCodeMissing          edxml.status-code-missing
    │   └── StatusTargetMissing        edxml.status-target-missing
    ├── SecrecyDeclared                edxml.secrecy-declared
    └── NotBuildable                   facts["field"] is the element's path
        ├── FieldMissing               edxml.field-missing
        ├── FieldTooLong               edxml.field-over-limit
        ├── FieldInvalid               edxml.field-invalid
        ├── AttachmentsDiffer          edxml.attachments-differ
        └── AttachmentChanged          edxml.attachment-changed
"""

from __future__ import annotations

from axis.errors import AxisError


class EdxmlError(AxisError):
    """Base of the tree."""

    status = 422


class Meaningless(EdxmlError):
    """A well-formed input whose meaning cannot be told; everything milder becomes a finding.

    `facts` has `line` and `path` of the element at fault.
    """


class NotEdxml(Meaningless):
    """The root is not `edXML`, or it holds no `edXMLEnvelope` with a `MessageHeader`."""

    code = "edxml.not-edxml"
    message_vi = "Tệp XML này không phải thông điệp edXML. Hãy chọn đúng tệp thông điệp rồi gửi lại."
    message_en = "This XML is not an edXML message. Choose the message file and send it again."


class LegacyEdoc(NotEdxml):
    """A SOAP envelope of the eDoc software that came before QCVN 102:2016/BTTTT; its attachments travelled as MIME parts."""

    code = "edxml.legacy-edoc"
    message_vi = "Thông điệp eDoc kiểu cũ (SOAP) không được hỗ trợ. Hãy gửi lại theo edXML của QCVN 102:2016/BTTTT."
    message_en = "This is an old eDoc message (SOAP), which is not supported. Send it as edXML of QCVN 102:2016/BTTTT."


class ErrorResponse(NotEdxml):
    """The answer by which another axis reports errors (`ErrorList/Error`); `facts["errors"]` has code and description."""

    code = "edxml.error-response"
    message_vi = (
        "Đây là phản hồi báo lỗi của trục khác (ErrorList), không phải văn bản. Hãy xem các lỗi nêu trong chi tiết."
    )
    message_en = "This is an error response of another axis (ErrorList), not a document. Read the errors it lists."


class EnvelopeAmbiguous(Meaningless):
    """More than one envelope or message header: what was signed could differ from what is read."""

    code = "edxml.envelope-ambiguous"
    message_vi = "Thông điệp có nhiều hơn một phần thông tin chung. Hãy tách thành từng thông điệp riêng rồi gửi lại."
    message_en = "The message holds more than one envelope or header. Split it into separate messages and send again."


class SenderMissing(Meaningless):
    """No `From/OrganId`."""

    code = "edxml.sender-missing"
    message_vi = "Thông điệp không có mã định danh cơ quan gửi (From/OrganId). Hãy bổ sung rồi gửi lại."
    message_en = "The message has no identifier of the sending agency (From/OrganId). Add it and send again."


class RecipientMissing(Meaningless):
    """A document without any `To/OrganId`."""

    code = "edxml.recipient-missing"
    message_vi = "Thông điệp không có cơ quan nhận (To/OrganId). Hãy chọn ít nhất một nơi nhận rồi gửi lại."
    message_en = "The message has no recipient (To/OrganId). Choose at least one recipient and send again."


class DocumentIdMissing(Meaningless):
    """Neither `DocumentId` nor enough of code and date to make one."""

    code = "edxml.document-id-missing"
    message_vi = "Thông điệp không có mã văn bản, cũng thiếu số, ký hiệu hoặc ngày ban hành. Hãy bổ sung rồi gửi lại."
    message_en = "The message has no document id, nor number, notation and date to form one. Add them and send again."


class BusinessTypeUnknown(Meaningless):
    """`BussinessDocType` is none of 0 new, 1 revoke, 2 update, 3 replace: acting on it would be a guess."""

    code = "edxml.business-type-unknown"
    message_vi = "Loại nghiệp vụ (BussinessDocType) không thuộc 0, 1, 2, 3. Hãy sửa theo QCVN 102 rồi gửi lại."
    message_en = "BussinessDocType is none of 0, 1, 2, 3. Mend it following QCVN 102 and send again."


class StatusCodeMissing(Meaningless):
    """A status message without `StatusCode`."""

    code = "edxml.status-code-missing"
    message_vi = "Thông điệp trạng thái không có mã trạng thái (StatusCode). Hãy bổ sung rồi gửi lại."
    message_en = "The status message has no StatusCode. Add it and send again."


class StatusTargetMissing(Meaningless):
    """A status message whose `ResponseFor` names neither document id nor code."""

    code = "edxml.status-target-missing"
    message_vi = "Thông điệp trạng thái không nêu văn bản nào (ResponseFor). Hãy bổ sung mã văn bản rồi gửi lại."
    message_en = "The status message names no document (ResponseFor). Add the document id and send again."


class SecrecyDeclared(EdxmlError):
    """A field declares a state secret (Luật Bảo vệ bí mật nhà nước 117/2025/QH15): it may not travel here.

    `facts` has `line`, `path`, `field` (the element) and `level`; never the text of the document.
    """

    code = "edxml.secrecy-declared"
    message_vi = (
        "Văn bản khai báo độ mật: không được gửi, nhận trên hệ thống này. Hãy dừng và báo người phụ trách bảo mật."
    )
    message_en = "The document is declared secret: it may not travel here. Stop and tell the security officer."


class NotBuildable(EdxmlError):
    """A message that may not be sent as it stands. `facts["field"]` is the path of the element at fault."""

    def __init__(self, field: str, detail: str = "", **facts: object) -> None:
        super().__init__(f"{field}: {detail}" if detail else field, field=field, **facts)
        self.field = field


class FieldMissing(NotBuildable):
    """A required field is empty."""

    code = "edxml.field-missing"
    message_vi = "Thiếu thông tin bắt buộc để gửi văn bản. Hãy điền trường đã nêu rồi gửi lại."
    message_en = "A required field is empty. Fill in the field named and send again."


class FieldTooLong(NotBuildable):
    """A field has more characters than may be sent; `facts` has `limit` and `length`."""

    code = "edxml.field-over-limit"
    message_vi = "Một trường thông tin dài quá mức cho phép khi gửi liên thông. Hãy rút gọn trường đã nêu rồi gửi lại."
    message_en = "A field is longer than may be sent. Shorten the field named and send again."


class FieldInvalid(NotBuildable):
    """A field does not have its form: a date, a number, an identifier, or characters that XML cannot carry."""

    code = "edxml.field-invalid"
    message_vi = "Một trường thông tin không đúng định dạng. Hãy sửa trường đã nêu rồi gửi lại."
    message_en = "A field does not have the right form. Mend the field named and send again."


class AttachmentsDiffer(NotBuildable):
    """The attachments to write are not those that the manifest lists, in its order."""

    code = "edxml.attachments-differ"
    message_vi = "Tệp đính kèm không khớp với bản kê trong thông điệp. Hãy lập lại thông điệp từ các tệp hiện có."
    message_en = "The attachments are not those of the manifest. Build the message again from the present files."


class AttachmentChanged(NotBuildable):
    """The content written has another size or digest than the manifest promises; the output is not to be used."""

    code = "edxml.attachment-changed"
    message_vi = "Nội dung tệp đính kèm đã thay đổi sau khi ký thông điệp. Hãy lập và ký lại thông điệp."
    message_en = "An attachment changed after the message was signed. Build and sign the message again."
