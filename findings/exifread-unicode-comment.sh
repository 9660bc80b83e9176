#!/usr/bin/env bash
# An Arabic comment of a photo that ExifRead shows as Latin letters and signs.
#
# Assumed: UserComment with the code `UNICODE`, which EXIF defines, is decoded as UTF-16, or comes as bytes.
# Seen:    the printed text keeps the low byte of each unit and drops the high one: U+0642 becomes "B". Latin
#          letters survive, so that tests with Latin text pass. `values` holds all bytes; only the text is wrong.
# With:    exifread 3.5.1, pillow 13.0.0 (writes the photo), Python 3.11
# Source:  exifread/tags/str_utils.py, make_string and make_string_uc
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

TEXT = "قابلني غدا Larache"
seen = []
for code in ("utf-16-le", "utf-16-be"):
    comment = b"UNICODE\0" + TEXT.encode(code)
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = comment
    file = io.BytesIO()
    Image.new("RGB", (16, 8), "teal").save(file, "JPEG", exif=exif)
    file.seek(0)
    tag = exifread.process_file(file)["EXIF UserComment"]
    print(f"{code}: written {TEXT!r}, read {str(tag)!r}, all bytes in values: {bytes(tag.values) == comment}")
    seen.append((str(tag).endswith("Larache"), str(tag).isascii(), bytes(tag.values) == comment))
sys.exit(seen != [(True, True, True)] * 2)
PY
