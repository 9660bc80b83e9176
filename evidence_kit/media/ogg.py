"""Pages of an Ogg file: how long its streams are by their own positions, how many are chained, which pages are missing.

FFmpeg takes the last position for the length: wrong where a recording was cut out of a longer one, where several are
chained, and where pages are gone.

Source: RFC 3533 (pages), RFC 7845, sections 3 and 4 (headers and positions of Opus), RFC 6716, section 3.1 (packets).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO, Final, NamedTuple

from evidence_kit.media.facts import rounded_decimal
from evidence_kit.model import Json

_HEADER_BYTES: Final = 27
_MOST_PAGES: Final = 500_000
_MOST_LINKS: Final = 1000
_BEGINS, _ENDS, _NO_POSITION = 2, 4, -1
_HERTZ: Final = 48_000
_PLACES: Final = 6
# Samples at 48 kHz of one Opus frame, by the configuration in a packet's first five bits.
_OPUS_FRAMES: Final = (480, 960, 1920, 2880) * 3 + (480, 960) * 2 + (120, 240, 480, 960) * 4


class _Page(NamedTuple):
    """One page: the position behind its last whole packet, -1 where none ends in it."""

    flags: int
    position: int
    serial: bytes
    number: int
    packets: tuple[bytes, ...]
    rest: bytes


@dataclass(slots=True)
class _Stream:
    """One logical stream, from its first page to its last."""

    is_opus: bool
    skipped_samples: int
    next_number: int
    missing_pages: int = 0
    in_headers: bool = True
    ended: bool = False
    rest: bytes = b""
    samples: int = 0
    start: int | None = None
    last_position: int = 0

    def take(self, page: _Page) -> None:
        """Go on with a page of this stream."""
        self.missing_pages += max(0, page.number - self.next_number)
        self.next_number = page.number + 1
        self.ended = bool(page.flags & _ENDS)
        if self.in_headers:
            # The second header may go over several pages; sound begins on a page of its own.
            self.in_headers = page.position == _NO_POSITION
            return
        if self.start is None:
            whole = (self.rest + page.packets[0], *page.packets[1:]) if page.packets else ()
            self.samples += sum(_opus_samples(packet) for packet in whole)
            self.rest = page.rest if page.packets else self.rest + page.rest
            if page.position != _NO_POSITION:
                # A first page that is the last may be cut below what its packets hold: then it begins at zero.
                self.start = max(0, page.position - self.samples)
        self.last_position = max(self.last_position, page.position)

    def seconds(self) -> Fraction | None:
        """Return how long it is, None for codecs whose packets do not say their length."""
        if not self.is_opus or self.start is None:
            return None
        return max(Fraction(0), Fraction(self.last_position - self.start - self.skipped_samples, _HERTZ))


def read(payload: BinaryIO) -> dict[str, Json] | None:
    """Return `streams` (how many follow each other), `seconds`, `missing_pages`; None where there is no page.

    `seconds` is the sum over all of them, None where a codec's packets do not say how long they are, or where streams
    lie beside each other.
    """
    streams: list[_Stream] = []
    current: dict[bytes, _Stream] = {}
    beside = False
    for page in _pages(payload):
        if page.flags & _BEGINS:
            if len(streams) >= _MOST_LINKS:
                break
            beside = beside or any(not each.ended for each in current.values())
            head = b"".join(page.packets)
            is_opus = head.startswith(b"OpusHead")
            current[page.serial] = _Stream(is_opus, int.from_bytes(head[10:12], "little"), page.number + 1)
            streams.append(current[page.serial])
        elif page.serial in current:
            current[page.serial].take(page)
    lengths = [stream.seconds() for stream in streams]
    known = [each for each in lengths if each is not None]
    return (
        {
            "streams": len(streams),
            "seconds": None
            if beside or len(known) < len(lengths)
            else rounded_decimal(sum(known, Fraction(0)), _PLACES),
            "missing_pages": sum(stream.missing_pages for stream in streams),
        }
        if streams
        else None
    )


def _pages(payload: BinaryIO) -> Iterator[_Page]:
    at = 0
    for _ in range(_MOST_PAGES):
        payload.seek(at)
        head = payload.read(_HEADER_BYTES)
        if len(head) < _HEADER_BYTES or head[:4] != b"OggS":
            return
        lacing = payload.read(head[26])
        body = payload.read(sum(lacing))
        packets, begin, end = [], 0, 0
        for size in lacing:
            end += size
            if size < 255:
                packets.append(body[begin:end])
                begin = end
        yield _Page(
            head[5], int.from_bytes(head[6:14], "little", signed=True), head[14:18],
            int.from_bytes(head[18:22], "little"), tuple(packets), body[begin:],
        )  # fmt: skip
        at += _HEADER_BYTES + len(lacing) + sum(lacing)


def _opus_samples(packet: bytes) -> int:
    if not packet:
        return 0
    code = packet[0] & 3
    count = 1 if code == 0 else 2 if code < 3 else packet[1] & 63 if len(packet) > 1 else 0
    return _OPUS_FRAMES[packet[0] >> 3] * count
