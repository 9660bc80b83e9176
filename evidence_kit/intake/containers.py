"""The contents of a zip, checked before a single member is read.

Nothing is extracted: members are streamed one by one by `zip_stream`, and their names are facts. Whatever is
wrong, the zip itself is evidence and kept; a refusal here concerns only the looking inside.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice

from evidence_kit.intake.names import name_collisions, name_dangers
from evidence_kit.intake.window import Seekable
from evidence_kit.intake.zip_overflow import offsets_overflow, unwrapped_entries
from evidence_kit.intake.zip_records import (
    DIRECTORY_LIMIT_BYTES,
    STREAMED,
    LocalHeader,
    ZipRecord,
    directory_of,
    entries_of,
    local_at,
    local_time,
    shown_names,
    utc_time,
    walk_locals,
)

ENTRY_LIMIT = 100_000
RATIO_LIMIT = 200
RATIO_FLOOR_BYTES = 1 << 20
PARTS_LIMIT = 64

STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14
_METHODS = frozenset({STORED, DEFLATED, BZIP2, LZMA})
_AES_METHOD = 99
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_FULL32 = 0xFFFFFFFF
_NO_FILES = frozenset({stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK})


class ZipVerdict(Enum):
    """Whether a member may be read, and if not, why."""

    READABLE = "readable"
    ENCRYPTED = "encrypted"
    OVERLAP = "overlap"
    RATIO = "ratio"
    SYMLINK = "symlink"
    DEVICE = "device"
    UNSUPPORTED_METHOD = "unsupported-method"
    HEADER_MISMATCH = "header-mismatch"
    SIZE_OVER_FILE = "size-over-file"


@dataclass(frozen=True, slots=True)
class ZipMember:
    """One member of a zip, as the zip declares it.

    Attributes:
        index: Position in the directory, from 0.
        name_bytes: The name as it stands there.
        name: The name for display; never a path.
        name_from: How it was decoded: `ascii`, `utf-8`, `unicode-path`, `utf-8-broken` (bytes that do not fit
            are surrogates), or what was assumed: `assumed-utf-8`, or `assumed-` and the code page that makes words of
            all names of the zip together (`cp437`, `cp850`, `cp720`, `cp1256`, `cp1252`).
        dangers: What would happen if the name were used as a path.
        is_folder: The name ends in `/` and no content belongs to it.
        time_local: DOS time as `2025-05-03T21:02:04`, zone unknown; the digits need not be a real date.
        time_utc: Extended time stamp as `2025-05-03T20:02:04Z`.
        flags: General purpose bits.
        method: Compression method.
        packed_bytes: Declared size inside the zip.
        size_bytes: Declared size of the content.
        crc32: Declared check sum of the content.
        data_offset: Where the packed bytes begin; None when the local header could not be found.
        verdict: Whether it may be read.
    """

    index: int
    name_bytes: bytes
    name: str
    name_from: str
    dangers: tuple[str, ...]
    is_folder: bool
    time_local: str | None
    time_utc: str | None
    flags: int
    method: int
    packed_bytes: int
    size_bytes: int
    crc32: int
    data_offset: int | None
    verdict: ZipVerdict


@dataclass(frozen=True, slots=True)
class ZipPlan:
    """The contents of a zip, and the bytes around them.

    Attributes:
        members: At most `ENTRY_LIMIT`, in the order of the directory.
        notes: Ids of what is unusual: `no-directory` (cut off; members found by their own headers),
            `count-differs` (more or fewer entries than declared), `too-many` (more than are looked at),
            `data-before`, `zip-before`, `data-after`, `comment`, `zip64`, `overflow-32` (numbers were written
            modulo 2^32, and members found by their own headers).
        entries_declared: How many entries the directory says it has; None without a directory.
        before_bytes: Foreign bytes before the first member; with `zip-before`, another zip ends there, which
            `examine(source, before_bytes)` reads.
        after_bytes: Bytes behind the last record; without a directory, behind the last member found.
        comment: The comment of the zip, undecoded.
    """

    members: tuple[ZipMember, ...]
    notes: tuple[str, ...]
    entries_declared: int | None
    before_bytes: int
    after_bytes: int
    comment: bytes


@dataclass(frozen=True, slots=True)
class UnreadableZip:
    """A file in which no zip was found; `reason` is `not-a-zip` or `no-directory`."""

    reason: str


def examine_zip(source: Seekable, size: int) -> ZipPlan | UnreadableZip:
    """Everything that can be known about a zip without reading a member.

    Args:
        source: The file, seekable; its position is moved.
        size: How many of its bytes, from the start, to look at.

    Returns:
        The plan, also of a zip that lost its end; `UnreadableZip` when there is neither directory nor member.
    """
    directory = directory_of(source, size)
    if directory is None:
        return _examine_cut(source, size)
    records = list(islice(entries_of(source, directory), ENTRY_LIMIT + 1))
    surplus = len(records) > ENTRY_LIMIT or directory.size_bytes > DIRECTORY_LIMIT_BYTES
    del records[ENTRY_LIMIT:]
    overflow = None if surplus or not offsets_overflow(directory) else unwrapped_entries(source, records, directory)
    records = records if overflow is None else overflow
    span = (directory.start, directory.end)
    members, starts = _members(source, size, records, span, cut=False)
    before = min(starts, default=0 if records else directory.start)
    found = {
        "too-many": surplus,
        "overflow-32": overflow is not None,
        "count-differs": not surplus and directory.entries != len(records),
        "data-before": before > 0,
        "zip-before": before > 0 and directory_of(source, before) is not None,
        "data-after": directory.end < size,
        "comment": bool(directory.comment),
        "zip64": directory.zip64,
    }
    notes = tuple(note for note, present in found.items() if present)
    return ZipPlan(members, notes, directory.entries, before, size - directory.end, directory.comment)


def examine_all_zips(source: Seekable, size: int) -> Iterator[ZipPlan | UnreadableZip]:
    """The zip at the end of a file, then each one that stands before it, at most `PARTS_LIMIT`."""
    for _ in range(PARTS_LIMIT):
        plan = examine_zip(source, size)
        yield plan
        if isinstance(plan, UnreadableZip) or "zip-before" not in plan.notes:
            return
        size = plan.before_bytes


def _examine_cut(source: Seekable, size: int) -> ZipPlan | UnreadableZip:
    records = list(islice(walk_locals(source, size), ENTRY_LIMIT + 1))
    if not records:
        source.seek(0)
        return UnreadableZip("no-directory" if source.read(2) == b"PK" else "not-a-zip")
    members, _ = _members(source, size, records[:ENTRY_LIMIT], None, cut=True)
    end = max(member.data_offset + member.packed_bytes for member in members if member.data_offset is not None)
    found = {"no-directory": True, "too-many": len(records) > ENTRY_LIMIT, "data-after": end < size}
    notes = tuple(note for note, present in found.items() if present)
    return ZipPlan(members, notes, None, 0, max(0, size - end), b"")


def _members(
    source: Seekable, size: int, records: Sequence[ZipRecord], span: tuple[int, int] | None, *, cut: bool
) -> tuple[tuple[ZipMember, ...], list[int]]:
    """The members, and the offsets at which their headers were found."""
    headers = [local_at(source, record.offset, size) for record in records]
    overlapping = _overlapping(records, headers, span)
    greedy = _greedy(records)
    named = shown_names(records)
    twice = name_collisions([name for name, _ in named])
    members = []
    for index, (record, header, (name, name_from)) in enumerate(zip(records, headers, named, strict=True)):
        verdict = _verdict(record, header, size, cut=cut)
        if verdict is ZipVerdict.READABLE and index in overlapping:
            verdict = ZipVerdict.OVERLAP
        if verdict is ZipVerdict.READABLE and index in greedy:
            verdict = ZipVerdict.RATIO
        member = ZipMember(
            index=index,
            name_bytes=record.name,
            name=name,
            name_from=name_from,
            dangers=name_dangers(name) + twice[index],
            is_folder=record.name.endswith(b"/") and not record.size_bytes,
            time_local=local_time(record),
            time_utc=utc_time(record),
            flags=record.flags,
            method=record.method,
            packed_bytes=record.packed_bytes,
            size_bytes=record.size_bytes,
            crc32=record.crc32,
            data_offset=header.data_offset if header else None,
            verdict=verdict,
        )
        members.append(member)
    return tuple(members), [header.record.offset for header in headers if header]


def _verdict(record: ZipRecord, header: LocalHeader | None, size: int, *, cut: bool) -> ZipVerdict:
    """Judge a member by its own records; its neighbours are judged elsewhere."""
    if header is None:
        return ZipVerdict.SIZE_OVER_FILE if record.offset >= size else ZipVerdict.HEADER_MISMATCH
    # Looked at whatever system made the zip: a forged maker must not hide a link.
    file_type = stat.S_IFMT(record.attributes >> 16)
    # What Info-ZIP has read from a pipe is called a fifo and has content like any file.
    piped = file_type == stat.S_IFIFO and record.size_bytes > 0
    refusals = {
        ZipVerdict.HEADER_MISMATCH: not cut and not _same(record, header.record),
        ZipVerdict.SIZE_OVER_FILE: header.data_offset + record.packed_bytes > size,
        ZipVerdict.ENCRYPTED: bool(record.flags & _ENCRYPTED) or record.method == _AES_METHOD,
        ZipVerdict.SYMLINK: file_type == stat.S_IFLNK,
        ZipVerdict.DEVICE: file_type in _NO_FILES and not piped,
        ZipVerdict.UNSUPPORTED_METHOD: record.method not in _METHODS,
    }
    return next((refusal for refusal, present in refusals.items() if present), ZipVerdict.READABLE)


def _same(entry: ZipRecord, header: ZipRecord) -> bool:
    """Whether directory and local header speak of the same member."""
    if (entry.name, entry.method, entry.flags & _ENCRYPTED) != (
        header.name,
        header.method,
        header.flags & _ENCRYPTED,
    ):
        return False
    pairs = (
        (entry.crc32, header.crc32),
        (entry.packed_bytes, header.packed_bytes),
        (entry.size_bytes, header.size_bytes),
    )
    # Written as a stream, the header was there before the numbers were known.
    unknown = {0, _FULL32} if header.flags & STREAMED else set()
    return all(said == repeated or repeated in unknown for said, repeated in pairs)


def _overlapping(
    records: Sequence[ZipRecord], headers: Sequence[LocalHeader | None], span: tuple[int, int] | None
) -> set[int]:
    """Members whose bytes also belong to another one or to the directory.

    That no two share a byte and none leaves the file implies that the packed sizes add up to less than the
    file: this sum needs no check of its own.
    """
    spans = [
        (record.offset, header.data_offset + record.packed_bytes, index)
        for index, (record, header) in enumerate(zip(records, headers, strict=True))
        if header
    ]
    if span:
        spans.append((*span, -1))
    found: set[int] = set()
    reach, owner = 0, -1
    for start, end, index in sorted(spans):
        if start < reach:
            found |= {index, owner}
        if end > reach:
            reach, owner = end, index
    return found - {-1}


def _greedy(records: Sequence[ZipRecord]) -> set[int]:
    """Members that claim to grow too much, alone or, small as they are, all together."""
    claimed, packed = sum(r.size_bytes for r in records), sum(r.packed_bytes for r in records)
    floor = 0 if claimed > max(RATIO_FLOOR_BYTES, RATIO_LIMIT * packed) else RATIO_FLOOR_BYTES
    return {
        index
        for index, record in enumerate(records)
        if record.size_bytes > max(floor, RATIO_LIMIT * record.packed_bytes)
    }
