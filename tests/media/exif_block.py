"""EXIF blocks made entry by entry, as phones, stickers and editors write them."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence

from PIL import Image

ASCII, SHORT, LONG, RATIONAL, UNDEFINED, BYTE, UTF8 = 2, 3, 4, 5, 7, 1, 129
_SIZES = {ASCII: 1, SHORT: 2, LONG: 4, RATIONAL: 8, UNDEFINED: 1, BYTE: 1, UTF8: 1}
_POINTERS = {"EXIF": 0x8769, "GPS": 0x8825}

Entry = tuple[int, int, bytes | Sequence[int]]
"""Number of the tag, type, and bytes or numbers; a ratio is two numbers."""


def block(directories: Mapping[str, Sequence[Entry]], order: str = "<") -> bytes:
    """Return a block with the directories `Image`, and where given `EXIF` and `GPS`."""
    listed = [name for name in ("Image", "EXIF", "GPS") if name in directories or name == "Image"]
    starts = dict.fromkeys(listed, 0)
    for _ in range(2):
        made, at = b"", 8
        for name in listed:
            entries = [_packed(each, order) for each in directories.get(name, ())]
            if name == "Image":
                entries += [(_POINTERS[each], LONG, 1, struct.pack(order + "I", starts[each])) for each in listed[1:]]
            starts[name] = at
            made += _directory(sorted(entries), at, order)
            at = 8 + len(made)
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(order + "I", 8) + made


def jpeg_with(data: bytes) -> bytes:
    """Return a small JPEG that holds this block."""
    made = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(made, "JPEG", exif=b"Exif\0\0" + data)
    return made.getvalue()


def _packed(entry: Entry, order: str) -> tuple[int, int, int, bytes]:
    tag, kind, value = entry
    if not isinstance(value, bytes):
        letter = {SHORT: "H", LONG: "I", RATIONAL: "I", BYTE: "B"}[kind]
        value = struct.pack(f"{order}{len(value)}{letter}", *value)
    return tag, kind, len(value) // _SIZES[kind], value


def _directory(entries: Sequence[tuple[int, int, int, bytes]], at: int, order: str) -> bytes:
    behind = at + 2 + 12 * len(entries) + 4
    head, tail = struct.pack(order + "H", len(entries)), b""
    for tag, kind, count, value in entries:
        place = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(order + "I", behind + len(tail))
        tail += b"" if len(value) <= 4 else value + b"\0" * (len(value) % 2)
        head += struct.pack(order + "HHI", tag, kind, count) + place
    return head + bytes(4) + tail
