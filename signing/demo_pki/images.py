"""Drawn stand-ins for the image of a signature and of a seal (NĐ 30/2020, annex I, II.7.d and II.8.a): transparent PNG.

They imitate nobody's signature and no state seal: a plain star stands where the emblem would be, and each says that it has no
legal value.
"""

from __future__ import annotations

import hashlib
import io
import math
import random
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from signing.trust import NO_LEGAL_VALUE

DOTS_PER_INCH: Final = 300
SEAL_DIAMETER_MM: Final = 36
_OVERSAMPLING: Final = 4
_SEAL_PIXELS: Final = _OVERSAMPLING * round(SEAL_DIAMETER_MM / 25.4 * DOTS_PER_INCH)
_SIGNATURE_PIXELS: Final = (_OVERSAMPLING * 530, _OVERSAMPLING * 260)
_RED: Final = (200, 16, 32, 255)
_BLUE: Final = (24, 56, 168, 255)

_Point = tuple[float, float]


def draw_seal(agency: str, font: Path) -> bytes:
    """A round red seal, 36 mm across, with the agency's name on its ring, as PNG."""
    size = _SEAL_PIXELS
    image = Image.new("RGBA", (size, size), (255, 255, 255, 0))
    pen = ImageDraw.Draw(image)
    centre = size / 2
    for radius, width in ((0.49, 0.012), (0.46, 0.006), (0.30, 0.006)):
        box = [centre - radius * size, centre - radius * size, centre + radius * size, centre + radius * size]
        pen.ellipse(box, outline=_RED, width=round(width * size))
    _write_round(image, f"• {unicodedata.normalize('NFC', agency).upper()} ", font, radius=0.38 * size)
    star = [
        _on_circle(centre, centre - 0.06 * size, 0.14 * size * (1 if i % 2 == 0 else 0.4), i * 36) for i in range(10)
    ]
    pen.polygon(star, fill=_RED)
    caption = ImageFont.truetype(str(font), round(0.036 * size))
    lines = ("BẢN THỬ NGHIỆM", *NO_LEGAL_VALUE.split(" GIÁ ", 1))
    for row, line in enumerate((lines[0], lines[1], f"GIÁ {lines[2]}")):
        pen.text((centre, centre + (0.115 + 0.045 * row) * size), line, font=caption, fill=_RED, anchor="mm")
    return _png(image)


def draw_signature(name: str, font: Path) -> bytes:
    """A blue flourish that differs with the name, as PNG."""
    width, height = _SIGNATURE_PIXELS
    image = Image.new("RGBA", _SIGNATURE_PIXELS, (255, 255, 255, 0))
    pen = ImageDraw.Draw(image)
    seed = int.from_bytes(hashlib.sha256(unicodedata.normalize("NFC", name).encode()).digest()[:8])
    hand = random.Random(seed)  # noqa: S311 - a drawing, not a secret
    knots: list[_Point] = [(0.08 * width, 0.62 * height)]
    strokes = 9
    for stroke in range(strokes):
        x = (0.10 + 0.72 * (stroke + hand.uniform(0.2, 0.9)) / strokes) * width
        reach = 0.34 if stroke in {0, 4} else 0.16
        y = (0.50 + (-1) ** stroke * hand.uniform(0.4, 1.0) * reach) * height
        knots.append((x, y))
    knots += [(0.95 * width, 0.30 * height), (0.30 * width, 0.74 * height), (0.90 * width, 0.70 * height)]
    curve = _smooth(knots)
    for index, (start, end) in enumerate(pairwise(curve)):
        thickness = 10 + 12 * abs(math.sin(index / 23))
        pen.line([start, end], fill=_BLUE, width=round(thickness))
        pen.ellipse(
            [end[0] - thickness / 2, end[1] - thickness / 2, end[0] + thickness / 2, end[1] + thickness / 2], fill=_BLUE
        )
    caption = ImageFont.truetype(str(font), 60)
    pen.text((width / 2, 0.95 * height), NO_LEGAL_VALUE, font=caption, fill=_BLUE, anchor="mm")
    return _png(image)


def _write_round(image: Image.Image, text: str, font: Path, radius: float) -> None:
    size = image.width
    face = ImageFont.truetype(str(font), round(0.085 * size))
    around = 2 * math.pi * radius
    length = sum(face.getlength(letter) for letter in text)
    if length > around:
        face = ImageFont.truetype(str(font), max(8, math.floor(0.085 * size * around / length)))
        length = sum(face.getlength(letter) for letter in text)
    gap = (around - length) / max(1, len(text))
    # The first letter, the dot, stands at the foot, so that the name runs clockwise over the top.
    angle = 180 - 180 * (face.getlength(text[:1]) + gap) / around
    for letter in text:
        advance = face.getlength(letter) + gap
        angle += 180 * advance / around
        tile = Image.new("RGBA", (round(0.2 * size),) * 2, (255, 255, 255, 0))
        ImageDraw.Draw(tile).text((tile.width / 2, tile.height / 2), letter, font=face, fill=_RED, anchor="mm")
        turned = tile.rotate(-angle, resample=Image.Resampling.BICUBIC)
        x, y = _on_circle(size / 2, size / 2, radius, angle)
        image.alpha_composite(turned, (round(x - tile.width / 2), round(y - tile.height / 2)))
        angle += 180 * advance / around


def _on_circle(x: float, y: float, radius: float, degrees: float) -> _Point:
    """The point at `degrees` clockwise from the top."""
    return x + radius * math.sin(math.radians(degrees)), y - radius * math.cos(math.radians(degrees))


def _smooth(knots: list[_Point]) -> list[_Point]:
    """A Catmull-Rom curve through the knots, 40 points for each."""
    padded = [knots[0], *knots, knots[-1]]
    curve: list[_Point] = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(40):
            t = step / 40
            curve.append(
                (_blend(before[0], start[0], end[0], after[0], t), _blend(before[1], start[1], end[1], after[1], t))
            )
    return curve


def _blend(before: float, start: float, end: float, after: float, t: float) -> float:
    return 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )


def _png(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image = image.reduce(_OVERSAMPLING)
    image.save(target, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH), optimize=True)
    return target.getvalue()
