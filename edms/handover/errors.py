"""Refusals of the handover.

```
HandoverProblem
├── HandoverNotFound   handover.not-found         none that the actor may know of
├── NotAllowed         handover.not-allowed       this step is another person's
├── WrongStep          handover.wrong-step        the handover is already further, or not so far
├── AlreadyOpen        handover.already-open      the position is being handed over already
├── NobodyLeaves       handover.nobody-leaves     nobody ever held the position
├── SuccessorIsLeaver  handover.successor-is-leaver
├── SuccessorElsewhere handover.successor-elsewhere the successor holds no position in the agency
├── InventoryChanged   handover.inventory-changed the inventory accepted is not the one confirmed
├── ObjectionInvalid   handover.objection-invalid an objection names no item, or is too long
└── MinutesNotReady    handover.minutes-not-ready the minutes are not written yet
```
"""

from __future__ import annotations

from schemas.problems import Problem


class HandoverProblem(Problem):
    """Base of the tree."""


class HandoverNotFound(HandoverProblem):
    """There is none, or it concerns neither the actor nor the actor's office."""

    code = "handover.not-found"
    status = 404
    message_vi = "Không tìm thấy bàn giao này. Hãy mở lại từ danh sách bàn giao."
    message_en = "There is no such handover. Open it from the list of handovers."


class NotAllowed(HandoverProblem):
    """Leaders prepare and withdraw, the leaving person confirms, the successor accepts."""

    code = "handover.not-allowed"
    status = 403
    message_vi = (
        "Bước này do người khác thực hiện: lãnh đạo lập hoặc rút lại, người bàn giao xác nhận, người nhận tiếp nhận."
        " Hãy báo cho người đó."
    )
    message_en = (
        "This step is another person's: a leader prepares or withdraws, the leaving person confirms, the successor"
        " accepts. Let that person know."
    )


class WrongStep(HandoverProblem):
    """The state does not allow the step; `detail` names the state."""

    code = "handover.wrong-step"
    status = 409
    message_vi = "Bàn giao không còn ở bước này. Hãy tải lại trang để xem tình trạng hiện tại."
    message_en = "The handover is not at this step. Reload the page to see where it stands."


class AlreadyOpen(HandoverProblem):
    """One position has one open handover."""

    code = "handover.already-open"
    status = 409
    message_vi = "Vị trí này đang có một bàn giao chưa xong. Hãy hoàn tất hoặc rút lại bàn giao đó trước."
    message_en = "This position has a handover under way. Finish it or withdraw it first."


class NobodyLeaves(HandoverProblem):
    """A position that nobody held has nothing to hand over."""

    code = "handover.nobody-leaves"
    status = 409
    message_vi = "Vị trí này chưa từng có người giữ nên không có gì để bàn giao. Hãy bổ nhiệm trực tiếp."
    message_en = "Nobody ever held this position, so there is nothing to hand over. Appoint somebody directly."


class SuccessorIsLeaver(HandoverProblem):
    """One does not hand over to oneself."""

    code = "handover.successor-is-leaver"
    status = 422
    message_vi = "Người nhận trùng với người bàn giao. Hãy chọn người nhận khác."
    message_en = "The successor is the leaving person. Choose somebody else."


class SuccessorElsewhere(HandoverProblem):
    """The successor must stand in some position of the agency, to be able to accept."""

    code = "handover.successor-elsewhere"
    status = 422
    message_vi = (
        "Người nhận không giữ vị trí nào trong cơ quan. Hãy bổ nhiệm người đó vào cơ quan trước rồi lập bàn giao."
    )
    message_en = "The successor holds no position in the agency. Appoint that person first, then prepare the handover."


class InventoryChanged(HandoverProblem):
    """The successor's page showed another inventory."""

    code = "handover.inventory-changed"
    status = 409
    message_vi = "Danh mục bàn giao đã thay đổi từ khi anh/chị mở trang. Hãy tải lại, đọc danh mục mới rồi tiếp nhận."
    message_en = "The inventory changed since you opened the page. Reload it, read the new inventory, then accept."


class ObjectionInvalid(HandoverProblem):
    """`detail` names the item."""

    code = "handover.objection-invalid"
    status = 422
    message_vi = "Ý kiến phải gắn với một mục trong danh mục và không quá 1.000 ký tự. Hãy sửa mục được nêu."
    message_en = (
        "An objection belongs to an item of the inventory and has up to 1,000 characters. Correct the item named."
    )


class MinutesNotReady(HandoverProblem):
    """The handover is not accepted, or its minutes are being written at this moment."""

    code = "handover.minutes-not-ready"
    status = 409
    message_vi = "Biên bản chưa được lập xong. Hãy chờ ít phút sau khi tiếp nhận rồi tải lại trang."
    message_en = "The minutes are not written yet. Wait a few minutes after acceptance, then reload the page."
