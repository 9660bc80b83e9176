"""WAVE: chunks of sound, and chunks of words."""

from __future__ import annotations

import re
import struct
from typing import Final

from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.understood.sound.source import NotSoundError, SoundSource
from evidence_kit.model import Family

_HEAD_BYTES: Final = 4096
# How long a chunk of numbers may be: none has room for a picture.
_SMALL: Final = {b"fmt ": 50, b"fact": 12, b"ds64": 28, b"inst": 7}
_CUE_BYTES: Final = 24
_MOST_CUES: Final = 1000
_BLANK: Final = frozenset({b"JUNK", b"PAD ", b"FLLR", b"junk", b"minf", b"elm1", b"regn", b"umid", b"DGDA"})
_FORMATS: Final = frozenset({1, 2, 3, 6, 7, 0x11, 0x31, 0x45, 0x50, 0x55, 0xFFFE})
_TEXTS: Final = frozenset({b"bext", b"iXML", b"_PMX", b"aXML", b"axml"})


def check_wave(source: SoundSource) -> None:
    """Make sure that a file is one WAVE with sound and words.

    Raises:
        NotSoundError: It is not.
    """
    form = source.read(0, 4)
    if form not in {b"RIFF", b"RF64", b"BW64"} or source.read(8, 4) != b"WAVE":
        raise NotSoundError
    size = source.number(4, 4, "little")
    # A recorder that was cut off, or that streams, leaves the length open.
    if form == b"RIFF" and size not in {0, 0xFFFFFFFF} and size + 8 not in {source.size_bytes, source.size_bytes - 1}:
        raise NotSoundError
    at, sounded = 12, False
    once: set[bytes] = set()
    while at + 8 <= source.size_bytes:
        name, size = source.read(at, 4), source.number(at + 4, 4, "little")
        start = at + 8
        if name == b"data":
            if size in {0xFFFFFFFF, 0}:
                size = source.size_bytes - start
            sounded = True
            if start + size > source.size_bytes:
                size = source.size_bytes - start
            _check_samples(source, start, size)
        elif name in once:
            raise NotSoundError
        else:
            _chunk(source, name, start, size)
            once |= {name} & {*_SMALL, b"cue "}
        at = start + size + (size & 1)
        if size & 1 and at <= source.size_bytes and source.read(at - 1, 1) != b"\0":
            at -= 1
    if not sounded or at < source.size_bytes:
        raise NotSoundError


def _check_samples(source: SoundSource, start: int, size_bytes: int) -> None:
    """Refuse samples that are the bytes of a file of another kind: they begin as it does."""
    head = source.read(start, min(size_bytes, _HEAD_BYTES))
    if sniff(head, size_bytes).family not in {Family.UNKNOWN, Family.EMPTY, Family.AUDIO}:
        raise NotSoundError


def _chunk(source: SoundSource, name: bytes, start: int, size: int) -> None:
    if name in _SMALL:
        if size > _SMALL[name] or (name == b"fmt " and source.number(start, 2, "little") not in _FORMATS):
            raise NotSoundError
        source.read(start, size)
    elif name == b"cue ":
        _check_cues(source.read(start, size))
    elif name in _BLANK:
        source.empty(start, start + size)
    elif name in _TEXTS:
        source.words(re.sub(rb"\0+", b" ", source.read(start, size)))
    elif name == b"LIST" and source.read(start, 4) in {b"INFO", b"adtl"}:
        _listed(source, start + 4, start + size)
    else:
        raise NotSoundError


def _check_cues(data: bytes) -> None:
    """Make sure that marks in a sound are numbered places in it, and nothing else."""
    count = int.from_bytes(data[:4], "little")
    if count > _MOST_CUES or len(data) != 4 + _CUE_BYTES * count:
        raise NotSoundError
    for at in range(4, len(data), _CUE_BYTES):
        number, _, chunk, *starts = struct.unpack("<II4sIII", data[at : at + _CUE_BYTES])
        if number > _MOST_CUES or chunk != b"data" or any(starts[:2]):
            raise NotSoundError


def _listed(source: SoundSource, at: int, end: int) -> None:
    while at + 8 <= end:
        size = source.number(at + 4, 4, "little")
        source.words(source.read(at, 4))
        source.words(source.read(at + 8, size).lstrip(b"\0\1\2\3\4\5\6\7\x08"))
        at += 8 + size + (size & 1)
    if at < end:
        raise NotSoundError
