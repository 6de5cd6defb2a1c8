"""What a signature looks like on the page (NĐ 30/2020, annex I, II.7.d and II.8.a)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
from pyhanko.stamp import StaticStampStyle

from signing.errors import FontUnsuitable, ImageUnsuitable
from signing.pdf.font import one_line

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")
IMAGE_LIMIT_BYTES: Final = 4 * 1024 * 1024
IMAGE_LIMIT_PIXELS: Final = 4096 * 4096
_BLUE: Final = (24, 56, 168, 255)
_RED: Final = (200, 16, 32, 255)
_NEUTRAL_PIXELS: Final = (1060, 420)


@dataclass(frozen=True)
class Appearance:
    """The image that a signature shows.

    `image` is a PNG with a transparent ground: the signer's signature in blue, or the agency's seal in red, in the shape of the
    field. Without one a neutral image is drawn from `name` and the time of signing in `font` (TrueType, with Vietnamese).
    """

    name: str
    image: Path | None = None
    font: Path | None = None


def vietnam_time(when: datetime) -> str:
    """An aware moment as people read it: ISO 8601 to the second, with +07:00 (NĐ 30/2020, annex I, II.8.b)."""
    return when.astimezone(VIETNAM).isoformat(timespec="seconds")


def stamp_style(appearance: Appearance, when: datetime, *, red: bool) -> StaticStampStyle:
    """The style that fills a signature field with the image, centred, in its own proportions.

    Raises `ImageUnsuitable`, and `FontUnsuitable` when a neutral image cannot be drawn.
    """
    given = appearance.image
    image = _read(given) if given is not None else _draw(appearance, when, _RED if red else _BLUE)
    centred = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, margins=Margins.uniform(0))
    return StaticStampStyle(
        border_width=0, background=PdfImage(image), background_layout=centred, background_opacity=1.0
    )


def _read(path: Path) -> Image.Image:
    try:
        with path.open("rb") as content:
            return _decode(content)
    except OSError as error:
        raise ImageUnsuitable(f"{path.name}: {error}") from error


def _decode(content: BinaryIO) -> Image.Image:
    data = content.read(IMAGE_LIMIT_BYTES + 1)
    if len(data) > IMAGE_LIMIT_BYTES:
        raise ImageUnsuitable(f"the image has more than {IMAGE_LIMIT_BYTES} bytes")
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if image.width * image.height > IMAGE_LIMIT_PIXELS:
                raise ImageUnsuitable(f"the image has more than {IMAGE_LIMIT_PIXELS} pixels")
            coloured = image.convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise ImageUnsuitable(f"no readable PNG: {error}") from error
    lowest, _ = coloured.getchannel("A").getextrema()
    if lowest == 255:
        raise ImageUnsuitable("the image has no transparent ground")
    return coloured


def _draw(appearance: Appearance, when: datetime, colour: tuple[int, int, int, int]) -> Image.Image:
    if appearance.font is None:
        raise FontUnsuitable("a neutral signature image needs a font")
    image = Image.new("RGBA", _NEUTRAL_PIXELS, (255, 255, 255, 0))
    pen = ImageDraw.Draw(image)
    width, height = _NEUTRAL_PIXELS
    try:
        for row, (text, size) in enumerate(
            (("Ký số bởi", 56), (one_line(appearance.name, "name"), 84), (vietnam_time(when), 56))
        ):
            face = ImageFont.truetype(str(appearance.font), size)
            if face.getlength(text) > width:
                face = ImageFont.truetype(str(appearance.font), int(size * width / face.getlength(text)))
            pen.text((width / 2, height * (1 + 2 * row) / 6), text, font=face, fill=colour, anchor="mm")
    except OSError as error:
        raise FontUnsuitable(f"{appearance.font}: {error}") from error
    return image
