"""Every act as a plain sentence, in Vietnamese and in English.

`SENTENCES` is the one table: name of the act → what follows the doer's name. Braces name members of the act's `data`; a member
that is absent or empty takes its optional part `[…]` with it. Slices that record new acts add their line here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from schemas.edxml.codes import STATUS_CODES
from storage.clock import VIETNAM


class Sentence(NamedTuple):
    """The two wordings of one act, without the doer and the full stop."""

    vi: str
    en: str


SENTENCES: dict[str, Sentence] = {
    "document.drafted": Sentence("đã soạn dự thảo[ “{subject}”]", "drafted the document[ “{subject}”]"),
    "document.edited": Sentence("đã sửa dự thảo[ “{subject}”]", "edited the draft[ “{subject}”]"),
    "document.imported": Sentence("đã đưa văn bản vào hệ thống", "brought the document into the system"),
    "document.draft-returned": Sentence("đã trả lại dự thảo để sửa[: {reason}]", "returned the draft[: {reason}]"),
    "document.signed": Sentence("đã ký số văn bản", "signed the document digitally"),
    "document.numbered": Sentence("đã cấp số văn bản[ {code}]", "gave the document its number[ {code}]"),
    "document.sealed": Sentence("đã đóng dấu số của cơ quan", "applied the agency's digital seal"),
    "document.dispatched": Sentence(
        "đã phát hành văn bản[ đến {recipients}]", "dispatched the document[ to {recipients}]"
    ),
    "document.dispatch-accepted": Sentence(
        "đã gửi qua trục liên thông và được trục tiếp nhận[, mã thông điệp {message_id}]",
        "sent it over the axis, which accepted it[ as message {message_id}]",
    ),
    "document.dispatch-refused": Sentence(
        "đã gửi qua trục liên thông nhưng bị từ chối[: {reason}][ ({code})]",
        "sent it over the axis, which refused it[: {reason}][ ({code})]",
    ),
    "document.arrived": Sentence(
        "đã nhận văn bản[ {code}][ của {issuer}] qua trục liên thông[, để {operation}]",
        "received the document[ {code}][ of {issuer}] over the axis[, which is to: {operation}]",
    ),
    "document.verified": Sentence(
        "đã kiểm tra chữ ký số[, kết quả: {verdict}]", "verified the signatures[: {verdict}]"
    ),
    "document.registered": Sentence(
        "đã vào sổ văn bản đến[ số {number}]", "registered the document[ as number {number}]"
    ),
    "document.returned": Sentence("đã trả lại nơi gửi[: {reason}]", "returned the document to its sender[: {reason}]"),
    "document.directed": Sentence("đã cho ý kiến chỉ đạo[: “{text}”]", "gave the direction[ “{text}”]"),
    "document.assigned": Sentence(
        "đã giao[ {lead}] chủ trì xử lý[, hạn {due_on}]", "assigned the work[ to {lead}][, due {due_on}]"
    ),
    "work.started": Sentence("đã bắt đầu xử lý", "began the work"),
    "work.completed": Sentence("đã hoàn thành xử lý[: {result}]", "completed the work[: {result}]"),
    "document.completed": Sentence("đã kết thúc xử lý văn bản", "closed the document"),
    "document.read": Sentence("đã xem văn bản", "read the document"),
    "document.downloaded": Sentence("đã tải tệp[ {file}]", "downloaded the file[ {file}]"),
    "document.page-shown": Sentence("đã xem trang[ {page}][ của tệp {file}]", "looked at page[ {page}][ of {file}]"),
    "document.status-received": Sentence(
        "được {organ} báo: {status}[, {staff}][ ({position})][: {description}]",
        "was told by {organ}: {status}[, {staff}][ ({position})][: {description}]",
    ),
    "document.attached": Sentence("đã thêm tệp kèm theo[ {name}]", "attached the file[ {name}]"),
    "document.detached": Sentence("đã bỏ tệp kèm theo[ {name}]", "removed the attachment[ {name}]"),
    "document.refusal-settled": Sentence(
        "đã xử lý việc[ {organ}] từ chối[: {note}]", "settled the refusal[ by {organ}][: {note}]"
    ),
    "document.revoke-announced": Sentence(
        "đã nhận văn bản[ {code}][ của {issuer}] thông báo thu hồi văn bản này",
        "received the document[ {code}][ of {issuer}] that revokes this one",
    ),
    "document.update-announced": Sentence(
        "đã nhận văn bản[ {code}][ của {issuer}] cập nhật văn bản này",
        "received the document[ {code}][ of {issuer}] that updates this one",
    ),
    "document.replace-announced": Sentence(
        "đã nhận văn bản[ {code}][ của {issuer}] thay thế văn bản này",
        "received the document[ {code}][ of {issuer}] that replaces this one",
    ),
    "document.secrecy-released": Sentence(
        "đã kiểm tra độ mật và kết luận văn bản không mật[: {reason}]",
        "checked the secrecy and found no state secret[: {reason}]",
    ),
    "document.secrecy-confirmed": Sentence(
        "đã xác nhận văn bản thuộc bí mật nhà nước, nội dung đã khóa[; SHA-256 của các tệp: {digests}]",
        "confirmed a state secret, its content is locked[; SHA-256 of its files: {digests}]",
    ),
    "secrecy.draft-refused": Sentence(
        "đã bị từ chối đưa vào hệ thống một dự thảo khai độ mật[ {level}]",
        "was refused a draft declared secret[ ({level})]",
    ),
    "secrecy.upload-refused": Sentence(
        "đã bị từ chối đưa vào hệ thống một tệp khai độ mật[ {level}]", "was refused a file declared secret[ ({level})]"
    ),
    "secrecy.message-refused": Sentence(
        "đã từ chối gói tin khai độ mật[ {level}][ của {sender}], không lưu nội dung",
        "refused a message declared secret[ ({level})][ of {sender}] and kept nothing of it",
    ),
    "secrecy.document-held": Sentence(
        "đã giữ văn bản đến có dấu chỉ độ mật[ {level}][ của {sender}] để kiểm tra",
        "held an arrived document with a secrecy mark[ ({level})][ of {sender}]",
    ),
    "secrecy.acknowledged": Sentence(
        "đã tiếp nhận và xử lý sự việc bảo mật[: {note}]", "acknowledged the secrecy incident[: {note}]"
    ),
    "account.created": Sentence("đã tạo tài khoản[ {login}]", "created the account[ {login}]"),
    "key.registered": Sentence(
        "đã đăng ký chứng thư số[ {reference}][, số hiệu {serial}]",
        "registered the signing key[ {reference}][, serial number {serial}]",
    ),
    "key.ended": Sentence("đã kết thúc việc dùng chứng thư số[ {reference}]", "ended the signing key[ {reference}]"),
    "account.locked": Sentence("đã khoá tài khoản[ {login}]", "locked the account[ {login}]"),
    "account.signed-in": Sentence("đã đăng nhập[ từ {remote}]", "signed in[ from {remote}]"),
    "account.signed-out": Sentence("đã đăng xuất", "signed out"),
    "account.switched": Sentence("đã chuyển sang làm việc với tư cách[ {position}]", "began to act[ as {position}]"),
    "token.issued": Sentence(
        "đã tạo mã truy cập[ “{name}”][, hết hạn {expires_at}]",
        "made the access token[ “{name}”][, valid until {expires_at}]",
    ),
    "token.revoked": Sentence("đã thu hồi mã truy cập[ “{name}”]", "revoked the access token[ “{name}”]"),
    "handover.prepared": Sentence(
        "đã lập bàn giao vị trí {position} từ {from} cho {to}[, {items} mục]",
        "prepared the handover of {position} from {from} to {to}[, {items} items]",
    ),
    "handover.confirmed": Sentence(
        "đã xác nhận danh mục bàn giao[ gồm {items} mục]", "confirmed the inventory[ of {items} items]"
    ),
    "handover.accepted": Sentence(
        "đã nhận bàn giao vị trí {position}[, {objections} mục có ý kiến]",
        "took over {position}[, objecting to {objections} items]",
    ),
    "handover.withdrawn": Sentence("đã rút lại bàn giao[: {reason}]", "withdrew the handover[: {reason}]"),
    "handover.minutes-written": Sentence(
        "đã lập biên bản bàn giao[, SHA-256 {sha256}]", "wrote the minutes of the handover[, SHA-256 {sha256}]"
    ),
    "appointment.opened": Sentence(
        "đã ghi nhận {person} giữ vị trí {position}[, {unit}][ từ {since}]",
        "recorded {person} as {position}[, {unit}][ from {since}]",
    ),
    "appointment.ended": Sentence(
        "đã ghi nhận {person} thôi giữ vị trí {position}[, {unit}][ từ {until}]",
        "recorded that {person} left {position}[, {unit}][ on {until}]",
    ),
    "organisation.added": Sentence("đã thêm vào danh mục tổ chức: {what}", "added to the directory: {what}"),
    "organisation.corrected": Sentence("đã sửa trong danh mục tổ chức: {what}", "corrected in the directory: {what}"),
}

_GENERIC = Sentence("đã thực hiện thao tác {act}", "did {act}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_MEMBER = re.compile(r"\{([a-z0-9_]+)\}")
_MISSING = Sentence("(không rõ)", "(not known)")
_LANGUAGES = ("vi", "en")


def who(actor: Mapping[str, Any]) -> str:
    """Return `Nguyễn Văn A (Văn thư, UBND xã B)` from an actor's snapshot; the system has only its agency."""
    name = str(actor.get("person_name", ""))
    standing = [str(actor.get(part, "")) for part in ("position_title", "agency_name")]
    inside = ", ".join(part for part in standing if part)
    return f"{name} ({inside})" if inside else name


def sentence(act: str, actor: Mapping[str, Any], data: Mapping[str, Any], language: str = "vi") -> str:
    """Return `act` as a sentence in `language` (`vi` or `en`), from who did it to the full stop.

    An act that the table does not know gives a readable sentence with its name. Raises `ValueError` for another language.
    """
    return f"{who(actor)} {_predicate(act, data, language)}."


def deed(act: str, data: Mapping[str, Any], language: str = "vi") -> str:
    """Return `act` as its doer is told of it, such as `Đã vào sổ văn bản đến số 12`, with its full stop."""
    said = _predicate(act, data, language)
    return f"{said[0].upper()}{said[1:]}."


def _predicate(act: str, data: Mapping[str, Any], language: str) -> str:
    which = _LANGUAGES.index(language)
    values = {key: _said(value) for key, value in data.items()}
    if act == "document.status-received":
        values["status"] = _status_words(values.get("code", ""), which)
    wording = SENTENCES.get(act)
    if wording is None:
        return _GENERIC[which].format(act=act)
    return _filled(wording[which], values, _MISSING[which]).rstrip(".")


def _status_words(code: str, which: int) -> str:
    """Return a business status of the axis as people say it; one that the code list does not know stays a number."""
    if code not in STATUS_CODES:
        return code
    label = (STATUS_CODES[code].label_vi, STATUS_CODES[code].label_en)[which]
    return label[0].lower() + label[1:]


def _filled(template: str, values: Mapping[str, str], missing: str) -> str:
    def optional(found: re.Match[str]) -> str:
        part = found.group(1)
        return part if all(values.get(name) for name in _MEMBER.findall(part)) else ""

    def member(found: re.Match[str]) -> str:
        return values.get(found.group(1)) or missing

    return _MEMBER.sub(member, _OPTIONAL.sub(optional, template))


def _said(value: object) -> str:
    """Return a member of `data` as people write it: dates the Vietnamese way, lists with commas."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(_said(one) for one in value)
    if isinstance(value, str):
        return _dated(value)
    return str(value)


def _dated(text: str) -> str:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return f"{date.fromisoformat(text):%d/%m/%Y}"
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d", text):
        return f"{datetime.fromisoformat(text).astimezone(VIETNAM):%H:%M %d/%m/%Y}"
    return text
