"""Refusals of the reader, the content tools and the schema check.

Problem
├── XmlRefused                   line and column where known
│   ├── MalformedXml             xml.malformed
│   │   └── NotXml               xml.not-xml
│   │       ├── Empty            xml.empty
│   │       ├── JsonWrapped      xml.json
│   │       └── MimeMessage      xml.mime
│   ├── DoctypeRefused           xml.doctype
│   ├── EncodingRefused          xml.encoding
│   ├── AttachmentMalformed      xml.attachment-malformed
│   ├── InvalidBase64            xml.base64
│   ├── SchemaViolation          xml.schema
│   └── LimitExceeded            (413)
│       ├── MessageTooLarge      xml.message-too-large
│       ├── EnvelopeTooLarge     xml.envelope-too-large
│       ├── TooDeep              xml.too-deep
│       ├── TooManyNodes         xml.too-many-nodes
│       ├── TooManyAttributes    xml.too-many-attributes
│       ├── AttributeTooLong     xml.attribute-too-long
│       ├── TextTooLong          xml.text-too-long
│       ├── TooManyAttachments   xml.too-many-attachments
│       └── AttachmentTooLarge   xml.attachment-too-large
└── ContentRefused
    ├── ZipDamaged               content.zip-damaged
    ├── ZipEncrypted             content.zip-encrypted
    ├── ZipUnsafeName            content.zip-unsafe-name
    ├── ZipUnsupported           content.zip-unsupported
    ├── ZipBomb                  content.zip-bomb   (413)
    ├── ContentTooCostly         content.too-costly (413)
    └── ReaderCrashed            content.reader-crashed
"""

from __future__ import annotations

from schemas.problems import Problem


class XmlRefused(Problem):
    """An XML input that is not read further.

    `line` and `column` count from 1 and are None where libxml2 does not tell (limits know their line only).
    `facts` repeats them beside what the leaf adds (`rule`, `limit`).
    """

    def __init__(
        self, detail: str = "", *, line: int | None = None, column: int | None = None, **facts: object
    ) -> None:
        super().__init__(detail, line=line, column=column, **facts)
        self.line = line
        self.column = column


class MalformedXml(XmlRefused):
    """Not well formed (XML 1.0 §2.1), or cut short.

    `facts["rule"]` is libxml2's name of the rule broken, `facts["reason"]` its own words.
    """

    code = "xml.malformed"
    message_vi = (
        "Tệp XML sai cú pháp hoặc bị cắt cụt tại dòng đã nêu. Hãy đề nghị bên gửi tạo lại thông điệp và gửi lại."
    )
    message_en = (
        "The XML is not well formed or was cut short at the line given. Ask the sender to create and send it anew."
    )


class NotXml(MalformedXml):
    """Something else than XML: `facts["found"]` says what its first bytes are (`gzip`, `zip`, `pdf`, `text`, …)."""

    code = "xml.not-xml"
    message_vi = "Tệp này không phải XML. Hãy giải nén hoặc chọn đúng tệp thông điệp .edxml rồi gửi lại."
    message_en = "This file is not XML. Decompress it or choose the .edxml message itself and send it again."


class Empty(NotXml):
    """No byte, or white space only."""

    code = "xml.empty"
    message_vi = "Tệp rỗng, không có thông điệp nào. Hãy xuất lại thông điệp từ phần mềm gửi."
    message_en = "The file is empty: it holds no message. Export the message from the sending software again."


class JsonWrapped(NotXml):
    """JSON, in which some gateways carry a message as text or base64."""

    code = "xml.json"
    message_vi = "Tệp là JSON, không phải thông điệp edXML. Hãy lấy phần edXML bên trong (giải mã base64 nếu có)."
    message_en = "This is JSON, not an edXML message. Take out the edXML inside (decode its base64, if any)."


class MimeMessage(NotXml):
    """A MIME message, as eDoc software sent (SOAP with attachments) before QCVN 102:2016/BTTTT."""

    code = "xml.mime"
    message_vi = (
        "Thông điệp eDoc kiểu cũ (MIME nhiều phần) không được hỗ trợ. Hãy gửi lại theo edXML của QCVN 102:2016."
    )
    message_en = (
        "This is an old eDoc message (MIME multipart), which is not supported. Send it as edXML of QCVN 102:2016."
    )


class DoctypeRefused(XmlRefused):
    """A DOCTYPE is present. edXML has none, and a DTD is the door of every entity attack."""

    code = "xml.doctype"
    message_vi = "Tệp XML có khai báo DOCTYPE, điều bị cấm vì lý do an toàn. Hãy bỏ khai báo này rồi gửi lại."
    message_en = "The XML declares a DOCTYPE, which is forbidden for safety. Remove the declaration and send it again."


class EncodingRefused(XmlRefused):
    """The declared character encoding is unknown or outside `schemas.guard.ENCODINGS`."""

    code = "xml.encoding"
    message_vi = "Bảng mã khai báo trong tệp XML không được hỗ trợ. Hãy ghi lại tệp bằng UTF-8 rồi gửi lại."
    message_en = "The character encoding declared in the XML is not supported. Write it as UTF-8 and send it again."


class AttachmentMalformed(XmlRefused):
    """The content of an attachment is not one run of text, or there is more than one content."""

    code = "xml.attachment-malformed"
    message_vi = (
        "Nội dung tệp đính kèm trong thông điệp sai cấu trúc. Mỗi tệp phải có đúng một phần nội dung "
        "mã hóa base64; "
        "hãy đóng gói lại và gửi lại."
    )
    message_en = (
        "The content of an attachment is built wrongly. Each attachment carries exactly one base64 text; "
        "pack the message again and send it."
    )


class InvalidBase64(XmlRefused):
    """The text of an attachment is not base64 (RFC 4648 §4), white space aside."""

    code = "xml.base64"
    message_vi = "Nội dung mã hóa base64 của tệp đính kèm bị hỏng. Hãy đề nghị bên gửi đính kèm lại tệp gốc và gửi lại."
    message_en = (
        "The base64 content of an attachment is damaged. Ask the sender to attach the original and send it again."
    )


class SchemaViolation(XmlRefused):
    """A tree does not follow the XSD of its version."""

    code = "xml.schema"
    status = 422
    message_vi = "Thông điệp không đúng lược đồ edXML. Hãy sửa phần tử tại dòng đã nêu rồi gửi lại."
    message_en = "The message does not follow the edXML schema. Mend the element at the line given and send it again."


class LimitExceeded(XmlRefused):
    """Larger than this receiver is set to read; `facts["limit"]` is the bound, in the unit of its field."""

    status = 413


class MessageTooLarge(LimitExceeded):
    """The raw message has more bytes than `Limits.message_bytes`."""

    code = "xml.message-too-large"
    message_vi = "Thông điệp vượt dung lượng cho phép. Hãy giảm dung lượng hoặc tách tệp đính kèm rồi gửi lại."
    message_en = "The message is larger than allowed. Reduce or split its attachments and send it again."


class EnvelopeTooLarge(LimitExceeded):
    """What is not attachment content has more bytes than `Limits.envelope_bytes`."""

    code = "xml.envelope-too-large"
    message_vi = "Phần thông tin mô tả của thông điệp quá lớn. Hãy đưa nội dung dài vào tệp đính kèm rồi gửi lại."
    message_en = "The description part of the message is too large. Move long content to an attachment and send again."


class TooDeep(LimitExceeded):
    """Elements are nested deeper than `Limits.depth`."""

    code = "xml.too-deep"
    message_vi = "Các phần tử XML lồng nhau quá sâu. Hãy kiểm tra phần mềm tạo thông điệp rồi gửi lại."
    message_en = "The XML elements are nested too deeply. Check the software that made the message and send it again."


class TooManyNodes(LimitExceeded):
    """More elements, comments and processing instructions than `Limits.nodes`."""

    code = "xml.too-many-nodes"
    message_vi = "Thông điệp có quá nhiều phần tử. Hãy chia thành nhiều thông điệp nhỏ hơn rồi gửi lại."
    message_en = "The message has too many elements. Split it into smaller messages and send them again."


class TooManyAttributes(LimitExceeded):
    """One element has more attributes than `Limits.attributes`."""

    code = "xml.too-many-attributes"
    message_vi = "Một phần tử XML có quá nhiều thuộc tính. Hãy kiểm tra phần mềm tạo thông điệp rồi gửi lại."
    message_en = "An XML element has too many attributes. Check the software that made the message and send it again."


class AttributeTooLong(LimitExceeded):
    """One attribute or namespace name is longer than `Limits.attribute_chars`."""

    code = "xml.attribute-too-long"
    message_vi = "Một thuộc tính XML quá dài. Hãy kiểm tra phần mềm tạo thông điệp rồi gửi lại."
    message_en = "An XML attribute is too long. Check the software that made the message and send it again."


class TextTooLong(LimitExceeded):
    """One text outside attachments, or one comment, is longer than `Limits.text_chars`."""

    code = "xml.text-too-long"
    message_vi = "Một trường thông tin quá dài. Hãy rút gọn hoặc đưa nội dung vào tệp đính kèm rồi gửi lại."
    message_en = "A field is too long. Shorten it or move the content to an attachment and send it again."


class TooManyAttachments(LimitExceeded):
    """More attachments than `Limits.attachments`."""

    code = "xml.too-many-attachments"
    message_vi = "Thông điệp có quá nhiều tệp đính kèm. Hãy gộp tệp hoặc chia thành nhiều thông điệp rồi gửi lại."
    message_en = "The message has too many attachments. Merge the files or split the message and send it again."


class AttachmentTooLarge(LimitExceeded):
    """One decoded attachment has more bytes than `Limits.attachment_bytes`."""

    code = "xml.attachment-too-large"
    message_vi = "Một tệp đính kèm vượt dung lượng cho phép. Hãy giảm dung lượng tệp rồi gửi lại."
    message_en = "An attachment is larger than allowed. Reduce the file and send the message again."


class ContentRefused(Problem):
    """A file whose content is not taken further."""

    status = 422


class ZipDamaged(ContentRefused):
    """The ZIP cannot be read to its end, or its checksum is wrong."""

    code = "content.zip-damaged"
    message_vi = "Tệp nén ZIP bị hỏng. Hãy đề nghị bên gửi nén lại tệp gốc và gửi lại."
    message_en = "The ZIP file is damaged. Ask the sender to compress the original again and resend it."


class ZipEncrypted(ContentRefused):
    """The entry is protected by a password."""

    code = "content.zip-encrypted"
    message_vi = "Tệp nén ZIP có mật khẩu nên không kiểm tra được. Hãy đề nghị bên gửi bỏ mật khẩu và gửi lại."
    message_en = "The ZIP file has a password and cannot be checked. Ask the sender to remove it and send it again."


class ZipUnsafeName(ContentRefused):
    """The entry's name is absolute, climbs out of its folder, or holds control characters."""

    code = "content.zip-unsafe-name"
    message_vi = "Tên tệp bên trong tệp nén ZIP không an toàn. Hãy đề nghị bên gửi đặt lại tên và gửi lại."
    message_en = "The name of the file inside the ZIP is unsafe. Ask the sender to rename it and send it again."


class ZipUnsupported(ContentRefused):
    """The entry is neither stored nor deflated, or the archive is ZIP64."""

    code = "content.zip-unsupported"
    message_vi = "Kiểu nén của tệp ZIP không được hỗ trợ. Hãy nén lại bằng kiểu thông dụng (deflate) và gửi lại."
    message_en = "The compression of the ZIP is not supported. Compress again with plain deflate and resend it."


class ZipBomb(ContentRefused):
    """The entry grows past the bound on size or ratio, or the directory of the archive is too large."""

    code = "content.zip-bomb"
    status = 413
    message_vi = "Tệp nén ZIP bung ra lớn bất thường nên bị từ chối. Hãy gửi tệp gốc không nén."
    message_en = "The ZIP grows abnormally large and was refused. Send the original file uncompressed."


class ContentTooCostly(ContentRefused):
    """Reading the file took more memory or time than one file may take (`schemas.confined.Bounds`)."""

    code = "content.too-costly"
    status = 413
    message_vi = (
        "Tệp cần quá nhiều bộ nhớ hoặc thời gian để đọc nên bị từ chối. "
        "Hãy đề nghị bên gửi tạo lại tệp từ bản gốc rồi gửi lại."
    )
    message_en = (
        "Reading the file takes too much memory or time, so it was refused. "
        "Ask the sender to create it anew from the original and send it again."
    )


class ReaderCrashed(ContentRefused):
    """The reader of the format died on the file."""

    code = "content.reader-crashed"
    message_vi = "Tệp bị hỏng đến mức không đọc được. Hãy đề nghị bên gửi tạo lại tệp từ bản gốc rồi gửi lại."
    message_en = (
        "The file is damaged beyond reading. Ask the sender to create it anew from the original and send it again."
    )
