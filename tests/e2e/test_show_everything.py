"""Every sample is shown on the screen, in every language; and facts of any shape are no crash."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence_kit.commands import _item_view
from evidence_kit.commands._screen import Screen
from evidence_kit.intake.sniff import sniff
from evidence_kit.media.registry import describe
from evidence_kit.model import Json
from tests.media.exif_block import ASCII, RATIONAL, UNDEFINED, block, jpeg_with

SAMPLES = Path(__file__).parents[2] / "samples"
FILES = sorted(path for path in SAMPLES.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def about(data: bytes, name: str, described: dict[str, Any] | None = None) -> dict[str, Any]:
    kind = sniff(data[:4096], len(data))
    return {
        "item": "E000001", "path": name, "kind": kind.name, "family": kind.family.value, "size": len(data),
        "sha256": "00" * 32, "taken_in": "2026-01-01T00:00:00.000000Z", "sensitivity": "none", "line": 2,
        "provenance": {"how": "copy"},
        "described": described if described is not None else {
            "x": describe(io.BytesIO(data), {"kind": kind.name, "name": name, "pixels": True})
        },
    }  # fmt: skip


def shown(facts: dict[str, Any], language: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    _item_view.show_item(Screen(language), facts, "LRC-2026-0001")
    return capsys.readouterr().out


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SAMPLES)))
def test_a_sample_is_shown(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = about(path.read_bytes(), path.name)
    for language in ("ar", "fr", "en"):
        assert "E000001" in shown(facts, language, capsys)


def test_an_outlook_message_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    facts = {"streams": ["__properties_version1.0"], "streams_count": 1, "program": "outlook", "embedded": 2}
    made = about(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "u.msg", {"ole": {"facts": facts, "problems": []}})
    assert "u.msg" in shown(made, "en", capsys)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = (
    "exif", "gps", "xmp", "iptc", "texts", "tags", "streams", "length", "ogg", "edits", "created", "locations",
    "embedded", "info", "properties", "colours", "quantisation", "naming_signs", "screenshot_signs", "thumbnails",
    "c2pa", "revisions", "counts", "external", "links", "files", "pdq", "frames", "pages", "orientation",
    "duration_seconds", "width_pixels", "inner_pictures",
)  # fmt: skip


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.dictionaries(st.sampled_from(NAMES), JSON | st.dictionaries(st.sampled_from(NAMES), JSON)))
def test_facts_of_any_shape_are_shown_as_far_as_they_are_facts(
    facts: dict[str, Json], capsys: pytest.CaptureFixture[str]
) -> None:
    made = about(b"x", "x", {"y": {"facts": facts, "problems": facts.get("tags"), "parameters": facts.get("exif")}})
    assert "E000001" in shown(made, "en", capsys)


def described(data: bytes, capsys: pytest.CaptureFixture[str]) -> str:
    return shown(about(data, "a.jpg"), "en", capsys)


def test_a_place_without_its_hemisphere_is_not_shown_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    text = described(
        jpeg_with(block({"GPS": [(2, RATIONAL, [35, 1, 11, 1, 24, 1]), (4, RATIONAL, [6, 1, 9, 1, 0, 1])]})), capsys
    )
    assert "35.1900000 north or south: not stated, 6.1500000 east or west: not stated" in text


def test_words_in_a_picture_are_shown_and_who_reads_others(capsys: pytest.CaptureFixture[str]) -> None:
    told = "ادفع قبل الجمعة"
    comment = b"UNICODE\0" + told.encode("utf-16-le")
    text = described(
        jpeg_with(block({"EXIF": [(0x9286, UNDEFINED, comment), (0x9003, ASCII, b"2023:02:30 10:00:00\0")]})), capsys
    )
    assert f"UserComment = {told}" in text
    assert "exifread reads" in text
    assert "there is no such date or time" in text


def test_a_guessed_name_is_shown_as_a_guess(capsys: pytest.CaptureFixture[str]) -> None:
    assert "cp720" in shown(about(b"x", "x.txt", {}) | {"name_from": "assumed-cp720"}, "en", capsys)
    assert "assumed" not in shown(about(b"x", "x.txt", {}) | {"name_from": "assumed-utf-8"}, "en", capsys)


def test_every_further_picture_has_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    inner = [
        {"number": 2, "role": "page", "where": "page 2", "width_pixels": 640, "height_pixels": 480},
        {"number": 3, "role": "gain-map", "where": "offset 9", "not_compared": "gain-map"},
    ]
    text = shown(about(b"II*\0", "a.tif", {"picture": {"facts": {"inner_pictures": inner}}}), "en", capsys)
    assert "#2" in text
    assert "640 × 480" in text
    assert "not compared: it is a gain map" in text


def test_a_sticker_is_shown_in_letters(capsys: pytest.CaptureFixture[str]) -> None:
    told = '{"sticker-pack-name": "\\u062a\\u0647\\u062f\\u064a\\u062f", "emojis": ["x"]}'
    text = described(jpeg_with(block({"Image": [(0x5741, UNDEFINED, told.encode())]})), capsys)
    assert "sticker-pack-name: تهديد, emojis: x" in text


def test_a_date_in_a_container_that_is_in_no_calendar_is_shown_so(capsys: pytest.CaptureFixture[str]) -> None:
    for local, odd in (("1980-00-00T00:00:00", True), ("2025-05-03T12:00:00", False)):
        text = shown(about(b"x", "x", {}) | {"times": {"local": local, "utc": None}}, "en", capsys)
        assert local in text
        assert ("no such date" in text) is odd
