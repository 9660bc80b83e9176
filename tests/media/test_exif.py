"""EXIF as the file has it: texts in every code, places only with their hemisphere, what libraries say otherwise."""

from __future__ import annotations

import io
import json
import struct
import subprocess
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from evidence_kit.media import tiff
from evidence_kit.media.exif_text import text_of
from tests.media.exif_block import ASCII, BYTE, RATIONAL, SHORT, UNDEFINED, UTF8, Entry, block, jpeg_with
from tests.media.heic import heic
from tests.media.test_picture import codes, described, saved, scene

THREAT = "تهديد: ادفع قبل يوم الجمعة"
USER_COMMENT, XP_TITLE, XP_COMMENT, DESCRIPTION, ARTIST, STICKER = 0x9286, 0x9C9B, 0x9C9C, 0x010E, 0x013B, 0x5741


def exif_of(directories: dict[str, list[Entry]], order: str = "<") -> dict[str, Any]:
    found: dict[str, Any] = described(jpeg_with(block(directories, order)))["facts"]["exif"]
    return found


def tags_of(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {each["tag"]: (each["value"], each.get("encoding", "ascii")) for each in found["tags"]}


@pytest.mark.parametrize(
    ("order", "coded", "encoding"),
    [
        ("<", THREAT.encode("utf-16-le"), "utf-16"),
        (">", THREAT.encode("utf-16-be"), "utf-16"),
        (">", b"\xff\xfe" + THREAT.encode("utf-16-le"), "utf-16"),
        (">", THREAT.encode("utf-16-le"), "utf-16, other byte order than the block assumed"),
        ("<", THREAT.encode("utf-16-be"), "utf-16, other byte order than the block assumed"),
    ],
)
def test_a_comment_in_unicode_is_its_text(order: str, coded: bytes, encoding: str) -> None:
    found = exif_of({"EXIF": [(USER_COMMENT, UNDEFINED, b"UNICODE\0" + coded)]}, order)
    assert tags_of(found)["EXIF UserComment"] == (THREAT, encoding)


@pytest.mark.parametrize(
    ("coded", "text", "encoding"),
    [
        (b"ASCII\0\0\0" + b"pay by Friday\0", "pay by Friday", "ascii"),
        (b"ASCII\0\0\0" + THREAT.encode(), THREAT, "utf-8 assumed"),
        (b"JIS\0\0\0\0\0" + "写真".encode("iso2022_jp"), "写真", "jis"),
        (bytes(8) + THREAT.encode(), THREAT, "utf-8 assumed"),
        (bytes(8) + "menacé".encode("cp1252"), "menacé", "cp1252 assumed"),
        (b"without any code", "without any code", "ascii"),
    ],
)
def test_a_comment_says_how_it_was_read(coded: bytes, text: str, encoding: str) -> None:
    assert tags_of(exif_of({"EXIF": [(USER_COMMENT, UNDEFINED, coded)]}))["EXIF UserComment"] == (text, encoding)


def test_titles_of_windows_and_texts_of_exif_3_are_texts() -> None:
    found = exif_of(
        {
            "Image": [
                (XP_TITLE, BYTE, (THREAT + "\0").encode("utf-16-le")),
                (XP_COMMENT, BYTE, "صورة".encode("utf-16-le")),
                (DESCRIPTION, UTF8, "سلمى".encode() + b"\0"),
                (ARTIST, ASCII, "سامي".encode() + b"\0"),
            ]
        }
    )
    read = tags_of(found)
    assert read["Image XPTitle"] == (THREAT, "utf-16")
    assert read["Image XPComment"] == ("صورة", "utf-16")
    assert read["Image ImageDescription"] == ("سلمى", "utf-8")
    assert read["Image Artist"] == ("سامي", "utf-8 assumed")


def test_a_long_text_is_there_to_its_length_and_who_leaves_it_out_is_said() -> None:
    text = "masterpiece, Steps: 20, Seed: 1234567; " * 40
    found = exif_of(
        {
            "EXIF": [(USER_COMMENT, UNDEFINED, b"ASCII\0\0\0" + text.encode())],
            "Image": [(XP_COMMENT, BYTE, text.encode("utf-16-le")), (DESCRIPTION, ASCII, b"x" * 5000 + b"\0")],
        }
    )
    entries = {each["tag"]: each for each in found["tags"]}
    assert entries["EXIF UserComment"]["value"] == text
    assert entries["Image XPComment"]["value"] == text
    assert entries["Image ImageDescription"]["characters"] == 5000
    left_out = {each["tag"]: each["why"] for each in found["disagreements"] if each.get("exifread") in {"", "[]"}}
    assert left_out["EXIF UserComment"] == left_out["Image XPComment"] == "left-out"


def test_a_sticker_names_its_pack() -> None:
    told = json.dumps({"sticker-pack-publisher": "سامي", "emojis": ["😀"]})
    made = io.BytesIO()
    data = block({"Image": [(STICKER, UNDEFINED, told.encode())]})
    Image.new("RGB", (64, 64)).save(made, "WEBP", exif=data)
    found = described(made.getvalue(), "webp")["facts"]["exif"]
    assert json.loads(tags_of(found)["Image Tag 0x5741"][0])["sticker-pack-publisher"] == "سامي"


def test_bytes_that_are_no_text_stay_length_and_digest() -> None:
    found = exif_of({"Image": [(STICKER, UNDEFINED, b"\xff\xfe\0\1" * 8)]})
    assert "SHA-256" in tags_of(found)["Image Tag 0x5741"][0] or "[" in tags_of(found)["Image Tag 0x5741"][0]
    assert text_of(tiff.TiffEntry("EXIF", USER_COMMENT, UNDEFINED, 3, b"\xff\xfe\0", little=True)) is None


def test_what_stands_behind_the_end_of_a_text_is_no_part_of_it_and_not_lost() -> None:
    found = tags_of(exif_of({"Image": [(0x0110, ASCII, b"ION230\0 F\0"), (0x8298, ASCII, b"one\0two\0")]}))
    assert found["Image Model"][0] == "ION230"
    assert found["Image Model (behind its end)"][0] == "F"
    assert found["Image Copyright"][0] == "one\ntwo"


PLACE: list[Entry] = [(2, RATIONAL, [35, 1, 11, 1, 24, 1]), (4, RATIONAL, [6, 1, 9, 1, 0, 1])]


def test_without_its_hemisphere_a_place_is_no_place() -> None:
    gps = exif_of({"GPS": PLACE})["gps"]
    assert gps["latitude_degrees"] is gps["longitude_degrees"] is None
    assert (gps["latitude_unsigned_degrees"], gps["longitude_unsigned_degrees"]) == ("35.1900000", "6.1500000")
    whole = exif_of({"GPS": [(1, ASCII, b"N\0"), *PLACE[:1], (3, ASCII, b"W\0"), *PLACE[1:]]})["gps"]
    assert (whole["latitude_degrees"], whole["longitude_degrees"]) == ("35.1900000", "-6.1500000")


@pytest.mark.parametrize(
    ("reference", "degrees"), [(b"S\0", "-35.1900000"), (b"s\0", "-35.1900000"), (b"X\0", None), (b"E\0", None)]
)
def test_a_hemisphere_is_one_of_its_own_axis(reference: bytes, degrees: str | None) -> None:
    assert exif_of({"GPS": [(1, ASCII, reference), *PLACE[:1]]})["gps"]["latitude_degrees"] == degrees


@pytest.mark.parametrize(
    "value",
    [[91, 1, 0, 1, 0, 1], [35, 1, 60, 1, 0, 1], [35, 1, 0, 1, 75, 1], [0, 0, 0, 1, 0, 1], [90, 1, 0, 1, 1, 1]],
)
def test_degrees_minutes_and_seconds_are_held_against_their_ranges(value: list[int]) -> None:
    answer = described(jpeg_with(block({"GPS": [(1, ASCII, b"N\0"), (2, RATIONAL, value)]})))
    assert answer["facts"]["exif"]["gps"]["latitude_degrees"] is None
    assert answer["facts"]["exif"]["gps"]["latitude_raw"] is not None
    assert codes(answer) in ({"gps-out-of-range"}, {"gps-not-read"})


def test_height_direction_speed_and_time_have_their_units_or_none() -> None:
    gps = exif_of(
        {
            "GPS": [
                (5, BYTE, [1]), (6, RATIONAL, [125, 10]), (7, RATIONAL, [13, 1, 5, 1, 33, 1]), (12, ASCII, b"K\0"),
                (13, RATIONAL, [50, 1]), (16, ASCII, b"M\0"), (17, RATIONAL, [35950, 100]),
                (29, ASCII, b"2024:03:12\0"),
            ]
        }
    )["gps"]  # fmt: skip
    assert (gps["altitude_metres"], gps["speed"], gps["speed_unit"]) == ("-12.50", "50.00", "kilometres an hour")
    assert (gps["direction_degrees"], gps["direction_from"]) == ("359.50", "magnetic north")
    assert gps["time_utc"] == "2024-03-12T13:05:33Z"
    bare = exif_of({"GPS": [(6, RATIONAL, [125, 10]), (13, RATIONAL, [50, 1]), (17, RATIONAL, [361, 1])]})["gps"]
    assert bare["altitude_metres"] is bare["speed_unit"] is bare["direction_degrees"] is None
    odd = exif_of({"GPS": [(7, RATIONAL, [25, 1, 5, 1, 33, 1]), (29, ASCII, b"2024:13:12\0")]})["gps"]
    assert odd["time_utc"] is None


@pytest.mark.parametrize(
    ("when", "offset", "marks"),
    [
        (b"2024:02:29 23:59:59\0", b"+01:00\0", set()),
        (b"2023:02:29 10:00:00\0", b"+14:00\0", {"no_such_time"}),
        (b"2024:03:12 24:05:33\0", b"+15:00\0", {"no_such_time", "no_such_offset"}),
        (b"    :  :     :  :  \0", b"Z\0", {"no_such_time"}),
    ],
)
def test_a_date_that_is_in_no_calendar_is_marked(when: bytes, offset: bytes, marks: set[str]) -> None:
    taken = exif_of({"EXIF": [(0x9003, ASCII, when), (0x9011, ASCII, offset)]})["dates"]["taken"]
    assert set(taken) - {"raw", "offset_raw"} == marks


def test_an_orientation_is_that_of_the_file_and_not_of_a_library() -> None:
    data = b"Exif\0\0" + block({"Image": [(0x0112, SHORT, [6])]})
    facts = described(heic(scene(96, 64), exif=data, quarter_turns=3), "heic")["facts"]
    assert facts["exif"]["orientation"] == 6
    assert (facts["width_pixels"], facts["height_pixels"]) == (96, 64)
    assert facts["orientation"] == {
        "exif": 6, "boxes": {"quarter_turns_clockwise": 1, "mirrored": []}, "rests_on": "boxes",
        "shown_width_pixels": 64, "shown_height_pixels": 96,
    }  # fmt: skip
    only_exif = described(heic(scene(96, 64), exif=data), "heic")["facts"]["orientation"]
    assert (only_exif["exif"], only_exif["rests_on"], only_exif["shown_width_pixels"]) == (6, "nothing", 96)


def test_what_turns_an_avif_is_no_exif() -> None:
    data = saved(scene(96, 64), "AVIF", exif=b"Exif\0\0" + block({"Image": [(0x0112, SHORT, [6])]}))
    facts = described(data, "avif")["facts"]
    # Pillow writes the turn into the boxes and leaves it out of the EXIF.
    assert facts["exif"]["orientation"] is None
    assert facts["exif"]["tags"] == []
    assert facts["orientation"]["boxes"] == {"quarter_turns_clockwise": 1, "mirrored": []}
    assert (facts["width_pixels"], facts["orientation"]["shown_width_pixels"]) == (96, 64)


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
def test_elsewhere_exif_turns(kind: str) -> None:
    made = Image.Exif()
    made[0x0112] = 8
    facts = described(saved(scene(96, 64), kind.upper(), exif=made), kind)["facts"]
    assert (facts["width_pixels"], facts["height_pixels"]) == (96, 64)
    assert (facts["orientation"]["rests_on"], facts["orientation"]["exif"]) == ("exif", 8)
    assert facts["orientation"]["shown_width_pixels"] == 64


def test_an_orientation_that_there_is_not_turns_nothing() -> None:
    answer = described(jpeg_with(block({"Image": [(0x0112, SHORT, [9])]})))
    assert answer["facts"]["exif"]["orientation"] is None
    assert answer["facts"]["orientation"]["rests_on"] == "nothing"
    assert codes(answer) == {"orientation-out-of-range"}


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=300), order=st.sampled_from(["<", ">"]))
def test_no_directory_is_more_than_a_problem(data: bytes, order: str) -> None:
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    for entry in tiff.read(io.BytesIO(head + data)):
        text_of(entry)
        entry.ratios()


@pytest.mark.skipif(which("exiftool") is None, reason="exiftool is not installed")
def test_exiftool_reads_the_same(tmp_path: Path) -> None:
    directories: dict[str, list[Entry]] = {
        "Image": [(XP_TITLE, BYTE, (THREAT + "\0").encode("utf-16-le"))],
        "EXIF": [(USER_COMMENT, UNDEFINED, b"UNICODE\0" + THREAT.encode("utf-16-be"))],
        "GPS": [(1, ASCII, b"N\0"), *PLACE[:1], (3, ASCII, b"W\0"), *PLACE[1:]],
    }
    (tmp_path / "a.jpg").write_bytes(jpeg_with(block(directories, ">")))
    ran = subprocess.run(["exiftool", "-j", "-n", "-a", str(tmp_path / "a.jpg")], capture_output=True, check=True)
    [told] = json.loads(ran.stdout)
    found = exif_of(directories, ">")
    assert told["UserComment"] == told["XPTitle"] == tags_of(found)["EXIF UserComment"][0] == THREAT
    assert float(told["GPSLongitude"]) == float(found["gps"]["longitude_degrees"])
