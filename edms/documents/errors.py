"""Refusals of the documents slice.

```
Problem
├── DocumentNotFound      no such document, or not for this position
├── WrongState            the act does not fit where the document stands
├── NotYours              the act belongs to another position
├── HeldForSecrecy        first somebody must look whether it is a state secret
├── RecipientMissing      an outgoing document names nobody
├── AttachmentKindRefused what the file really is is not taken, or is not what its name says
├── AttachmentsTooLarge   together the attachments would not travel
└── FileNotFound          no such file or page in the document
```
"""

from __future__ import annotations

from typing import ClassVar

from edms.commands import InputRefused
from schemas.problems import Problem


class DocumentNotFound(Problem):
    """Nothing with that id is visible to the actor; another agency's document gives the same answer."""

    code: ClassVar[str] = "documents.not-found"
    status: ClassVar[int] = 404
    message_vi: ClassVar[str] = "Không tìm thấy văn bản. Hãy kiểm tra đường dẫn hoặc tìm trong danh sách văn bản."
    message_en: ClassVar[str] = "No such document. Check the address or look in the list of documents."


class WrongState(Problem):
    """The document stands elsewhere by now; `detail` says where."""

    code: ClassVar[str] = "documents.wrong-state"
    status: ClassVar[int] = 409
    message_vi: ClassVar[str] = (
        "Văn bản đang ở bước khác nên chưa làm được việc này. Hãy tải lại trang để xem bước hiện tại."
    )
    message_en: ClassVar[str] = (
        "The document is at another step, so this cannot be done. Reload the page to see where it stands."
    )


class NotYours(Problem):
    """Another position is competent for the act."""

    code: ClassVar[str] = "documents.not-yours"
    status: ClassVar[int] = 403
    message_vi: ClassVar[str] = "Việc này thuộc vị trí công tác khác. Hãy chuyển cho người đang giữ vị trí đó."
    message_en: ClassVar[str] = "This belongs to another position. Pass it to whoever holds that position."


class HeldForSecrecy(Problem):
    """A secrecy mark was found in the document; nothing is done with it before it is released."""

    code: ClassVar[str] = "documents.held-for-secrecy"
    status: ClassVar[int] = 409
    message_vi: ClassVar[str] = (
        "Văn bản đang bị giữ chờ kiểm tra độ mật. Hãy để văn thư hoặc người phụ trách bảo mật kiểm tra và kết luận trước."
    )
    message_en: ClassVar[str] = (
        "The document is held until its secrecy is checked. Ask a clerk or the security officer to decide first."
    )


class AttachmentKindRefused(InputRefused):
    """Content decides, not the name; `detail` names the file and what it is."""

    field: ClassVar[str] = "files"
    code: ClassVar[str] = "documents.attachment-kind-refused"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = (
        "Tệp không dùng được: rỗng, sai loại, hoặc nội dung khác với đuôi tên tệp. "
        "Hãy gửi tệp PDF, Word, Excel, PowerPoint, ODF, PNG hoặc JPG còn nguyên."
    )
    message_en: ClassVar[str] = (
        "The file cannot be used: empty, of another kind, or not what its name says. "
        "Send an intact PDF, Word, Excel, PowerPoint, ODF, PNG or JPG file."
    )


class AttachmentsTooLarge(InputRefused):
    """All attachments of a document travel in one message; `detail` gives the limit."""

    field: ClassVar[str] = "files"
    code: ClassVar[str] = "documents.attachments-too-large"
    status: ClassVar[int] = 413
    message_vi: ClassVar[str] = (
        "Các tệp kèm theo quá lớn để gửi qua trục liên thông. Hãy nén ảnh, bỏ bớt tệp hoặc tách thành nhiều văn bản."
    )
    message_en: ClassVar[str] = (
        "The attachments are too large for the axis. Compress pictures, leave files out, or write several documents."
    )


class RecipientMissing(InputRefused):
    """An outgoing document must name at least one recipient."""

    field: ClassVar[str] = "recipient_organ_ids"
    code: ClassVar[str] = "documents.recipient-missing"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = "Chưa có nơi nhận. Hãy chọn ít nhất một cơ quan nhận văn bản."
    message_en: ClassVar[str] = "There is no recipient. Choose at least one agency to receive the document."


class FileNotFound(Problem):
    """The document has no such file."""

    code: ClassVar[str] = "documents.file-not-found"
    status: ClassVar[int] = 404
    message_vi: ClassVar[str] = "Văn bản không có tệp này. Hãy mở lại trang văn bản và chọn tệp trong danh sách."
    message_en: ClassVar[str] = (
        "The document has no such file. Open the document again and choose a file from its list."
    )
