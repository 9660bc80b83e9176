"""`match` from the command line: files found elsewhere, another case, drawings, and plain words with the numbers."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evidence_kit.words import LANGUAGES, catalogue
from tests.e2e.conftest import ROOT, Program
from tests.matching.scenes import photo, screenshot

CANDIDATES = ROOT / "samples" / "candidates"


@pytest.fixture
def cat_program(station_program: Program) -> Program:
    """With case 1 that holds the cat, and a post in which it was found, not taken in."""
    home = station_program.home
    for folder, name, picture in (
        ("phone", "cat.jpg", photo("cat")),
        ("net", "post.png", screenshot(photo("cat"))),
    ):
        (home / folder).mkdir()
        picture.resize((picture.width * 3 // 4, picture.height * 3 // 4)).save(home / folder / name)
    station_program.keyed("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer")
    station_program.keyed("ingest", "1", home / "phone")
    return station_program


def test_a_post_is_found_and_with_ingest_taken_in(cat_program: Program) -> None:
    net = cat_program.home / "net"
    [told] = cat_program.json("match", "1", net)
    [pair] = told["pairs"]
    assert (pair["item"], pair["candidate"], pair["level"]) == ("E000001", "net/post.png", "picture-inside")
    assert pair["transformation"]["inside"] == "screenshot"
    assert len(cat_program.json("list", "1")) == 1
    [taken] = cat_program.json("match", "1", net, "--ingest")
    [pair] = taken["pairs"]
    assert (pair["item"], pair["other"], pair["level"]) == ("E000001", "E000002", "picture-inside")
    assert [each["path"] for each in cat_program.json("list", "1")] == ["phone/cat.jpg", "net/post.png"]
    events = [line.get("type") for line in cat_program.json("log", "1")]
    assert events.count("match.found") == 2
    assert cat_program.json("verify", "1")[0]["verdict"] == "CONSISTENT"


def test_another_case_is_compared(cat_program: Program) -> None:
    cat_program.keyed("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer")
    cat_program.keyed("ingest", "2", cat_program.home / "net")
    [told] = cat_program.json("match", "1", "--other", "2")
    [pair] = told["pairs"]
    assert told["other_case"].endswith("0002")
    assert (pair["item"], pair["other_item"], pair["level"]) == ("E000001", "E000001", "picture-inside")
    cat_program.keyed("match", "1", cat_program.home / "net", "--other", "2", expect=2)
    cat_program.keyed("match", "1", "--ingest", expect=2)
    cat_program.keyed("match", "1", "--sharp", "to see", expect=2)


def test_side_by_sides_are_blurred_unless_somebody_gives_a_reason(cat_program: Program) -> None:
    home, net = cat_program.home, cat_program.home / "net"
    cat_program.keyed("match", "1", net, "--picture", home / "blurred")
    cat_program.keyed("match", "1", net, "--picture", home / "sharp", "--sharp", "the lawyer asks")
    blurred, sharp = (drawn(home / name) for name in ("blurred", "sharp"))
    assert blurred.shape == sharp.shape
    assert detail(blurred) < detail(sharp) / 4
    for picture in (blurred, sharp):
        green = (np.abs(picture.astype(int) - (0, 214, 120)).sum(axis=2) < 60).any(axis=0)
        # The outline runs through the picture of the case, on the left, and through the post, on the right.
        assert green[: len(green) // 2].any()
        assert green[len(green) // 2 :].any()
    pages = [(home / name / "index.html").read_text("utf-8") for name in ("blurred", "sharp")]
    said = catalogue("en").sentence("match.page.blurred")
    assert [said in page for page in pages] == [True, False]
    exported = [line["says"] for line in cat_program.json("log", "1") if line.get("type") == "exported"]
    assert [each["sharp"] for each in exported] == [None, "the lawyer asks"]
    assert all(path.stat().st_mode & 0o077 == 0 for name in ("blurred", "sharp") for path in (home / name).iterdir())
    cat_program.keyed("match", "1", net, "--picture", home / "sharp", expect=28)


def drawn(folder: Path) -> np.ndarray:
    [path] = folder.glob("*.jpg")
    with Image.open(io.BytesIO(path.read_bytes())) as opened:
        return np.asarray(opened.convert("RGB"))


def detail(picture: np.ndarray) -> float:
    """How much neighbours differ in the middle of the left picture, where no outline runs."""
    height, width = picture.shape[:2]
    part = picture[height * 2 // 5 : height * 3 // 5, width // 8 : width // 3].astype(float)
    return float(np.abs(np.diff(part, axis=1)).mean())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_match_is_told_in_plain_words_with_its_numbers(language: str, cat_program: Program) -> None:
    said = cat_program.keyed("match", "1", cat_program.home / "net", "--lang", language).stdout
    words = catalogue(language)
    assert words.sentence("match.level.picture-inside") in said
    [numbers] = [line for line in said.splitlines() if len(re.findall(r"\d+", line)) >= 4 and "E0" not in line]
    assert len(re.findall(r"\d+", numbers)) >= 4
    place = words.sentence("match.place.upper")
    assert re.search(
        re.escape(words.sentence("match.was.in-screenshot", place=place, percent=0)).replace("0", r"\d+"), said
    )
