"""FLAC: blocks of words, and frames of sound whose check sums say where each ends."""

from __future__ import annotations

from functools import cache
from typing import Final

from evidence_kit.intake.understood.sound.frames import id3_end
from evidence_kit.intake.understood.sound.ogg import check_comments
from evidence_kit.intake.understood.sound.source import NotSoundError, SoundSource

_STREAM, _PADDING, _SEEK, _COMMENT = 0, 1, 3, 4
# Looked at byte by byte.
_LARGEST_BYTES: Final = 64 << 20


def check_flac(source: SoundSource) -> None:
    """Make sure that a file is FLAC without a picture, its frames following one another to the last byte.

    Raises:
        NotSoundError: It is not.
    """
    if source.size_bytes > _LARGEST_BYTES:
        raise NotSoundError
    at = id3_end(source)
    if source.read(at, 4) != b"fLaC":
        raise NotSoundError
    at += 4
    begun, last = at + 4, False
    while not last:
        first, size = source.number(at, 1), source.number(at + 1, 3)
        last, block = bool(first & 0x80), first & 0x7F
        start, at = at + 4, at + 4 + size
        if block == _COMMENT:
            check_comments(source, source.read(start, size))
        elif block == _PADDING:
            source.empty(start, at)
        elif block == _SEEK:
            _seek_points(source.read(start, size))
        elif block != _STREAM or size != 34 or start != begun:
            raise NotSoundError
    _frames(source.read(at, source.size_bytes - at))


def _seek_points(data: bytes) -> None:
    before = -1
    for at in range(0, len(data), 18):
        sample = int.from_bytes(data[at : at + 8], "big")
        if sample < before or len(data) % 18:
            raise NotSoundError
        before = sample


def _frames(data: bytes) -> None:
    """Walk through frames: each begins with a header that bears its check sum, and ends with one over all of it."""
    at = 0
    while at < len(data):
        if not _begins(data, at):
            raise NotSoundError
        at = _end(data, at)


def _begins(data: bytes, at: int) -> bool:
    """Say whether a frame begins here: sync, and a header with its check sum."""
    if data[at : at + 1] != b"\xff" or data[at + 1 : at + 2] not in {b"\xf8", b"\xf9"} or at + 6 > len(data):
        return False
    first = data[at + 4]
    more = (
        0
        if first < 0x80
        else next(
            (
                n
                for n, low in ((1, 0xC0), (2, 0xE0), (3, 0xF0), (4, 0xF8), (5, 0xFC), (6, 0xFE))
                if low <= first < (low | 0xFF >> n + 2) + 1
            ),
            0,
        )
    )
    size, rate = data[at + 2] >> 4, data[at + 2] & 15
    end = at + 5 + more + {6: 1, 7: 2}.get(size, 0) + {12: 1, 13: 2, 14: 2}.get(rate, 0)
    return end < len(data) and _crc8(data[at:end]) == data[end]


def _end(data: bytes, at: int) -> int:
    """Return where the frame at a place ends: where its check sum fits, and another frame or nothing follows."""
    table, value = _table16(), 0
    for end in range(at, len(data)):
        value = (value << 8 & 0xFFFF) ^ table[value >> 8 ^ data[end]]
        # A sum over a frame and its own sum is zero.
        if not value and end > at + 6 and (end + 1 == len(data) or _begins(data, end + 1)):
            return end + 1
    raise NotSoundError


def _crc8(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value << 1 ^ 0x07 if value & 0x80 else value << 1) & 0xFF
    return value


@cache
def _table16() -> tuple[int, ...]:
    found = []
    for byte in range(256):
        value = byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x8005 if value & 0x8000 else value << 1) & 0xFFFF
        found.append(value)
    return tuple(found)
