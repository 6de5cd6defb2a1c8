"""Refusals of the registers slice.

```
Problem
├── InputRefused
│   └── ReasonMissing   a document is returned for a reason that nobody wrote down
└── AlreadyRegistered   the document has its number in this book
```
"""

from __future__ import annotations

from typing import ClassVar

from edms.commands import InputRefused
from schemas.problems import Problem


class ReasonMissing(InputRefused):
    """The sender must learn why, and the list of usual reasons did not say it."""

    field: ClassVar[str] = "reason"
    code: ClassVar[str] = "registers.reason-missing"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = "Chưa nói rõ lý do khác là gì. Hãy ghi một câu để nơi gửi biết phải làm gì."
    message_en: ClassVar[str] = (
        "The other reason is not written. Write a sentence, so that the sender knows what to do."
    )


class AlreadyRegistered(Problem):
    """A document gets one number in one book; a second wish changes nothing."""

    code: ClassVar[str] = "registers.already-registered"
    status: ClassVar[int] = 409
    message_vi: ClassVar[str] = "Văn bản đã được vào sổ. Hãy tải lại trang để xem số đã cấp."
    message_en: ClassVar[str] = "The document is in the book already. Reload the page to see its number."
