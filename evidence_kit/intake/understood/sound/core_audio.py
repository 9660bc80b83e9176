"""Core Audio: chunks of sound, and chunks of words."""

from __future__ import annotations

import re
from typing import Final

from evidence_kit.intake.understood.sound.source import NotSoundError, SoundSource, check_words

_SMALL: Final = {b"desc": 64, b"chan": 512, b"kuki": 256}


def check_core_audio(source: SoundSource) -> None:
    """Make sure that a file is chunks of sound and words.

    Raises:
        NotSoundError: It is not.
    """
    if source.read(0, 6) != b"caff\0\1":
        raise NotSoundError
    at, sounded = 8, False
    while at < source.size_bytes:
        name, size, start = source.read(at, 4), source.number(at + 4, 8), at + 12
        if name == b"data" and size == (1 << 64) - 1:
            size = source.size_bytes - start
        end = start + size
        if end > source.size_bytes:
            raise NotSoundError
        if name == b"data":
            sounded = True
        elif name == b"free":
            source.empty(start, end)
        elif name == b"info":
            check_words(re.sub(rb"[\0-\x1f]+", b" ", source.read(start, size)))
        elif name != b"pakt" and size > _SMALL.get(name, -1):
            raise NotSoundError
        at = end
    if not sounded:
        raise NotSoundError
