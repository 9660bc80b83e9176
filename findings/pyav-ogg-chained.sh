#!/usr/bin/env bash
# A chained Ogg/Opus file, two recordings one behind the other: PyAV (FFmpeg) tells the length of the last one.
#
# Assumed: `duration` is how long the file plays, or unknown.
# Seen:    two recordings of 4 s, chained as RFC 3533 allows (the bytes put one behind the other), have a duration
#          of 4.0 s; decoded are 8.0 s. The duration is the last page's granule position.
# With:    av 18.1.0 (FFmpeg 8), Python 3.11; ffprobe 5.1.9 says the same
# Source:  FFmpeg: libavformat/oggdec.c, ogg_get_length; format: RFC 3533 and RFC 7845
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -qq --disable-pip-version-check av==18.1.0
"$room/venv/bin/python" - <<'PY'
import io
import sys

import av

RATE, STEP = 48_000, 960


def recording(seconds: int) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as out:
        stream = out.add_stream("libopus", rate=RATE, layout="mono")
        for at in range(0, seconds * RATE, STEP):
            frame = av.AudioFrame(format="s16", layout="mono", samples=STEP)
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            frame.sample_rate, frame.pts = RATE, at
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


def lengths(data: bytes) -> tuple[float, float]:
    with av.open(io.BytesIO(data)) as film:
        told = film.duration / av.time_base
        return round(told, 1), round(sum(frame.samples for frame in film.decode(audio=0)) / RATE, 1)


one, two = lengths(recording(4)), lengths(recording(4) + recording(4))
print(f"one recording: told {one[0]} s, decoded {one[1]} s; two chained: told {two[0]} s, decoded {two[1]} s")
sys.exit((one, two) != ((4.0, 4.0), (4.0, 8.0)))
PY
