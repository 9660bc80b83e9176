"""Ogg: pages of sound one behind the other, with the words that describe it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from evidence_kit.intake.understood.sound.source import NotSoundError, SoundSource

_HEADERS: Final = {b"OpusHead": 2, b"\x01vorbis": 3, b"Speex   ": 2, b"\x7fFLAC": 2}
_LONGEST_HEADERS_BYTES: Final = 256 << 10


@dataclass(slots=True)
class _Stream:
    """One stream of packets: its codec, how many of its first packets were seen, and the unfinished one."""

    form: bytes
    packets: int = 0
    open: bytes = b""


def check_ogg(source: SoundSource) -> None:
    """Make sure that a file is pages of sound from end to end.

    Raises:
        NotSoundError: It is not, or a film or a picture is in it.
    """
    streams: dict[int, _Stream] = {}
    at = 0
    while at < source.size_bytes:
        at = _page(source, at, streams)
    if not streams or any(stream.packets < _HEADERS[stream.form] for stream in streams.values()):
        raise NotSoundError


def _page(source: SoundSource, at: int, streams: dict[int, _Stream]) -> int:
    head = source.read(at, 27)
    if head[:5] != b"OggS\0" or head[5] > 7:
        raise NotSoundError
    lacing = source.read(at + 27, head[26])
    body = source.read(at + 27 + len(lacing), sum(lacing))
    if _checksum(head[:22] + bytes(4) + head[26:] + lacing + body) != int.from_bytes(head[22:26], "little"):
        raise NotSoundError
    serial = int.from_bytes(head[14:18], "little")
    if head[5] & 2:
        form = next((form for form in _HEADERS if body.startswith(form)), None)
        if form is None or serial in streams:
            raise NotSoundError
        streams[serial] = _Stream(form)
    elif serial not in streams:
        raise NotSoundError
    _packets(source, streams[serial], lacing, body)
    return at + 27 + len(lacing) + len(body)


def _packets(source: SoundSource, stream: _Stream, lacing: bytes, body: bytes) -> None:
    start = end = 0
    for size in lacing:
        if stream.packets >= _HEADERS[stream.form] and not _more_headers(stream):
            return
        end += size
        if size < 255:
            packet, stream.open = stream.open + body[start:end], b""
            start = end
            _header(source, stream, packet)
            stream.packets += 1
    stream.open += body[start:end]
    if len(stream.open) > _LONGEST_HEADERS_BYTES:
        raise NotSoundError


def _more_headers(stream: _Stream) -> bool:
    """Say whether more packets about the sound may follow: blocks of FLAC, until the last says so."""
    return stream.form == b"\x7fFLAC"


def _header(source: SoundSource, stream: _Stream, packet: bytes) -> None:
    number, form = stream.packets, stream.form
    if form == b"OpusHead" and number == 1:
        if not packet.startswith(b"OpusTags"):
            raise NotSoundError
        check_comments(source, packet[8:])
    elif form == b"\x01vorbis" and number == 1:
        if not packet.startswith(b"\x03vorbis") or packet[-1:] != b"\1":
            raise NotSoundError
        check_comments(source, packet[7:-1])
    elif form == b"\x01vorbis" and number == 2:
        if not packet.startswith(b"\x05vorbis"):
            raise NotSoundError
    elif form == b"Speex   " and number == 1:
        check_comments(source, packet)
    elif form == b"\x7fFLAC" and number >= 1 and packet[:1] not in {b"", b"\xff"}:
        block = packet[0] & 0x7F
        if block == 4:
            check_comments(source, packet[4:])
        elif block == 1:
            if packet[4:].strip(b"\0"):
                raise NotSoundError
        elif block != 3:
            raise NotSoundError


def check_comments(source: SoundSource, data: bytes) -> None:
    """Make sure that Vorbis comments are words, with nothing but zeros behind them.

    Raises:
        NotSoundError: They are not.
    """

    def taken(at: int) -> tuple[bytes, int]:
        size = int.from_bytes(data[at : at + 4], "little")
        if at + 4 + size > len(data):
            raise NotSoundError
        return data[at + 4 : at + 4 + size], at + 4 + size

    vendor, at = taken(0)
    source.words(vendor)
    count = int.from_bytes(data[at : at + 4], "little")
    at += 4
    if count > len(data):
        raise NotSoundError
    for _ in range(count):
        value, at = taken(at)
        if value.upper().startswith((b"METADATA_BLOCK_PICTURE", b"COVERART")):
            raise NotSoundError
        source.words(value)
    if data[at:].strip(b"\0"):
        raise NotSoundError


@cache
def _table() -> tuple[int, ...]:
    found = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
        found.append(value)
    return tuple(found)


def _checksum(data: bytes) -> int:
    table, value = _table(), 0
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ table[value >> 24 ^ byte]
    return value
