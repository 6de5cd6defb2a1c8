"""Refusals of the organisation.

```
OrganisationProblem
├── NotAllowed            organisation.not-allowed         the actor may not change who holds what
├── PositionUnknown       organisation.position-unknown    no such position
├── AgencyUnknown         organisation.agency-unknown      no agency bears the identifier
├── PersonUnknown         organisation.person-unknown      no such person
├── AppointmentUnknown    organisation.appointment-unknown no such appointment
├── PositionTaken         organisation.position-taken      another person holds the position in that period
├── AppointmentClosed     organisation.appointment-closed  the appointment has ended already
├── PeriodReversed        organisation.period-reversed     the end lies before the beginning
├── IdentifierTaken       organisation.identifier-taken    another agency uses the identifier
└── FileInconsistent      organisation.file-inconsistent   an organisation file names what it does not contain
```
"""

from __future__ import annotations

from schemas.problems import Problem


class OrganisationProblem(Problem):
    """Base of the tree."""


class NotAllowed(OrganisationProblem):
    """Only a leader of the agency, or the system, says who holds what."""

    code = "organisation.not-allowed"
    status = 403
    message_vi = "Chỉ lãnh đạo của cơ quan được bổ nhiệm hoặc miễn nhiệm. Hãy đề nghị lãnh đạo cơ quan thực hiện."
    message_en = "Only a leader of the agency may appoint or dismiss. Ask a leader of the agency to do it."


class PositionUnknown(OrganisationProblem):
    """There is no such position, or none that the actor may know of."""

    code = "organisation.position-unknown"
    status = 404
    message_vi = "Không tìm thấy vị trí công tác này. Hãy chọn lại từ danh sách của cơ quan."
    message_en = "There is no such position. Choose one from the agency's list."


class AgencyUnknown(OrganisationProblem):
    """No agency of the installation bears the identifier; `detail` gives it."""

    code = "organisation.agency-unknown"
    status = 404
    message_vi = "Không có cơ quan nào mang mã định danh này. Hãy xem mã trong danh sách cơ quan (edms agencies)."
    message_en = "No agency here bears this identifier. Look for it in the list of agencies (edms agencies)."


class PersonUnknown(OrganisationProblem):
    """There is no such person."""

    code = "organisation.person-unknown"
    status = 404
    message_vi = "Không tìm thấy người này. Hãy chọn lại từ danh sách của cơ quan."
    message_en = "There is no such person. Choose one from the agency's list."


class AppointmentUnknown(OrganisationProblem):
    """There is no such appointment."""

    code = "organisation.appointment-unknown"
    status = 404
    message_vi = "Không tìm thấy lần bổ nhiệm này. Hãy tải lại danh sách rồi chọn lại."
    message_en = "There is no such appointment. Reload the list and choose again."


class PositionTaken(OrganisationProblem):
    """One position has one holder at a time; `detail` names who and since when."""

    code = "organisation.position-taken"
    status = 409
    message_vi = "Vị trí này đã có người giữ trong thời gian đó. Hãy làm bàn giao hoặc kết thúc lần bổ nhiệm trước."
    message_en = "Somebody holds this position in that period. Hand it over or end that appointment first."


class AppointmentClosed(OrganisationProblem):
    """A closed appointment is history and is not changed."""

    code = "organisation.appointment-closed"
    status = 409
    message_vi = "Lần bổ nhiệm này đã kết thúc nên không sửa được nữa. Hãy tải lại trang để xem tình hình hiện tại."
    message_en = "This appointment has ended and cannot be changed. Reload the page to see how things stand."


class PeriodReversed(OrganisationProblem):
    """`until` lies before `since`."""

    code = "organisation.period-reversed"
    status = 422
    message_vi = "Ngày kết thúc sớm hơn ngày bắt đầu. Hãy sửa lại một trong hai ngày."
    message_en = "The end lies before the beginning. Correct one of the two dates."


class IdentifierTaken(OrganisationProblem):
    """An identifier in force names one agency; `detail` gives the identifier."""

    code = "organisation.identifier-taken"
    status = 409
    message_vi = (
        "Mã định danh này đang được cơ quan khác sử dụng. Hãy kiểm tra lại mã hoặc kết thúc hiệu lực của mã cũ."
    )
    message_en = "Another agency uses this identifier. Check it, or end its validity there first."


class FileInconsistent(OrganisationProblem):
    """The organisation file contradicts itself; `detail` gives the entry."""

    code = "organisation.file-inconsistent"
    status = 422
    message_vi = "Tệp cơ cấu tổ chức chưa nhất quán. Hãy sửa mục được nêu rồi nạp lại; chưa có gì được ghi."
    message_en = (
        "The organisation file contradicts itself. Correct the entry named and load it again; nothing was written."
    )
