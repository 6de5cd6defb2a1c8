"""The root of the axis package's errors.

```
AxisError
├── axis.http.errors.EdgeError   what any HTTP edge may answer
├── axis.edxml.errors            what makes a message meaningless or unfit to be sent
├── FileUnreadable                inspect.unreadable
├── NotAFile                      inspect.not-a-file
├── axis.hub.errors              what the hub refuses
└── axis.client                  what a client meets
```
"""

from __future__ import annotations

from schemas.problems import Problem


class AxisError(Problem):
    """Base of the tree."""


class FileUnreadable(AxisError):
    """A file to inspect cannot be opened or read to its end; `detail` says why."""

    code = "inspect.unreadable"
    message_vi = "Không đọc được tệp. Hãy kiểm tra đường dẫn và quyền đọc rồi thử lại."
    message_en = "The file cannot be read. Check its path and your permission, then try again."


class NotAFile(AxisError):
    """A folder, a device or a pipe stands where a message file should."""

    code = "inspect.not-a-file"
    message_vi = "Đường dẫn không phải là tệp thường (thư mục, thiết bị…). Hãy chỉ ra từng tệp thông điệp."
    message_en = "The path is no regular file (a folder, a device, …). Name the message files one by one."
