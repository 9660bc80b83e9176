"""The place that an XMP packet states: only what the standard writes, with its side, within its range."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from evidence_kit.commands._described import place_lines
from evidence_kit.media.xmp import coordinate


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("35,11.58N", ("latitude", "35.1930000")),
        ("6,9,18W", ("longitude", "-6.1550000")),
        ("34,0.5S", ("latitude", "-34.0083333")),
        (" 180,0E ", ("longitude", "180.0000000")),
        ("35,11.58", None),
        ("91,0N", None),
        ("180,0,0.1E", None),
        ("35,60N", None),
        ("35,11,60N", None),
        ("35.19N", None),
        ("", None),
        ("٣٥,١١N", None),
    ],
)
def test_an_angle_is_read_as_the_standard_writes_it(text: str, found: tuple[str, str] | None) -> None:
    assert coordinate(text) == found


def shown(*properties: tuple[str, str]) -> list[str]:
    facts: dict[str, Any] = {"xmp": {"properties": [{"tag": tag, "value": value} for tag, value in properties]}}
    screen: Any = SimpleNamespace(say=lambda name, **_: name)
    return [value for label, value in place_lines(screen, facts) if label == "degrees" and value]


def test_a_place_wants_both_of_its_angles() -> None:
    assert shown(("exif:GPSLatitude", "35,11.58N"), ("exif:GPSLongitude", "6,9.3W")) == ["35.1930000, -6.1550000 (XMP)"]
    assert not shown(("exif:GPSLatitude", "35,11.58N"))
    assert not shown(("exif:GPSLatitude", "6,9.3W"), ("exif:GPSLongitude", "35,11.58N"))
    assert not shown(("dc:GPSLatitude", "35,11.58N"), ("dc:GPSLongitude", "6,9.3W"))
