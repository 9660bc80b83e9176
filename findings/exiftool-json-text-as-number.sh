#!/usr/bin/env bash
# `exiftool -j`: a title "1.10" or "1E5" comes out as a JSON number, "0612" as text.
#
# Assumed: text fields are JSON strings, so what stands in the file can be taken from the JSON letter by letter.
# Seen:    quotation marks depend on how the text looks, not on the type of the tag: the XMP title "1.10" reads back as
#          1.1, "1E5" as 100000.0, "-0" as a zero, while "0612" and "+212600000001" are strings. Names of versions,
#          serial numbers and notes change in the reader; exiftool's own text output holds them as they are.
# With:    ExifTool 13.59 (npm exiftool-vendored.pl 13.59.3), Pillow 13.0.0, Python 3.11; 12.57 does the same
# Source:  exiftool: FormatJSON, EscapeJSON
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -qq --disable-pip-version-check pillow==13.0.0
cd "$room"
npm install --silent --no-audit --no-fund exiftool-vendored.pl@13.59.3 > /dev/null
venv/bin/python - <<'PY'
import json
import subprocess
import sys

from PIL import Image

TOOL = "node_modules/exiftool-vendored.pl/bin/exiftool"
Image.new("RGB", (8, 8)).save("a.jpg")


def title(text: str) -> tuple[object, str]:
    subprocess.run([TOOL, "-q", "-overwrite_original", f"-XMP-dc:Title={text}", "a.jpg"], check=True)
    asked = [TOOL, "-XMP-dc:Title", "a.jpg"]
    as_json = json.loads(subprocess.run([*asked, "-j"], check=True, capture_output=True, text=True).stdout)
    plain = subprocess.run([*asked, "-s3"], check=True, capture_output=True, text=True).stdout.rstrip("\n")
    return as_json[0]["Title"], plain


seen = {text: title(text) for text in ("1.10", "1E5", "0612", "+212600000001", "ten")}
for text, (value, plain) in seen.items():
    print(f"written {text!r}: -j gives {value!r}, -s3 gives {plain!r}")
wanted = {"1.10": 1.1, "1E5": 100000.0, "0612": "0612", "+212600000001": "+212600000001", "ten": "ten"}
sys.exit(not all(plain == text and value == wanted[text] for text, (value, plain) in seen.items()))
PY
