"""Photographs of the samples and what is done to them, as features."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from evidence_kit.matching.extraction import features_of
from evidence_kit.matching.features import Features
from evidence_kit.model import PixelSize

CAMERA = Path(__file__).parents[2] / "samples" / "phone-export" / "DCIM" / "Camera"
NAMES = {"cat": "IMG_20250412_153012.jpg", "astronaut": "IMG_20250413_101500.jpg", "rocket": "IMG_20250421_070905.jpg"}


def photo(name: str) -> Image.Image:
    with Image.open(CAMERA / NAMES[name]) as opened:
        return ImageOps.exif_transpose(opened).convert("RGB")


def features(picture: Image.Image, *, inside: bool = True) -> Features:
    """Return what a picture shows; many scenes are made of the same few photographs, and each is looked at once."""
    shown = picture.convert("RGB")
    return _features(shown.tobytes(), PixelSize(*shown.size), inside)


@lru_cache(maxsize=64)
def _features(pixels: bytes, size: PixelSize, inside: bool) -> Features:
    return features_of(np.frombuffer(pixels, np.uint8).reshape(size.height, size.width, 3), size, inside=inside)


def screenshot(picture: Image.Image, ink: str = "black", ground: str = "white") -> Image.Image:
    """A telephone's screen with lines of text, the picture in the middle, and buttons."""
    page = Image.new("RGB", (720, 1560), ground)
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, 720, 110), fill=(11, 110, 94))
    for line in range(4):
        draw.text((40, 150 + 50 * line), "Salut, on se connait ? D'ou tu as cette photo ?", fill=ink, font_size=28)
    shown = picture.resize((560, round(picture.height * 560 / picture.width)))
    page.paste(shown, (80, 420))
    for line in range(6):
        draw.text(
            (40, 1060 + 70 * line), "Si tu ne paies pas, je publie tout. Il reste 4 700 DH.", fill=ink, font_size=28
        )
    return page


def striped(picture: Image.Image) -> Image.Image:
    made = picture.copy()
    draw = ImageDraw.Draw(made)
    for at in range(0, made.width, 60):
        draw.rectangle((at, 0, at + 24, made.height), fill="white")
    return made
