"""Recordings, whole and hostile; nothing but the given bytes is opened."""

import hashlib
import io
import json
import socket
import wave
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from mutagen.flac import FLAC, Picture

from evidence_kit.hashing.perceptual import pdq
from evidence_kit.media import location
from evidence_kit.media.budget import TimeBudget
from evidence_kit.media.facts import DescriptionNotes
from evidence_kit.media.registry import describe
from evidence_kit.workers.protocol import check_value
from tests.media.test_picture import scene


def sound(format_name: str, codec: str, rate: int = 16000, tags: Mapping[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=format_name) as container:
        container.metadata.update(tags or {})
        stream = container.add_stream(codec, rate=rate)
        assert isinstance(stream, av.AudioStream)
        stream.codec_context.layout = "mono"
        wanted = "s16" if codec in {"pcm_s16le", "flac"} else "fltp"
        tone = (np.sin(np.arange(rate, dtype=np.float32) / 20) * 9000).astype(np.int16)[None, :]
        frame = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
        frame.sample_rate = rate
        for part in av.AudioResampler(
            wanted, "mono", rate, frame_size=stream.codec_context.frame_size or 1024
        ).resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def film(format_name: str = "mp4") -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=format_name) as container:
        stream = container.add_stream("mpeg4", rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for grey in range(5):
            picture = np.full((48, 64, 3), grey * 40, dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def described(data: bytes, kind: str, name: str = "", **more: Any) -> dict[str, Any]:
    answer: Mapping[str, Any] = describe(io.BytesIO(data), {"kind": kind, "name": name, **more})
    check_value(answer)
    assert len(json.dumps(answer["facts"], ensure_ascii=False).encode()) <= 64 * 1024
    return dict(answer)


@pytest.mark.parametrize(
    ("kind", "format_name", "codec"),
    [("wav", "wav", "pcm_s16le"), ("flac", "flac", "flac"), ("m4a", "mp4", "aac"), ("aac", "adts", "aac"),
     ("matroska", "matroska", "aac"), ("avi", "avi", "pcm_s16le"), ("mov", "mov", "aac")],
)  # fmt: skip
def test_sound_gives_codec_rate_and_duration(kind: str, format_name: str, codec: str) -> None:
    answer = described(sound(format_name, codec), kind, "PTT-20240131-WA0001.opus")
    facts = answer["facts"]
    assert answer["problems"] == []
    assert answer["describer"] == "recording/3"
    assert facts["naming_signs"] == ["whatsapp-android"]
    [stream] = facts["streams"]
    assert stream["codec"] == codec
    assert (stream["sample_rate_hertz"], stream["channels"]) == (16000, 1)
    assert stream["layout"] in {"mono", "1 channels"}
    assert 0.9 < float(facts["duration_seconds"]) < 1.2
    assert answer["parameters"]["protocol_whitelist"] == "none"


def test_tags_are_values_and_never_keys() -> None:
    facts = described(sound("flac", "flac", tags={"title": "رسالة", "17": "a number for a key"}), "flac")["facts"]
    assert {"tag": "title", "value": "رسالة"} in facts["tags"]
    assert {"tag": "17", "value": "a number for a key"} in facts["tags"]


def test_many_long_tags_are_bounded() -> None:
    tags = {f"key{n}": '"' * 1900 for n in range(40)}
    answer = described(sound("flac", "flac", tags=tags), "flac")
    assert "facts-cut" in {problem["code"] for problem in answer["problems"]}


def test_a_film_has_a_frame_and_no_rotation() -> None:
    answer = described(film(), "mp4")
    assert answer["problems"] == []
    [stream] = answer["facts"]["streams"]
    assert (stream["width_pixels"], stream["height_pixels"], stream["rotation_degrees"]) == (64, 48, 0)
    assert stream["attached_picture"] is False


def test_a_rotated_film_says_so() -> None:
    data = film()
    one, zero = (0x10000).to_bytes(4), bytes(4)
    upright = one + zero * 3 + one + zero * 3 + (0x40000000).to_bytes(4)
    turned = zero + one + zero + (-0x10000).to_bytes(4, signed=True) + zero * 4 + (0x40000000).to_bytes(4)
    at = data.index(upright, data.index(b"tkhd"))
    answer = described(data[:at] + turned + data[at + len(turned) :], "mp4")
    assert abs(answer["facts"]["streams"][0]["rotation_degrees"]) == 90


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
@pytest.mark.parametrize("kind", ["mp4", "flac"])
def test_a_cut_recording_is_described_as_far_as_it_goes(kind: str, share: float) -> None:
    data = film() if kind == "mp4" else sound("flac", "flac")
    described(data[: int(len(data) * share)], kind)


def test_hls_calls_nobody_and_reads_no_other_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(sound("wav", "pcm_s16le"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/part.aac"
        for target in (
            address,
            str(secret),
            f"file://{secret}",
            f"concat:{secret}",
            f"subfile,,start,0,end,9,,:{secret}",
        ):
            playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{target}\n#EXT-X-ENDLIST\n".encode()
            answer = described(playlist, "mp3", "voice.mp3")
            assert "streams" not in answer["facts"]
            assert answer["problems"][0]["code"] == "not-decoded"
        with pytest.raises(TimeoutError):
            server.accept()


def test_sdp_opens_no_port() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1] & ~1
    sdp = f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\n".encode()
    answer = described(sdp, "mp3", "voice.mp3")
    assert answer["problems"][0]["code"] == "not-decoded"
    assert "streams" not in answer["facts"]


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"ffconcat version 1.0\nfile /etc/passwd\n", b"<MPD xmlns='urn:mpeg:dash:schema:mpd:2011'></MPD>",
     b"%!PS-Adobe", bytes(5000)],
    ids=["empty", "nul", "concat", "DASH", "EPS", "zeros"],
)  # fmt: skip
def test_what_is_no_recording_is_a_problem(data: bytes) -> None:
    answer = described(data, "mp3", "voice.mp3")
    assert answer["problems"]
    assert not answer["facts"].get("streams")


def remuxed(data: bytes, format_name: str) -> bytes:
    """Return the same coded sound in another container."""
    buffer = io.BytesIO()
    with av.open(io.BytesIO(data), "r") as old, av.open(buffer, "w", format=format_name) as new:
        [stream] = old.streams.audio
        copied = new.add_stream_from_template(stream)
        for packet in old.demux(stream):
            if packet.dts is not None:
                packet.stream = copied
                new.mux(packet)
    return buffer.getvalue()


@pytest.mark.parametrize(("codec", "first", "second"), [
    ("flac", ("flac", "flac"), ("matroska", "matroska")),
    ("libopus", ("opus", "ogg"), ("webm", "webm")),
    ("libopus", ("opus", "ogg"), ("mp4", "mp4")),
])  # fmt: skip
def test_the_same_sound_in_another_container_has_the_same_samples(
    codec: str, first: tuple[str, str], second: tuple[str, str]
) -> None:
    data = sound(first[1], codec, rate=48000)
    [one] = described(data, first[0])["facts"]["streams"]
    [other] = described(remuxed(data, second[1]), second[0])["facts"]["streams"]
    assert one["packets_sha256"] == other["packets_sha256"]
    # MP4 says otherwise than Ogg where Opus begins and ends: there the coded packets alone are the same.
    assert (one["samples_sha256"] == other["samples_sha256"]) == (second[0] != "mp4")
    changed = described(sound(first[1], codec, rate=24000), first[0])["facts"]["streams"][0]
    assert changed["samples_sha256"] != one["samples_sha256"]


def test_the_recorded_samples_are_those_that_others_decode() -> None:
    data = sound("wav", "pcm_s16le")
    with wave.open(io.BytesIO(data)) as reader:
        count = reader.getnframes()
        plain = reader.readframes(count)
    [stream] = described(data, "wav")["facts"]["streams"]
    assert stream["samples_sha256"] == hashlib.sha256(plain).hexdigest()
    assert stream["samples"] == count
    assert set(stream["peaks"]) <= {27, 28}


def test_a_waveform_has_its_loud_and_its_still_stretches() -> None:
    samples = np.concatenate([np.zeros(48000, np.int16), np.full(48000, 32767, np.int16)])
    buffer = io.BytesIO()
    with wave.open(buffer, "w") as writer:
        writer.setparams((1, 2, 16000, 0, "NONE", ""))
        writer.writeframes(samples.tobytes())
    peaks = described(buffer.getvalue(), "wav")["facts"]["streams"][0]["peaks"]
    assert len(peaks) == 240
    assert peaks[:119] == [0] * 119
    assert peaks[121:] == [100] * 119


@pytest.mark.parametrize(("raw", "latitude", "longitude"), [
    ("+35.1934-006.1500/", "35.1934000", "-6.1500000"),
    ("+3511.6-00609/", "35.1933333", "-6.1500000"),
    ("-351136.5+0060900+12.5CRSWGS_84/", "-35.1934722", "6.1500000"),
])  # fmt: skip
def test_a_place_is_kept_as_written_and_in_degrees(raw: str, latitude: str, longitude: str) -> None:
    [place] = location.read([("location", raw), ("location-eng", raw)], DescriptionNotes())
    assert isinstance(place, dict)
    assert (place["raw"], place["latitude_degrees"], place["longitude_degrees"]) == (raw, latitude, longitude)


@pytest.mark.parametrize("raw", ["", "here", "+99.0+000.0/", "+1+1", "+٣٥.0+000.0/"])
def test_a_place_that_is_none_stays_as_written(raw: str) -> None:
    notes = DescriptionNotes()
    [place] = location.read([("com.apple.quicktime.location.ISO6709", raw)], notes)
    assert isinstance(place, dict)
    assert place["latitude_degrees"] is None
    assert notes.has("gps-not-read", "gps-out-of-range")


def test_a_film_has_hashes_of_key_frames_spread_over_it() -> None:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10, options={"g": "5"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(60):
            picture = np.asarray(scene().rotate(90 * (number // 30), expand=False))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode(None))
    data = buffer.getvalue()
    [found] = described(data, "mp4")["facts"]["streams"]
    assert len(found["key_frames"]) == 12
    assert found["key_frames"][0]["seconds"] == "0.000000"
    hashed = pdq(scene())
    assert hashed is not None
    distances = [
        (int(hashed.hashes["upright"], 16) ^ int(each["hashes"]["upright"], 16)).bit_count()
        for each in found["key_frames"]
    ]
    assert distances[0] <= 31
    assert distances[-1] > 31
    [blind] = described(data, "mp4", pixels=False)["facts"]["streams"]
    assert "key_frames" not in blind
    assert "rotation_degrees" not in blind
    assert blind["width_pixels"] == 320


def test_an_mp4_says_when_it_was_made_as_a_number() -> None:
    data = bytearray(sound("mp4", "aac"))
    at = data.index(b"mvhd") + 8
    data[at : at + 4] = (3_786_912_000).to_bytes(4)
    created = described(bytes(data), "m4a")["facts"]["created"]
    assert created[0] == {"box": "mvhd", "created": "3786912000", "modified": "0"}


def test_a_cover_is_length_digest_and_hash_and_without_pixels_a_length() -> None:
    cover = io.BytesIO()
    scene().save(cover, "JPEG")
    picture = Picture()  # type: ignore[no-untyped-call]
    picture.data, picture.mime = cover.getvalue(), "image/jpeg"
    file = io.BytesIO(sound("flac", "flac", tags={"title": "x"}))
    opened = FLAC(file)  # type: ignore[no-untyped-call]
    opened.add_picture(picture)  # type: ignore[no-untyped-call]
    file.seek(0)
    opened.save(file)
    [found] = described(file.getvalue(), "flac")["facts"]["embedded"]["pictures"]
    assert found["sha256"] == hashlib.sha256(cover.getvalue()).hexdigest()
    assert len(found["pdq"]["hashes"]) == 8
    [blind] = described(file.getvalue(), "flac", pixels=False)["facts"]["embedded"]["pictures"]
    assert blind == {"size_bytes": len(cover.getvalue())}


def test_what_takes_too_long_costs_only_its_own_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence_kit.media.recording.TimeBudget", lambda: TimeBudget(cpu_seconds=-1))
    answer = described(sound("flac", "flac"), "flac")
    assert {problem["code"] for problem in answer["problems"]} == {"sound-took-too-long"}
    assert answer["facts"]["streams"][0]["sample_rate_hertz"] == 16000
    assert "samples_sha256" not in answer["facts"]["streams"][0]
