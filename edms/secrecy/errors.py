"""Refusals of the secrecy slice.

```
Problem
├── InputRefused
│   └── SecrecyUndeclared   nobody said whether it is a state secret
├── SecretRefused           a state secret may not enter a networked system
├── UploadUnexpected        a file was sent to an address that takes none
└── IncidentNotFound        no such incident, or not for this position
```
"""

from __future__ import annotations

from typing import ClassVar

from edms.commands import InputRefused
from schemas.problems import Problem


class SecrecyUndeclared(InputRefused):
    """The level must be declared before anything is taken in."""

    field: ClassVar[str] = "secrecy"
    code: ClassVar[str] = "secrecy.undeclared"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = "Chưa khai độ mật. Hãy chọn độ mật trước; chỉ tài liệu không mật được đưa vào hệ thống."
    message_en: ClassVar[str] = "The secrecy is not declared. Choose it first; only ordinary documents may enter."


class SecretRefused(Problem):
    """What is declared mật, tối mật or tuyệt mật is not taken in; `facts["level"]` is the level. Nothing of it was kept."""

    code: ClassVar[str] = "secrecy.refused"
    status: ClassVar[int] = 403
    message_vi: ClassVar[str] = (
        "Tài liệu bí mật nhà nước không được đưa vào hệ thống nối mạng (Luật 117/2025/QH15). Chưa có nội dung nào được lưu. "
        "Hãy soạn, lưu và gửi trên máy độc lập hoặc hệ thống có bảo vệ cơ yếu, theo đường văn thư mật của cơ quan; "
        "liên hệ người phụ trách bảo vệ bí mật nhà nước."
    )
    message_en: ClassVar[str] = (
        "State secrets may not enter a networked system (Law 117/2025/QH15). Nothing was kept. Draft, store and send it on an "
        "isolated computer or a cipher-protected system, through the agency's secret registry; ask the security officer."
    )


class UploadUnexpected(Problem):
    """Files are taken only where their secrecy was declared before; the body was not read."""

    code: ClassVar[str] = "secrecy.upload-unexpected"
    status: ClassVar[int] = 415
    message_vi: ClassVar[str] = "Địa chỉ này không nhận tệp. Hãy mở trang văn bản và dùng mục Thêm tệp kèm theo."
    message_en: ClassVar[str] = "This address takes no files. Open the document's page and use Add attachments."


class IncidentNotFound(Problem):
    """Incidents are for the agency's security officer only."""

    code: ClassVar[str] = "secrecy.incident-not-found"
    status: ClassVar[int] = 404
    message_vi: ClassVar[str] = "Không tìm thấy sự việc. Hãy mở danh sách sự việc bảo mật và chọn lại."
    message_en: ClassVar[str] = "No such incident. Open the list of secrecy incidents and choose again."
