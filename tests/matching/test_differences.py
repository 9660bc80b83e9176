"""A place that was altered is found, whatever else was done to the picture; compression alone is no alteration."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from evidence_kit.matching.library import Library
from evidence_kit.matching.transformation import Transformation, transformation_of
from tests.matching.scenes import features

CAMERA = Path(__file__).parents[2] / "samples" / "phone-export" / "DCIM" / "Camera"
PHOTOS = ("IMG_20250412_153012.jpg", "IMG_20250413_101500.jpg", "IMG_20250426_174455.jpg")
Change = Callable[[Image.Image], Image.Image]


def recompressed(picture: Image.Image, quality: int) -> Image.Image:
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=quality)
    return Image.open(io.BytesIO(held.getvalue())).convert("RGB")


def covered(picture: Image.Image, share: float) -> Image.Image:
    """A black square of a share of the area, a little right of the middle."""
    side = round((share * picture.width * picture.height) ** 0.5)
    left, top = round(0.55 * picture.width), round(0.45 * picture.height)
    picture = picture.copy()
    ImageDraw.Draw(picture).rectangle((left, top, left + side, top + side), fill=(0, 0, 0))
    return picture


COMPRESSION: dict[str, Change] = {
    "recompressed": lambda picture: recompressed(picture, 20),
    "smaller": lambda picture: recompressed(picture.resize((picture.width // 2, picture.height // 2)), 60),
    "lighter": lambda picture: recompressed(ImageEnhance.Brightness(picture).enhance(1.25), 75),
    "flatter": lambda picture: recompressed(ImageEnhance.Contrast(picture).enhance(0.75), 75),
    "another tone": lambda picture: recompressed(picture.point(lambda value: int(255 * (value / 255) ** 0.8)), 80),
    "mirrored": lambda picture: recompressed(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 70),
    "turned": lambda picture: recompressed(picture.transpose(Image.Transpose.ROTATE_90), 70),
}
ALTERATION: dict[str, Change] = {
    "a hundredth": lambda picture: recompressed(covered(picture, 0.01), 75),
    "a twentieth": lambda picture: recompressed(covered(picture, 0.05), 75),
    "and smaller": lambda picture: recompressed(
        covered(picture, 0.03).resize((picture.width // 2, picture.height // 2)), 60
    ),
    "and mirrored": lambda picture: recompressed(covered(picture, 0.03).transpose(Image.Transpose.FLIP_LEFT_RIGHT), 70),
}


@pytest.fixture(scope="module")
def photos() -> dict[str, Image.Image]:
    found = {}
    for name in PHOTOS:
        with Image.open(CAMERA / name) as picture:
            picture.thumbnail((1000, 1000))
            found[name] = picture.convert("RGB")
    return found


def told(picture: Image.Image, other: Image.Image) -> Transformation:
    reference, query = features(picture, inside=False), features(other, inside=False)
    found = Library(["it"], lambda _: reference).find(query)[0]
    assert found.placed is not None
    seen, of = query.views[found.query_view], reference.views[found.reference_view]
    return transformation_of(found.placed, query, seen, reference, of)


@pytest.mark.parametrize("name", PHOTOS)
@pytest.mark.parametrize("change", COMPRESSION.values(), ids=COMPRESSION)
def test_compression_size_and_light_are_no_alteration(
    photos: dict[str, Image.Image], name: str, change: Change
) -> None:
    assert told(photos[name], change(photos[name])).differs == ()


@pytest.mark.parametrize("name", PHOTOS)
@pytest.mark.parametrize("change", ALTERATION.values(), ids=ALTERATION)
def test_an_altered_place_is_named_where_it_is(photos: dict[str, Image.Image], name: str, change: Change) -> None:
    picture = photos[name]
    places = told(picture, change(picture)).differs
    assert places
    left, top, right, bottom = places[0]
    assert left - 25 <= 0.57 * picture.width <= right + 25
    assert top - 25 <= 0.47 * picture.height <= bottom + 25


def test_another_entry_in_one_form_is_a_place_that_differs() -> None:
    def form(entry: str) -> Image.Image:
        page = Image.new("RGB", (800, 1000), "white")
        pen = ImageDraw.Draw(page)
        for row in range(18):
            pen.text((60, 60 + 48 * row), f"{row + 1}. Nom, prénom, adresse, commune de résidence:", "black")
            pen.line((60, 84 + 48 * row, 740, 84 + 48 * row), "black", 2)
        pen.text((400, 286), entry, "black", font=ImageFont.load_default(64))
        return page

    one = told(form("Lina Amrani"), recompressed(form("Omar Berrada"), 85)).differs
    assert one
    assert 380 <= one[0][0] <= 760
    assert 270 <= one[0][1] <= 380
