"""What any edge may answer, over HTTP or at a command line.

```
EdgeError
├── BadRequest                http.bad-request            400, or another 4xx that has no leaf
├── Unauthenticated           http.unauthenticated        401
├── NotFound                  http.not-found              404
├── MethodNotAllowed          http.method-not-allowed     405
├── MediaTypeUnsupported      http.media-type-unsupported 415
├── RequestInvalid            http.request-invalid        422
├── BodyTooLarge              http.body-too-large         413
├── ConcurrentChange          http.concurrent-change      409
├── Unavailable               http.unavailable            503
├── Internal                  http.internal               500
└── FileUnreadable            command.file-unreadable     422   command lines only
```
"""

from __future__ import annotations

from axis.errors import AxisError


class EdgeError(AxisError):
    """Base of what any HTTP edge may answer."""


class BadRequest(EdgeError):
    """The request is not what HTTP or the interface asks for; the answer keeps the status that tells how."""

    code = "http.bad-request"
    status = 400
    message_vi = "Yêu cầu không đúng quy cách nên chưa được thực hiện. Hãy đối chiếu với tài liệu mô tả giao diện."
    message_en = (
        "The request is not well made and was not carried out. Check it against the description of the interface."
    )


class Unauthenticated(EdgeError):
    """The request carries no token, or one that opens nothing."""

    code = "http.unauthenticated"
    status = 401
    message_vi = "Yêu cầu chưa được xác thực. Hãy gửi kèm mã truy cập còn hiệu lực rồi thử lại."
    message_en = "The request is not authenticated. Send a valid access token and try again."


class NotFound(EdgeError):
    """There is no such thing, or none that the caller may know of: the two answers are the same on purpose."""

    code = "http.not-found"
    status = 404
    message_vi = "Không tìm thấy nội dung được yêu cầu. Hãy kiểm tra lại mã hoặc đường dẫn."
    message_en = "Nothing was found here. Check the identifier or the address."


class MethodNotAllowed(EdgeError):
    """The address exists and does not take this method; the header `Allow` lists those that it takes."""

    code = "http.method-not-allowed"
    status = 405
    message_vi = "Địa chỉ này không nhận phương thức đã dùng. Hãy dùng một phương thức nêu trong tiêu đề Allow."
    message_en = "This address does not take the method used. Use one that the header Allow names."


class MediaTypeUnsupported(EdgeError):
    """The body has another media type than the interface takes."""

    code = "http.media-type-unsupported"
    status = 415
    message_vi = "Kiểu nội dung gửi lên không được hỗ trợ. Hãy gửi với kiểu nêu trong tài liệu mô tả giao diện."
    message_en = "The media type of the body is not taken. Send it with the type that the interface describes."


class RequestInvalid(EdgeError):
    """The request is understood and its values cannot be used; `detail` names the value."""

    code = "http.request-invalid"
    status = 422
    message_vi = "Dữ liệu gửi lên chưa hợp lệ. Hãy sửa giá trị được nêu trong phần chi tiết rồi gửi lại."
    message_en = "The data sent is not valid. Correct the value named in the detail and send again."


class BodyTooLarge(EdgeError):
    """The body is longer than the limit."""

    code = "http.body-too-large"
    status = 413
    message_vi = "Nội dung gửi lên vượt quá dung lượng cho phép. Hãy giảm dung lượng tệp đính kèm rồi gửi lại."
    message_en = "The body is larger than allowed. Make the attachments smaller and send again."


class ConcurrentChange(EdgeError):
    """Somebody else changed the same thing in the meantime."""

    code = "http.concurrent-change"
    status = 409
    message_vi = "Dữ liệu vừa được người khác thay đổi. Hãy tải lại và thực hiện lại."
    message_en = "Somebody else changed this in the meantime. Reload it and try again."


class Unavailable(EdgeError):
    """A part that this service needs is away for now; nothing was done."""

    code = "http.unavailable"
    status = 503
    message_vi = "Hệ thống tạm thời chưa phục vụ được. Chưa có thay đổi nào được ghi nhận; hãy thử lại sau ít phút."
    message_en = "The service is away for the moment. Nothing was changed; try again in a few minutes."


class Internal(EdgeError):
    """A fault of ours: the log holds the cause under the request id."""

    code = "http.internal"
    status = 500
    message_vi = "Hệ thống gặp lỗi. Hãy thử lại; nếu lỗi lặp lại, gửi mã yêu cầu này cho người quản trị."
    message_en = "The system failed. Try again; if it fails again, give this request id to the administrator."


class FileUnreadable(EdgeError):
    """A file or folder given to a command cannot be read or written; `detail` has the system's words."""

    code = "command.file-unreadable"
    status = 422
    message_vi = (
        "Không đọc hoặc ghi được tệp đã nêu. Hãy kiểm tra đường dẫn, quyền truy cập và nội dung rồi chạy lại lệnh."
    )
    message_en = "The file named cannot be read or written. Check its path, permissions and content, then run it again."
