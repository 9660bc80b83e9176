"""How long a recording is, what of a film a player hides, where it was made: by several readings, each named."""

from __future__ import annotations

import io
import struct
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_kit.hashing.perceptual import pdq
from evidence_kit.media import edits, location, ogg
from evidence_kit.media.facts import DescriptionNotes
from evidence_kit.media.film import hidden_frames_of, key_frames_of
from tests.media.test_picture import codes, scene
from tests.media.test_recording import described, sound

HERTZ = 48_000


def voice_note(seconds: int = 4) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=HERTZ, options={"page_duration": "1000000"})
        assert isinstance(stream, av.AudioStream)
        stream.codec_context.layout = "mono"
        tone = (np.sin(np.arange(HERTZ * seconds, dtype=np.float32) / 20) * 9000).astype(np.int16)[None, :]
        frame = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
        frame.sample_rate = HERTZ
        for part in av.AudioResampler("flt", "mono", HERTZ, frame_size=960).resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def pages(data: bytes) -> list[bytes]:
    return [b"OggS" + each for each in data.split(b"OggS")[1:]]


def checksum(page: bytes) -> bytes:
    """Return a page with its sum made anew. Source: RFC 3533, 6."""
    bare, total = page[:22] + bytes(4) + page[26:], 0
    for byte in bare:
        total ^= byte << 24
        for _ in range(8):
            total = ((total << 1) ^ 0x04C11DB7 if total >> 31 else total << 1) & 0xFFFFFFFF
    return page[:22] + total.to_bytes(4, "little") + page[26:]


def moved(page: bytes, samples: int) -> bytes:
    position = int.from_bytes(page[6:14], "little", signed=True)
    return checksum(page[:6] + (position + samples).to_bytes(8, "little", signed=True) + page[14:])


def length(data: bytes, kind: str = "opus") -> tuple[str, str]:
    found = described(data, kind)["facts"]["length"]
    return f"{float(found['seconds']):.2f}", found["rests_on"]


def test_a_voice_note_cut_out_of_a_longer_one_is_as_long_as_it_is() -> None:
    head, comments, *sounding = pages(voice_note())
    data = head + comments + b"".join(moved(page, 10 * HERTZ) for page in sounding)
    facts = described(data, "opus")["facts"]
    assert abs(float(facts["duration_seconds"]) - 14) < 0.1, "FFmpeg says otherwise today"
    assert facts["length"] == {"seconds": "4.000000", "rests_on": "samples"}
    assert facts["ogg"] == {"streams": 1, "seconds": "4.000000", "missing_pages": 0}


def test_two_voice_notes_in_one_file_are_as_long_as_both() -> None:
    facts = described(voice_note() + voice_note(2), "opus")["facts"]
    assert facts["length"]["seconds"] == facts["ogg"]["seconds"] == "6.000000"
    assert facts["ogg"]["streams"] == 2


def test_a_page_that_was_taken_out_is_missed() -> None:
    head, comments, _, *rest = pages(voice_note())
    facts = described(b"".join([head, comments, *rest]), "opus")["facts"]
    assert facts["ogg"] == {"streams": 1, "seconds": "3.000000", "missing_pages": 1}
    assert facts["length"]["seconds"] == "3.000000"


def test_where_samples_are_not_all_decoded_the_pages_say_how_long_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence_kit.media.sound_samples.LONGEST_SECONDS", 1)
    assert length(voice_note() + voice_note()) == ("8.00", "pages")


@settings(max_examples=200, deadline=None)
@given(cut=st.integers(0, 3000), places=st.lists(st.tuples(st.integers(0, 2999), st.integers(0, 255)), max_size=6))
def test_no_damage_to_pages_is_more_than_other_figures(cut: int, places: list[tuple[int, int]]) -> None:
    data = bytearray(voice_note(1)[:cut] if cut else voice_note(1))
    for at, value in places:
        if at < len(data):
            data[at] = value
    ogg.read(io.BytesIO(bytes(data)))


@pytest.mark.parametrize(
    ("kind", "codec"), [("caf", "pcm_s16le"), ("wav", "pcm_s16le"), ("aac", "aac"), ("mp3", "mp3")]
)
def test_sound_alone_is_as_long_as_its_samples(kind: str, codec: str) -> None:
    format_name = {"aac": "adts"}.get(kind, kind)
    data = sound(format_name, codec)
    facts = described(data, kind)["facts"]
    assert facts["length"]["rests_on"] == "samples"
    assert 0.95 <= float(facts["length"]["seconds"]) <= 1.1
    assert len(facts["streams"][0]["samples_sha256"]) == 64


@pytest.mark.parametrize(("kind", "format_name"), [("mpegts", "mpegts"), ("flv", "flv"), ("asf", "asf")])
def test_films_of_older_programs_are_described(kind: str, format_name: str) -> None:
    buffer = io.BytesIO()
    codec = "flv1" if kind == "flv" else "mpeg2video" if kind == "mpegts" else "wmv2"
    with av.open(buffer, "w", format=format_name) as container:
        stream = container.add_stream(codec, rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for _ in range(10):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(scene(160, 120)))))
        container.mux(stream.encode(None))
    answer = described(buffer.getvalue(), kind)
    [stream_facts] = answer["facts"]["streams"]
    assert answer["problems"] == []
    assert (stream_facts["width_pixels"], len(stream_facts["key_frames"]) > 0) == (160, True)


def film(frames: int = 40, group: int = 100) -> bytes:
    """Return a film of two scenes with one key frame."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10, options={"g": str(group)})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(frames):
            picture = np.asarray(scene().rotate(90 * (number // (frames // 2))))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def trimmed(data: bytes, begin_seconds: float) -> bytes:
    """Return a film whose edit list begins later: as phones trim, nothing else is changed."""
    at = data.index(b"elst")
    version, entries = data[at + 4], int.from_bytes(data[at + 8 : at + 12])
    assert (version, entries) == (0, 1)
    scale = int.from_bytes(data[data.index(b"mdhd") + 16 :][:4])
    film_scale = int.from_bytes(data[data.index(b"mvhd") + 16 :][:4])
    whole = int.from_bytes(data[at + 12 : at + 16])
    entry = struct.pack(">Ii", whole - int(begin_seconds * film_scale), int(begin_seconds * scale))
    return data[: at + 12] + entry + data[at + 20 :]


def test_a_film_that_begins_behind_its_key_frame_still_has_frames_and_what_is_hidden_is_said() -> None:
    data = trimmed(film(), 2.5)
    answer = described(data, "mp4")
    [stream] = answer["facts"]["streams"]
    assert answer["problems"] == []
    assert stream["key_frames"]
    assert all(each["between_key_frames"] for each in stream["key_frames"])
    [told] = answer["facts"]["edits"]
    assert (told["kind"], told["before_seconds"], told["behind_seconds"]) == ("vide", "2.500", "0.000")
    upright, turned = pdq(scene()), pdq(scene().rotate(90))
    assert upright is not None
    assert turned is not None
    assert (
        nearest(stream["key_frames"], turned.hashes["upright"])
        <= 31
        < nearest(stream["key_frames"], upright.hashes["upright"])
    )
    assert nearest(answer["facts"]["hidden_frames"], upright.hashes["upright"]) <= 31
    blind = described(data, "mp4", pixels=False)["facts"]
    assert "hidden_frames" not in blind
    assert blind["edits"] == answer["facts"]["edits"]


def nearest(frames: list[dict[str, Any]], wanted: str) -> int:
    return min((int(wanted, 16) ^ int(each["hashes"]["upright"], 16)).bit_count() for each in frames)


def test_the_frames_for_matching_are_those_shown_and_those_hidden_apart() -> None:
    data = trimmed(film(), 2.5)
    shown, hidden = list(key_frames_of(io.BytesIO(data))), list(hidden_frames_of(io.BytesIO(data)))
    assert shown
    assert hidden
    assert all(each.frame < 2500 for each in hidden)
    assert list(hidden_frames_of(io.BytesIO(film()))) == []


def test_the_delay_of_an_encoder_is_not_hidden() -> None:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=10, options={"bf": "3", "x264-params": "log-level=none"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(20):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(scene().rotate(number)))))
        container.mux(stream.encode(None))
    assert edits.hidden_parts(io.BytesIO(buffer.getvalue())) == []
    assert edits.hidden_parts(io.BytesIO(sound("mp4", "aac"))) == []


@settings(max_examples=100, deadline=None)
@given(places=st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 255)), min_size=1, max_size=8))
def test_no_damage_to_an_edit_list_is_more_than_other_figures(places: list[tuple[int, int]]) -> None:
    data = bytearray(TRIMMED)
    start = data.index(b"moov")
    for at, value in places:
        if start + at < len(data):
            data[start + at] = value
    for each in edits.hidden_parts(io.BytesIO(bytes(data))):
        assert each.before >= 0
        each.hides(Fraction(1))


TRIMMED = trimmed(film(8), 0.3)


def loci(name: bytes, role: int, longitude: float, latitude: float, body: bytes = b"earth\0") -> bytes:
    places = struct.pack(">Biii", role, *(round(each * 65536) for each in (longitude, latitude, 12.0)))
    box = bytes(4) + b"\x15\xc7" + name + places + body + b"\0"
    return struct.pack(">I", 8 + len(box)) + b"loci" + box


def in_moov(box: bytes) -> bytes:
    inner = struct.pack(">I", 8 + len(box)) + b"udta" + box
    return struct.pack(">I", 8 + len(inner)) + b"moov" + inner


@pytest.mark.parametrize(
    ("name", "shown"), [(b"Larache\0", "Larache"), ("العرائش\0".encode(), "العرائش"),
                        (b"\xfe\xff" + "العرائش\0".encode("utf-16-be"), "العرائش"), (b"\0", None)],
)  # fmt: skip
def test_a_box_with_a_place_says_where_and_how_it_is_called(name: bytes, shown: str | None) -> None:
    [place] = location.box_places(io.BytesIO(in_moov(loci(name, 0, -6.15, 35.19))), DescriptionNotes())
    assert isinstance(place, dict)
    assert (place["name"], place["role"], place["body"]) == (shown, "shooting", "earth")
    assert abs(float(str(place["longitude_degrees"])) + 6.15) < 0.0001
    assert abs(float(str(place["latitude_degrees"])) - 35.19) < 0.0001


def test_a_box_with_a_place_that_there_is_not_gives_none() -> None:
    notes = DescriptionNotes()
    [place] = location.box_places(io.BytesIO(in_moov(loci(b"x\0", 2, 200.0, 91.0))), notes)
    assert isinstance(place, dict)
    assert place["latitude_degrees"] is place["longitude_degrees"] is None
    assert place["role"] == "fictional"
    assert notes.has("gps-out-of-range")


@pytest.mark.parametrize(
    ("raw", "latitude", "code"),
    [("+35.1900-006.1500+12.000000/test", "35.1900000", None), ("+3560.0-00609/", None, "gps-out-of-range"),
     ("+35.19-181.0/", None, "gps-out-of-range"), ("+35.19", None, "gps-not-read")],
)  # fmt: skip
def test_a_written_place_may_have_a_name_behind_it_and_has_its_ranges(
    raw: str, latitude: str | None, code: str | None
) -> None:
    notes = DescriptionNotes()
    [place] = location.read([("location", raw)], notes)
    assert isinstance(place, dict)
    assert place["latitude_degrees"] == latitude
    assert [each.get("code") for each in notes.problems if isinstance(each, dict)] == ([] if code is None else [code])
    assert codes({"problems": notes.problems}) == ({code} if code else set())
