"""The records of a zip as they stand in the file: directory, entries, local headers, extra fields.

No record is believed: every offset is checked before anything is read there, and what does not fit is `None`
or is missing from the result.

Source: PKWARE APPNOTE 6.3.10; extra fields 0x5455 and 0x7075 of Info-ZIP.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from evidence_kit.intake import code_pages
from evidence_kit.intake.window import Seekable

LOCAL, ENTRY, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
DESCRIPTOR, END64, LOCATOR64 = b"PK\x07\x08", b"PK\x06\x06", b"PK\x06\x07"

_LOCAL = struct.Struct("<4s5H3I2H")
_ENTRY = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR64 = struct.Struct("<4sIQI")
_DESCRIPTOR = struct.Struct("<4s3I")
_DESCRIPTOR64 = struct.Struct("<4sIQQ")

_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_END_REACH = _END.size + _FULL16
_PIECE_BYTES = 1 << 20
_FARTHEST = (1 << 63) - 1  # a zip64 field can say more than a file position can
DIRECTORY_LIMIT_BYTES = 64 << 20

STREAMED, UTF8 = 0x0008, 0x0800


@dataclass(frozen=True, slots=True)
class ZipDirectory:
    """Where the directory of a zip stands, from its last record.

    Attributes:
        start: Offset of the first entry in the file.
        size_bytes: Length of all entries.
        end: Offset behind the last record and its comment.
        base: What must be added to every offset that an entry states.
        entries: How many entries there are said to be.
        zip64: Whether the long records were used.
        comment: The comment of the zip.
    """

    start: int
    size_bytes: int
    end: int
    base: int
    entries: int
    zip64: bool
    comment: bytes


@dataclass(frozen=True, slots=True)
class ZipRecord:
    """One member, as its directory entry or its local header declares it; offsets are those of the file."""

    flags: int
    method: int
    dos_time: int
    dos_date: int
    crc32: int
    packed_bytes: int
    size_bytes: int
    name: bytes
    extra: bytes
    attributes: int
    offset: int


@dataclass(frozen=True, slots=True)
class LocalHeader:
    """A local header and where its data begin."""

    record: ZipRecord
    data_offset: int


def directory_of(source: Seekable, size: int) -> ZipDirectory | None:
    """The directory that the last fitting end record names; None when there is none inside the file.

    An end record whose comment reaches exactly to the end is preferred; otherwise the last one that fits,
    with foreign bytes behind it.
    """
    start = max(0, size - _END_REACH)
    tail = _read(source, start, size - start)
    loose = None
    at = tail.rfind(END)
    while at >= 0:
        if at + _END.size <= len(tail):
            end = start + at + _END.size + int.from_bytes(tail[at + 20 : at + 22], "little")
            directory = _directory(source, start + at, tail[at:]) if end <= size else None
            if directory and end == size:
                return directory
            loose = loose or directory
        at = tail.rfind(END, 0, at + 3) if at else -1
    return loose


def is_part(source: Seekable, size: int) -> bool:
    """Say whether the file ends as the last part of a zip does that was split over several files.

    Its last record fits the end of the file, and names another disk, or a directory that begins in an earlier file.
    """
    start = max(0, size - _END_REACH)
    tail = _read(source, start, size - start)
    at = tail.rfind(END)
    if at < 0 or at + _END.size > len(tail):
        return False
    _, disk, first_disk, _, entries, length, offset, comment = _END.unpack_from(tail, at)
    if start + at + _END.size + comment != size or not entries:
        return False
    return bool(disk or first_disk) or offset + length > start + at


def _directory(source: Seekable, end_at: int, record: bytes) -> ZipDirectory | None:
    _, disk, first_disk, _, entries, length, offset, comment = _END.unpack_from(record)
    stop, zip64 = end_at, False
    long = _long_end(source, end_at)
    if long:
        stop, disk, first_disk, entries, length, offset = long
        zip64 = True
    if disk or first_disk:
        return None
    end = end_at + _END.size + comment
    behind = record[_END.size : _END.size + comment]
    # Where it must stand if it ends where the record begins; else where the record says, with bytes between.
    for start in (stop - length, offset):
        inside = start >= offset and start + length <= stop
        if inside and (length == 0 or _read(source, start, 4) == ENTRY):
            return ZipDirectory(start, length, end, start - offset, entries, zip64, behind)
    return None


def _long_end(source: Seekable, end_at: int) -> tuple[int, int, int, int, int, int] | None:
    """Position and fields of the zip64 end record; None when there is none."""
    locator_at = end_at - _LOCATOR64.size
    locator = _read(source, locator_at, _LOCATOR64.size) if locator_at >= 0 else b""
    if len(locator) < _LOCATOR64.size or locator[:4] != LOCATOR64:
        return None
    for at in (locator_at - _END64.size, _LOCATOR64.unpack(locator)[2]):
        raw = _read(source, at, _END64.size) if 0 <= at <= locator_at - _END64.size else b""
        if raw[:4] == END64:
            _, _, _, _, disk, first_disk, _, entries, length, offset = _END64.unpack(raw)
            return at, disk, first_disk, entries, length, offset
    return None


def entries_of(source: Seekable, directory: ZipDirectory) -> Iterator[ZipRecord]:
    """The entries of the directory, in its order; ends at the first that is none."""
    raw = _read(source, directory.start, min(directory.size_bytes, DIRECTORY_LIMIT_BYTES))
    at = 0
    while at + _ENTRY.size <= len(raw) and raw.startswith(ENTRY, at):
        fields = _ENTRY.unpack_from(raw, at)
        _, _, _, flags, method, time, date, crc, packed, size = fields[:10]
        name_length, extra_length, comment_length, _, _, attributes, offset = fields[10:]
        name_at = at + _ENTRY.size
        extra_at = name_at + name_length
        at = extra_at + extra_length + comment_length
        if at > len(raw):
            return
        extra = raw[extra_at : extra_at + extra_length]
        size, packed, offset = _long_values(extra, (size, packed, offset))
        name = raw[name_at:extra_at]
        position = directory.base + offset
        yield ZipRecord(flags, method, time, date, crc, packed, size, name, extra, attributes, position)


def local_at(source: Seekable, offset: int, size: int) -> LocalHeader | None:
    """The local header at an offset; None when none stands there whole.

    Args:
        source: The file.
        offset: Where the header should begin, in bytes.
        size: Size of the file in bytes.
    """
    if not 0 <= offset <= size - _LOCAL.size:
        return None
    raw = _read(source, offset, _LOCAL.size)
    if len(raw) < _LOCAL.size or raw[:4] != LOCAL:
        return None
    _, _, flags, method, time, date, crc, packed, length, name_length, extra_length = _LOCAL.unpack(raw)
    rest = _read(source, offset + _LOCAL.size, name_length + extra_length)
    if len(rest) < name_length + extra_length:
        return None
    name, extra = rest[:name_length], rest[name_length:]
    length, packed = _long_values(extra, (length, packed))
    record = ZipRecord(flags, method, time, date, crc, packed, length, name, extra, 0, offset)
    return LocalHeader(record, offset + _LOCAL.size + name_length + extra_length)


def walk_locals(source: Seekable, size: int) -> Iterator[ZipRecord]:
    """Members of a zip that has no directory, from one local header to the next.

    A member whose sizes stand behind its data is followed by a descriptor that repeats the distance; without
    one the walk ends, since nobody knows where the next header would be.
    """
    at = 4 if _read(source, 0, 4) in {DESCRIPTOR, b"PK00"} else 0
    while local := local_at(source, at, size):
        record = local.record
        at = local.data_offset + record.packed_bytes
        if record.flags & STREAMED and not record.packed_bytes:
            found = _descriptor(source, local.data_offset, size)
            if found is None:
                return
            crc, packed, length, behind = found
            record = replace(record, crc32=crc, packed_bytes=packed, size_bytes=length)
            at = local.data_offset + packed + behind
        elif record.flags & STREAMED and _read(source, at, 4) == DESCRIPTOR:
            at += _DESCRIPTOR.size
        yield record


def _descriptor(source: Seekable, start: int, size: int) -> tuple[int, int, int, int] | None:
    """The first descriptor that states its own distance from `start`.

    Returns:
        CRC, packed size, plain size and the descriptor's own length, 16 or 24 bytes.
    """
    at = start
    while at < size:
        piece = _read(source, at, _PIECE_BYTES + _DESCRIPTOR64.size)
        found = piece.find(DESCRIPTOR)
        while 0 <= found < _PIECE_BYTES and found + _DESCRIPTOR.size <= len(piece):
            distance = at + found - start
            _, crc, packed, length = _DESCRIPTOR.unpack_from(piece, found)
            long = piece[found : found + _DESCRIPTOR64.size].ljust(_DESCRIPTOR64.size, b"\xff")
            # Short form and next record, or long form? An empty member alone looks like both.
            if _DESCRIPTOR64.unpack(long)[2] == distance and long[16:18] != b"PK":
                return crc, distance, int.from_bytes(long[16:], "little"), _DESCRIPTOR64.size
            if packed == distance:
                return crc, packed, length, _DESCRIPTOR.size
            found = piece.find(DESCRIPTOR, found + 1)
        at += _PIECE_BYTES
    return None


class ExtraField(NamedTuple):
    """An extra field of a zip.

    Attributes:
        number: Its id.
        content: Its bytes, without id and length.
    """

    number: int
    content: bytes


def extra_fields(extra: bytes) -> Iterator[ExtraField]:
    """Id and content of each extra field; ends where one does not fit."""
    at = 0
    while at + 4 <= len(extra):
        number, length = struct.unpack_from("<2H", extra, at)
        if at + 4 + length > len(extra):
            return
        yield ExtraField(number, extra[at + 4 : at + 4 + length])
        at += 4 + length


def _long_values(extra: bytes, values: tuple[int, ...]) -> tuple[int, ...]:
    """The values, those that are all ones taken from the zip64 field, in its order."""
    field = next((content for number, content in extra_fields(extra) if number == 1), b"")
    result, at = [], 0
    for value in values:
        if value == _FULL32 and at + 8 <= len(field):
            result.append(int.from_bytes(field[at : at + 8], "little"))
            at += 8
        else:
            result.append(value)
    return tuple(result)


def shown_names(records: Sequence[ZipRecord]) -> list[tuple[str, str]]:
    """Return each name for display, and how it was found: an id that names the assumption if there is one.

    Names that nothing is said of were written by one computer in one code page, so they are read together.
    """
    declared = [_declared_name(record) for record in records]
    guessed = iter(
        code_pages.shown_names([record.name for record, told in zip(records, declared, strict=True) if not told])
    )
    return [told or next(guessed) for told in declared]


def _declared_name(record: ZipRecord) -> tuple[str, str] | None:
    for number, content in extra_fields(record.extra):
        if number == 0x7075 and content[:1] == b"\x01" and len(content) > 5:
            fits = int.from_bytes(content[1:5], "little") == zlib.crc32(record.name)
            name = _utf8(content[5:])
            if fits and name is not None:
                return name, "unicode-path"
    if record.flags & UTF8:
        name = _utf8(record.name)
        return (name, "utf-8") if name is not None else (_escaped(record.name), "utf-8-broken")
    return None


def _utf8(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def _escaped(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def local_time(record: ZipRecord) -> str | None:
    """The DOS time as digits, without a zone and even if there is no such day; None when it was not set."""
    date, time = record.dos_date, record.dos_time
    if not date and not time:
        return None
    day = f"{1980 + (date >> 9):04d}-{date >> 5 & 15:02d}-{date & 31:02d}"
    return f"{day}T{time >> 11:02d}:{time >> 5 & 63:02d}:{(time & 31) * 2:02d}"


def utc_time(record: ZipRecord) -> str | None:
    """When the content was last changed by the extended time stamp, in UTC; None without one."""
    for number, content in extra_fields(record.extra):
        if number == 0x5455 and len(content) >= 5 and content[0] & 1:
            seconds = int.from_bytes(content[1:5], "little", signed=True)
            moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
            return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return None


def _read(source: Seekable, offset: int, length: int) -> bytes:
    if offset > _FARTHEST:
        return b""
    source.seek(offset)
    return source.read(length)
