"""Members of a tar: header after header, each checked, none believed.

Source: POSIX.1-2017, pax interchange format and ustar; GNU tar manual, "Basic Tar Format" (long names, base-256).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from evidence_kit.intake.tar_sparse import SparseMap, gnu_sparse_map, pax_sparse_map
from evidence_kit.intake.window import Window

BLOCK_BYTES: Final = 512
ENTRY_LIMIT: Final = 100_000
_PIECE_BYTES: Final = 1 << 20
_LONGEST_EXTRA_BYTES: Final = 1 << 20
_LARGEST_BYTES: Final = 1 << 62
_OLD_SPARSE: Final = b"S"
_FOLDER, _LONG_NAME, _LONG_LINK, _PAX, _PAX_ALL = b"5", b"L", b"K", b"x", b"g"
# What is no content of its own. A type that nobody knows is a file, POSIX says.
_NO_FILES: Final = {
    b"1": "hard-link",
    b"2": "symlink",
    b"3": "device",
    b"4": "device",
    b"6": "device",
    _OLD_SPARSE: "sparse",
}


@dataclass(frozen=True, slots=True)
class TarMember:
    """One member, as its header declares it.

    Attributes:
        index: Position in the tar, folders counted, from 0.
        name_bytes: The name as it stands there.
        name_from: Where it stands: `ustar`, `gnu` or `pax`.
        is_folder: It is a folder and has no content.
        modified: When its content was changed: seconds since 1970 as the header spells them, in decimals; None when
            the field is no number.
        size_bytes: Declared size of the content.
        data_offset: Where its content begins.
        refusal: Why it has no content that could be read; None for a file.
        sparse: How a file with holes lies there; None for others.
    """

    index: int
    name_bytes: bytes
    name_from: str
    is_folder: bool
    modified: str | None
    size_bytes: int
    data_offset: int
    refusal: str | None
    sparse: SparseMap | None = None


@dataclass(slots=True)
class TarWalk:
    """Walks through a tar once.

    Attributes:
        notes: Ids of what is unusual, complete once the walk has ended: `truncated` (no end mark), `damaged` (a header
            that does not agree with its own check sum; what follows was not looked at), `data-after`, `too-many`.
        end: Offset behind the last thing that was understood.
    """

    window: Window
    notes: list[str] = field(default_factory=list)
    end: int = 0

    def members(self) -> Iterator[TarMember]:
        """Yield every member in order, folders included."""
        index, everywhere = 0, dict[bytes, bytes]()
        special: dict[bytes, bytes] = {}
        long_name: bytes | None = None
        while (raw := self._header()) is not None:
            if index >= ENTRY_LIMIT:
                self.notes.append("too-many")
                return
            kind, size = raw[156:157], _number(raw[124:136])
            if size is None or size < 0:
                self.notes.append("damaged")
                return
            data = self.end + BLOCK_BYTES
            if kind in {_LONG_NAME, _LONG_LINK, _PAX, _PAX_ALL}:
                extra = self._at(data, min(size, _LONGEST_EXTRA_BYTES))
                if kind == _LONG_NAME:
                    long_name = extra.rstrip(b"\0")
                elif kind == _PAX:
                    special = _records(extra)
                elif kind == _PAX_ALL:
                    everywhere |= _records(extra)
            else:
                said = {**everywhere, **special}
                member = _member(index, raw, (size, data), long_name, said)
                size = member.size_bytes if member.refusal not in {"hard-link", "symlink", "device"} else size
                if member.refusal == "sparse":
                    member, behind = self._sparse(member, raw, said)
                    size += behind
                yield member
                index, special, long_name = index + 1, {}, None
            self.end = data + (size + BLOCK_BYTES - 1) // BLOCK_BYTES * BLOCK_BYTES

    def _sparse(self, member: TarMember, raw: bytes, said: dict[bytes, bytes]) -> tuple[TarMember, int]:
        """Return a file with holes as it really is, and how many bytes of its map are not counted as content."""
        place = member.data_offset, member.size_bytes
        is_old = raw[156:157] == _OLD_SPARSE
        found = gnu_sparse_map(raw, *place, self._at) if is_old else pax_sparse_map(said, *place, self._at)
        if found is None:
            return member, 0
        name, name_from = (member.name_bytes, member.name_from) if found.name is None else (found.name, "pax")
        whole = replace(
            member,
            name_bytes=name,
            name_from=name_from,
            size_bytes=found.size_bytes,
            data_offset=found.data_offset,
            refusal="ratio" if found.too_hollow else None,
            sparse=found,
        )
        return whole, found.header_bytes

    def _header(self) -> bytes | None:
        """Return the next header; None at the end, however it came."""
        raw = self._at(self.end, BLOCK_BYTES)
        if raw == bytes(BLOCK_BYTES):
            self._look_behind()
            return None
        if len(raw) < BLOCK_BYTES:
            self.notes.append("truncated")
            return None
        if not checksum_agrees(raw):
            self.notes.append("damaged")
            return None
        return raw

    def _look_behind(self) -> None:
        at = self.end + BLOCK_BYTES
        while piece := self._at(at, _PIECE_BYTES):
            if piece.count(0) != len(piece):
                self.notes.append("data-after")
                return
            at += len(piece)

    def _at(self, offset: int, size: int) -> bytes:
        self.window.seek(offset)
        return self.window.read(size)


def checksum_agrees(header: bytes) -> bool:
    """Say whether a header agrees with its own check sum, which some old programs made of signed bytes."""
    stored = _number(header[148:156])
    rest = header[:148] + b" " * 8 + header[156:BLOCK_BYTES]
    return stored in {sum(rest), sum(byte - 256 if byte > 127 else byte for byte in rest)}


def _member(
    index: int, raw: bytes, span: tuple[int, int], long_name: bytes | None, said: dict[bytes, bytes]
) -> TarMember:
    size, data = span
    name, name_from = _name(raw, long_name, said)
    stated = said.get(b"size", b"")
    if re.fullmatch(rb"[0-9]{1,18}", stated):
        size = int(stated)
    kind = raw[156:157]
    refusal = _NO_FILES.get(kind)
    if any(key.startswith(b"GNU.sparse.") for key in said):
        refusal = "sparse"
    folder = kind == _FOLDER or (kind in {b"0", b"\0"} and name.endswith(b"/"))
    return TarMember(index, name, name_from, folder, _modified(raw, said), size, data, refusal)


def _name(raw: bytes, long_name: bytes | None, said: dict[bytes, bytes]) -> tuple[bytes, str]:
    if b"path" in said:
        return said[b"path"], "pax"
    if long_name is not None:
        return long_name, "gnu"
    name = raw[:100].partition(b"\0")[0]
    prefix = raw[345:500].partition(b"\0")[0] if raw[257:263] == b"ustar\0" else b""
    return (prefix + b"/" + name if prefix else name), "ustar"


def _modified(raw: bytes, said: dict[bytes, bytes]) -> str | None:
    stated = said.get(b"mtime", b"")
    if re.fullmatch(rb"-?[0-9]{1,15}(\.[0-9]{1,12})?", stated):
        return stated.decode("ascii")
    number = _number(raw[136:148])
    return None if number is None else str(number)


def _number(field_bytes: bytes) -> int | None:
    """Return the value of a numeric field: octal digits, or a binary number behind a set first bit."""
    if field_bytes[0] & 0x80:
        number = int.from_bytes(field_bytes, "big", signed=True) if field_bytes[0] == 0xFF else None
        if number is None:
            number = int.from_bytes(bytes([field_bytes[0] & 0x7F]) + field_bytes[1:], "big")
        return number if abs(number) <= _LARGEST_BYTES else None
    digits = field_bytes.strip(b" \0")
    if not digits:
        return 0
    return int(digits, 8) if re.fullmatch(rb"[0-7]+", digits) else None


def _records(data: bytes) -> dict[bytes, bytes]:
    """Return the records of a pax header, as many as are well-formed: length, key and value on a line each."""
    found: dict[bytes, bytes] = {}
    at = 0
    while match := re.compile(rb"([0-9]{1,7}) ([^=\n]{1,255})=").match(data, at):
        end = at + int(match[1])
        if end <= match.end() or data[end - 1 : end] != b"\n":
            break
        found[match[2]] = data[match.end() : end - 1]
        at = end
    return found
