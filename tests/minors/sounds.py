"""Half a second of silence in several containers, with letters as a tag."""

from __future__ import annotations

import io
from functools import cache

import av
import numpy as np

_CODECS = {"wav": "pcm_s16le", "flac": "flac", "mp3": "libmp3lame", "ogg": "libopus", "m4a": "aac"}


@cache
def _sound(sort: str) -> bytes:
    held = io.BytesIO()
    with av.open(held, "w", format={"m4a": "mp4"}.get(sort, sort)) as container:
        stream = container.add_stream(_CODECS[sort], rate=48000)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        form = {"mp3": "s16p", "m4a": "fltp"}.get(sort, "s16")
        for at in range(0, 24000, 960):
            silence = np.zeros((1, 960), np.float32 if form == "fltp" else np.int16)
            frame = av.AudioFrame.from_ndarray(silence, format=form, layout="mono")
            frame.sample_rate, frame.pts = 48000, at
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return held.getvalue()


def tagged(sort: str, letters: str) -> tuple[str, bytes]:
    """Return a sound with letters in one of its tags."""
    data = _sound(sort)
    text = letters.encode("utf-8", "surrogatepass")
    if sort == "wav":
        chunk = b"INFOICMT" + len(text).to_bytes(4, "little") + text + b"\0" * (len(text) & 1)
        body = data[8:] + b"LIST" + len(chunk).to_bytes(4, "little") + chunk
        return "a.wav", b"RIFF" + len(body).to_bytes(4, "little") + body
    if sort == "mp3":
        value = b"\3eng\0" + text
        frame = b"COMM" + len(value).to_bytes(4, "big") + b"\0\0" + value
        size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
        return "a.mp3", b"ID3\3\0\0" + size + frame + data
    if sort == "flac":
        comment = b"x=" + text
        block = (
            (1).to_bytes(4, "little") + b"x" + (1).to_bytes(4, "little") + len(comment).to_bytes(4, "little") + comment
        )
        first = bytes([data[4] & 0x7F]) + data[5:8]
        return "a.flac", b"fLaC" + first + data[8:42] + b"\4" + len(block).to_bytes(3, "big") + block + data[42:]
    # Written by the library: the letters are the title.
    held = io.BytesIO()
    with av.open(io.BytesIO(data), "r") as source, av.open(held, "w", format={"m4a": "mp4"}.get(sort, sort)) as made:
        made.metadata["comment"] = letters.replace("\0", "")
        stream = made.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = stream
                made.mux(packet)
    return f"a.{sort}", held.getvalue()
