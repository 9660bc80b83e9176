#!/usr/bin/env bash
# A comment of a photo that ExifRead hands over as empty, once it has 1,000 bytes.
#
# Assumed: a tag's value comes whole whatever its length, or its absence is said.
# Seen:    EXIF's UserComment of 999 bytes comes whole; of 1,000 and more the tag is there with the text "" and the
#          values [], as if the comment were empty. Pillow reads both. ImageDescription (ASCII) is not concerned.
# With:    exifread 3.5.1, pillow 13.0.0, Python 3.11
# Source:  exifread/core/exif_header.py, the branch `if count < 1000` for values that are no text
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -qq --disable-pip-version-check exifread==3.5.1 pillow==13.0.0
"$room/venv/bin/python" - <<'PY'
import io
import sys

import exifread
from PIL import Image

COMMENT, EXIF = 0x9286, 0x8769


def photo(comment: bytes) -> io.BytesIO:
    exif = Image.Exif()
    exif.get_ifd(EXIF)[COMMENT] = comment
    file = io.BytesIO()
    Image.new("RGB", (16, 8), "teal").save(file, "JPEG", exif=exif)
    file.seek(0)
    return file


seen = {}
for size in (999, 1000, 1001):
    comment = b"ASCII\0\0\0".ljust(size, b"a")
    tag = exifread.process_file(photo(comment))["EXIF UserComment"]
    whole = Image.open(photo(comment)).getexif().get_ifd(EXIF)[COMMENT] == comment
    seen[size] = (len(str(tag)), len(tag.values), whole)
    print(f"{size} bytes: ExifRead gives {len(str(tag))} letters, {len(tag.values)} values; Pillow whole: {whole}")
sys.exit(seen != {999: (991, 999, True), 1000: (0, 0, True), 1001: (0, 0, True)})
PY
