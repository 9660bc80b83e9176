"""Sound as frames one behind the other: MPEG audio, AAC in ADTS, AMR; with tags of words before and behind."""

from __future__ import annotations

import re
from typing import Final

from evidence_kit.intake.sniff import adts_frame_length, mp3_frame_length
from evidence_kit.intake.understood.sound.source import NotSoundError, SoundSource

_AMR_BYTES: Final = {0: 13, 1: 14, 2: 16, 3: 18, 4: 20, 5: 21, 6: 27, 7: 32, 8: 6, 15: 1}
_WIDE_BYTES: Final = {0: 18, 1: 24, 2: 33, 3: 37, 4: 41, 5: 47, 6: 51, 7: 59, 8: 61, 9: 6, 14: 1, 15: 1}
_TEXT_FRAME: Final = re.compile(rb"T[A-Z0-9]{3}|W[A-Z0-9]{3}|COMM|USLT|T[A-Z0-9]{2}|W[A-Z0-9]{2}|COM|ULT|MCDI")
_PADDING_BYTES: Final = 4096


def check_mpeg(source: SoundSource) -> None:
    """Make sure that a file is frames of MPEG audio and tags of words.

    Raises:
        NotSoundError: It is not.
    """
    at, end = id3_end(source), _without_last_tags(source)
    count = 0
    while at + 4 <= end:
        length = mp3_frame_length(source.read(at, 4))
        if not length or at + length > end:
            break
        at += length
        count += 1
    # A recorder that was cut off leaves a last frame that is too short, which no program plays.
    if not count:
        raise NotSoundError
    source.empty(at, end)


def check_adts(source: SoundSource) -> None:
    """Make sure that a file is frames of AAC.

    Raises:
        NotSoundError: It is not.
    """
    at, end = id3_end(source), _without_last_tags(source)
    while at < end:
        length = adts_frame_length(source.read(at, min(7, end - at)))
        if not length or at + length > end:
            raise NotSoundError
        at += length


def check_amr(source: SoundSource) -> None:
    """Make sure that a file is frames of AMR of either sort.

    Raises:
        NotSoundError: It is not.
    """
    head = source.read(0, min(9, source.size_bytes))
    wide = head.startswith(b"#!AMR-WB\n")
    at, sizes = (9, _WIDE_BYTES) if wide else (6, _AMR_BYTES)
    if not wide and not head.startswith(b"#!AMR\n"):
        raise NotSoundError
    while at < source.size_bytes:
        first = source.number(at, 1)
        length = sizes.get(first >> 3 & 15)
        if length is None or first & 0x83 or at + length > source.size_bytes:
            raise NotSoundError
        at += length


def id3_end(source: SoundSource) -> int:
    """Return where the ID3 tag before a sound ends, 0 without one; its texts are words.

    Raises:
        NotSoundError: Something else is in it.
    """
    if source.size_bytes < 10 or source.read(0, 3) != b"ID3":
        return 0
    version, flags = source.number(3, 1), source.number(5, 1)
    end = 10 + _seven(source.read(6, 4))
    if version not in {2, 3, 4} or flags:
        raise NotSoundError
    at, head = 10, 6 if version == 2 else 10
    while at + head <= end and source.read(at, 1) != b"\0":
        name = source.read(at, 3 if version == 2 else 4)
        raw = source.read(at + 3, 3) if version == 2 else source.read(at + 4, 4)
        size = _seven(raw) if version == 4 else int.from_bytes(raw, "big")
        if not _TEXT_FRAME.fullmatch(name) or at + head + size > end:
            raise NotSoundError
        _frame_words(source, name, source.read(at + head, size))
        at += head + size
    source.empty(at, end)
    return end


def _seven(raw: bytes) -> int:
    if any(byte & 0x80 for byte in raw):
        raise NotSoundError
    return raw[0] << 21 | raw[1] << 14 | raw[2] << 7 | raw[3]


def _frame_words(source: SoundSource, name: bytes, value: bytes) -> None:
    if name.startswith(b"W") and name not in {b"WXXX", b"WXX"}:
        source.words(value)
        return
    encoding, rest = value[:1], value[1:]
    if name in {b"COMM", b"COM", b"USLT", b"ULT"}:
        source.words(rest[:3])
        rest = rest[3:]
    if encoding in {b"\1", b"\2"}:
        # Parts in UTF-16, each with its own mark.
        text = rest.decode("utf-16-le" if encoding == b"\1" else "utf-16-be", "replace")
        rest = text.replace("\ufeff", "").replace("\ufffe", "").replace("\0", " ").encode("utf-8", "replace")
    source.words(rest.replace(b"\0", b" "))


def _without_last_tags(source: SoundSource) -> int:
    """Return where the frames end: before tags of words that stand at the end.

    Raises:
        NotSoundError: Something else is in them.
    """
    end = source.size_bytes
    if end >= 128 and source.read(end - 128, 3) == b"TAG":
        source.words(source.read(end - 125, 124).replace(b"\0", b" "))
        end -= 128
    if end >= 32 and source.read(end - 32, 8) == b"APETAGEX":
        size = source.number(end - 20, 4, "little")
        start = end - size
        if start >= 32 and source.read(start - 32, 8) == b"APETAGEX":
            start -= 32
        if not 0 <= start < end or size > _PADDING_BYTES * 16:
            raise NotSoundError
        source.words(re.sub(rb"[\0-\x1f]+", b" ", source.read(start, end - 32 - start)).replace(b"APETAGEX", b""))
        end = start
    return end
