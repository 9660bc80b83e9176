"""Two pictures that share a form, a wall or a picture with other words; and pictures with something over them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, ImageOps

from evidence_kit.matching.levels import MATCHES
from evidence_kit.matching.library import Library
from tests.matching.scenes import features, photo

WORDS = ("tout est publie demain", "encore deux cents euros")


def level(picture: Image.Image, other: Image.Image) -> str | None:
    """The level at which the one is found when one asks with the other."""
    known = features(recompressed(picture))
    found = Library(["known"], lambda _: known).find(features(recompressed(other, 80)))
    return found[0].level if found else None


def recompressed(picture: Image.Image, quality: int = 88) -> Image.Image:
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=quality)
    return Image.open(io.BytesIO(held.getvalue())).convert("RGB")


def form(name: str, sum_: str = "450,00") -> Image.Image:
    page = Image.new("RGB", (1240, 1754), "white")
    pen = ImageDraw.Draw(page)
    pen.text((420, 80), "Demande d'aide", "black", ImageFont.load_default(54))
    asked = ("Nom", "Adresse", "Commune", "Profession", "Objet", "Montant", "Observations")
    for row, (words, entry) in enumerate(zip(asked, (name, "", "Larache", "", "", sum_, ""), strict=True)):
        pen.text((110, 300 + 170 * row), f"{words} :", "black", ImageFont.load_default(34))
        pen.line((430, 345 + 170 * row, 1130, 345 + 170 * row), "gray", 2)
        pen.text((450, 298 + 170 * row), entry, (20, 20, 120), ImageFont.load_default(34))
    return page


def meme(words: str | None, *, over: bool) -> Image.Image:
    shown = photo("astronaut").resize((900, 675))
    page = Image.new("RGB", (900, 675 if over else 935), "white")
    page.paste(shown, (0, 0 if over else 130))
    if words is None:
        return shown
    pen, ink = ImageDraw.Draw(page), "white" if over else "black"
    for top in (20, page.height - 110):
        pen.text((40, top), words, ink, ImageFont.load_default(72), stroke_width=5 * over, stroke_fill="black")
    return page


def before_wall(name: str, left: int) -> Image.Image:
    dice = np.random.default_rng(5)
    stones = Image.fromarray(dice.integers(60, 200, (110, 110, 3), dtype=np.uint8))
    wall = stones.resize((990, 990), Image.Resampling.BICUBIC).crop((left, left, left + 880, left + 880))
    cut = ImageOps.fit(photo(name), (470, 600))
    mask = Image.new("L", cut.size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, 470, 600), fill=255)
    wall.paste(cut, (200 + left, 280), mask)
    return wall


@pytest.mark.parametrize("entries", [("Omar Berrada", "450,00"), ("Lima Amrani", "450,00"), ("Lina Amrani", "980,00")])
def test_two_copies_of_one_form_with_other_entries_are_no_match(entries: tuple[str, str]) -> None:
    assert level(form("Lina Amrani"), form(*entries)) == "to-judge"


@pytest.mark.parametrize("side", [1240, 860])
def test_a_copy_of_a_filled_form_is_a_match(side: int) -> None:
    page = form("Lina Amrani")
    assert level(page, page.resize((side, side * 1754 // 1240))) in MATCHES


@pytest.mark.parametrize("over", [False, True])
def test_one_picture_with_two_sentences_is_no_match_and_each_is_one_of_the_picture(over: bool) -> None:
    one, other = (meme(words, over=over) for words in WORDS)
    assert level(one, other) == "to-judge"
    assert level(meme(None, over=over), one) in MATCHES
    assert level(one, one.resize((600, one.height * 2 // 3))) in MATCHES


def test_two_things_before_one_wall_are_no_match_and_a_covered_picture_is_one() -> None:
    assert level(before_wall("cat", 0), before_wall("rocket", 40)) not in MATCHES
    whole = before_wall("cat", 0)
    ImageDraw.Draw(covered := whole.copy()).ellipse((260, 380, 560, 680), fill=(255, 204, 51))
    assert level(whole, covered) in MATCHES


@pytest.mark.parametrize("share", [0.15, 0.35])
def test_a_picture_under_a_box_of_one_colour_is_a_match(share: float) -> None:
    whole = photo("astronaut")
    side = round((whole.width * whole.height * share) ** 0.5)
    ImageDraw.Draw(covered := whole.copy()).rectangle((20, 20, 20 + side, 20 + side), fill=(20, 20, 20))
    assert level(whole, covered) in MATCHES


def test_a_reflection_over_a_quarter_of_a_picture_shows_no_other_thing() -> None:
    whole = photo("astronaut")
    glare = Image.new("L", whole.size, 0)
    wide, high = whole.size
    ImageDraw.Draw(glare).ellipse((wide // 8, high // 8, wide * 3 // 4, high * 3 // 4), fill=110)
    lit = Image.composite(Image.new("RGB", whole.size, "white"), whole, glare)
    assert level(whole, Image.blend(whole, lit, 0.9)) in MATCHES
