"""Core Audio: chunks of sound, and chunks of words."""

from __future__ import annotations

import re
from typing import Final

from evidence_kit.intake.understood.sound.source import NotSoundError, SoundSource

# How long a chunk of numbers may be: none has room for a picture.
_SMALL: Final = {b"desc": 32, b"chan": 32, b"kuki": 64}
_PACKETS_BYTES: Final = 24


def check_core_audio(source: SoundSource) -> None:
    """Make sure that a file is chunks of sound and words.

    Raises:
        NotSoundError: It is not.
    """
    if source.read(0, 6) != b"caff\0\1":
        raise NotSoundError
    at = 8
    sound_bytes: int | None = None
    table: bytes | None = None
    once: set[bytes] = set()
    while at < source.size_bytes:
        name, size, start = source.read(at, 4), source.number(at + 4, 8), at + 12
        if name == b"data" and size == (1 << 64) - 1:
            size = source.size_bytes - start
        end = start + size
        if end > source.size_bytes:
            raise NotSoundError
        if name == b"data":
            if sound_bytes is not None:
                raise NotSoundError
            sound_bytes = size
        elif name == b"free":
            source.empty(start, end)
        elif name == b"info":
            source.words(re.sub(rb"[\0-\x1f]+", b" ", source.read(start, size)))
        elif name == b"pakt" and table is None:
            table = source.read(start, size)
        elif name in once or size > _SMALL.get(name, -1):
            raise NotSoundError
        else:
            once.add(name)
        at = end
    if sound_bytes is None or (table is not None and not _fits(table, sound_bytes)):
        raise NotSoundError


def _fits(table: bytes, sound_bytes: int) -> bool:
    """Say whether a table of packets says how long each is, and all together are the sound."""
    count = int.from_bytes(table[:8], "big")
    sizes, value = list[int](), 0
    for byte in table[_PACKETS_BYTES:]:
        value = value << 7 | byte & 0x7F
        if value > sound_bytes:
            return False
        if byte < 0x80:
            sizes.append(value)
            value = 0
    # Where packets differ in their time too, each has two numbers.
    return not value and any(
        sum(sizes[: step * count : step]) in {sound_bytes, sound_bytes - 4}
        and len(sizes) >= step * count
        and not any(sizes[step * count :])
        for step in (1, 2)
    )
