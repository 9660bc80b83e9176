"""Odd, huge, empty and broken pictures: features that find them again, or a reason, in an isolated process."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image

from evidence_kit.matching.features import Features, unpack_features
from evidence_kit.matching.levels import MATCHES
from evidence_kit.matching.library import Library
from evidence_kit.workers.job import Job, Result
from evidence_kit.workers.worker import Worker
from tests.matching.scenes import features, photo

FUNCTION = "evidence_kit.matching.worker:extract_features"


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as started:
        yield started


@pytest.fixture(scope="module")
def library() -> Library:
    known = {name: features(photo(name).resize((768, 512))) for name in ("cat", "rocket")}
    return Library(list(known), known.__getitem__)


def answer(worker: Worker, data: bytes, kind: str = "jpeg") -> Features | str:
    job = Job(FUNCTION, {"kind": kind}, data)
    got = worker.call(job.function, job.arguments, job.payload, 60.0)
    assert isinstance(got, Result), got
    assert isinstance(got.value, dict)
    if "reason" in got.value:
        return str(got.value["reason"])
    return unpack_features(base64.b64decode(str(got.value["packed"])))


def saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    held = io.BytesIO()
    picture.save(held, kind, **how)
    return held.getvalue()


def sixteen_bits() -> bytes:
    grey = np.asarray(photo("cat").resize((768, 512)).convert("L"), np.uint16)
    return saved(Image.fromarray(grey * 257), "PNG")


def palette() -> bytes:
    made = photo("cat").resize((768, 512)).quantize(64)
    return saved(made, "PNG", transparency=0)


def animated() -> bytes:
    frames = [Image.new("RGB", (768, 512), "black"), photo("cat").resize((768, 512))]
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=200)


def on_its_side() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(photo("cat").resize((768, 512)).transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif)


def large() -> bytes:
    """100 megapixels of which one corner holds the cat."""
    page = Image.new("RGB", (12_500, 8_000), "white")
    page.paste(photo("cat").resize((9_000, 6_000)), (500, 500))
    return saved(page, "JPEG", quality=60)


FOUND: dict[str, tuple[Callable[[], bytes], str]] = {
    "CMYK": (lambda: saved(photo("cat").resize((768, 512)).convert("CMYK"), "JPEG"), "jpeg"),
    "16 bits": (sixteen_bits, "png"),
    "palette with transparency": (palette, "png"),
    "animated": (animated, "gif"),
    "turned by EXIF": (on_its_side, "jpeg"),
    "100 Mpx": (large, "jpeg"),
    "grey and alpha": (lambda: saved(photo("cat").resize((768, 512)).convert("LA"), "PNG"), "png"),
    "WebP": (lambda: saved(photo("cat").resize((768, 512)), "WEBP"), "webp"),
}


@pytest.mark.parametrize("name", FOUND)
def test_an_odd_picture_is_found(name: str, worker: Worker, library: Library) -> None:
    make, kind = FOUND[name]
    asked = answer(worker, make(), kind)
    assert isinstance(asked, Features), asked
    found = library.find(asked)
    assert [each.reference for each in found if each.level in MATCHES] == ["cat"]


def noise(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 255, (height, width, 3), dtype=np.uint8))


REASONS: dict[str, tuple[Callable[[], bytes], str]] = {
    "1x1": (lambda: saved(Image.new("RGB", (1, 1)), "PNG"), "too-small"),
    "30,000x10": (lambda: saved(noise(30_000, 10), "PNG"), "too-small"),
    "30,000x20": (lambda: saved(noise(30_000, 20), "PNG"), "too-slender"),
    "truncated": (lambda: saved(photo("cat"), "JPEG")[:20_000], "truncated"),
    "cut in its header": (lambda: saved(photo("cat"), "JPEG")[:40], "not-decoded"),
    "empty": (lambda: b"", "not-decoded"),
    "no picture": (lambda: b"\xff\xd8\xff" + bytes(5000), "not-decoded"),
    "a bomb": (lambda: saved(Image.new("1", (40_000, 40_000)), "PNG"), "too-many-pixels"),
}


@pytest.mark.parametrize("name", REASONS)
def test_what_cannot_be_compared_gets_a_reason(name: str, worker: Worker) -> None:
    make, reason = REASONS[name]
    assert answer(worker, make(), "png") == reason


def test_every_reason_is_said_in_words() -> None:
    from evidence_kit.words import LANGUAGES, catalogue

    for language in LANGUAGES:
        for _, reason in REASONS.values():
            assert catalogue(language).knows(f"reason.{reason}"), reason


def test_a_picture_of_one_colour_has_features_that_say_nothing(worker: Worker, library: Library) -> None:
    asked = answer(worker, saved(Image.new("RGB", (300, 200), "teal"), "PNG"), "png")
    assert isinstance(asked, Features)
    [view] = asked.views
    assert (len(view.keypoints), view.quality) == (0, 0)
    assert library.find(asked) == []
