"""Refusals of the layout.

```
LayoutProblem
├── FontsMissing           a font file is not where the settings say
├── FontsIncomplete        the font sources lack a letter that Vietnamese needs (font build only)
├── LetterNotInFont        the text holds a character that the document's font cannot show
├── TextMissing            a part that annex I requires is empty
├── NotationTooLong        the document's notation does not fit its box
├── PlaceTooLong           the place's name does not fit its box
├── NumberInvalid          a document number below 1
├── BlockTooTall           a part that may not be divided is taller than a page
├── DigestInvalid          the inventory's digest is not a SHA-256 in lower-case hexadecimal
├── TimeInvalid            a point in time without a time zone
└── PreviewProblem
    ├── PdfUnreadable      the bytes are not a PDF that can be shown
    ├── PdfLocked          the PDF asks for a password
    ├── PdfTooLong         the PDF has more pages than a preview may have
    ├── PageOutOfRange     no page has that number
    └── RenderTooLarge     the picture asked for is too large
```
"""

from __future__ import annotations

from typing import ClassVar

from schemas.problems import Problem


class LayoutProblem(Problem):
    """Base of the tree."""


class FontsMissing(LayoutProblem):
    """A font file is missing; `detail` names it."""

    code: ClassVar[str] = "layout.fonts-missing"
    status: ClassVar[int] = 503
    message_vi: ClassVar[str] = "Chưa có phông chữ để trình bày văn bản. Quản trị hệ thống hãy chạy lệnh: make fonts."
    message_en: ClassVar[str] = (
        "The fonts for laying out documents are missing. The administrator should run: make fonts."
    )


class FontsIncomplete(LayoutProblem):
    """The sources of the fonts lack letters, or draw nothing for them; `detail` lists them."""

    code: ClassVar[str] = "layout.fonts-incomplete"
    status: ClassVar[int] = 500
    message_vi: ClassVar[str] = (
        "Bộ phông chữ nguồn thiếu chữ tiếng Việt. Hãy cài lại gói phông chữ (npm ci) rồi chạy: make fonts."
    )
    message_en: ClassVar[str] = (
        "The font sources lack Vietnamese letters. Install the font package again (npm ci), then run: make fonts."
    )


class LetterNotInFont(LayoutProblem):
    """The text holds a character that cannot be shown; `facts["characters"]` lists the code points (`U+1F600`)."""

    code: ClassVar[str] = "layout.letter-not-in-font"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = (
        "Văn bản có ký tự mà phông chữ không thể hiện được. Hãy thay hoặc xoá các ký tự được nêu rồi thực hiện lại."
    )
    message_en: ClassVar[str] = (
        "The text holds characters that the font cannot show. Replace or remove the characters named, then try again."
    )


class TextMissing(LayoutProblem):
    """A part that every official document must have is empty; `facts["part"]` names the field."""

    code: ClassVar[str] = "layout.text-missing"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = (
        "Văn bản thiếu một thành phần thể thức bắt buộc. Hãy nhập phần được nêu rồi thực hiện lại."
    )
    message_en: ClassVar[str] = "The document lacks a part that it must have. Fill in the part named, then try again."


class NotationTooLong(LayoutProblem):
    """Number and notation together are wider than box 3 of annex I."""

    code: ClassVar[str] = "layout.notation-too-long"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = "Ký hiệu văn bản quá dài so với ô số, ký hiệu. Hãy dùng chữ viết tắt ngắn hơn."
    message_en: ClassVar[str] = (
        "The notation is too long for the box of number and notation. Use shorter abbreviations."
    )


class PlaceTooLong(LayoutProblem):
    """Place and date together are wider than box 4 of annex I can be."""

    code: ClassVar[str] = "layout.place-too-long"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = "Địa danh quá dài so với ô địa danh và thời gian. Hãy dùng tên gọi chính thức ngắn hơn."
    message_en: ClassVar[str] = "The place is too long for the box of place and date. Use the shorter official name."


class NumberInvalid(LayoutProblem):
    """A document number is a whole number from 1."""

    code: ClassVar[str] = "layout.number-invalid"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = "Số văn bản phải là số nguyên từ 1 trở lên. Hãy lấy số từ sổ đăng ký."
    message_en: ClassVar[str] = "A document number is a whole number from 1 upwards. Take it from the register."


class BlockTooTall(LayoutProblem):
    """A part that may not be divided between pages is taller than a page."""

    code: ClassVar[str] = "layout.block-too-tall"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = (
        "Một phần không được tách trang (tên cơ quan, trích yếu hoặc nơi nhận) dài hơn một trang. "
        "Hãy rút gọn, hoặc đưa danh sách nơi nhận vào phụ lục."
    )
    message_en: ClassVar[str] = (
        "A part that must stay on one page (agency names, subject or recipients) is longer than a page. "
        "Shorten it, or move the list of recipients to an appendix."
    )


class DigestInvalid(LayoutProblem):
    """The digest is not 64 lower-case hexadecimal digits."""

    code: ClassVar[str] = "layout.digest-invalid"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = "Mã băm của danh mục bàn giao không hợp lệ. Hãy lập lại danh mục bàn giao."
    message_en: ClassVar[str] = "The digest of the handover inventory is malformed. Draw up the inventory again."


class TimeInvalid(LayoutProblem):
    """A point in time has no time zone, so that nobody can say when it was."""

    code: ClassVar[str] = "layout.time-invalid"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = "Thời điểm không có múi giờ. Hãy nhập lại thời điểm kèm múi giờ."
    message_en: ClassVar[str] = "The point in time has no time zone. Enter it again with its time zone."


class PreviewProblem(LayoutProblem):
    """Base of the refusals of the preview."""

    status: ClassVar[int] = 422


class PdfUnreadable(PreviewProblem):
    """The bytes are not a PDF, or a damaged one."""

    code: ClassVar[str] = "layout.pdf-unreadable"
    message_vi: ClassVar[str] = "Tệp không phải là PDF hoặc đã hỏng. Hãy đề nghị nơi gửi gửi lại tệp."
    message_en: ClassVar[str] = "The file is not a PDF, or it is damaged. Ask the sender to send it again."


class PdfLocked(PreviewProblem):
    """The PDF is encrypted and asks for a password."""

    code: ClassVar[str] = "layout.pdf-locked"
    message_vi: ClassVar[str] = "Tệp PDF có mật khẩu. Hãy đề nghị nơi gửi gửi lại tệp không đặt mật khẩu."
    message_en: ClassVar[str] = "The PDF is locked with a password. Ask the sender to send it without one."


class PdfTooLong(PreviewProblem):
    """The PDF has more pages than `preview.MAX_PAGES`."""

    code: ClassVar[str] = "layout.pdf-too-long"
    message_vi: ClassVar[str] = "Tệp PDF có quá nhiều trang để xem trước. Hãy tải tệp về và mở bằng phần mềm đọc PDF."
    message_en: ClassVar[str] = "The PDF has too many pages to preview. Download it and open it with a PDF reader."


class PageOutOfRange(PreviewProblem):
    """No page has that number."""

    code: ClassVar[str] = "layout.page-out-of-range"
    status: ClassVar[int] = 404
    message_vi: ClassVar[str] = "Tệp không có trang này. Hãy chọn một trang trong số trang của tệp."
    message_en: ClassVar[str] = "The file has no such page. Choose one of its pages."


class RenderTooLarge(PreviewProblem):
    """The picture asked for is wider than allowed, or the page's shape would make it too large."""

    code: ClassVar[str] = "layout.render-too-large"
    message_vi: ClassVar[str] = "Ảnh xem trước quá lớn. Hãy chọn cỡ nhỏ hơn, hoặc tải tệp về."
    message_en: ClassVar[str] = "The preview picture would be too large. Choose a smaller size, or download the file."
