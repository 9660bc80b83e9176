"""Every further picture in a file has a number, and is compared or listed with its reason."""

from __future__ import annotations

import base64
import contextlib
import io
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen.flac import FLAC, Picture
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, NumberObject, StreamObject

from evidence_kit.hashing.perceptual import pdq
from evidence_kit.matching import worker
from evidence_kit.media.inner_pictures import decoded_inner, inner_of
from evidence_kit.media.pixels import UndecodedError
from tests.matching.scenes import photo
from tests.media.heic import heic
from tests.media.test_lengths import film, trimmed
from tests.media.test_picture import described, saved, scene, with_thumbnail
from tests.media.test_recording import sound


def other(width: int = 640, height: int = 480) -> Image.Image:
    return photo("rocket").resize((width, height))


def shown(width: int = 640, height: int = 480) -> Image.Image:
    return photo("cat").resize((width, height))


def listed(data: bytes, kind: str) -> list[tuple[int, str, str | None]]:
    return [(each.number, each.inner.role, each.inner.reason) for each in inner_of(io.BytesIO(data), kind)]


def is_there(data: bytes, kind: str, wanted: Image.Image, number: int = 2) -> bool:
    """Say whether one of the further pictures shows what is wanted, by description and by features."""
    hashed = pdq(wanted)
    assert hashed is not None
    [told] = [each for each in described(data, kind)["facts"]["inner_pictures"] if each["number"] == number]
    near = (int(told["pdq"]["upright"], 16) ^ int(hashed.hashes["upright"], 16)).bit_count() <= 31
    family = {"flac": "audio", "mp3": "audio", "pdf": "document", "docx": "document", "vcard": "text"}.get(
        kind, "picture"
    )
    answer: Any = worker.extract_features(io.BytesIO(data), {"kind": kind, "family": family})
    return near and any(each["number"] == number and "packed" in each for each in answer["inner"])


def mpo() -> bytes:
    buffer = io.BytesIO()
    shown().save(buffer, "MPO", save_all=True, append_images=[other()], quality=90)
    return buffer.getvalue()


def tiff() -> bytes:
    buffer = io.BytesIO()
    shown().save(buffer, "TIFF", save_all=True, append_images=[other()])
    return buffer.getvalue()


def pdf() -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    objects = DictionaryObject()
    for number, picture in enumerate((shown(), other())):
        stream = StreamObject()
        stream._data = saved(picture, "JPEG")
        stream.update(
            {NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Image"),
             NameObject("/Filter"): NameObject("/DCTDecode"), NameObject("/ColorSpace"): NameObject("/DeviceRGB"),
             NameObject("/Width"): NumberObject(640), NameObject("/Height"): NumberObject(480),
             NameObject("/BitsPerComponent"): NumberObject(8)}
        )  # fmt: skip
        objects[NameObject(f"/Im{number}")] = writer._add_object(stream)
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): objects})
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def docx() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/media/image1.jpeg", saved(shown(), "JPEG"))
        archive.writestr("word/media/image2.png", saved(other(), "PNG"))
    return buffer.getvalue()


def vcard(picture: Image.Image, folded: str) -> bytes:
    text = base64.b64encode(saved(picture, "JPEG")).decode()
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    head = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:S\r\nPHOTO;ENCODING=b;TYPE=JPEG:"
    return f"{head}{folded.join(lines)}\r\n\r\nEND:VCARD\r\n".encode()


def covered() -> bytes:
    picture = Picture()  # type: ignore[no-untyped-call]
    picture.data, picture.mime = saved(other(), "PNG"), "image/png"
    file = io.BytesIO(sound("flac", "flac"))
    opened = FLAC(file)  # type: ignore[no-untyped-call]
    opened.add_picture(picture)  # type: ignore[no-untyped-call]
    file.seek(0)
    opened.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("kind", "made", "number"),
    [
        ("jpeg", mpo, 2),
        ("tiff", tiff, 2),
        ("pdf", pdf, 3),
        ("docx", docx, 3),
        ("vcard", lambda: vcard(other(), "\r\n "), 2),
        ("vcard", lambda: vcard(other(), "\r\r\n "), 2),
        ("flac", covered, 2),
        ("jpeg", lambda: with_thumbnail(shown(), other()), 2),
    ],
)
def test_a_second_picture_is_compared(kind: str, made: Callable[[], bytes], number: int) -> None:
    if kind == "vcard":
        [told] = inner_of(io.BytesIO(made()), kind)
        [pixels] = decoded_inner(io.BytesIO(made()), told.inner)
        hashed, wanted = pdq(Image.fromarray(pixels.rgb)), pdq(other())
        assert hashed is not None
        assert wanted is not None
        assert (int(hashed.hashes["upright"], 16) ^ int(wanted.hashes["upright"], 16)).bit_count() <= 31
    else:
        assert is_there(made(), kind, other(), number)


@pytest.mark.parametrize("primary", [1, 2])
def test_of_a_heic_the_one_that_is_shown_is_the_first_and_the_other_the_second(primary: int) -> None:
    pictures = [shown(), other()] if primary == 1 else [other(), shown()]
    data = heic(pictures[0], second=pictures[1], primary=primary)
    assert listed(data, "heic") == [(2, "picture", None)]
    assert is_there(data, "heic", other())
    hashed, wanted = described(data, "heic")["facts"]["pdq"]["hashes"]["upright"], pdq(shown())
    assert wanted is not None
    assert (int(hashed, 16) ^ int(wanted.hashes["upright"], 16)).bit_count() <= 31


def test_a_thumbnail_that_shows_the_same_is_listed_and_not_compared() -> None:
    data = with_thumbnail(shown(), shown())
    answer: Any = worker.extract_features(io.BytesIO(data), {"kind": "jpeg", "family": "picture"})
    [told] = answer["inner"]
    assert (told["number"], told["role"], told["reason"]) == (2, "thumbnail", "thumbnail-same")


def test_a_picture_that_is_listed_and_gone_is_said_to_be_gone() -> None:
    whole = mpo()
    second = whole.index(b"\xff\xd8\xff", 10)
    facts = described(whole[:second], "jpeg")["facts"]
    assert facts["frames"] == 1
    assert [(each["number"], each["not_compared"]) for each in facts["inner_pictures"]] == [(2, "inner-gone")]
    assert described(whole, "jpeg")["facts"]["frames"] == 2
    cut = described(whole[: second + 4000], "jpeg")["facts"]
    assert [(each["number"], each["not_compared"]) for each in cut["inner_pictures"]] == [(2, "inner-cut")]


def test_the_film_of_a_motion_photo_is_a_further_one() -> None:
    data = saved(shown(), "JPEG") + film()
    facts = described(data, "jpeg")["facts"]
    [told] = facts["inner_pictures"]
    assert (told["role"], told["size_bytes"]) == ("film", len(film()))
    assert len(told["frames"]) >= 1
    answer: Any = worker.extract_features(io.BytesIO(data), {"kind": "jpeg", "family": "picture"})
    assert "packed" in answer["inner"][0]


def test_a_gain_map_is_left_out_on_purpose_and_that_is_said() -> None:
    buffer = io.BytesIO()
    gain = shown(320, 240).convert("L").convert("RGB")
    shown().save(buffer, "MPO", save_all=True, append_images=[gain], quality=90)
    data = buffer.getvalue()
    second = data.index(b"\xff\xd8\xff", 10)
    mark = (
        b"\xff\xe1"
        + struct.pack(">H", 2 + 29 + 60)
        + b"http://ns.adobe.com/xap/1.0/\0"
        + b"<x hdrgm:Version='1.0'/>".ljust(60)
    )
    # The list says how long the second one is; a longer one needs a list of its own.
    at = data.index(b"MPF\0")
    size = struct.pack(">I", len(data) - second + len(mark))
    order = data[at + 4 : at + 6]
    found = data.rindex(len(data[second:]).to_bytes(4, "little" if order == b"II" else "big"), 0, second)
    data = data[:found] + (size if order == b"MM" else size[::-1]) + data[found + 4 :]
    data = data[: second + 2] + mark + data[second + 2 :]
    assert listed(data, "jpeg") == [(2, "gain-map", "gain-map")]


def test_what_a_film_hides_is_a_further_film() -> None:
    data = trimmed(film(), 2.5)
    assert listed(data, "mp4") == [(2, "hidden-film", None)]
    answer: Any = worker.extract_features(io.BytesIO(data), {"kind": "mp4", "family": "video"})
    assert "packed" in answer
    assert [each["number"] for each in answer["inner"] if "packed" in each] == [2]


def test_two_that_are_the_same_are_compared_once_and_many_are_counted() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(60):
            archive.writestr(f"word/media/image{number}.png", saved(shown(64, 48), "PNG"))
    found = listed(buffer.getvalue(), "docx")
    assert found[0] == (2, "document-picture", None)
    assert found[1] == (3, "document-picture", "same-as-another")
    assert found[-1] == (50, "further", "too-many-inner")


def test_where_no_pixels_are_wanted_nothing_inside_is_looked_at() -> None:
    assert "inner_pictures" not in described(mpo(), "jpeg", pixels=False)["facts"]


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["jpeg", "tiff", "docx", "pdf", "vcard"]),
    places=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), min_size=1, max_size=10),
)
def test_no_damage_is_more_than_a_reason(kind: str, places: list[tuple[int, int]]) -> None:
    data = bytearray(DAMAGED[kind])
    for at, value in places:
        if at < len(data):
            data[at] = value
    for each in inner_of(io.BytesIO(bytes(data)), kind):
        with contextlib.suppress(UndecodedError):
            list(decoded_inner(io.BytesIO(bytes(data)), each.inner))


def _small(format_name: str) -> bytes:
    buffer = io.BytesIO()
    scene(64, 48).save(buffer, format_name, save_all=True, append_images=[scene(48, 64)])
    return buffer.getvalue()


DAMAGED = {
    "jpeg": _small("MPO"),
    "tiff": _small("TIFF"),
    "docx": docx(),
    "pdf": pdf(),
    "vcard": vcard(scene(64, 48), "\r\n "),
}


def test_the_pixels_of_a_numbered_picture_can_be_drawn_beside_another() -> None:
    first, second = tiff(), saved(other(), "PNG")
    payload = struct.pack(">Q", len(first)) + first + second
    answer: Any = worker.draw_side_by_side(
        io.BytesIO(payload),
        {
            "kinds": ["tiff", "png"], "frames": [0, 0], "pictures": [2, 1], "sharp": True,
            "area": [0, 0, 640, 480], "outline": [[0, 0], [640, 0], [640, 480], [0, 480]],
        },
    )  # fmt: skip
    assert base64.b64decode(answer["jpeg"]).startswith(b"\xff\xd8")
    pixels = worker._frame(worker._numbered(io.BytesIO(first), "tiff", 2), 0)
    assert np.abs(pixels.rgb.astype(int) - np.asarray(other(), int)).mean() < 8
