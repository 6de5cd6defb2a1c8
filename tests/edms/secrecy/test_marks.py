"""A stamp is found however it is set; the word in a sentence never is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edms.secrecy.marks import LEVELS, mark_in

levels = st.sampled_from(LEVELS)
HEADER = ("ỦY BAN NHÂN DÂN TỈNH", "SỞ TÀI CHÍNH", "Số: 12/STC-VP", "Kính gửi: Ủy ban nhân dân xã Hiệp Thạnh")
SENTENCES = (
    "Về việc tăng cường bảo mật thông tin",
    "KẾ HOẠCH BẢO VỆ BÍ MẬT NHÀ NƯỚC NĂM 2026",
    "Báo cáo mật độ dân số trên địa bàn tỉnh",
    "MẬT ĐỘ XÂY DỰNG TỐI ĐA",
    "Thực hiện Luật Bảo vệ bí mật nhà nước; không được gửi tài liệu mật, tối mật, tuyệt mật qua mạng.",
    "đóng dấu chỉ độ mật theo quy định",
    "Độ mật: Thường",
    "Độ mật: không",
    "Mức độ mật độ cây trồng: dày",
    "mật ong rừng U Minh",
    "MẬT KHẨU VÀ MÃ XÁC THỰC",
    "Điều 5. Bảo mật",
    "(bảo mật)",
    "mật",
    "Tối mật",
    "Giữ bí mật tuyệt đối",
    "phẫu thuật cắt túi mật",
    "",
)
words = st.sampled_from(" ".join(SENTENCES).split())
FRAMES = ("{}", "  {}  ", "[{}]", "| {} |", "*{}*", "--- {} ---", "Số: 12/STC-VP {}", "Độ mật: {}")


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_word_in_running_text_is_no_mark(sentence: str) -> None:
    assert mark_in(sentence) is None
    assert mark_in(sentence, title=True) is None


@pytest.mark.parametrize(
    "broken", ["BẢO VỆ BÍ\nMẬT", "QUY CHẾ BẢO\nMẬT", "TÀI LIỆU CƠ\nMẬT", "… bảo vệ bí\nmật nhà nước"]
)
def test_a_word_broken_by_the_end_of_a_line_is_no_mark(broken: str) -> None:
    assert mark_in(broken) is None


@given(st.lists(words, max_size=30), st.sampled_from(["\n", " ", "  "]))
def test_running_text_in_any_order_is_no_mark_unless_a_line_holds_only_the_level(found: list[str], glue: str) -> None:
    text = glue.join(word.lower() for word in found if ":" not in word and "mật" not in word.lower())
    assert mark_in(text) is None


@given(levels, st.sampled_from(FRAMES), st.integers(0, len(HEADER)), st.sampled_from(["NFC", "NFD"]))
def test_a_stamp_is_found_wherever_it_stands(level: str, frame: str, place: int, form: str) -> None:
    lines = list(HEADER)
    lines.insert(place, frame.format(level.upper()))
    assert mark_in(unicodedata.normalize(form, "\r\n".join(lines))) == level  # type: ignore[arg-type]


@given(levels, levels)
def test_the_highest_of_several_counts(one: str, other: str) -> None:
    assert mark_in(f"{one.upper()}\n{other.upper()}") == max(one, other, key=LEVELS.index)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("M Ậ T", "mật"),
        ("T Ố I M Ậ T", "tối mật"),
        ("ĐỘ MẬT\tMẬT", "mật"),
        ("MẬT    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "mật"),
        ("TUYỆT MẬT CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "tuyệt mật"),
        ("mức độ mật: tối mật.", "tối mật"),
        ("Quy hoạch (TỐI MẬT) năm 2026", "tối mật"),
    ],
)
def test_how_stamps_come_out_of_pages(text: str, level: str) -> None:
    assert mark_in(text) == level


def test_a_subject_may_begin_with_its_level() -> None:
    assert mark_in("MẬT: Kế hoạch phòng thủ", title=True) == "mật"
    assert mark_in("MẬT: là gì?") is None


@given(st.text(max_size=200))
def test_any_text_is_borne(text: str) -> None:
    assert mark_in(text) in {None, *LEVELS}
