"""Pictures, whole and hostile: facts where there are some, a problem where not, never an exception."""

import io
import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from evidence_kit.media.registry import describe
from evidence_kit.workers.protocol import check_value
from tests.media.heic import heic

TURNED_BY = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def scene(width: int = 320, height: int = 240) -> Image.Image:
    cells = np.array([[(x * 31 + y * 57 + x * y * 13) * 41 % 251 for x in range(9)] for y in range(9)], dtype=np.uint8)
    grey = Image.fromarray(cells).resize((width, height), Image.Resampling.BICUBIC)
    return Image.merge("RGB", (grey, grey.transpose(Image.Transpose.ROTATE_180), grey))


def saved(picture: Image.Image, format_name: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format_name, **options)
    return buffer.getvalue()


def exif() -> Image.Exif:
    made = Image.Exif()
    made[ExifTags.Base.Make] = "Camera maker"
    made[ExifTags.Base.Software] = "Editor 1.0"
    made[ExifTags.Base.DateTime] = "0000:00:00 00:00:00"
    made.get_ifd(ExifTags.IFD.Exif).update(
        {ExifTags.Base.DateTimeOriginal: "2024:01:31 03:04:05", ExifTags.Base.OffsetTimeOriginal: "+01:00"}
    )
    made.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (35.0, 11.0, 36.5), 3: "W", 4: (6.0, 9.0, 0.0)})
    return made


def described(data: bytes, kind: str = "jpeg", name: str = "", **more: Any) -> dict[str, Any]:
    answer: Mapping[str, Any] = describe(io.BytesIO(data), {"kind": kind, "name": name, **more})
    check_value(answer)
    assert len(json.dumps(answer["facts"], ensure_ascii=False).encode()) <= 64 * 1024
    return dict(answer)


def codes(answer: Mapping[str, Any]) -> set[str]:
    return {problem["code"] for problem in answer["problems"]}


def distance_bits(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


@pytest.mark.parametrize(
    ("format_name", "kind"),
    [("JPEG", "jpeg"), ("PNG", "png"), ("GIF", "gif"), ("WEBP", "webp"), ("BMP", "bmp"), ("TIFF", "tiff"),
     ("AVIF", "avif")],
)  # fmt: skip
def test_every_format_gives_its_frame_and_hashes(format_name: str, kind: str) -> None:
    answer = described(saved(scene(), format_name), kind)
    facts = answer["facts"]
    assert (facts["format"], facts["width_pixels"], facts["height_pixels"]) == (format_name, 320, 240)
    assert facts["frames"] == 1
    assert len(facts["pdq"]["hashes"]) == 8
    assert facts["pdq"]["quality"] >= 50
    assert len(facts["phash"]) == len(facts["dhash"]) == 16
    assert answer["problems"] == []
    assert answer["describer"] == "picture/3"
    assert answer["versions"]["pillow"]


def test_dates_place_and_software_stand_beside_their_raw_values() -> None:
    found = described(saved(scene(), "JPEG", exif=exif()))["facts"]["exif"]
    assert found["reader"] == "exifread"
    assert found["dates"] == {
        "taken": {"raw": "2024:01:31 03:04:05", "offset_raw": "+01:00"},
        "changed": {"raw": "0000:00:00 00:00:00", "offset_raw": None, "no_such_time": True},
    }
    assert found["gps"]["latitude_degrees"] == "35.1934722"
    assert found["gps"]["longitude_degrees"] == "-6.1500000"
    assert found["gps"]["longitude_raw"] == "[6, 9, 0]"
    assert found["gps"]["datum_raw"] is None
    assert found["software"] == "Editor 1.0"
    assert {"tag": "Image Make", "value": "Camera maker"} in found["tags"]


@pytest.mark.parametrize("place", [(200.0, 0.0, 0.0), (1.0, 2.0)])
def test_a_place_that_is_none_is_a_problem_and_its_raw_value_stays(place: tuple[float, ...]) -> None:
    made = exif()
    made.get_ifd(ExifTags.IFD.GPSInfo)[2] = place
    answer = described(saved(scene(), "JPEG", exif=made))
    assert answer["facts"]["exif"]["gps"]["latitude_degrees"] is None
    assert answer["facts"]["exif"]["gps"]["latitude_raw"] is not None
    assert answer["facts"]["exif"]["gps"]["longitude_degrees"] == "-6.1500000"
    assert codes(answer) == {"gps-out-of-range"}


def test_without_exif_nothing_is_claimed() -> None:
    found = described(saved(scene(), "JPEG"))["facts"]["exif"]
    assert found == {
        "reader": None, "software": None, "dates": {}, "gps": None, "embedded": [], "tags": [], "camera_tags": False,
        "orientation": None, "disagreements": [],
    }  # fmt: skip


@pytest.mark.parametrize("orientation", TURNED_BY)
def test_a_picture_turned_by_exif_has_the_hashes_of_the_picture_seen(orientation: int) -> None:
    plain = described(saved(scene(1500, 1100), "PNG"), "png")["facts"]
    made = Image.Exif()
    made[ExifTags.Base.Orientation] = orientation
    stored = scene(1500, 1100).transpose(TURNED_BY[orientation])
    for format_name, kind, limit_bits in (("PNG", "png", 2), ("JPEG", "jpeg", 16)):
        turned = described(saved(stored, format_name, exif=made), kind)["facts"]
        for way, expected in plain["pdq"]["hashes"].items():
            assert distance_bits(turned["pdq"]["hashes"][way], expected) <= limit_bits
        assert distance_bits(turned["phash"], plain["phash"]) <= 4


def test_quantisation_tables_tell_compressors_apart() -> None:
    one, two, same = (described(saved(scene(), "JPEG", quality=quality)) for quality in (80, 60, 80))
    tables = one["facts"]["quantisation"]
    assert [table["table"] for table in tables["tables"]] == [0, 1]
    assert all(len(table["values"]) == 64 for table in tables["tables"])
    assert tables == same["facts"]["quantisation"]
    assert tables["sha256"] != two["facts"]["quantisation"]["sha256"]
    assert described(saved(scene(), "PNG"), "png")["facts"]["quantisation"] is None


@pytest.mark.parametrize(
    ("name", "signs"),
    [
        ("IMG-20240131-WA0007.jpg", ["whatsapp-android"]),
        ("WhatsApp Image 2024-01-31 at 12.34.56.jpeg", ["whatsapp-desktop"]),
        ("00000012-PHOTO-2024-01-31-12-34-56.jpg", ["whatsapp-ios-export"]),
        ("photo_2024-01-31_12-34-56.jpg", ["telegram"]),
        ("photo_1@31-01-2024_12-34-56.jpg", ["telegram"]),
        ("Screenshot_20240131-123456.png", ["screenshot"]),
        ("holiday.jpg", []),
    ],
)
def test_naming_habits_are_noticed(name: str, signs: list[str]) -> None:
    assert described(saved(scene(), "JPEG"), name=name)["facts"]["naming_signs"] == signs


def test_screenshot_signs_are_facts() -> None:
    screen = described(saved(scene(1170, 2532), "PNG"), "png")["facts"]["screenshot_signs"]
    assert screen == {"size_of_a_known_screen": True, "camera_tags": False, "says_screenshot": False}
    photo = described(saved(scene(), "JPEG", exif=exif()))["facts"]["screenshot_signs"]
    assert photo == {"size_of_a_known_screen": False, "camera_tags": True, "says_screenshot": False}


@pytest.mark.parametrize(
    "picture",
    [
        scene().convert("CMYK"),
        scene().convert("L"),
        scene(8, 8),
        Image.new("RGB", (1, 1)),
        Image.new("RGB", (30000, 10)),
    ],
    ids=["CMYK", "grey", "small", "1x1", "30000x10"],
)
def test_unusual_jpegs_are_described(picture: Image.Image) -> None:
    answer = described(saved(picture, "JPEG"))
    assert answer["problems"] == []
    assert (answer["facts"]["width_pixels"], answer["facts"]["height_pixels"]) == picture.size


def test_unusual_pngs_are_described() -> None:
    palette = scene().quantize(16)
    wide = Image.fromarray(np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) * 16)
    for data in (
        saved(palette, "PNG", transparency=3),
        saved(wide, "PNG"),
        saved(scene().convert("LA"), "PNG"),
        saved(scene().convert("1"), "PNG"),
        saved(scene(2100, 2100).convert("RGBA"), "PNG", compress_level=1),
        saved(scene(2100, 2100).quantize(16), "PNG", transparency=3),
    ):
        answer = described(data, "png")
        assert answer["problems"] == []
        assert answer["facts"]["pdq"] is not None


@pytest.mark.parametrize(("format_name", "kind"), [("GIF", "gif"), ("WEBP", "webp"), ("PNG", "png")])
def test_animations_are_hashed_by_their_first_frame(format_name: str, kind: str) -> None:
    frames = [scene(), scene().transpose(Image.Transpose.ROTATE_180), Image.new("RGB", (320, 240), "red")]
    data = saved(frames[0], format_name, save_all=True, append_images=frames[1:], duration=100, lossless=True)
    facts = described(data, kind)["facts"]
    assert facts["frames"] == 3
    single = described(saved(scene(), format_name, lossless=True), kind)["facts"]
    assert distance_bits(facts["pdq"]["hashes"]["upright"], single["pdq"]["hashes"]["upright"]) <= 16


def test_a_picture_bomb_is_not_decoded() -> None:
    data = bytearray(saved(Image.new("1", (10, 10)), "PNG"))
    data[16:24] = (20_000).to_bytes(4) + (20_000).to_bytes(4)
    import zlib

    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4)
    answer = described(bytes(data), "png")
    assert codes(answer) == {"too-many-pixels"}
    assert "pdq" not in answer["facts"]


@pytest.mark.deep
def test_a_hundred_megapixels_fit() -> None:
    answer = described(saved(Image.new("RGB", (10_000, 10_000), "grey"), "PNG", compress_level=1), "png")
    assert answer["problems"] == []


@pytest.mark.parametrize(
    "data",
    [
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n(/tmp/x) (w) file\n",
        b"BLP1" + bytes(200),
        b"BLP2" + bytes(200),
        b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/x\n",
        b"\xff\xd8\xff\xe0" + bytes(50),
        b"",
        b"\x00",
    ],
    ids=["EPS", "BLP1", "BLP2", "HLS", "stump", "empty", "nul"],
)
def test_lying_endings_are_problems(data: bytes) -> None:
    answer = described(data)
    assert "not-decoded" in codes(answer)
    assert "pdq" not in answer["facts"]


def test_a_cut_picture_keeps_the_facts_before_the_cut() -> None:
    data = saved(scene(1200, 900), "JPEG", exif=exif())
    answer = described(data[: len(data) // 2])
    assert "not-decoded" in codes(answer)
    assert answer["facts"]["width_pixels"] == 1200
    assert answer["facts"]["exif"]["software"] == "Editor 1.0"


def test_long_and_hostile_texts_are_cut_and_bounded() -> None:
    made = Image.Exif()
    made[ExifTags.Base.ImageDescription] = "x" * 10_000
    for tag in range(0x9C00, 0x9C50):
        made[tag] = '"\\' * 900
    answer = described(saved(scene(), "PNG", exif=made), "png")
    found = answer["facts"]["exif"]["tags"]
    description = next(entry for entry in found if entry["tag"] == "Image ImageDescription")
    assert len(description["value"]) == 2000
    assert description["cut"] is True
    assert description["characters"] >= 9_000
    assert "facts-cut" in codes(answer)


def test_maker_notes_and_thumbnails_are_length_and_digest() -> None:
    made = exif()
    made.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.MakerNote] = b"secret" * 50
    answer = described(saved(scene(), "JPEG", exif=made))
    notes = [entry for entry in answer["facts"]["exif"]["embedded"] if entry["tag"] == "EXIF MakerNote"]
    assert [note["size_bytes"] for note in notes] == [300]
    assert "secretsecret" not in json.dumps(answer)


@settings(max_examples=150, deadline=None)
@given(places=st.lists(st.tuples(st.integers(2, 420), st.integers(0, 255)), min_size=1, max_size=12))
def test_no_damage_to_exif_is_more_than_a_problem(places: list[tuple[int, int]]) -> None:
    data = bytearray(saved(scene(40, 30), "JPEG", exif=exif()))
    for at, value in places:
        data[at] = value
    described(bytes(data))


@settings(max_examples=100, deadline=None)
@given(
    tail=st.binary(max_size=200), head=st.sampled_from([b"II*\x00\x08\x00\x00\x00", b"MM\x00*\x00\x00\x00\x08", b""])
)
def test_no_bytes_at_all_are_more_than_a_problem(tail: bytes, head: bytes) -> None:
    described(head + tail, "tiff")


def test_where_exifread_fails_pillow_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("as on 34 of 2,915 files")

    monkeypatch.setattr("exifread.process_file", fail)
    answer = described(saved(scene(), "JPEG", exif=exif()))
    found = answer["facts"]["exif"]
    assert found["reader"] == "pillow"
    assert codes(answer) == {"exif-not-read"}
    assert found["dates"]["taken"] == {"raw": "2024:01:31 03:04:05", "offset_raw": "+01:00"}
    assert found["gps"]["longitude_degrees"] == "-6.1500000"


def test_nobody_reads_an_unknown_kind() -> None:
    answer = described(b"x", "zip")
    assert answer["describer"] is None
    assert answer["problems"] == [{"code": "no-describer", "detail": "zip"}]


def test_a_heic_is_decoded_and_its_exif_is_read() -> None:
    answer = described(heic(scene(), exif=b"Exif\0\0" + exif().tobytes().removeprefix(b"Exif\0\0")), "heic")
    assert answer["problems"] == []
    facts = answer["facts"]
    assert (facts["format"], facts["width_pixels"], facts["height_pixels"]) == ("HEIF", 320, 240)
    assert facts["exif"]["gps"]["latitude_degrees"] == "35.1934722"
    plain = described(saved(scene(), "PNG"), "png")["facts"]
    assert distance_bits(facts["pdq"]["hashes"]["upright"], plain["pdq"]["hashes"]["upright"]) <= 31


def test_a_heic_bomb_is_not_decoded() -> None:
    answer = described(heic(scene(), declared=(20_000, 10_000)), "heic")
    assert "pdq" not in answer["facts"]
    assert codes(answer) & {"too-many-pixels", "not-decoded"}


@pytest.mark.parametrize("kind", ["heic", "jpeg", "png", "gif", "tiff", "webp", "avif"])
def test_where_no_pixels_are_wanted_none_and_no_thumbnail_is_looked_at(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decoded(*_: object, **__: object) -> None:
        raise AssertionError("decoded")

    made = exif()
    data = heic(scene()) if kind == "heic" else saved(scene(), kind.upper(), exif=made)
    with monkeypatch.context() as patched:
        patched.setattr("PIL.ImageFile.ImageFile.load", decoded)
        answer = described(data, kind, pixels=False)
        assert codes(described(data, kind)) >= {"not-decoded"}, "the trap does not spring"
    assert answer["problems"] == []
    assert answer["facts"]["width_pixels"] == 320
    assert answer["parameters"]["pixels"] is False
    assert not {"pdq", "phash", "dhash", "frame_hashes", "thumbnails"} & set(answer["facts"])


def with_thumbnail(shown: Image.Image, hidden: Image.Image) -> bytes:
    """Return a JPEG whose EXIF holds a thumbnail of another picture."""
    small = saved(hidden.resize((160, 120)), "JPEG")
    head = b"MM\0*" + struct.pack(">IHI", 8, 0, 14)
    entries = [(0x0103, 3, 1, 6 << 16), (0x0201, 4, 1, 14 + 2 + 36 + 4), (0x0202, 4, 1, len(small))]
    ifd = struct.pack(">H", 3) + b"".join(struct.pack(">HHII", *entry) for entry in entries) + bytes(4)
    return saved(shown, "JPEG", exif=b"Exif\0\0" + head + ifd + small)


def test_a_thumbnail_that_shows_something_else_is_a_fact() -> None:
    other = scene().transpose(Image.Transpose.ROTATE_90).resize((320, 240)).point(lambda value: 255 - value)
    [same] = described(with_thumbnail(scene(), scene()))["facts"]["thumbnails"]
    [differs] = described(with_thumbnail(scene(), other))["facts"]["thumbnails"]
    assert same["differs"] is False
    assert differs["differs"] is True
    assert (same["width_pixels"], same["height_pixels"]) == (160, 120)


def test_a_thumbnail_with_black_bars_still_shows_the_same() -> None:
    wide = scene(640, 360)
    bars = Image.new("RGB", (160, 120))
    bars.paste(wide.resize((160, 90)), (0, 15))
    [found] = described(with_thumbnail(wide, bars))["facts"]["thumbnails"]
    assert found["differs"] is False


@pytest.mark.parametrize("quality", [30, 50, 75, 80, 95])
def test_the_quality_of_common_tables_is_named(quality: int) -> None:
    facts = described(saved(scene(), "JPEG", quality=quality))["facts"]["quantisation"]
    assert facts["ijg_quality"] == quality
    strange = described(saved(scene(), "JPEG", qtables=[[17] * 64]))["facts"]["quantisation"]
    assert strange["ijg_quality"] is None


XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:own="urn:own" xmp:CreatorTool="Editor 7" own:thing="x">
<dc:title><rdf:Alt><rdf:li xml:lang="ar">صورة</rdf:li>
</rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>""".encode()


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_properties_of_xmp_are_paths_and_texts(format_name: str) -> None:
    kind = format_name.lower()
    if format_name == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", XMP.decode())
        data = saved(scene(), "PNG", pnginfo=info)
    elif format_name == "TIFF":
        data = saved(scene(), "TIFF", tiffinfo={700: XMP})
    else:
        data = saved(scene(), format_name, xmp=XMP)
    answer = described(data, kind)
    assert answer["problems"] == []
    assert answer["facts"]["xmp"]["properties"] == [
        {"tag": "xmp:CreatorTool", "value": "Editor 7"},
        {"tag": "{urn:own}thing", "value": "x"},
        {"tag": "dc:title[1]/xml:lang", "value": "ar"},
        {"tag": "dc:title[1]", "value": "صورة"},
    ]


@pytest.mark.parametrize(
    "packet",
    [
        b"<a",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x"><a/>',
        b"<a>" * 60000,
    ],
    ids=["half", "entity", "external", "deep"],
)
def test_xmp_that_is_none_is_a_problem(packet: bytes) -> None:
    answer = described(saved(scene(), "PNG", pnginfo=_with_text("XML:com.adobe.xmp", packet.decode())), "png")
    assert "xmp-not-read" in codes(answer)
    assert "properties" not in answer["facts"]["xmp"]


def _with_text(name: str, text: str) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_itxt(name, text)
    return info


def test_texts_beside_a_png_are_read_and_a_screenshot_may_say_so() -> None:
    facts = described(saved(scene(), "PNG", pnginfo=_with_text("Comment", "Screenshot")), "png")["facts"]
    assert {"tag": "Comment", "value": "Screenshot"} in facts["texts"]
    assert facts["screenshot_signs"]["says_screenshot"] is True


def test_an_iptc_block_is_read_under_its_names() -> None:
    def record(number: int, value: bytes) -> bytes:
        return b"\x1c\x02" + bytes([number]) + struct.pack(">H", len(value)) + value

    block = record(120, "ليلة".encode()) + record(80, b"S. B.") + record(25, b"a") + record(25, b"b")
    photoshop = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(block)) + block + b"\0" * (len(block) % 2)
    plain = saved(scene(), "JPEG")
    data = plain[:2] + b"\xff\xed" + struct.pack(">H", len(photoshop) + 2) + photoshop + plain[2:]
    found = described(data)["facts"]["iptc"]
    assert found["encoding"] == "utf-8 assumed"
    assert {"tag": "caption", "value": "ليلة"} in found["records"]
    assert [entry["value"] for entry in found["records"] if entry["tag"] == "keywords"] == ["a", "b"]


def jumbf() -> bytes:
    return struct.pack(">I", 40) + b"jumb" + struct.pack(">I", 32) + b"jumdc2pa" + bytes(13) + b"\x03c2pa\0"


def with_credentials(kind: str) -> bytes:
    if kind == "jpeg":
        plain, body = saved(scene(), "JPEG"), b"JP\0\1\0\0\0\1" + jumbf()
        return plain[:2] + b"\xff\xeb" + struct.pack(">H", len(body) + 2) + body + plain[2:]
    if kind == "png":
        plain, body = saved(scene(), "PNG"), b"caBX" + jumbf()
        return plain[:33] + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) + plain[33:]
    if kind == "webp":
        plain, body = saved(scene(), "WEBP"), jumbf()
        grown = plain[8:] + b"C2PA" + struct.pack("<I", len(body)) + body
        return b"RIFF" + struct.pack("<I", len(grown)) + grown
    plain = saved(scene(), "AVIF") if kind == "avif" else heic(scene())
    body = bytes.fromhex("d8fec3d61b0e483c92975828877ec481") + jumbf()
    return plain + struct.pack(">I", len(body) + 8) + b"uuid" + body


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif", "heic"])
def test_content_credentials_are_noticed_and_not_believed(kind: str) -> None:
    facts = described(with_credentials(kind), kind)["facts"]
    assert facts["c2pa"]["present"] is True
    assert facts["c2pa"]["size_bytes"] >= 20
    without = described(saved(scene(), "PNG", pnginfo=_with_text("a", "jumb c2pa")), "png")["facts"]
    assert without["c2pa"] == {"present": False}


def test_a_colour_profile_is_named() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    colours = described(saved(scene(), "JPEG", icc_profile=profile))["facts"]["colours"]
    assert colours["name"] == "sRGB built-in"
    assert colours["size_bytes"] == len(profile)


@pytest.mark.parametrize(("format_name", "kind"), [("GIF", "gif"), ("WEBP", "webp"), ("PNG", "png"), ("AVIF", "avif")])
def test_later_frames_of_an_animation_have_hashes_of_their_own(format_name: str, kind: str) -> None:
    blank = Image.new("RGB", (320, 240), "white")
    images = [blank, *[scene()] * 2, *[blank] * 20]
    data = saved(images[0], format_name, save_all=True, append_images=images[1:], duration=[100 + n for n in range(23)])
    facts = described(data, kind)["facts"]
    assert 1 <= len(facts["frame_hashes"]) <= 12
    still = described(saved(scene(), "PNG"), "png")["facts"]["pdq"]["hashes"]["upright"]
    assert min(distance_bits(still, each["hashes"]["upright"]) for each in facts["frame_hashes"]) <= 31
