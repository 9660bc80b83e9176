"""What has fooled methods like ours: each trap is sprung here, and docs/MATCHING.md names the test that does it."""

from __future__ import annotations

import importlib
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from evidence_kit.hashing.orientations import ORIENTATIONS
from evidence_kit.hashing.perceptual import pdq
from evidence_kit.matching import geometry
from evidence_kit.matching.compare import Placement
from evidence_kit.matching.features import Features
from evidence_kit.matching.geometry import KeypointPairs
from evidence_kit.matching.keypoints import Keypoints
from evidence_kit.matching.levels import MATCHES, TO_JUDGE, MatchScore, level_of
from evidence_kit.matching.library import Library
from evidence_kit.matching.regions import regions_of
from evidence_kit.matching.screens import is_drawn_page
from evidence_kit.matching.thresholds import THRESHOLDS
from evidence_kit.media.pixels import frames_of
from evidence_kit.model import PixelSize
from tests.matching.scenes import features, photo, screenshot

MATCHING = Path(__file__).parents[2] / "docs" / "MATCHING.md"


def jpeg(picture: Image.Image, **how: object) -> bytes:
    held = io.BytesIO()
    picture.convert("RGB").save(held, "JPEG", **how)
    return held.getvalue()


def bits(one: Image.Image, other: Image.Image) -> int:
    first, second = pdq(one), pdq(other)
    assert first is not None
    assert second is not None
    return (int(first.hashes["upright"], 16) ^ int(second.hashes["upright"], 16)).bit_count()


def levels(pictures: dict[str, Image.Image]) -> set[str]:
    """Every level that is found between two of these."""
    known: dict[str, Features] = {name: features(picture) for name, picture in pictures.items()}
    library = Library(list(known), known.__getitem__)
    return {found.level for name in known for found in library.find(known[name], leave_out=[name])}


def upright_again(data: bytes) -> Image.Image:
    [pixels] = frames_of(io.BytesIO(data))
    return Image.fromarray(pixels.rgb)


def test_a_picture_that_lies_on_its_side_is_turned_as_exif_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = photo("cat").transpose(Image.Transpose.ROTATE_90)
    data = jpeg(lying, exif=exif)
    assert bits(photo("cat"), lying) > 100
    assert bits(photo("cat"), upright_again(data)) <= 8
    [pixels] = frames_of(io.BytesIO(data))
    assert (pixels.width, pixels.height) == photo("cat").size


@pytest.mark.parametrize("name", ["cat", "astronaut", "rocket"])
def test_decoding_at_a_smaller_size_moves_the_hash_by_a_few_bits_only(name: str) -> None:
    large = photo(name).resize((4000, 4000 * photo(name).height // photo(name).width), Image.Resampling.BICUBIC)
    data = jpeg(large, quality=90)
    assert bits(upright_again(data), Image.open(io.BytesIO(data))) <= 6


def portrait(number: int) -> Image.Image:
    """A head before a plain ground, as on a passport: another face each time in one pose."""
    dice = np.random.default_rng(number)
    page = Image.new("RGB", (360, 440), (178, 186, 196))
    draw = ImageDraw.Draw(page)
    skin = tuple(int(each) for each in dice.integers(120, 220, 3))
    hair = tuple(int(each) for each in dice.integers(20, 120, 3))
    wide = int(dice.integers(66, 84))
    draw.ellipse((70, 330, 290, 560), fill=tuple(int(each) for each in dice.integers(30, 200, 3)))
    draw.ellipse((180 - wide - 8, 80, 180 + wide + 8, 260), fill=hair)
    draw.ellipse((180 - wide, 110, 180 + wide, 320), fill=skin)
    for side in (-1, 1):
        x, y = 180 + side * int(dice.integers(24, 36)), int(dice.integers(180, 200))
        draw.ellipse((x - 12, y - 6, x + 12, y + 6), fill="white")
        draw.ellipse((x - 5, y - 5, x + 5, y + 5), fill=hair)
        draw.line((x - 16, y - 18, x + 16, y - 20), fill=hair, width=5)
    draw.line((180, 200, 180 + int(dice.integers(-6, 7)), 245), fill=(90, 60, 50), width=4)
    draw.arc((150, 250, 210, 290), 20, 160, fill=(150, 40, 50), width=int(dice.integers(4, 9)))
    return page


def test_portraits_of_different_people_in_one_pose_are_near_by_hash_and_no_match() -> None:
    people = {str(number): portrait(number) for number in range(8)}
    distances = [bits(people[one], people[other]) for one in people for other in people if one < other]
    assert min(distances) <= 80
    assert min(distances) > THRESHOLDS.match_distance_bits
    assert not levels(people) & MATCHES


def texture(side: int, seed: int = 5) -> Image.Image:
    """A wall: stones of many tones."""
    dice = np.random.default_rng(seed)
    small = dice.integers(60, 200, (side // 9, side // 9, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC)


def before(wall: Image.Image, picture: Image.Image, left: int, light: float) -> Image.Image:
    page = wall.crop((left, left // 2, left + 700, left // 2 + 700))
    cut = picture.resize((560, 560))
    mask = Image.new("L", cut.size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, 560, 560), fill=255)
    page.paste(cut, (70, 140), mask)
    return page.point(lambda value: min(255, round(value * light)))


def test_different_pictures_before_one_wall_are_no_match() -> None:
    wall = texture(900)
    found = levels({name: before(wall, photo(name), 60 * place, 0.8 + 0.15 * place)
                    for place, name in enumerate(("cat", "rocket", "astronaut"))})  # fmt: skip
    assert not found & MATCHES


def test_one_watermark_over_different_pictures_is_no_match() -> None:
    def marked(picture: Image.Image) -> Image.Image:
        made = picture.resize((1000, 660)).convert("RGBA")
        layer = Image.new("RGBA", made.size, (0, 0, 0, 0))
        draw = ImageDraw.Draw(layer)
        for down in range(0, 660, 130):
            for across in range(-60, 1000, 300):
                draw.text((across + down // 3, down), "(c) moltaqa", font_size=52, fill=(255, 255, 255, 120))
        return Image.alpha_composite(made, layer).convert("RGB")

    assert not levels({name: marked(photo(name)) for name in ("cat", "rocket", "astronaut")}) & MATCHES


def test_one_sentence_on_different_pictures_is_no_match() -> None:
    def meme(picture: Image.Image) -> Image.Image:
        page = Image.new("RGB", (800, 760), "white")
        page.paste(picture.resize((800, 530)), (0, 120))
        draw = ImageDraw.Draw(page)
        draw.text((60, 25), "When she says she will tell her mother", font_size=44, fill="black")
        draw.text((150, 680), "ha ha ha  moltaqa.example", font_size=44, fill="black")
        return page

    assert not levels({name: meme(photo(name)) for name in ("cat", "rocket", "astronaut")}) & MATCHES


@pytest.mark.parametrize("looks", [("light", "light"), ("light", "dark"), ("dark", "dark")])
def test_one_application_in_light_and_dark_around_different_pictures_is_no_match(looks: tuple[str, str]) -> None:
    colours = {"light": ("black", "white"), "dark": ("white", (11, 20, 26))}
    shown = {}
    for place, name in enumerate(("cat", "rocket", "astronaut")):
        ink, ground = colours[looks[place % 2]]
        shown[name] = screenshot(photo(name), ink, ground)  # type: ignore[arg-type]
    assert not levels(shown) & MATCHES


def test_the_bar_at_the_top_of_a_screen_is_no_photograph() -> None:
    page = screenshot(photo("cat"))
    draw = ImageDraw.Draw(page)
    draw.ellipse((20, 30, 90, 100), fill=(200, 120, 90))
    draw.text((110, 45), "Yassine El Mital", font_size=40, fill="white")
    [box] = regions_of(np.asarray(page))
    assert (box.left, box.top, box.right) == pytest.approx((80, 420, 640), abs=8)


def test_many_keypoints_alone_are_for_a_person_to_judge() -> None:
    """A watermark has 17 to 23, frames of one scene up to 256."""
    for inliers in (17, 23, 256):
        evidence = MatchScore(None, inliers, inliers + 2, 900, 80, 1.0, 1.0)
        assert level_of(evidence) in {TO_JUDGE, None}
    assert level_of(MatchScore(None, 256, 260, 900, 700, 1.0, 1.0)) in MATCHES


def test_a_reflection_is_found_although_sampling_a_similarity_rejects_it() -> None:
    dice = np.random.default_rng(2)
    points = dice.uniform(0, 400, (60, 2)).astype(np.float32)
    descriptors = dice.integers(0, 150, (60, 128), np.uint8)
    reference = Keypoints(points, np.ones(60, np.float32), descriptors)
    mirrored = reference.mirrored(400)
    pairs = KeypointPairs(np.arange(60), np.arange(60))
    fit = geometry.fit_similarity(mirrored, reference, pairs, PixelSize(400, 400))
    assert fit is None or fit.agreeing_pairs < 20
    found = geometry.fit_similarity(mirrored, reference.mirrored(400), pairs, PixelSize(400, 400))
    assert found is not None
    assert found.agreeing_pairs == 60


def test_points_that_do_not_lie_in_one_piece_are_fitted() -> None:
    dice = np.random.default_rng(2)
    wide = dice.uniform(0, 400, (120, 4)).astype(np.float32)
    every_second = Keypoints(wide[::2, ::2], np.ones(60, np.float32), dice.integers(0, 150, (60, 128), np.uint8))
    assert not every_second.points.flags.c_contiguous
    pairs = KeypointPairs(np.arange(60), np.arange(60))
    for fitting in (geometry.fit_plane, geometry.fit_similarity):
        found = fitting(every_second, every_second, pairs, PixelSize(400, 400))
        assert found is not None
        assert found.agreeing_pairs == 60


def test_every_orientation_is_asked_for_and_not_only_the_upright_one() -> None:
    known = {"cat": features(photo("cat"))}
    library = Library(list(known), known.__getitem__)
    seen = set()
    for turn in (None, *Image.Transpose):
        turned = photo("cat") if turn is None else photo("cat").transpose(turn)
        [found] = library.find(features(turned))
        assert found.level in MATCHES
        assert found.orientation is not None
        seen.add(ORIENTATIONS[found.orientation].name)
    assert len(seen) == 8


def test_an_error_in_mirroring_would_be_seen() -> None:
    part = ImageOps.mirror(photo("astronaut")).crop((100, 60, 640, 560))
    known = {"astronaut": features(photo("astronaut"))}
    [found] = Library(list(known), known.__getitem__).find(features(part))
    assert found.level in MATCHES
    assert found.placed is not None
    assert found.placed.mirrored


def test_every_trap_in_the_document_has_a_test_that_exists() -> None:
    table = MATCHING.read_text("utf-8").partition("## Traps")[2].partition("\n## ")[0]
    named = re.findall(r"`tests/([a-z_/]+)\.py::(test_\w+)`", table)
    assert len(named) >= 14
    for path, test in named:
        module = importlib.import_module("tests." + path.replace("/", "."))
        assert callable(getattr(module, test)), (path, test)


@pytest.mark.parametrize(("agreeing", "level"), [(116, TO_JUDGE), (200, "picture-inside")])
def test_two_posts_of_one_application_match_only_where_most_blocks_agree(
    agreeing: int, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen: 81 of 97 keypoints and 116 of 222 blocks, all of them buttons and words around two photographs."""
    page = screenshot(photo("cat"))
    whole = features(page)
    [plain, *_] = whole.views
    tall = Features(whole.width, whole.height, (replace(plain, quality=None, pdq=()),))
    evidence = MatchScore(None, 81, 97, 222, agreeing, 0.59, 1.0)
    monkeypatch.setattr(
        "evidence_kit.matching.library.compare_keypoints",
        lambda *_, **__: Placement(evidence, np.eye(3), mirrored=False, agreed=None),
    )
    [found] = Library(["post"], lambda _: tall).find(tall)
    assert found.level == level


PLAIN = {"a line": (300, 250), "two discs": (180, 120), "a box": (420, 90)}
"""Things before white, as shops show them: no photograph is cut out of a screen that shows one."""


def thing_before_white(name: str) -> Image.Image:
    across, down = PLAIN[name]
    page = Image.new("RGB", (600, 420), "white")
    draw = ImageDraw.Draw(page)
    for place, shade in enumerate(range(60, 180, 12)):
        draw.ellipse((across - 60 + 9 * place, down + 6 * place, across + 9 * place, down + 70 + 6 * place),
                     fill=(shade, 255 - shade, 90))  # fmt: skip
    return page


@pytest.mark.parametrize("ground", ["white", (11, 20, 26)])
def test_two_screens_in_which_no_photograph_was_cut_out_are_no_match(ground: str | tuple[int, int, int]) -> None:
    """Seen: 893 of 897 keypoints and 341 of 387 blocks, all of them bubbles and words."""
    ink = "black" if ground == "white" else "white"
    shown = {name: screenshot(thing_before_white(name), ink, ground) for name in PLAIN}  # type: ignore[arg-type]
    assert all(len(features(page).views) == 1 for page in shown.values())
    assert not levels(shown) & MATCHES


def test_a_copy_of_such_a_screen_is_one() -> None:
    page = screenshot(thing_before_white("a line"))
    assert levels({"sent": page, "kept": page.resize((360, 780))}) & MATCHES


def test_the_same_screen_cut_to_a_square_is_no_match_either() -> None:
    shown = {name: screenshot(thing_before_white(name)).crop((0, 120, 720, 1000)) for name in PLAIN}
    assert not levels(shown) & MATCHES


def test_a_part_of_an_application_that_was_taken_for_a_photograph_is_no_match() -> None:
    whole = features(screenshot(photo("cat")))
    other = features(screenshot(photo("rocket")))
    [plain, region, *_] = whole.views
    wrongly_cut = Features(whole.width, whole.height, (plain, replace(plain, region=True, box=region.box)))
    found = Library(["one"], lambda _: wrongly_cut).find(other)
    assert not {each.level for each in found} & MATCHES


def test_a_watermark_on_plain_pictures_is_no_match() -> None:
    """Seen: 16 of 52 keypoints and 149 of 208 blocks, where 386 had texture in one of the two."""
    assert level_of(MatchScore(None, 16, 52, 208, 149, 0.75, 0.75, either=386, patch=163)) not in MATCHES
    assert level_of(MatchScore(None, 16, 52, 208, 149, 0.75, 0.75, either=210, patch=10)) in MATCHES


def test_one_sentence_around_plain_pictures_is_no_match() -> None:
    """Seen: 62 of 71 keypoints and 158 of 216 blocks, where 458 had texture in one of the two."""
    assert level_of(MatchScore(None, 62, 71, 216, 158, 1.0, 1.0, either=458, patch=66)) not in MATCHES
    assert level_of(MatchScore(None, 62, 71, 216, 158, 1.0, 1.0, either=458, patch=0)) in MATCHES


def test_where_a_quarter_of_the_blocks_disagree_in_one_place_it_shows_something_else() -> None:
    assert level_of(MatchScore(None, 200, 210, 600, 360, 1.0, 1.0, either=600, hole=200)) not in MATCHES
    assert level_of(MatchScore(None, 200, 210, 600, 360, 1.0, 1.0, either=600, hole=40)) in MATCHES


def before_plain_wall(name: str) -> Image.Image:
    """A telephone's tall photograph of somebody before a wall: most of it is even, as a screen is."""
    dice = np.random.default_rng(3)
    rows, columns = np.mgrid[:1280, :720]
    light = 205 - 50 * np.hypot(rows / 1280 - 0.2, columns / 720 - 0.7)
    page = Image.fromarray(np.clip(light[..., None] * (1.0, 0.96, 0.9), 0, 255).astype(np.uint8))
    cut = ImageOps.fit(photo(name), (430, 520))
    mask = Image.new("L", cut.size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, 430, 900), fill=255)
    page.paste(cut, (150, 760), mask)
    grain = dice.normal(0, 2, (1280, 720, 1))
    return Image.fromarray(np.clip(np.asarray(page) + grain, 0, 255).astype(np.uint8))


def covered(picture: Image.Image) -> Image.Image:
    made = picture.copy()
    ImageDraw.Draw(made).ellipse((230, 1050, 420, 1240), fill=(255, 204, 51), outline="black", width=6)
    return made


SENT_AS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "whole": lambda picture: picture,
    "cropped": lambda picture: picture.crop((60, 90, 660, 1280)),
    "covered": covered,
}
# Each photograph and each form once; all of them with all of them are for `make deep`.
PAIRED = dict(zip(("cat", "astronaut", "rocket"), SENT_AS, strict=True))


@pytest.mark.parametrize(
    ("name", "form"),
    [
        pytest.param(name, form, marks=[] if PAIRED[name] == form else [pytest.mark.deep])
        for name in PAIRED
        for form in SENT_AS
    ],
)
def test_a_tall_photograph_before_a_plain_wall_is_no_screen(name: str, form: str) -> None:
    whole = before_plain_wall(name)
    assert whole.height > THRESHOLDS.tall_ratio * whole.width
    made = SENT_AS[form](whole)
    assert not is_drawn_page(features(made), 0)
    assert levels({"kept": whole, "sent": made.resize((made.width // 2, made.height // 2))}) & MATCHES


@pytest.mark.parametrize("ground", ["white", (11, 20, 26)])
def test_a_photograph_of_a_screen_is_a_screen_of_any_proportions(ground: str | tuple[int, int, int]) -> None:
    page = screenshot(photo("cat"), "black" if ground == "white" else "white", ground)  # type: ignore[arg-type]
    dice = np.random.default_rng(4)
    for part in (page, page.crop((0, 100, 720, 1000))):
        turned = part.rotate(1.5, Image.Resampling.BICUBIC, fillcolor=(30, 28, 26))
        grain = dice.normal(0, 4, (turned.height, turned.width, 1))
        taken = Image.fromarray(np.clip(np.asarray(turned) * 0.9 + grain, 0, 255).astype(np.uint8))
        assert is_drawn_page(features(taken), 0)
