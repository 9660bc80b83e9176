"""The one form in which our zip archives are written, so that a verifier can rebuild every byte of their headers.

Members are stored, sizes and CRC-32 stand complete in the local headers, there are no data descriptors, no
comments, no gaps. ZIP64 fields appear exactly where a number does not fit into 32 bits. The date is 1980-01-01.

Source: APPNOTE.TXT 6.3.10; for the AES member the AE-2 specification of WinZip.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

LOCAL_HEADER_BYTES = 30
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_END64 = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR64 = struct.Struct("<4sIQI")
_LOCAL_MAGIC, _CENTRAL_MAGIC, _END_MAGIC = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_FULL32, _FULL16 = 0xFFFFFFFF, 0xFFFF
_DATE_1980 = 0x0021
_UNIX_FILE_0644 = (0o100644 << 16) & _FULL32
_UNIX = 3 << 8
_STORED, _AES = 0, 99
_ENCRYPTED = 1
# AE-2 (no CRC), vendor AE, 256 bits, really stored.
_AES_EXTRA = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, _STORED)
AES_OVERHEAD_BYTES = 16 + 2 + 10


class FormError(ValueError):
    """Bytes that our writer would not have written."""


class OtherContentError(FormError):
    """A member has not the size or CRC-32 that was announced for it.

    Attributes:
        name: Its name.
    """

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not what was announced")
        self.name = name


@dataclass(frozen=True, slots=True)
class ArchiveMember:
    """One member.

    Attributes:
        name: ASCII name, `/` between parts.
        size_bytes: Length of the content.
        crc32: CRC-32 of the content; 0 for the encrypted member.
        encrypted: AES-256, AE-2.
    """

    name: str
    size_bytes: int
    crc32: int
    encrypted: bool = False

    @property
    def packed_bytes(self) -> int:
        """Return the number of bytes between this header and the next."""
        return self.size_bytes + (AES_OVERHEAD_BYTES if self.encrypted else 0)


def local_header(member: ArchiveMember) -> bytes:
    """Return the local header of a member."""
    large = member.packed_bytes >= _FULL32
    zip64 = struct.pack("<HHQQ", 1, 16, member.size_bytes, member.packed_bytes) if large else b""
    extra = zip64 + (_AES_EXTRA if member.encrypted else b"")
    name = member.name.encode("ascii")
    return (
        _LOCAL.pack(
            _LOCAL_MAGIC,
            45 if large else 20,
            _ENCRYPTED if member.encrypted else 0,
            _AES if member.encrypted else _STORED,
            0,
            _DATE_1980,
            member.crc32,
            _FULL32 if large else member.packed_bytes,
            _FULL32 if large else member.size_bytes,
            len(name),
            len(extra),
        )
        + name
        + extra
    )


def central_entry(member: ArchiveMember, offset: int) -> bytes:
    """Return the directory entry of a member whose local header stands at `offset`."""
    large = member.packed_bytes >= _FULL32
    fields = [member.size_bytes, member.packed_bytes] if large else []
    far = offset >= _FULL32
    fields += [offset] if far else []
    zip64 = struct.pack(f"<HH{len(fields)}Q", 1, 8 * len(fields), *fields) if fields else b""
    extra = zip64 + (_AES_EXTRA if member.encrypted else b"")
    name = member.name.encode("ascii")
    version = 45 if fields else 20
    return (
        _CENTRAL.pack(
            _CENTRAL_MAGIC,
            _UNIX | version,
            version,
            _ENCRYPTED if member.encrypted else 0,
            _AES if member.encrypted else _STORED,
            0,
            _DATE_1980,
            member.crc32,
            _FULL32 if large else member.packed_bytes,
            _FULL32 if large else member.size_bytes,
            len(name),
            len(extra),
            0,
            0,
            0,
            _UNIX_FILE_0644,
            _FULL32 if far else offset,
        )
        + name
        + extra
    )


def end_records(count: int, directory_bytes: int, directory_offset: int) -> bytes:
    """Return the records behind the directory.

    Args:
        count: How many entries the directory has.
        directory_bytes: Its length.
        directory_offset: Where it begins in the archive.
    """
    large = count >= _FULL16 or directory_bytes >= _FULL32 or directory_offset >= _FULL32
    end64 = b""
    if large:
        end64 = _END64.pack(
            b"PK\x06\x06",
            44,
            _UNIX | 45,
            45,
            0,
            0,
            count,
            count,
            directory_bytes,
            directory_offset,
        ) + _LOCATOR64.pack(b"PK\x06\x07", 0, directory_offset + directory_bytes, 1)
    return end64 + _END.pack(
        _END_MAGIC,
        0,
        0,
        min(count, _FULL16),
        min(count, _FULL16),
        min(directory_bytes, _FULL32),
        min(directory_offset, _FULL32),
        0,
    )


def directory_bytes(members: Iterable[ArchiveMember]) -> bytes:
    """Return everything that stands behind the last member: directory and end records."""
    entries, offset = [], 0
    for member in members:
        entries.append(central_entry(member, offset))
        offset += len(local_header(member)) + member.packed_bytes
    listed = b"".join(entries)
    return listed + end_records(len(entries), len(listed), offset)


def archive_size_bytes(members: Iterable[ArchiveMember]) -> int:
    """Return the length of a whole archive of these members."""
    all_of_them = list(members)
    bodies = sum(len(local_header(each)) + each.packed_bytes for each in all_of_them)
    return bodies + len(directory_bytes(all_of_them))


class LocalLengths(NamedTuple):
    """The lengths behind the first 30 bytes of a local header.

    Attributes:
        name_bytes: Length of the name.
        extra_bytes: Length of the extra fields.
    """

    name_bytes: int
    extra_bytes: int


def parse_local(head: bytes) -> LocalLengths:
    """Return how many bytes of name and of extra follow a local header's first 30 bytes.

    Raises:
        FormError: These bytes do not begin a member.
    """
    if len(head) != LOCAL_HEADER_BYTES or head[:4] != _LOCAL_MAGIC:
        raise FormError("not a local header")
    fields = _LOCAL.unpack(head)
    return LocalLengths(fields[9], fields[10])


def member_of(header: bytes) -> ArchiveMember:
    """Return the member that a whole local header speaks of.

    Raises:
        FormError: Our writer would have written another header.
    """
    name_bytes, extra_bytes = parse_local(header[:LOCAL_HEADER_BYTES])
    fields = _LOCAL.unpack(header[:LOCAL_HEADER_BYTES])
    name, extra = header[LOCAL_HEADER_BYTES:][:name_bytes], header[LOCAL_HEADER_BYTES + name_bytes :]
    size_bytes = fields[8]
    if extra_bytes >= 20 and extra[:4] == struct.pack("<HH", 1, 16):
        (size_bytes,) = struct.unpack_from("<Q", extra, 4)
    try:
        member = ArchiveMember(name.decode("ascii"), size_bytes, fields[6], encrypted=fields[3] == _AES)
    except UnicodeDecodeError as error:
        raise FormError("a name that is not ASCII") from error
    if member.packed_bytes >= 2**63 or local_header(member) != header:
        raise FormError("a header that our writer would not have written")
    return member


def starts_directory(head: bytes) -> bool:
    """Say whether these bytes begin the directory, or the end of an empty archive."""
    return head[:4] in {_CENTRAL_MAGIC, _END_MAGIC, b"PK\x06\x06"}
