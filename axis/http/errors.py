"""What any HTTP edge may answer.

```
EdgeError
├── Unauthenticated           http.unauthenticated        401
├── Forbidden                 http.forbidden              403
├── NotFound                  http.not-found              404
├── RequestInvalid            http.request-invalid        422
├── BodyTooLarge              http.body-too-large         413
├── BodyIncomplete            http.body-incomplete        408
├── ConcurrentChange          http.concurrent-change      409
├── Unavailable               http.unavailable            503
└── Internal                  http.internal               500
```
"""

from __future__ import annotations

from axis.errors import AxisError


class EdgeError(AxisError):
    """Base of what any HTTP edge may answer."""


class Unauthenticated(EdgeError):
    """The request carries no token, or one that opens nothing."""

    code = "http.unauthenticated"
    status = 401
    message_vi = "Yêu cầu chưa được xác thực. Hãy gửi kèm mã truy cập còn hiệu lực rồi thử lại."
    message_en = "The request is not authenticated. Send a valid access token and try again."


class Forbidden(EdgeError):
    """The caller is known and may not do this."""

    code = "http.forbidden"
    status = 403
    message_vi = "Tài khoản không có quyền thực hiện việc này. Hãy liên hệ người quản trị nếu cần được cấp quyền."
    message_en = "The account may not do this. Ask the administrator if you need the permission."


class NotFound(EdgeError):
    """There is no such thing, or none that the caller may know of: the two answers are the same on purpose."""

    code = "http.not-found"
    status = 404
    message_vi = "Không tìm thấy nội dung được yêu cầu. Hãy kiểm tra lại mã hoặc đường dẫn."
    message_en = "Nothing was found here. Check the identifier or the address."


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


class BodyIncomplete(EdgeError):
    """The body ended before its declared length: the line was cut. 408 because sending it again is all that is needed."""

    code = "http.body-incomplete"
    status = 408
    message_vi = "Nội dung gửi lên bị cắt giữa chừng. Chưa có gì được ghi nhận; hãy gửi lại."
    message_en = "The body ended before its declared length. Nothing was kept; send it again."


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
