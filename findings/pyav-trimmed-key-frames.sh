#!/usr/bin/env bash
# Key frames of a trimmed film: PyAV with `skip_frame = "NONKEY"` yields none, and no error.
#
# Assumed: asking for key frames alone gives at least one frame of a film that plays.
# Seen:    in an MP4 whose edit list begins behind the only key frame (as phones trim), the key frame is decoded
#          and dropped as outside of the edit: no frame, no error. All frames together play; `ignore_editlist=1`
#          gives the key frame.
# With:    av 18.1.0 (FFmpeg 8), Python 3.11
# Source:  FFmpeg: libavformat/mov.c, mov_fix_index (packets before the edit are marked to be discarded)
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -qq --disable-pip-version-check av==18.1.0
"$room/venv/bin/python" - <<'PY'
import io
import struct
import sys

import av

file = io.BytesIO()
with av.open(file, "w", format="mp4") as film:
    stream = film.add_stream("mpeg4", rate=10, options={"g": "300", "sc_threshold": "1000000000"})
    stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
    for at in range(40):
        frame = av.VideoFrame(64, 64, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([100 + at // 4]) * plane.buffer_size)
        frame.pts = at
        film.mux(stream.encode(frame))
    film.mux(stream.encode(None))
whole = bytearray(file.getvalue())
trimmed = bytearray(whole)
edit, scale = whole.index(b"elst") + 12, struct.unpack_from(">I", whole, whole.index(b"mdhd") + 16)[0]
length = struct.unpack_from(">I", whole, edit)[0]
struct.pack_into(">II", trimmed, edit, length - 2500, 5 * scale // 2)


def frames(data: bytes, skip: str, **options: str) -> int:
    with av.open(io.BytesIO(bytes(data)), options=options) as film:
        film.streams.video[0].codec_context.skip_frame = skip
        return sum(1 for _ in film.decode(video=0))


seen = {
    "whole film, key frames": frames(whole, "NONKEY"),
    "trimmed, all frames": frames(trimmed, "DEFAULT"),
    "trimmed, key frames": frames(trimmed, "NONKEY"),
    "trimmed, key frames without the edit list": frames(trimmed, "NONKEY", ignore_editlist="1"),
}
print(seen)
sys.exit(list(seen.values())[0] != 1 or seen["trimmed, all frames"] < 10 or list(seen.values())[2:] != [0, 1])
PY
