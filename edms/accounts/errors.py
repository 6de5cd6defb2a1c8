"""Refusals of accounts.

```
AccountsProblem
├── SignInRefused       accounts.sign-in-refused      unknown login, wrong password, or too many attempts: one answer
├── AccountLocked       accounts.locked               the password is right, the account is locked
├── NoAppointment       accounts.no-appointment       the password is right, the person stands in no position today
├── SignInNeeded        accounts.sign-in-needed       a page needs somebody signed in
├── SessionEnded        accounts.session-ended        a form came from a session that has ended
├── TokenRefused        accounts.token-refused        the bearer token opens nothing
├── CsrfMismatch        accounts.csrf                 a form was not made for this session
├── NotAllowed          accounts.not-allowed          only a leader of the agency may do this
├── AccountUnknown      accounts.unknown              no such account
├── AppointmentNotYours accounts.appointment-not-yours the appointment is another's, or is over
├── TokenUnknown        accounts.token-unknown        no such token of this person
├── LoginTaken          accounts.login-taken          the login, or the person, has an account
└── PasswordUnfit       accounts.password-unfit       the password is too short or too long
```
"""

from __future__ import annotations

from schemas.problems import Problem


class AccountsProblem(Problem):
    """Base of the tree."""


class SignInRefused(AccountsProblem):
    """One answer for every cause, so that nobody learns which logins exist."""

    code = "accounts.sign-in-refused"
    status = 403
    message_vi = (
        "Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy kiểm tra rồi thử lại; sau nhiều lần sai, tài khoản phải chờ một lúc"
        " mới đăng nhập được. Nếu quên mật khẩu, hãy liên hệ người quản trị."
    )
    message_en = (
        "The login or the password is not right. Check both and try again; after several failures the account must wait"
        " a while. If you forgot the password, ask the administrator."
    )


class AccountLocked(AccountsProblem):
    """Said only to who knows the password."""

    code = "accounts.locked"
    status = 403
    message_vi = "Tài khoản đã bị khoá. Hãy liên hệ lãnh đạo hoặc người quản trị của cơ quan."
    message_en = "The account is locked. Ask your head or the administrator."


class NoAppointment(AccountsProblem):
    """Work is done in a position; without one there is nothing to open."""

    code = "accounts.no-appointment"
    status = 403
    message_vi = (
        "Hiện anh/chị không giữ vị trí công tác nào trên hệ thống. Hãy liên hệ lãnh đạo cơ quan để được bố trí."
    )
    message_en = "You hold no position today. Ask the head of your agency to be appointed."


class SignInNeeded(AccountsProblem):
    """A page was asked for by nobody known; the edge sends the browser to the sign-in page."""

    code = "accounts.sign-in-needed"
    status = 401
    message_vi = "Trang này chỉ dành cho người đã đăng nhập. Hãy đăng nhập để xem."
    message_en = "This page is for people who are signed in. Sign in to see it."


class SessionEnded(AccountsProblem):
    """A form arrived after its session ended: by time, by sign-out, or because the position was handed over."""

    code = "accounts.session-ended"
    status = 401
    message_vi = (
        "Phiên làm việc đã kết thúc nên nội dung chưa được gửi. Hãy đăng nhập ở một thẻ khác,"
        " quay lại trang trước rồi gửi lại."
    )
    message_en = (
        "The session has ended and nothing was sent. Sign in in another tab, go back to the page and send again."
    )


class TokenRefused(AccountsProblem):
    """The token is unknown, revoked, expired, or its appointment is over."""

    code = "accounts.token-refused"
    status = 401
    message_vi = "Mã truy cập không còn hiệu lực. Hãy đăng nhập, tạo mã mới ở trang Mã truy cập rồi thử lại."
    message_en = "The access token is not valid. Sign in, make a new one on the page of access tokens and try again."


class CsrfMismatch(AccountsProblem):
    """The form carries no token of this session, another one, or came from another site."""

    code = "accounts.csrf"
    status = 403
    message_vi = "Biểu mẫu đã cũ hoặc không thuộc phiên làm việc này nên chưa được gửi. Hãy tải lại trang rồi gửi lại."
    message_en = (
        "The form is out of date or not of this session, so nothing was sent. Reload the page and send it again."
    )


class NotAllowed(AccountsProblem):
    """Only the system, or a leader of an agency where the person works."""

    code = "accounts.not-allowed"
    status = 403
    message_vi = (
        "Chỉ lãnh đạo cơ quan nơi người đó công tác được quản lý tài khoản này. Hãy đề nghị lãnh đạo thực hiện."
    )
    message_en = "Only a leader of the person's agency may manage this account. Ask a leader to do it."


class AccountUnknown(AccountsProblem):
    """There is no such account."""

    code = "accounts.unknown"
    status = 404
    message_vi = "Không tìm thấy tài khoản này. Hãy kiểm tra lại tên đăng nhập."
    message_en = "There is no such account. Check the login."


class AppointmentNotYours(AccountsProblem):
    """The appointment chosen is another person's or is not in force."""

    code = "accounts.appointment-not-yours"
    status = 404
    message_vi = "Anh/chị không còn giữ vị trí này. Hãy tải lại trang rồi chọn vị trí khác."
    message_en = "You do not hold this position. Reload the page and choose another."


class TokenUnknown(AccountsProblem):
    """The person has no such token in force."""

    code = "accounts.token-unknown"
    status = 404
    message_vi = "Không tìm thấy mã truy cập này hoặc mã đã bị thu hồi. Hãy tải lại danh sách."
    message_en = "There is no such access token, or it is revoked. Reload the list."


class LoginTaken(AccountsProblem):
    """Logins are unique, and a person has one account."""

    code = "accounts.login-taken"
    status = 409
    message_vi = (
        "Tên đăng nhập đã được dùng, hoặc người này đã có tài khoản. Hãy chọn tên khác hoặc dùng tài khoản sẵn có."
    )
    message_en = "The login is taken, or the person has an account. Choose another login or use the account there is."


class PasswordUnfit(AccountsProblem):
    """The length is out of bounds; nothing else is asked of a password (NIST SP 800-63B §3.1.1)."""

    code = "accounts.password-unfit"
    status = 422
    message_vi = "Mật khẩu phải có từ 8 đến 200 ký tự. Hãy chọn một câu dễ nhớ nhưng khó đoán."
    message_en = "A password has 8 to 200 characters. Choose a sentence that is easy to remember and hard to guess."
