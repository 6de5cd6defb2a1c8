"""What people see: letters that really render, images in their places and colours."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from signing import errors
from signing.pdf import Appearance, Box
from signing.pdf.appearance import vietnam_time
from signing.pdf.complete import BASELINE_EMS
from signing.pdf.fields import seal_box
from signing.pdf.font import VIETNAMESE, require_suitable
from tests.provoked import provokes
from tests.signing.pdf.stages import DATE_TEXT, FIELDS, LEADER_BOX, NUMBER_TEXT, Desk, Stages

SCALE = 4
PAGE_HEIGHT = 841.89


def _raster(source: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(source)
    try:
        document.init_forms()
        page = document[0]
        image: Image.Image = page.render(scale=SCALE, may_draw_forms=True).to_pil().convert("RGB")
        page.close()
    finally:
        document.close()
    return image


def _cut(image: Image.Image, box: Box) -> Image.Image:
    edges = (box.x0, PAGE_HEIGHT - box.y1, box.x1, PAGE_HEIGHT - box.y0)
    return image.crop(tuple(round(edge * SCALE) for edge in edges))  # type: ignore[arg-type]  # four of them


def _ink(image: Image.Image) -> int:
    return sum(image.convert("L").point(lambda value: 255 if value < 160 else 0).histogram()[255:])


def _outside(image: Image.Image, frame: Image.Image) -> int:
    """How many dark pixels of `image` lie further than 4 pixels (one point) from any dark pixel of `frame`."""
    near = frame.convert("L").filter(ImageFilter.MinFilter(9)).point(lambda value: 255 if value < 160 else 0)
    return _ink(ImageChops.lighter(image.convert("L"), near))


def _expected(text: str, font: Path, box: Box, *, centred: bool) -> Image.Image:
    """The same text drawn by another renderer (FreeType), at the same place."""
    size = 13 * SCALE
    image = Image.new("RGB", _cut(Image.new("RGB", (round(596 * SCALE), round(842 * SCALE))), box).size, "white")
    face = ImageFont.truetype(str(font), size, layout_engine=ImageFont.Layout.BASIC)
    left = (image.width - face.getlength(text)) / 2 if centred else 0
    baseline = image.height - BASELINE_EMS * size
    ImageDraw.Draw(image).text((left, baseline), text, font=face, fill="black", anchor="ls")
    return image


@pytest.mark.parametrize(
    ("number", "date"),
    [
        (NUMBER_TEXT, DATE_TEXT),
        ("1234/QĐ-UBND", "Huế, ngày 19 tháng 12 năm 2026"),
        ("07/KH-ĐƯ", "Ẵẫ Ữữ Ặặ Ểể Ợợ Ỵỵ đĐ"),
    ],
)
def test_vietnamese_letters_really_render(desk: Desk, stages: Stages, number: str, date: str) -> None:
    image = _raster(desk.complete(stages.signed, number, date))
    for text, box, centred in ((number, FIELDS.number, False), (date, FIELDS.date, True)):
        shown, expected = _cut(image, box), _expected(text, desk.font, box, centred=centred)
        assert _ink(expected) > 0
        assert _outside(shown, expected) < 0.01 * _ink(shown), "ink where no letter should be"
        assert _outside(expected, shown) < 0.01 * _ink(expected), "letters or marks are missing"


def test_each_mark_changes_what_is_seen(desk: Desk, stages: Stages) -> None:
    seen = {}
    for letter in "aáạăặâậ":
        image = _raster(desk.complete(stages.signed, "1", f"n{letter}n"))
        seen[letter] = _cut(image, FIELDS.date).tobytes()
    assert len(set(seen.values())) == len(seen)


def test_the_fields_are_empty_until_they_are_filled(stages: Stages) -> None:
    image = _raster(stages.signed)
    assert _ink(_cut(image, FIELDS.number)) == 0
    assert _ink(_cut(image, FIELDS.date)) == 0


def test_the_signature_is_blue_and_centred_and_the_seal_red_over_its_left_third(stages: Stages) -> None:
    signed, sealed = _raster(stages.signed), _raster(stages.sealed)
    blue = _coloured(signed, LEADER_BOX, "B", "R")
    assert blue is not None
    middle = (blue[0] + blue[2]) / 2
    assert abs(middle - LEADER_BOX.width_points * SCALE / 2) < 12 * SCALE
    assert _coloured(signed, LEADER_BOX, "R", "B") is None
    red = _coloured(sealed, LEADER_BOX, "R", "B")
    assert red is not None
    assert red[0] == 0
    assert red[2] <= LEADER_BOX.width_points * SCALE / 3 + 2
    # The ground is transparent: the signature still shows through the seal.
    left = Box(0, LEADER_BOX.x0, LEADER_BOX.y0, LEADER_BOX.x0 + LEADER_BOX.width_points / 3, LEADER_BOX.y1)
    assert _coloured(sealed, left, "B", "R") is not None


def _coloured(image: Image.Image, box: Box, more: str, less: str) -> tuple[int, int, int, int] | None:
    """The frame of what has clearly more of one primary colour than of another."""
    part = _cut(image, box)
    surplus = ImageChops.subtract(part.getchannel(more), part.getchannel(less))
    return surplus.point(lambda value: 255 if value > 60 else 0).getbbox()


def test_the_seal_has_its_real_size_and_covers_a_third() -> None:
    box = seal_box(LEADER_BOX)
    assert box.width_points == pytest.approx(36 / 25.4 * 72)
    assert box.width_points == pytest.approx(box.height_points)
    assert (box.x1 - LEADER_BOX.x0) / LEADER_BOX.width_points == pytest.approx(1 / 3)


def test_without_an_image_a_neutral_one_is_drawn(desk: Desk, stages: Stages) -> None:
    signed = desk.sign(stages.reserved, appearance=Appearance("Nguyễn Văn Ưu", font=desk.font))
    assert _coloured(_raster(signed), LEADER_BOX, "B", "R") is not None
    with pytest.raises(errors.FontUnsuitable):
        desk.sign(stages.reserved, appearance=Appearance("Nguyễn Văn Ưu"))


def test_times_are_shown_in_vietnam_by_iso_8601() -> None:
    assert vietnam_time(datetime(2026, 11, 20, 2, 35, 12, 999, tzinfo=UTC)) == "2026-11-20T09:35:12+07:00"


def _png(mode: str, size: tuple[int, int] = (20, 10), kind: str = "PNG") -> bytes:
    target = io.BytesIO()
    Image.new(mode, size).save(target, kind)
    return target.getvalue()


@provokes("signing.image-unsuitable")
@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", _png("RGB"), _png("RGB", kind="JPEG"), _png("L"), _png("RGBA")[:45], _png("1", (9000, 9000))],
)
def test_images_that_are_no_transparent_png_are_refused(
    desk: Desk, stages: Stages, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(content)
    with pytest.raises(errors.ImageUnsuitable):
        desk.sign(stages.reserved, appearance=Appearance("x", path))
    with pytest.raises(errors.ImageUnsuitable):
        desk.sign(stages.reserved, appearance=Appearance("x", tmp_path / "none.png"))


def test_a_font_of_other_units_is_refused_before_anybody_signs(desk: Desk, stages: Stages, tmp_path: Path) -> None:
    path = tmp_path / "font.ttf"
    with TTFont(desk.font) as font:
        font["head"].unitsPerEm = 2048
        font.save(path)
    with pytest.raises(errors.FontUnsuitable):
        require_suitable(path)
    with pytest.raises(errors.FontUnsuitable):
        desk.complete(stages.signed, font=path)


def test_a_font_that_draws_nothing_for_a_letter_is_refused(desk: Desk, stages: Stages, tmp_path: Path) -> None:
    path = tmp_path / "font.ttf"
    with TTFont(desk.font) as font:
        name = font.getBestCmap()[ord("ạ")]
        font["glyf"][name] = type(font["glyf"][name])()
        font.save(path)
    with pytest.raises(errors.FontUnsuitable) as refusal:
        require_suitable(path)
    assert "U+1EA1" in refusal.value.detail
    with pytest.raises(errors.FontUnsuitable):
        desk.complete(stages.signed, font=path)


@provokes("signing.font-unsuitable")
def test_a_file_that_is_no_font_is_refused(desk: Desk, stages: Stages, tmp_path: Path) -> None:
    (tmp_path / "x.ttf").write_bytes(b"no font")
    for path in (tmp_path / "x.ttf", tmp_path / "none.ttf"):
        with pytest.raises(errors.FontUnsuitable):
            require_suitable(path)
        with pytest.raises(errors.FontUnsuitable):
            desk.complete(stages.signed, font=path)


def test_a_letter_outside_the_font_is_refused(desk: Desk, stages: Stages) -> None:
    with pytest.raises(errors.FontUnsuitable) as refusal:
        desk.complete(stages.signed, number="05/漢")
    assert "U+6F22" in refusal.value.detail


def test_the_alphabet_is_complete() -> None:
    assert set("ếỮặđĐẵỡỵẲỢ").issubset(VIETNAMESE)
    assert len([letter for letter in VIETNAMESE if letter.isalpha() and ord(letter) > 127]) == 134
