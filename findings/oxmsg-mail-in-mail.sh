#!/usr/bin/env bash
# A mail inside a mail (.msg): python-oxmsg lists it as an attachment without name, bytes or error.
#
# Assumed: `Attachment.file_bytes` holds what is attached, whatever its kind, or a message is raised.
# Seen:    for a message attached as a message (attach method 5) `file_bytes` is None, `size` 0, the media type
#          `application/octet-stream`, and no other member leads to it. extract-msg reads the same file's inner mail.
# With:    python-oxmsg 0.0.2, extract-msg 0.57.0 (writes and reads for comparison), Python 3.11
# Source:  oxmsg/attachment.py, file_bytes; format: MS-OXMSG 2.2.2.1 (storage __substg1.0_3701000D)
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -qq --disable-pip-version-check python-oxmsg==0.0.2 extract-msg==0.57.0
"$room/venv/bin/python" - <<'PY'
import os
import struct
import sys
import tempfile

import extract_msg
from extract_msg.ole_writer import OleWriter
from oxmsg import Message

writer = OleWriter()
FLAGS = 6  # readable and writable


def text(place: list[str], tag: int, value: str) -> tuple[int, bytes]:
    data = value.encode("utf-16-le")
    writer.addEntry([*place, f"__substg1.0_{tag:08X}"], data)
    return tag, struct.pack("<II", len(data) + 2, 0)


def properties(place: list[str], head: bytes, rows: list[tuple[int, bytes]]) -> None:
    data = head + b"".join(struct.pack("<II8s", tag, FLAGS, value) for tag, value in rows)
    writer.addEntry([*place, "__properties_version1.0"], data)


def mail(place: list[str], subject: str, body: str) -> list[tuple[int, bytes]]:
    return [text(place, 0x001A001F, "IPM.Note"), text(place, 0x0037001F, subject), text(place, 0x1000001F, body)]


writer.addEntry(["__nameid_version1.0"], storage=True)
for stream in ("00020102", "00030102", "00040102"):
    writer.addEntry(["__nameid_version1.0", f"__substg1.0_{stream}"], b"")
properties([], struct.pack("<8xIIII8x", 0, 1, 0, 1), mail([], "Outer", "See the mail inside."))
attached = ["__attach_version1.0_#00000000"]
writer.addEntry(attached, storage=True)
method, thing = (0x37050003, struct.pack("<II", 5, 0)), (0x3701000D, struct.pack("<II", 0xFFFFFFFF, 4))
properties(attached, bytes(8), [method, thing])
inner = [*attached, "__substg1.0_3701000D"]
writer.addEntry(inner, storage=True)
properties(inner, struct.pack("<8xIIII", 0, 0, 0, 0), mail(inner, "Inner", "Friday at the port, Youssef."))
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "mail.msg")
    writer.write(path)
    [one] = Message.load(path).attachments
    with extract_msg.openMsg(path) as other:
        subject = other.attachments[0].data.subject
print(f"python-oxmsg: name {one.file_name}, bytes {one.file_bytes}, size {one.size}, {one.mime_type}")
print(f"extract-msg: a mail with the subject {subject!r}")
sys.exit((one.file_name, one.file_bytes, one.size, subject) != (None, None, 0, "Inner"))
PY
