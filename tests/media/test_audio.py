"""Recordings, whole and hostile; nothing but the given bytes is opened."""

import io
import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from evidence_kit.media.registry import describe
from evidence_kit.workers.protocol import checked


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


def described(data: bytes, kind: str, name: str = "") -> dict[str, Any]:
    answer: Mapping[str, Any] = describe(io.BytesIO(data), {"kind": kind, "name": name})
    checked(answer)
    assert len(json.dumps(answer["facts"], ensure_ascii=False).encode()) <= 48 * 1024
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
    assert answer["describer"] == "recording/1"
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
