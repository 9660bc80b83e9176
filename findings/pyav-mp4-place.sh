#!/usr/bin/env bash
# The place in an MP4: PyAV (FFmpeg) rounds it on the way through, in a MOV it does not.
#
# Assumed: `metadata["location"]`, an ISO 6709 text, comes back as it was written.
# Seen:    an MP4 has the box `loci` with fixed-point numbers: five decimals come back as four, and 12.340 m as
#          12.339996 m. A MOV (box "©xyz", a text) gives the same letters back. Comparing places as text, or as
#          numbers at the fifth decimal, tells two copies of one film apart.
# With:    av 18.1.0 (FFmpeg 8), Python 3.11
# Source:  FFmpeg: libavformat/movenc.c, mov_write_loci_tag; libavformat/mov.c, mov_metadata_loci
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -qq --disable-pip-version-check av==18.1.0
"$room/venv/bin/python" - <<'PY'
import io
import sys

import av

PLACE = "+35.19327-006.15582+012.340/"
seen = {}
for form in ("mov", "mp4"):
    file = io.BytesIO()
    with av.open(file, "w", format=form) as film:
        film.metadata["location"] = PLACE
        stream = film.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        film.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        film.mux(stream.encode(None))
    with av.open(io.BytesIO(file.getvalue())) as film:
        seen[form] = film.metadata["location"]
    print(f"{form}: written {PLACE}, read {seen[form]}")
sys.exit(seen["mov"] != PLACE or seen["mp4"] == PLACE or "12.339996" not in seen["mp4"])
PY
