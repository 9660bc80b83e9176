"""Edit lists of an MP4 or MOV: the coded parts that a player does not show.

A phone or an app that trims a film often leaves all of it in the file and hides the rest with a list; then the file
shows more than its player does.

Source: ISO/IEC 14496-12, 8.6.5 and 8.6.6 (edts, elst), 8.4.2 (mdhd), 8.6.1.3 (ctts).
"""

from __future__ import annotations

from fractions import Fraction
from typing import BinaryIO, Final, NamedTuple

from evidence_kit.media.boxes import IsoBox, box_content, boxes_at_path, iso_boxes
from evidence_kit.media.facts import rounded_decimal
from evidence_kit.model import Json

SHORTEST_SECONDS: Final = Fraction(1, 10)
"""Less than this is how encoders start: a frame or two of delay, or the priming of a sound."""

_MOST_TRACKS: Final = 32
_MOST_EDITS: Final = 1000
_PLACES: Final = 3


class _Edit(NamedTuple):
    """One entry: how long it lasts in ticks of the film, and where it begins in ticks of the track, -1 for nothing."""

    duration: int
    media_time: int


class ShownSpan(NamedTuple):
    """A stretch of a track that a player shows, in the track's own time.

    Attributes:
        begin: In seconds.
        end: In seconds; the moment itself is not shown any more.
    """

    begin: Fraction
    end: Fraction


class HiddenParts(NamedTuple):
    """Parts of one track that a player leaves out, in seconds, and the spans that it shows."""

    track: int
    kind: str
    before: Fraction
    behind: Fraction
    between: Fraction
    shown: tuple[ShownSpan, ...]

    def hides(self, seconds: Fraction) -> bool:
        """Say whether a moment of the track's own time is left out."""
        return not any(begin <= seconds < end for begin, end in self.shown)


def hidden_parts(payload: BinaryIO) -> list[HiddenParts]:
    """Return every track whose edit list hides a tenth of a second or more."""
    payload.seek(0, 2)
    end = payload.tell()
    film = next(iter(boxes_at_path(payload, 0, end, b"moov", b"mvhd")), None)
    film_scale = _scale(payload, film)
    found = []
    for number, track in enumerate(boxes_at_path(payload, 0, end, b"moov", b"trak")):
        told = _of_track(payload, track, number, film_scale) if number < _MOST_TRACKS and film_scale else None
        if told is not None and max(told.before, told.behind, told.between) >= SHORTEST_SECONDS:
            found.append(told)
    return found


def hidden_facts(found: list[HiddenParts]) -> list[Json]:
    """Return them as facts: `track`, `kind` (`vide`, `soun`), and seconds hidden `before`, `behind` and `between`."""
    return [
        {
            "track": each.track,
            "kind": each.kind,
            "before_seconds": rounded_decimal(each.before, _PLACES),
            "behind_seconds": rounded_decimal(each.behind, _PLACES),
            "between_seconds": rounded_decimal(each.between, _PLACES),
        }
        for each in found
    ]


def _of_track(payload: BinaryIO, track: IsoBox, number: int, film_scale: int) -> HiddenParts | None:
    stop = track.start + track.size_bytes
    list_box = next(iter(boxes_at_path(payload, track.start, stop, b"edts", b"elst")), None)
    media = next((box for box in iso_boxes(payload, track.start, stop) if box.type == b"mdia"), None)
    if list_box is None or media is None:
        return None
    media_end = media.start + media.size_bytes
    header = next(iter(boxes_at_path(payload, media.start, media_end, b"mdhd")), None)
    handler = next(iter(boxes_at_path(payload, media.start, media_end, b"hdlr")), None)
    scale, length = _scale(payload, header), _duration(payload, header)
    shown = [each for each in _edits(payload, list_box) if each.media_time >= 0 and each.duration > 0]
    if not scale or length is None or not shown:
        return None
    delay = _delay(payload, media)
    spans = sorted((edit.media_time, edit.media_time + Fraction(edit.duration * scale, film_scale)) for edit in shown)
    between, reached = Fraction(0), spans[0][1]
    for begin, end in spans[1:]:
        between += max(Fraction(0), begin - reached)
        reached = max(reached, end)
    return HiddenParts(
        number,
        "" if handler is None else box_content(payload, handler, 12)[8:12].decode("latin-1"),
        max(Fraction(0), Fraction(spans[0][0] - delay, scale)),
        max(Fraction(0), (length + delay - reached) / scale),
        between / scale,
        tuple(ShownSpan(Fraction(begin, scale), Fraction(end) / scale) for begin, end in spans),
    )


def _edits(payload: BinaryIO, box: IsoBox) -> list[_Edit]:
    raw = box_content(payload, box, 8 + 20 * _MOST_EDITS)
    wide = 8 if raw[:1] == b"\1" else 4
    count, step = int.from_bytes(raw[4:8]), 2 * wide + 4
    entries = []
    for at in range(8, min(len(raw), 8 + count * step) - step + 1, step):
        duration = int.from_bytes(raw[at : at + wide])
        entries.append(_Edit(duration, int.from_bytes(raw[at + wide : at + 2 * wide], signed=True)))
    return entries


def _delay(payload: BinaryIO, media: IsoBox) -> int:
    """Return by how many ticks the first frame is shown after it is decoded; that is no hidden part."""
    end = media.start + media.size_bytes
    box = next(iter(boxes_at_path(payload, media.start, end, b"minf", b"stbl", b"ctts")), None)
    raw = b"" if box is None else box_content(payload, box, 16)
    return max(0, int.from_bytes(raw[12:16], signed=True)) if len(raw) == 16 else 0


def _scale(payload: BinaryIO, box: IsoBox | None) -> int:
    raw = b"" if box is None else box_content(payload, box, 32)
    at = 20 if raw[:1] == b"\1" else 12
    return int.from_bytes(raw[at : at + 4])


def _duration(payload: BinaryIO, box: IsoBox | None) -> int | None:
    raw = b"" if box is None else box_content(payload, box, 32)
    wide = raw[:1] == b"\1"
    data = raw[24:32] if wide else raw[16:20]
    unknown = (1 << (8 * len(data))) - 1
    value = int.from_bytes(data)
    return None if not data or value == unknown else value
