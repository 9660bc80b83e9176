#!/usr/bin/env bash
# A voice note in a fragmented MP4, as web recorders and some messengers write it: mutagen and tinytag tell 0.0 seconds.
#
# Assumed: the length of a sound is right, or unknown (None, or an error).
# Seen:    of 4.3 s in fragments (`moof`) both say 0.0, a number like any other, for the box `mdhd` in the head holds 0
#          where the fragments hold the samples. Of the same sound in one piece both are right; FFmpeg (PyAV) is right of
#          both. A list that is sorted or filtered by length loses exactly these.
# With:    mutagen 1.47.0, tinytag 2.2.0, av 18.1.0, Python 3.11
# Source:  ISO/IEC 14496-12, 8.8 (movie fragments): duration 0 or `mehd`; mutagen/mp4, tinytag
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -qq --disable-pip-version-check av==18.1.0 mutagen==1.47.0 tinytag==2.2.0
cd "$room"
venv/bin/python - <<'PY'
import sys

import av
import mutagen.mp4
import tinytag

RATE, STEP = 48_000, 1024


def recording(name: str, options: dict[str, str]) -> tuple[float, float, float]:
    with av.open(name, "w", format="mp4", options=options) as out:
        stream = out.add_stream("aac", rate=RATE, layout="mono")
        for at in range(0, 200 * STEP, STEP):
            frame = av.AudioFrame(format="fltp", layout="mono", samples=STEP)
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            frame.sample_rate, frame.pts = RATE, at
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with av.open(name) as film:
        decoded = sum(frame.samples for frame in film.decode(audio=0)) / RATE
    return (
        round(decoded, 1),
        round(mutagen.mp4.MP4(name).info.length, 1),
        round(tinytag.TinyTag.get(name).duration, 1),
    )


whole = recording("whole.m4a", {})
parts = recording("parts.m4a", {"movflags": "frag_keyframe+empty_moov", "frag_duration": "1000000"})
for name, (decoded, first, second) in (("in one piece", whole), ("in fragments", parts)):
    print(f"{name}: decoded {decoded} s, mutagen {first} s, tinytag {second} s")
sys.exit((whole, parts) != ((4.3, 4.3, 4.3), (4.3, 0.0, 0.0)))
PY
