"""Whole pictures, parts, and pictures inside others are found; what is merely alike is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from evidence_kit.matching import library as module
from evidence_kit.matching.features import Features, UnsoundError, pack_features, unpack_features
from evidence_kit.matching.keypoints import keypoints_of, one_handed
from evidence_kit.matching.levels import INSIDE, MATCHES, SAME_PICTURE
from evidence_kit.matching.library import Library, LibraryMatch
from evidence_kit.matching.photometry import pixel_agreement
from evidence_kit.matching.screens import indexed_views
from evidence_kit.matching.stoplist import StopList
from evidence_kit.matching.thresholds import THRESHOLDS
from evidence_kit.matching.transformation import Transformation, transformation_of
from tests.matching.scenes import features, photo, screenshot, striped


@pytest.fixture(scope="module")
def known() -> dict[str, Features]:
    return {name: features(photo(name)) for name in ("cat", "astronaut", "rocket")}


@pytest.fixture(scope="module")
def library(known: dict[str, Features]) -> Library:
    return Library(list(known), known.__getitem__)


def asked(library: Library, known: dict[str, Features], picture: Image.Image) -> tuple[LibraryMatch, Transformation]:
    query = features(picture)
    [found, *others] = library.find(query)
    assert not [each for each in others if each.level in MATCHES]
    assert found.placed is not None
    reference = known[found.reference]
    seen, of = query.views[found.query_view], reference.views[found.reference_view]
    return found, transformation_of(found.placed, query, seen, reference, of)


def test_a_smaller_copy_is_the_same_picture(library: Library, known: dict[str, Features]) -> None:
    found, told = asked(library, known, photo("cat").resize((512, 341)))
    assert (found.reference, found.level, found.method) == ("cat", SAME_PICTURE, "pdq")
    assert (told.mirrored, told.turned_degrees, told.inside) == (False, 0, None)


def test_of_very_many_references_fewer_keypoints_each_are_indexed(
    known: dict[str, Features], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [module.indexed_keypoints(count) for count in (0, 1, 5625, 10_000, 100_000)] == [800, 800, 800, 450, 300]
    monkeypatch.setattr(module, "THRESHOLDS", replace(THRESHOLDS, most_indexed_in_all=1000))
    few = Library(list(known), known.__getitem__)
    assert max(len(points) for points, _, _ in few._spots) == 333
    found, _ = asked(few, known, ImageOps.mirror(photo("cat")).crop((40, 40, 400, 280)))
    assert (found.reference, found.method) == ("cat", "keypoints")


def test_a_mirrored_crop_is_found_because_the_bins_are_permuted(library: Library, known: dict[str, Features]) -> None:
    picture = ImageOps.mirror(photo("astronaut"))
    part = picture.crop((0, 0, round(picture.width * 0.7), round(picture.height * 0.7)))
    found, told = asked(library, known, part)
    assert (found.reference, found.level, found.method) == ("astronaut", INSIDE, "keypoints")
    assert told.mirrored
    assert 42 <= told.shown_percent <= 56


def test_a_quarter_turn_is_told(library: Library, known: dict[str, Features]) -> None:
    found, told = asked(library, known, photo("rocket").transpose(Image.Transpose.ROTATE_270))
    assert found.reference == "rocket"
    assert (told.mirrored, told.turned_degrees) == (False, 90)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_picture_is_found_inside_a_screenshot_and_its_place_is_told(
    library: Library, known: dict[str, Features], mirrored: bool
) -> None:
    picture = ImageOps.mirror(photo("cat")) if mirrored else photo("cat")
    found, told = asked(library, known, screenshot(picture))
    assert (found.reference, found.level) == ("cat", INSIDE)
    assert (told.mirrored, told.inside, told.shown_percent) == (mirrored, "screenshot", 100)
    xs, ys = zip(*told.outline, strict=True)
    assert (min(xs), max(xs)) == pytest.approx((80, 640), abs=8)
    assert min(ys) == pytest.approx(420, abs=8)


def test_stripes_do_not_hide_a_picture(library: Library, known: dict[str, Features]) -> None:
    found, _ = asked(library, known, striped(photo("astronaut")))
    assert found.reference == "astronaut"
    assert found.level in MATCHES


def test_a_dark_picture_is_found(library: Library, known: dict[str, Features]) -> None:
    found, _ = asked(library, known, ImageEnhance.Brightness(photo("cat")).enhance(0.12))
    assert (found.reference, found.level) == ("cat", SAME_PICTURE)


def test_one_application_around_other_pictures_is_no_match(known: dict[str, Features]) -> None:
    screens = {name: features(screenshot(photo(name))) for name in ("cat", "rocket")}
    assert all(screens[name].views[number].region for name in screens for number in indexed_views(screens[name]))
    library = Library(list(screens), screens.__getitem__)
    found = library.find(features(screenshot(photo("astronaut"))))
    assert [each for each in found if each.level in MATCHES] == []


def test_unlike_pictures_are_no_match(library: Library) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    assert library.find(features(Image.fromarray(noise).resize((900, 600), Image.Resampling.BICUBIC))) == []


def test_a_picture_without_keypoints_asks_nothing(library: Library) -> None:
    assert library.find(features(Image.new("RGB", (300, 200), "red"))) == []


def test_mirrored_keypoints_are_those_of_the_mirrored_picture() -> None:
    grey = np.asarray(photo("cat").convert("L").resize((500, 333)))
    ours = keypoints_of(grey, 300).mirrored(500)
    theirs = keypoints_of(np.ascontiguousarray(grey[:, ::-1]), 300)
    near = 0
    for point, descriptor in zip(ours.points, ours.descriptors, strict=True):
        beside = np.hypot(*(theirs.points - point).T) < 1
        if beside.any():
            differences = theirs.descriptors[beside].astype(int) - descriptor.astype(int)
            near += bool((np.square(differences).sum(axis=1) < 4000).any())
    assert near > 200


def test_what_stands_in_many_unlike_pictures_is_left_out() -> None:
    dice = np.random.default_rng(1)
    sign = dice.integers(0, 120, (10, 128), dtype=np.uint8)
    groups = [np.concatenate([sign, dice.integers(0, 120, (30, 128), dtype=np.uint8)]) for _ in range(9)]
    stopped = StopList(groups)
    assert len(stopped) == 10
    assert not stopped.rare(sign).any()
    assert stopped.rare(groups[0][10:]).all()
    assert StopList(groups[:3]).rare(sign).all()


def test_packed_features_come_back_and_hostile_ones_do_not(known: dict[str, Features]) -> None:
    packed = pack_features(known["cat"])
    back = unpack_features(packed)
    assert back.views[0].pdq == known["cat"].views[0].pdq
    assert (back.views[0].keypoints.descriptors == known["cat"].views[0].keypoints.descriptors).all()
    for bad in (
        b"",
        packed[:-1],
        packed + b"x",
        packed[:4] + b"\xff\xff\xff\xff",
        packed.replace(b"false", b"1e999", 1),
    ):
        with pytest.raises(UnsoundError):
            unpack_features(bad)


def test_points_that_are_no_numbers_are_refused(known: dict[str, Features]) -> None:
    view = known["cat"].views[0]
    view.keypoints.points[0, 0] = np.nan
    try:
        with pytest.raises(UnsoundError):
            unpack_features(pack_features(known["cat"]))
    finally:
        view.keypoints.points[0, 0] = 1.0


def test_the_pictures_of_a_collage_are_looked_at_one_by_one(library: Library, known: dict[str, Features]) -> None:
    page = Image.new("RGB", (1012, 1012), "white")
    for place, name in enumerate(("cat", "astronaut", "rocket", "cat")):
        cut = ImageOps.fit(photo(name), (500, 500))
        page.paste(cut, (512 * (place % 2), 512 * (place // 2)))
    boxes = [view.box for view in features(page).views if view.region]
    assert len(boxes) == 4
    assert all(abs(box.width - 500) <= 8 and abs(box.height - 500) <= 8 for box in boxes)
    found = {each.reference for each in library.find(features(page)) if each.level in MATCHES}
    assert found == {"cat", "astronaut", "rocket"}


def test_between_bars_what_is_left_of_a_block_is_compared() -> None:
    """Bars of 12 pixels and gaps of 14 leave no block whole at half the size."""
    grey = np.asarray(photo("cat").convert("L").resize((400, 266)))
    barred = grey.copy()
    for at in range(0, 400, 26):
        barred[:, at : at + 12] = 0
    seen = pixel_agreement(barred, grey, np.eye(3))
    assert seen.blocks > 100
    assert seen.share > 0.9


def test_a_descriptor_and_its_mirrored_form_are_one_entry() -> None:
    grey = np.asarray(photo("cat").convert("L").resize((500, 333)))
    found = keypoints_of(grey, 300)
    ours, turned = one_handed(found.descriptors)
    theirs, turned_too = one_handed(found.mirrored(500).descriptors)
    assert (ours == theirs).all(axis=1).mean() > 0.99
    assert (turned != turned_too).mean() > 0.99
