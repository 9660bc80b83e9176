"""WebM and Matroska: every element is known, every track is sound, every block belongs to one."""

from __future__ import annotations

import re
from typing import Final

from evidence_kit.intake.understood.sound.source import NotSoundError, SoundSource

_EBML, _SEGMENT, _CLUSTER = 0x1A45DFA3, 0x18538067, 0x1F43B675
_TRACKS, _TRACK, _TRACK_TYPE, _CODEC_PRIVATE = 0x1654AE6B, 0xAE, 0x83, 0x63A2
_HOLDERS: Final = frozenset(
    {_SEGMENT, _CLUSTER, _TRACKS, _TRACK, 0x1549A966, 0x114D9B74, 0x4DBB, 0xE1, 0x1C53BB6B, 0xBB, 0xB7, 0x1254C367,
     0x7373, 0x63C0, 0x67C8, 0xA0, 0x75A1, 0xA6, _EBML}
)  # fmt: skip
# Numbers, dates, identifiers of a few bytes.
_SMALL: Final = frozenset(
    {0x4286, 0x42F7, 0x42F2, 0x42F3, 0x4287, 0x4285, 0x2AD7B1, 0x4489, 0x4461, 0x73A4, 0x53AB, 0x53AC, 0xE7, 0xA7,
     0xAB, 0xD7, 0x73C5, 0x83, 0xB9, 0x88, 0x55AA, 0x9C, 0x6DE7, 0x6DF8, 0x23E383, 0x23314F, 0x55EE, 0xAA, 0x56AA,
     0x56BB, 0xB5, 0x78B5, 0x9F, 0x6264, 0xB3, 0xF7, 0xF1, 0xF0, 0xB2, 0x5378, 0xEA, 0x68CA, 0x63C5, 0x63C9, 0x63C4,
     0x63C6, 0x4484, 0x9B, 0xFB, 0x75A2, 0x537F, 0xBF, 0xEE, 0x52F1, 0x55B0}
)  # fmt: skip
_WORDS: Final = frozenset(
    {0x4282, 0x7BA9, 0x4D80, 0x5741, 0x536E, 0x86, 0x258688, 0x22B59C, 0x22B59D, 0x45A3, 0x4487, 0x447A, 0x63CA,
     0x4481, 0x447B}
)  # fmt: skip
# By whose identifiers a cluster of unknown length ends.
_NOT_IN_CLUSTERS: Final = frozenset({_CLUSTER, 0x1C53BB6B, 0x1254C367, _TRACKS, 0x1549A966, 0x114D9B74})
_VOID, _SIMPLE, _BLOCK = 0xEC, 0xA3, 0xA1
_SMALL_BYTES: Final = 16
_DEEPEST: Final = 8


def check_ebml(source: SoundSource) -> None:
    """Make sure that a file is elements of sound from end to end.

    Raises:
        NotSoundError: It is not: a track is no sound, an element is none of ours.
    """
    tracks: set[int] = set()
    at = 0
    while at < source.size_bytes:
        at = _element(source, at, source.size_bytes, tracks, 0)
    if not tracks:
        raise NotSoundError


def _element(source: SoundSource, at: int, end: int, tracks: set[int], depth: int) -> int:
    """Look at one element and return where it ends."""
    name, start = _identifier(source, at)
    size, start = _size(source, start)
    if depth > _DEEPEST:
        raise NotSoundError
    if size is None:
        # What is recorded live has no length: it ends where an element of the level above begins.
        if name not in {_SEGMENT, _CLUSTER}:
            raise NotSoundError
        while start < end and (name != _CLUSTER or _identifier(source, start)[0] not in _NOT_IN_CLUSTERS):
            start = _element(source, start, end, tracks, depth + 1)
        return start
    last = start + size
    if last > end:
        # A recording that was cut off ends in the middle of a cluster.
        raise NotSoundError
    if name == _TRACK:
        _track(source, start, last, tracks)
    if name in _HOLDERS:
        while start < last:
            start = _element(source, start, last, tracks, depth + 1)
    else:
        _value(source, name, start, last, tracks)
    return last


def _track(source: SoundSource, at: int, end: int, tracks: set[int]) -> None:
    number = sort = None
    while at < end:
        name, start = _identifier(source, at)
        size, start = _size(source, start)
        if size is None or start + size > end:
            raise NotSoundError
        if name == 0xD7:
            number = source.number(start, size)
        elif name == _TRACK_TYPE:
            sort = source.number(start, size)
        at = start + size
    if sort != 2 or number is None:
        raise NotSoundError
    tracks.add(number)


def _value(source: SoundSource, name: int, start: int, end: int, tracks: set[int]) -> None:
    if name in {_SIMPLE, _BLOCK}:
        number, _ = _size(source, start)
        if number not in tracks:
            raise NotSoundError
    elif name == _CODEC_PRIVATE:
        _private(source, source.read(start, end - start))
    elif name == _VOID:
        source.empty(start, end)
    elif name in _WORDS:
        source.words(re.sub(rb"\0+", b" ", source.read(start, end - start)))
    elif name not in _SMALL or end - start > _SMALL_BYTES:
        raise NotSoundError


def _private(source: SoundSource, data: bytes) -> None:
    """Check that the codec's data is of a codec for sound: Opus, AAC, Vorbis with its books."""
    if data.startswith(b"OpusHead") and len(data) <= 64:
        return
    if len(data) > 64 and not (data[:1] == b"\2" and b"\x01vorbis" in data[:16] and len(data) < 32 << 10):
        raise NotSoundError
    if len(data) > 64:
        first, second = data[1], data[2]
        source.words(re.sub(rb"[\0-\x1f]+", b" ", data[3 + first + 7 : 3 + first + second - 1]))


def _identifier(source: SoundSource, at: int) -> tuple[int, int]:
    first = source.number(at, 1)
    length = 9 - first.bit_length()
    if not 1 <= length <= 4:
        raise NotSoundError
    return source.number(at, length), at + length


def _size(source: SoundSource, at: int) -> tuple[int | None, int]:
    first = source.number(at, 1)
    length = 9 - first.bit_length()
    if not 1 <= length <= 8:
        raise NotSoundError
    value = source.number(at, length) & ((1 << 7 * length) - 1)
    return (None if value == (1 << 7 * length) - 1 else value), at + length
