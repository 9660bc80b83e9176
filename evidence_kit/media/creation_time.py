"""When an MP4 or MOV says it was made: the number as it stands in the file."""

from __future__ import annotations

from typing import BinaryIO

from evidence_kit.media.boxes import box_content, boxes_at_path
from evidence_kit.model import Json

_MOST = 16


def read(payload: BinaryIO) -> list[Json]:
    """Return `box`, `created` and `modified` of the film and its tracks: seconds since 1904-01-01, 0 for not set.

    The standard says UTC; some cameras write their local time. Source: ISO/IEC 14496-12, 8.2.2 and 8.3.2.
    """
    payload.seek(0, 2)
    end = payload.tell()
    found: list[Json] = []
    for path in ((b"moov", b"mvhd"), (b"moov", b"trak", b"tkhd"), (b"moov", b"trak", b"mdia", b"mdhd")):
        for box in boxes_at_path(payload, 0, end, *path):
            head = box_content(payload, box, 20)
            wide = head[:1] == b"\1"
            if len(found) < _MOST and len(head) >= (20 if wide else 12):
                width = 8 if wide else 4
                created, modified = (int.from_bytes(head[4 + width * n : 4 + width * (n + 1)]) for n in (0, 1))
                found.append({"box": path[-1].decode(), "created": str(created), "modified": str(modified)})
    return found
