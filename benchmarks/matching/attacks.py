"""What people do to a picture before it comes back: one function a kind, the same for the same seed."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from benchmarks.matching import screens

Attack = Callable[[Image.Image, random.Random, Sequence[Image.Image]], Image.Image]
"""From a photograph, dice and other photographs to what it became."""


def compressed(picture: Image.Image, quality: int) -> Image.Image:
    held = io.BytesIO()
    picture.convert("RGB").save(held, "JPEG", quality=quality)
    return Image.open(io.BytesIO(held.getvalue())).convert("RGB")


def fitted(picture: Image.Image, longest: int) -> Image.Image:
    factor = longest / max(picture.size)
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def whatsapp(picture: Image.Image) -> Image.Image:
    """Scaled to 1,600 pixels where larger, and compressed twice, once by each phone."""
    small = fitted(picture, 1600) if max(picture.size) > 1600 else picture
    return compressed(compressed(small, 72), 66)


def cropped(picture: Image.Image, dice: random.Random, side: float) -> Image.Image:
    wide, tall = round(picture.width * side), round(picture.height * side)
    left, top = dice.randrange(picture.width - wide + 1), dice.randrange(picture.height - tall + 1)
    return picture.crop((left, top, left + wide, top + tall))


def stickered(picture: Image.Image, dice: random.Random, share: float = 0.4) -> Image.Image:
    """A round face over part of the picture, about `share` of its shorter side wide."""
    made = picture.copy()
    draw = ImageDraw.Draw(made)
    side = round(min(made.size) * share)
    x, y = dice.randrange(made.width - side + 1), dice.randrange(made.height - side + 1)
    draw.ellipse((x, y, x + side, y + side), fill=(255, 204, 51), outline=(120, 90, 0), width=max(2, side // 40))
    for eye in (0.3, 0.62):
        draw.ellipse((x + side * eye, y + side * 0.3, x + side * (eye + 0.1), y + side * 0.45), fill=(60, 40, 0))
    draw.arc(
        (x + side * 0.25, y + side * 0.35, x + side * 0.75, y + side * 0.8),
        20,
        160,
        fill=(60, 40, 0),
        width=max(2, side // 25),
    )
    return made


def striped(picture: Image.Image, dice: random.Random) -> Image.Image:
    """Bars over four tenths of the picture, at an angle."""
    step = max(8, min(picture.size) // 9)
    mask = Image.new("L", picture.size, 0)
    draw = ImageDraw.Draw(mask)
    slope = math.tan(math.radians(dice.choice((0, 20, 45))))
    for at in range(-picture.height - picture.width, picture.width * 2 + picture.height, step):
        draw.line(((at, 0), (at + slope * picture.height, picture.height)), fill=255, width=round(step * 0.4))
    made = picture.copy()
    made.paste(Image.new("RGB", picture.size, dice.choice(("white", "black", (200, 20, 60)))), mask=mask)
    return made


def photographed_screen(picture: Image.Image, dice: random.Random) -> Image.Image:
    """A screen that somebody photographed: aslant, with its rows of lamps, a reflection, blur and noise."""
    shown = fitted(picture, 900)
    lamps = np.asarray(shown, dtype=np.float64)
    rows, columns = np.mgrid[: lamps.shape[0], : lamps.shape[1]]
    lamps = (
        lamps
        * (0.94 + 0.06 * np.sin(rows * 2.1))[..., None]
        * (0.96 + 0.04 * np.sin(columns * 1.7 + rows * 0.08))[..., None]
    )
    width, height = shown.size
    ground = Image.new("RGB", (round(width * 1.25), round(height * 1.3)), (24, 22, 20))
    ground.paste(Image.fromarray(np.clip(lamps, 0, 255).astype(np.uint8)), (width // 8, height // 7))
    corners = [(0, 0), (ground.width, 0), (ground.width, ground.height), (0, ground.height)]
    shifted = [(x + dice.uniform(-0.06, 0.06) * width, y + dice.uniform(-0.06, 0.06) * height) for x, y in corners]
    aslant = ground.transform(
        ground.size, Image.Transform.PERSPECTIVE, _perspective(shifted, corners), Image.Resampling.BICUBIC
    )
    glare = Image.new("L", aslant.size, 0)
    x, y = dice.randrange(aslant.width), dice.randrange(aslant.height)
    ImageDraw.Draw(glare).ellipse((x - width // 5, y - height // 6, x + width // 5, y + height // 6), fill=110)
    aslant.paste(Image.new("RGB", aslant.size, "white"), mask=glare.filter(ImageFilter.GaussianBlur(width // 12)))
    noisy = np.asarray(aslant.filter(ImageFilter.GaussianBlur(0.8)), dtype=np.float64)
    noisy = noisy * dice.uniform(0.8, 1.05) + np.random.default_rng(dice.randrange(1 << 30)).normal(0, 5, noisy.shape)
    return compressed(Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)), 75)


def collage(picture: Image.Image, others: Sequence[Image.Image], dice: random.Random) -> Image.Image:
    """Four pictures in a square, each cut to fit."""
    side = 500
    four = [picture, *dice.sample(list(others), 3)]
    dice.shuffle(four)
    made = Image.new("RGB", (2 * side + 12, 2 * side + 12), "white")
    for place, one in enumerate(four):
        fit = ImageOps.fit(one, (side, side), Image.Resampling.LANCZOS)
        made.paste(fit, ((side + 12) * (place % 2), (side + 12) * (place // 2)))
    return compressed(made, 80)


def _perspective(source: Sequence[tuple[float, float]], target: Sequence[tuple[float, float]]) -> list[float]:
    rows, values = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return [float(each) for each in np.linalg.solve(np.array(rows), np.array(values))]


def _wall(dice: random.Random) -> str:
    return dice.choice(("plain", "doodles", "doodles", "gradient"))


OURS: Mapping[str, Attack] = {
    "whatsapp": lambda p, d, o: whatsapp(p),
    "small, quality 40": lambda p, d, o: compressed(fitted(p, 320), 40),
    "crop to 70 %": lambda p, d, o: compressed(cropped(p, d, 0.7), 80),
    "crop to 45 %": lambda p, d, o: compressed(cropped(p, d, 0.45), 80),
    "mirror, crop to 60 %": lambda p, d, o: compressed(cropped(ImageOps.mirror(p), d, 0.6), 80),
    "turned 90°": lambda p, d, o: compressed(p.transpose(Image.Transpose.ROTATE_90), 80),
    "sticker": lambda p, d, o: compressed(stickered(p, d, 0.5), 80),
    "stripes": lambda p, d, o: compressed(striped(p, d), 80),
    "dark": lambda p, d, o: compressed(ImageEnhance.Brightness(p).enhance(0.18), 80),
    "collage": lambda p, d, o: collage(p, o, d),
    "photo of a screen": lambda p, d, o: photographed_screen(p, d),
    "chat, light": lambda p, d, o: screens.chat(p, d, screens.LIGHT, arabic=False, wallpaper=_wall(d)),
    "chat, dark": lambda p, d, o: screens.chat(p, d, screens.DARK, arabic=False, wallpaper=_wall(d)),
    "chat, light, Arabic": lambda p, d, o: screens.chat(p, d, screens.LIGHT, arabic=True, wallpaper=_wall(d)),
    "chat, dark, Arabic": lambda p, d, o: screens.chat(p, d, screens.DARK, arabic=True, wallpaper=_wall(d)),
    "post, light": lambda p, d, o: screens.post(p, d, screens.FEED_LIGHT, arabic=False),
    "post, dark, Arabic": lambda p, d, o: screens.post(p, d, screens.FEED_DARK, arabic=True),
    "gallery": lambda p, d, o: screens.gallery(p, d),
    "story": lambda p, d, o: screens.story(p, d),
    "mirrored in a chat": lambda p, d, o: screens.chat(
        ImageOps.mirror(p), d, screens.LIGHT, arabic=True, wallpaper=_wall(d)
    ),
    "mirrored in a post": lambda p, d, o: screens.post(ImageOps.mirror(p), d, screens.FEED_LIGHT, arabic=True),
    "chat by whatsapp": lambda p, d, o: compressed(
        fitted(screens.chat(p, d, screens.LIGHT, arabic=True, wallpaper=_wall(d)), 1280), 60
    ),
    "photo of a chat": lambda p, d, o: photographed_screen(
        fitted(screens.chat(p, d, screens.DARK, arabic=True, wallpaper=_wall(d)), 1500).crop((0, 0, 660, 1250)), d
    ),
    "crop, sticker, post": lambda p, d, o: screens.post(
        stickered(cropped(p, d, 0.7), d), d, screens.FEED_LIGHT, arabic=True
    ),
    "mirror, crop, sticker, chat": lambda p, d, o: compressed(
        screens.chat(
            stickered(cropped(ImageOps.mirror(p), d, 0.7), d), d, d.choice((screens.LIGHT, screens.DARK)),
            arabic=True, wallpaper=_wall(d),
        ), 75,
    ),
}  # fmt: skip
"""Our own kinds of attack, by name; AugLy's stand in `augly_attacks.py`."""


def attacked(name: str, picture: Image.Image, source: str, others: Sequence[Image.Image]) -> Image.Image:
    """Return what one kind makes of one source; always the same."""
    return OURS[name](picture, random.Random(f"{name}/{source}"), others).convert("RGB")
