"""Photographs as a phone would have taken them, and the copies that get about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

MAKE, MODEL, SOFTWARE = "Exemplar", "EX-7", "EX7-15.0.3"
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a photograph comes from, and why it may be here."""

    file: str
    origin: str
    licence: str


ORIGINS = {
    "astronaut": Origin("astronaut.png", "Eileen Collins, NASA; from scikit-image", "public domain (NASA)"),
    "cat": Origin("chelsea.png", "Chelsea the cat, Stefan van der Walt; from scikit-image", "CC0-1.0"),
    "coffee": Origin("coffee.png", "Coffee, Rachel Michetti, Pikolo; from scikit-image", "CC0-1.0"),
    "rocket": Origin("rocket.jpg", "DSCOVR launch, SpaceX; from scikit-image", "public domain (SpaceX)"),
    "galaxies": Origin(
        "hubble_deep_field.jpg", "Hubble eXtreme Deep Field, NASA; from scikit-image", "public domain (NASA)"
    ),
    "street": Origin("camera.png", "Photographer, Lav Varshney; from scikit-image", "CC0-1.0"),
    "clock": Origin(
        "clock_motion.png",
        "Wall clock, Stefan van der Walt; from scikit-image",
        "public domain (by its author)",
    ),
    "coins": Origin("coins.png", "Greek coins, Brooklyn Museum; from scikit-image", "no known copyright restrictions"),
    "wall": Origin("brick.png", "Brick wall, cc0textures.com; from scikit-image", "CC0-1.0"),
}


class Album:
    """The source photographs, opened by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def picture(self, name: str, width: int = 1024) -> Image.Image:
        """The photograph in RGB, scaled to a width in pixels."""
        with Image.open(self._folder / ORIGINS[name].file) as source:
            whole = source.convert("RGB")
        return scaled(whole, width)


def scaled(picture: Image.Image, width: int) -> Image.Image:
    """The picture at another width, in the same proportions."""
    height = round(picture.height * width / picture.width)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def cropped(picture: Image.Image, part: tuple[float, float, float, float]) -> Image.Image:
    """The part between left, top, right, bottom, given as fractions of the sides."""
    left, top, right, bottom = part
    box = (left * picture.width, top * picture.height, right * picture.width, bottom * picture.height)
    return picture.crop(tuple(round(side) for side in box))


def mirrored(picture: Image.Image) -> Image.Image:
    """The picture, left and right exchanged."""
    return ImageOps.mirror(picture)


def taken(when: str, *, zone: str | None = None, place: tuple[float, float] | None = None) -> Image.Exif:
    """What a camera writes beside a picture.

    Args:
        when: Local time as EXIF spells it, `2025:04:12 15:30:12`.
        zone: Offset such as `+01:00`; None leaves the dates without one.
        place: Degrees north and east.
    """
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0131], exif[0x0132] = MAKE, MODEL, SOFTWARE, when
    details = exif.get_ifd(_EXIF_IFD)
    details[0x9003] = details[0x9004] = when
    if zone:
        details[0x9010] = details[0x9011] = details[0x9012] = zone
    if place:
        position = exif.get_ifd(_GPS_IFD)
        north, east = place
        position[1], position[2] = ("N" if north >= 0 else "S"), _degrees(north)
        position[3], position[4] = ("E" if east >= 0 else "W"), _degrees(east)
    return exif


def rotated(picture: Image.Image, exif: Image.Exif) -> Image.Image:
    """Pixels lying on their side, with the EXIF note that says how to hold them."""
    exif[0x0112] = 6
    return picture.transpose(Image.Transpose.ROTATE_90)


def save(picture: Image.Image, path: Path, quality: int, exif: Image.Exif | None = None) -> None:
    """Write a JPEG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, "JPEG", quality=quality, **({"exif": exif} if exif else {}))


def _degrees(value: float) -> tuple[float, float, float]:
    whole = abs(value)
    minutes = whole % 1 * 60
    return (float(int(whole)), float(int(minutes)), round(minutes % 1 * 60, 2))
