#!/usr/bin/env bash
# EXIF that Pillow tells of an AVIF in which there is none.
#
# Assumed: `getexif()` and `info["exif"]` are the file's EXIF; a file without an Exif item gives nothing.
# Seen:    a file that is turned by its box `irot` and holds no Exif item has an EXIF block with Orientation 6.
#          The block is made by the reader; its hash is that of no bytes of the file. (Pillow writes such a file
#          itself when the only tag is Orientation: the tag becomes the box.)
# With:    pillow 13.0.0, Python 3.11
# Source:  PIL/AvifImagePlugin.py, AvifImageFile._open and _save
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -qq --disable-pip-version-check pillow==13.0.0
"$room/venv/bin/python" - <<'PY'
import io
import sys

from PIL import Image

exif = Image.Exif()
exif[0x0112] = 6
file = io.BytesIO()
Image.new("RGB", (16, 8), "teal").save(file, "AVIF", exif=exif)
data = file.getvalue()
picture = Image.open(io.BytesIO(data))
block = picture.info.get("exif", b"")
tiff = block.removeprefix(b"Exif\0\0")
print(f"box irot in the file: {b'irot' in data}; Exif item in the file: {b'Exif' in data}")
print(f"Pillow: size {picture.size}, EXIF {dict(picture.getexif())}, block of {len(block)} bytes, in the file: {tiff in data}")
seen = (b"irot" in data, b"Exif" in data, dict(picture.getexif()), bool(tiff), tiff in data)
sys.exit(seen != (True, False, {0x0112: 6}, True, False))
PY
