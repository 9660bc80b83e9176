#!/usr/bin/env bash
# Text of the type that Exif 3.0 added in 2023: Pillow and ExifRead leave the tag out.
#
# Assumed: type 129 (UTF-8) is read, or an unknown type is handed over as bytes, or something is raised.
# Seen:    both libraries leave the tag out of their answer; ASCII entries beside it are read. To who asks,
#          a photo whose camera wrote a description after Exif 3.0 has none.
# With:    pillow 13.0.0, exifread 3.5.1, Python 3.11
# Source:  Pillow: TiffImagePlugin.ImageFileDirectory_v2.load and __getitem__ (a table of types without 129);
#          format: CIPA DC-008-2023 (Exif 3.0), type 129, allowed for ImageDescription
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -qq --disable-pip-version-check exifread==3.5.1 pillow==13.0.0
"$room/venv/bin/python" - <<'PY'
import io
import struct
import sys

import exifread
from PIL import Image

ASCII, UTF8 = 2, 129
DESCRIPTION, MAKE = 0x010E, 0x010F


def photo(kind: int) -> io.BytesIO:
    text, make = "Port de Larache".encode() + b"\0", b"Atlas Phone\0"
    begin = 8 + 2 + 2 * 12 + 4
    entries = struct.pack("<HHII", DESCRIPTION, kind, len(text), begin)
    entries += struct.pack("<HHII", MAKE, ASCII, len(make), begin + len(text))
    tiff = b"II*\0" + struct.pack("<IH", 8, 2) + entries + bytes(4) + text + make
    file = io.BytesIO()
    Image.new("RGB", (16, 8), "teal").save(file, "JPEG", exif=b"Exif\0\0" + tiff)
    file.seek(0)
    return file


seen = []
for name, kind in (("ASCII", ASCII), ("UTF-8", UTF8)):
    pillow = dict(Image.open(photo(kind)).getexif())
    other = {tag: str(value) for tag, value in exifread.process_file(photo(kind)).items()}
    print(f"description as {name}: Pillow {pillow}, ExifRead {other}")
    seen.append((DESCRIPTION in pillow, MAKE in pillow, "Image ImageDescription" in other, "Image Make" in other))
sys.exit(seen != [(True, True, True, True), (False, True, False, True)])
PY
