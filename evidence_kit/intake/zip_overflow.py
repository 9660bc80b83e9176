"""Zips above 4 GiB by programs that write every number modulo 2^32, as macOS did for years.

Their directory is whole and its numbers are too small by multiples of 4 GiB; where a member really stands is told by
its own header, which has to bear the same name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from evidence_kit.intake.window import Seekable
from evidence_kit.intake.zip_records import STREAMED, ZipDirectory, ZipRecord, local_at

_WRAP: Final = 1 << 32
_STORED: Final = 0
_MOST_WRAPS: Final = 1 << 12
# Behind packed bytes stands at most a descriptor.
_LONGEST_DESCRIPTOR: Final = 24


def offsets_overflow(directory: ZipDirectory) -> bool:
    """Say whether offsets are too small by a multiple of 4 GiB, in a zip without the long records."""
    return not directory.zip64 and directory.base > 0 and directory.base % _WRAP == 0


def unwrapped_entries(
    source: Seekable, records: Sequence[ZipRecord], directory: ZipDirectory
) -> list[ZipRecord] | None:
    """Return the entries with the offsets and sizes that they really have, None where they do not fit this form.

    Args:
        source: The zip.
        records: Its entries, in the order of the directory, with offsets as `entries_of` gives them.
        directory: Where it stands.
    """
    starts: list[int] = []
    data: list[int] = []
    reached = 0
    for record in records:
        found = _header(source, record, directory, reached)
        if found is None:
            return None
        start, begin = found
        starts.append(start)
        data.append(begin)
        reached = begin
    ends = [*starts[1:], directory.start]
    return [
        _sized(record, start, end - begin)
        for record, start, begin, end in zip(records, starts, data, ends, strict=True)
    ]


def _header(source: Seekable, record: ZipRecord, directory: ZipDirectory, reached: int) -> tuple[int, int] | None:
    """Return where the next member that bears the name stands, and where its data begin."""
    offset = (record.offset - directory.base) % _WRAP
    offset += max(0, -(-(reached - offset) // _WRAP)) * _WRAP
    for _ in range(_MOST_WRAPS):
        if offset >= directory.start:
            return None
        local = local_at(source, offset, directory.start)
        if local is not None and local.record.name == record.name:
            return offset, local.data_offset
        offset += _WRAP
    return None


def _sized(record: ZipRecord, start: int, room: int) -> ZipRecord:
    """Return an entry with the packed size that fills its room, but for a descriptor."""
    wraps = max(0, (room - record.packed_bytes) // _WRAP)
    packed = record.packed_bytes + wraps * _WRAP
    behind = _LONGEST_DESCRIPTOR if record.flags & STREAMED else 0
    if not 0 <= room - packed <= behind:
        packed = record.packed_bytes
    size = packed if record.method == _STORED else record.size_bytes
    return replace(record, offset=start, packed_bytes=packed, size_bytes=size)
