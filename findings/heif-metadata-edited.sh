#!/usr/bin/env bash
# XMP and EXIF of a HEIC: pillow-heif hands over packets that it edited.
#
# Assumed: `info["xmp"]` and `info["exif"]` are the bytes of the file, as with JPEG and PNG; at most `getexif()`
#          interprets them.
# Seen:    `tiff:Orientation="6"` is cut out of the XMP packet and the EXIF Orientation is set to 1 in the bytes.
#          The packets' hashes are those of no bytes of the file. `info["original_orientation"]` keeps the 6.
# With:    pillow-heif 1.4.0 (pi-heif 1.4.0 has the same code), pillow 13.0.0, Python 3.11
# Source:  pillow_heif/misc.py, set_orientation, _get_orientation and _get_orientation_xmp
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -qq --disable-pip-version-check pillow-heif==1.4.0 pillow==13.0.0
"$room/venv/bin/python" - <<'PY'
import io
import struct
import sys

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()
ORIENTATION = 0x0112
XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    b' xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
exif = Image.Exif()
exif[ORIENTATION] = 1
file = io.BytesIO()
Image.new("RGB", (64, 32), "teal").save(file, "HEIF", exif=exif.tobytes(), xmp=XMP)
entry = struct.pack(">HHIH", ORIENTATION, 3, 1, 1)  # the writer sets 1 as well: what a phone writes is put in here
assert file.getvalue().count(entry) == 1
data = file.getvalue().replace(entry, entry[:-1] + b"\6")
picture = Image.open(io.BytesIO(data))
tiff = picture.info["exif"].removeprefix(b"Exif\0\0")
print(f"in the file: XMP packet whole: {XMP in data}, EXIF Orientation: 6")
print(f"XMP handed over: {len(XMP) - len(picture.info['xmp'])} bytes shorter, in the file: {picture.info['xmp'] in data}")
print(f"EXIF handed over: Orientation {picture.getexif()[ORIENTATION]}, in the file: {tiff in data}")
seen = (XMP in data, picture.info["xmp"] in data, b"Orientation" in picture.info["xmp"])
seen += (picture.getexif()[ORIENTATION], tiff in data, picture.info["original_orientation"])
sys.exit(seen != (True, False, False, 1, False, 6))
PY
