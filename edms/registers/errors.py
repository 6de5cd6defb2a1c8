"""Refusals of the registers slice.

```
Problem
└── AlreadyRegistered   the document has its number in this book
```
"""

from __future__ import annotations

from typing import ClassVar

from schemas.problems import Problem


class AlreadyRegistered(Problem):
    """A document gets one number in one book; a second wish changes nothing."""

    code: ClassVar[str] = "registers.already-registered"
    status: ClassVar[int] = 409
    message_vi: ClassVar[str] = "Văn bản đã được vào sổ. Hãy tải lại trang để xem số đã cấp."
    message_en: ClassVar[str] = "The document is in the book already. Reload the page to see its number."
