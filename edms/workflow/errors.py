"""Refusals of the workflow.

```
Problem
├── AssigneeUnknown   a position named in a directive is not one of the agency's
└── DeadlinePast      the deadline lies before today
```
"""

from __future__ import annotations

from typing import ClassVar

from edms.commands import InputRefused


class AssigneeUnknown(InputRefused):
    """Only positions of the same agency, in force, may be given work."""

    field: ClassVar[str] = "lead_position_id"
    code: ClassVar[str] = "workflow.assignee-unknown"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = "Vị trí được giao việc không thuộc cơ quan này. Hãy chọn lại trong danh sách."
    message_en: ClassVar[str] = "A position named is not one of this agency's. Choose again from the list."


class DeadlinePast(InputRefused):
    """A deadline lies today or later."""

    field: ClassVar[str] = "due_on"
    code: ClassVar[str] = "workflow.deadline-past"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = "Hạn xử lý đã qua. Hãy chọn hôm nay hoặc một ngày sau."
    message_en: ClassVar[str] = "The deadline is past. Choose today or a later day."
