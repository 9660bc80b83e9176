"""Twenty kinds of query more: covers, words, filters, distortions, a page of the web; beside those of `attacks.py`."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from benchmarks.matching import attacks, screens
from benchmarks.matching.attacks import Attack, compressed, fitted


def covered(picture: Image.Image, dice: random.Random, share: float, fill: object = None) -> Image.Image:
    """A box of one colour, or of another picture, over a share of the area."""
    made = picture.copy()
    wide = round(picture.width * min(0.95, share**0.5 * dice.uniform(0.85, 1.2)))
    tall = min(round(picture.height * 0.95), round(picture.width * picture.height * share / wide))
    left, top = dice.randrange(picture.width - wide + 1), dice.randrange(picture.height - tall + 1)
    if isinstance(fill, Image.Image):
        made.paste(ImageOps.fit(fill, (wide, tall)), (left, top))
    else:
        tone = fill or dice.choice(((10, 10, 10), (250, 250, 250), (220, 40, 60), (40, 120, 220)))
        ImageDraw.Draw(made).rounded_rectangle((left, top, left + wide, top + tall), min(wide, tall) // 10, fill=tone)  # type: ignore[arg-type]
    return made


def emoji(picture: Image.Image, dice: random.Random) -> Image.Image:
    """Three large signs of a font of emoji."""
    made = picture.copy()
    pen = ImageDraw.Draw(made)
    for _ in range(3):
        font = ImageFont.truetype(
            str(screens.FONTS / "NotoEmoji-Regular.ttf"), round(min(made.size) * dice.uniform(0.2, 0.35))
        )
        at = dice.randrange(made.width * 3 // 4), dice.randrange(made.height * 3 // 4)
        pen.text(
            at,
            dice.choice("😂😡😍🔥💀"),
            dice.choice(("yellow", "red", "white")),
            font,
            stroke_width=2,
            stroke_fill="black",
        )
    return made


def worded(picture: Image.Image, dice: random.Random) -> Image.Image:
    """Two lines of words over it."""
    made = picture.copy()
    pen = ImageDraw.Draw(made)
    font = ImageFont.truetype(str(screens.FONTS / "Amiri-Bold.ttf"), max(14, made.width // 11))
    for at in (0.1, 0.75):
        pen.text(
            (made.width // 2, made.height * at),
            dice.choice(screens.ARABIC + screens.FRENCH),
            "white",
            font,
            anchor="ma",
            stroke_width=3,
            stroke_fill="black",
        )
    return made


def censored(picture: Image.Image, dice: random.Random, *, blurred: bool) -> Image.Image:
    """A place made of large pixels, or blurred beyond recognition."""
    made = picture.copy()
    wide, tall = made.width * 2 // 5, made.height // 4
    left, top = dice.randrange(made.width - wide), dice.randrange(made.height - tall)
    part = made.crop((left, top, left + wide, top + tall))
    small = part.resize((8, 6)).resize(part.size, Image.Resampling.NEAREST)
    made.paste(part.filter(ImageFilter.GaussianBlur(wide / 12)) if blurred else small, (left, top))
    return made


def web(photo: Image.Image, dice: random.Random) -> Image.Image:
    """A page of the web: address, headline, paragraphs, the picture between them."""
    width, height = dice.choice(screens.PHONES)
    page = Image.new("RGB", (width, height), (250, 250, 252))
    pen = ImageDraw.Draw(page)
    unit = width // 24
    font = ImageFont.truetype(str(screens.FONTS / "NotoSans-Regular.ttf"), unit)
    large = ImageFont.truetype(str(screens.FONTS / "NotoSans-Regular.ttf"), round(unit * 1.7))
    pen.text((unit, 8), "09:41", "black", font)
    pen.rounded_rectangle((unit, unit * 2, width - unit, unit * 4), unit, fill=(228, 228, 234))
    pen.text((unit * 2, unit * 2.3), "journal.example/larache", (60, 60, 60), font)
    pen.text((unit, unit * 5), dice.choice(screens.FRENCH), "black", large)
    wide = width - 2 * unit
    shown = photo.resize((wide, round(photo.height * wide / photo.width)), Image.Resampling.LANCZOS)
    if shown.height > height * 0.6:
        shown = shown.crop((0, 0, wide, round(height * 0.6)))
    page.paste(shown, (unit, unit * 8))
    top = unit * 9 + shown.height
    while top < height - 2 * unit:
        pen.text((unit, top), " ".join(dice.sample(screens.FRENCH, 2))[:48], (40, 40, 40), font)
        top += round(unit * 1.6)
    return page


def tilted(picture: Image.Image, dice: random.Random) -> Image.Image:
    """Turned by a few degrees and cut to what is left."""
    turned = picture.rotate(dice.choice((-9, -6, 6, 9)), Image.Resampling.BICUBIC)
    wide, tall = round(picture.width * 0.8), round(picture.height * 0.8)
    left, top = (picture.width - wide) // 2, (picture.height - tall) // 2
    return turned.crop((left, top, left + wide, top + tall))


def grained(picture: Image.Image, dice: random.Random) -> Image.Image:
    """Grain of a dark room."""
    noise = np.random.default_rng(dice.randrange(1 << 30)).normal(0, 16, (picture.height, picture.width, 1))
    return Image.fromarray(np.clip(np.asarray(picture, np.float32) + noise, 0, 255).astype(np.uint8))


def _grey(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Contrast(picture.convert("L").convert("RGB")).enhance(0.7)


def _framed(picture: Image.Image, dice: random.Random) -> Image.Image:
    return ImageOps.expand(
        picture, border=max(8, min(picture.size) // 8), fill=dice.choice(("white", "black", (200, 180, 120)))
    )


MORE: Mapping[str, Attack] = {
    "cover of 15 %": lambda p, d, o: compressed(covered(p, d, 0.15), 80),
    "cover of 30 %": lambda p, d, o: compressed(covered(p, d, 0.30), 80),
    "cover of 45 %": lambda p, d, o: compressed(covered(p, d, 0.45), 80),
    "another picture over 10 %": lambda p, d, o: compressed(covered(p, d, 0.10, o[0]), 80),
    "emoji": lambda p, d, o: compressed(emoji(p, d), 80),
    "words over it": lambda p, d, o: compressed(worded(p, d), 80),
    "a place in large pixels": lambda p, d, o: compressed(censored(p, d, blurred=False), 80),
    "a place blurred": lambda p, d, o: compressed(censored(p, d, blurred=True), 80),
    "page of the web": lambda p, d, o: web(p, d),
    "chat of a covered picture": lambda p, d, o: screens.chat(covered(p, d, 0.12), d, screens.DARK, arabic=True, wallpaper="doodles"),
    "post, photographed": lambda p, d, o: attacks.photographed_screen(
        fitted(screens.post(p, d, screens.FEED_LIGHT, arabic=True), 1500), d
    ),
    "tilted": lambda p, d, o: compressed(tilted(p, d), 80),
    "grain": lambda p, d, o: compressed(grained(p, d), 80),
    "grey and pale": lambda p, d, o: compressed(_grey(p), 80),
    "quality 12": lambda p, d, o: compressed(p, 12),
    "soft": lambda p, d, o: compressed(p.filter(ImageFilter.GaussianBlur(max(p.size) / 400)), 80),
    "framed": lambda p, d, o: compressed(_framed(p, d), 80),
    "stretched": lambda p, d, o: compressed(p.resize((round(p.width * 1.3), p.height)), 80),
    "colours turned": lambda p, d, o: compressed(Image.merge("RGB", p.split()[1:] + p.split()[:1]), 80),
    "sent on five times": lambda p, d, o: _sent_on(p),
}  # fmt: skip
"""By name, as in `attacks.OURS`."""

CHANGED = frozenset({
    "sticker", "stripes", "crop, sticker, post", "mirror, crop, sticker, chat", "cover of 15 %", "cover of 30 %",
    "cover of 45 %", "another picture over 10 %", "emoji", "words over it", "a place in large pixels", "chat of a covered picture",
})  # fmt: skip
"""Kinds in which a place of a hundredth or more looks otherwise: "unchanged" would be false."""


def _sent_on(picture: Image.Image) -> Image.Image:
    for quality in (72, 60, 55, 60, 50):
        picture = compressed(fitted(picture, round(max(picture.size) * 0.93)), quality)
    return picture


def every_kind() -> dict[str, Callable[[Image.Image, random.Random, Sequence[Image.Image]], Image.Image]]:
    """Return all forty-five."""
    return {**attacks.OURS, **MORE}
