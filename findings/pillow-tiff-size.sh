#!/usr/bin/env bash
# `size` of a turned picture: Pillow gives that of a TIFF after the turn, of other formats before it.
#
# Assumed: `Image.open(file).size` is the coded size in all formats, and Orientation says what is still to be done.
# Seen:    with Orientation 6, a TIFF of 16 x 8 says (8, 16) and still has Orientation 6 until it is loaded; JPEG,
#          PNG and WebP say (16, 8). Who swaps the sides by Orientation 5 to 8 is right for three and wrong for TIFF.
# With:    pillow 13.0.0, Python 3.11
# Source:  PIL/TiffImagePlugin.py, _setup (swaps the sides) and load_end (removes the tag)
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -qq --disable-pip-version-check pillow==13.0.0
"$room/venv/bin/python" - <<'PY'
import io
import sys

from PIL import Image

ORIENTATION = 0x0112
exif = Image.Exif()
exif[ORIENTATION] = 6
seen = {}
for form in ("JPEG", "PNG", "WEBP", "TIFF"):
    file = io.BytesIO()
    Image.new("RGB", (16, 8), "teal").save(file, form, exif=exif)
    picture = Image.open(io.BytesIO(file.getvalue()))
    before = (picture.size, picture.getexif().get(ORIENTATION))
    picture = Image.open(io.BytesIO(file.getvalue()))
    picture.load()
    seen[form] = (before, (picture.size, picture.getexif().get(ORIENTATION)))
    print(f"{form}: opened {before}, loaded {seen[form][1]}")
usual = (((16, 8), 6), ((16, 8), 6))
sys.exit(seen != {"JPEG": usual, "PNG": usual, "WEBP": usual, "TIFF": (((8, 16), 6), ((8, 16), None))})
PY
