"""MP4, M4A, 3GP and QuickTime: every box is known, every track is sound, every byte of the data is a sample of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evidence_kit.intake.understood.sound.source import InFragmentsError, NotSoundError, SoundSource

Box = tuple[bytes, int, int]
"""Name, where its content begins, where it ends."""

_CODECS: Final = frozenset(
    {b"mp4a", b"samr", b"sawb", b"sawp", b"alac", b"Opus", b"ac-3", b"ec-3", b"fLaC", b".mp3", b"lpcm", b"sowt",
     b"twos", b"ulaw", b"alaw", b"ima4", b"in24", b"in32", b"fl32", b"QDM2", b"agsm", b"ipcm", b"fpcm", b"sevc",
     b"sqcp"}
)  # fmt: skip
# How long a box of numbers may be: none has room for a picture.
_FIXED: Final = {
    b"mvhd": 112, b"tkhd": 96, b"mdhd": 36, b"smhd": 8, b"iods": 32, b"elst": 68, b"stsd": 512, b"tref": 16,
    b"load": 16, b"gmhd": 64, b"sgpd": 32, b"sbgp": 68,
}  # fmt: skip
_TABLES: Final = frozenset({b"stts", b"stsc", b"stsz", b"stco", b"co64", b"stss", b"sdtp"})
# What a description of sound may hold, and how much of it.
_ABOUT_CODEC: Final = 96
_OF_FRAGMENTS: Final = frozenset({b"moof", b"sidx", b"styp", b"mfra"})
_MOST_TRACKS: Final = 4
_MOST_KINDS_OF_SAMPLE: Final = 4
_HOLDERS: Final = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"udta"})
_BLANK: Final = frozenset({b"free", b"skip", b"wide"})
_MOST_SAMPLES: Final = 10_000_000


class _Film:
    """The layout of a file: where its samples lie, and where its data does."""

    def __init__(self) -> None:
        self.data: list[tuple[int, int]] = []
        self.samples: list[tuple[int, int]] = []
        self.tracks = 0


def check_boxes(source: SoundSource) -> None:
    """Make sure that a file is boxes of sound from end to end.

    Raises:
        NotSoundError: It is not: a track is no sound, a box is none of ours, or data belongs to no sample.
    """
    film = _Film()
    seen: set[bytes] = set()
    for name, start, end in _boxes(source, 0, source.size_bytes):
        if name in seen & {b"ftyp", b"moov"}:
            raise NotSoundError
        seen.add(name)
        if name == b"ftyp":
            _brands(source.read(start, min(256, end - start)))
        elif name == b"mdat":
            film.data.append((start, end))
        elif name == b"moov":
            _look(source, start, end, film)
        elif name in _BLANK:
            _blank(source, start, end)
        elif name in _OF_FRAGMENTS:
            raise InFragmentsError
        else:
            raise NotSoundError
    if not 0 < film.tracks <= _MOST_TRACKS or not film.data:
        raise NotSoundError
    _covered(source, film)


def _brands(data: bytes) -> None:
    """Check that a file's type is a few short words."""
    if len(data) > 64 or not re.fullmatch(rb"[\w .-]{4}.{4}(?:[\w .-]{4}|\0{4})*", data, re.DOTALL):
        raise NotSoundError


def _boxes(source: SoundSource, at: int, end: int) -> Iterator[Box]:
    while at < end:
        if end - at < 8:
            source.empty(at, end)
            return
        size, name, head = source.number(at, 4), source.read(at + 4, 4), 8
        if size == 1:
            size, head = source.number(at + 8, 8), 16
        if size == 0:
            # A zero ends a list of QuickTime; elsewhere it means: to the end.
            size = end - at
        if size < head or at + size > end:
            raise NotSoundError
        yield name, at + head, at + size
        at += size


def _look(source: SoundSource, start: int, end: int, film: _Film) -> None:
    seen: set[bytes] = set()
    for name, first, last in _boxes(source, start, end):
        if name in seen & {*_FIXED}:
            raise NotSoundError
        seen.add(name)
        if name == b"trak":
            _track(source, first, last, film)
        elif name == b"udta":
            _words_about(source, first, last)
        elif name == b"meta":
            _meta(source, first, last)
        elif name in _BLANK:
            _blank(source, first, last)
        elif name == b"mvex":
            raise InFragmentsError
        elif name not in _FIXED or last - first > _FIXED[name]:
            raise NotSoundError


def _track(source: SoundSource, start: int, end: int, film: _Film) -> None:
    film.tracks += 1
    tables: dict[bytes, Box] = {}
    _walk(source, start, end, tables)
    handler = tables.get(b"hdlr")
    if handler is None or source.read(handler[1] + 8, 4) != b"soun" or b"stsd" not in tables:
        raise NotSoundError
    _descriptions(source, tables[b"stsd"])
    spans = [*_samples(source, tables)]
    film.samples += spans
    _times(source, tables, _Sizes(source, tables).count)


def _times(source: SoundSource, tables: dict[bytes, Box], samples: int) -> None:
    """Check that the tables about time speak of the samples that there are."""
    if b"stts" in tables:
        _, start, end = tables[b"stts"]
        count = source.number(start + 4, 4)
        if end - start != 8 + 8 * count or count > samples:
            raise NotSoundError
        if sum(source.number(start + 8 + 8 * at, 4) for at in range(count)) != samples:
            raise NotSoundError
    if b"stss" in tables:
        _, start, end = tables[b"stss"]
        numbers = [source.number(at, 4) for at in range(start + 8, end, 4)]
        if numbers != sorted({*numbers}) or (numbers and numbers[-1] > samples):
            raise NotSoundError
    if b"sdtp" in tables:
        _, start, end = tables[b"sdtp"]
        if end - start != 4 + samples or len({*source.read(start + 4, samples)}) > _MOST_KINDS_OF_SAMPLE:
            raise NotSoundError


def _walk(source: SoundSource, start: int, end: int, tables: dict[bytes, Box]) -> None:
    for name, first, last in _boxes(source, start, end):
        if name == b"udta":
            _words_about(source, first, last)
        elif name == b"meta":
            _meta(source, first, last)
        elif name in _HOLDERS:
            _walk(source, first, last, tables)
        elif name == b"hdlr":
            if source.read(first + 8, 4) == b"soun" or b"hdlr" not in tables:
                tables[name] = (name, first, last)
            source.words(re.sub(rb"[\0-\x1f]+", b" ", source.read(first + 24, max(0, last - first - 24))))
        elif name == b"dref":
            # Data of another file is none of this one; a name of it would be words.
            if last - first > 64:
                raise NotSoundError
        elif name in _BLANK:
            _blank(source, first, last)
        elif name in _TABLES or (name in _FIXED and last - first <= _FIXED[name]):
            if name in tables:
                raise NotSoundError
            tables[name] = (name, first, last)
        else:
            raise NotSoundError


def _descriptions(source: SoundSource, box: Box) -> None:
    described = [*_boxes(source, box[1] + 8, box[2])]
    if len(described) != 1:
        raise NotSoundError
    for name, start, end in described:
        # What sound is the same however it is written down, and then boxes about its codec.
        head = {1: 44, 2: 64}.get(source.number(start + 8, 2), 28)
        if name not in _CODECS or end - start < 28:
            raise NotSoundError
        _about_codec(source, start + head if start + head <= end else end, end)


def _about_codec(source: SoundSource, start: int, end: int) -> None:
    for name, first, last in _boxes(source, start, end):
        if name == b"wave":
            _about_codec(source, first, last)
        elif last - first > _ABOUT_CODEC:
            raise NotSoundError


def _samples(source: SoundSource, tables: dict[bytes, Box]) -> Iterator[tuple[int, int]]:
    sizes = _Sizes(source, tables)
    groups = _groups(source, tables)
    at = 0
    for number, offset in enumerate(_offsets(source, tables), start=1):
        while len(groups) > 1 and groups[1][0] <= number:
            groups.pop(0)
        count = groups[0][1] if groups else 0
        if not count:
            raise NotSoundError
        yield offset, offset + sizes.of(at, at + count)
        at += count
    if at != sizes.count:
        raise NotSoundError


class _Sizes:
    """How long the samples of a track are, each or all alike."""

    def __init__(self, source: SoundSource, tables: dict[bytes, Box]) -> None:
        box = tables.get(b"stsz")
        if box is None:
            raise NotSoundError
        self.same, self.count = source.number(box[1] + 4, 4), source.number(box[1] + 8, 4)
        if self.count > _MOST_SAMPLES or box[2] - box[1] != 12 + (0 if self.same else 4 * self.count):
            raise NotSoundError
        data = b"" if self.same else source.read(box[1] + 12, 4 * self.count)
        self._ends = [0]
        for at in range(0, len(data), 4):
            self._ends.append(self._ends[-1] + int.from_bytes(data[at : at + 4], "big"))
        if self.same == 1:
            # Sound without a codec counts samples of time; how many bytes each has, its description says.
            first = tables[b"stsd"][1] + 8
            version, channels, bits = (
                source.number(first + 16, 2),
                source.number(first + 24, 2),
                source.number(first + 26, 2),
            )
            self.same = source.number(first + 44, 4) if version == 1 else channels * bits // 8

    def of(self, first: int, last: int) -> int:
        """Return the length of some samples one behind the other."""
        if last > self.count:
            raise NotSoundError
        return (last - first) * self.same if self.same else self._ends[last] - self._ends[first]


def _offsets(source: SoundSource, tables: dict[bytes, Box]) -> list[int]:
    wide = b"co64" in tables
    box = tables.get(b"co64" if wide else b"stco")
    if box is None:
        raise NotSoundError
    count, size = source.number(box[1] + 4, 4), 8 if wide else 4
    if box[2] - box[1] != 8 + size * count:
        raise NotSoundError
    data = source.read(box[1] + 8, size * count)
    return [int.from_bytes(data[at : at + size], "big") for at in range(0, len(data), size)]


def _groups(source: SoundSource, tables: dict[bytes, Box]) -> list[tuple[int, int]]:
    box = tables.get(b"stsc")
    if box is None:
        raise NotSoundError
    count = source.number(box[1] + 4, 4)
    if box[2] - box[1] != 8 + 12 * count:
        raise NotSoundError
    data = source.read(box[1] + 8, 12 * count)
    numbers = [int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data), 4)]
    firsts = numbers[::3]
    if firsts != sorted({*firsts}) or {*numbers[2::3]} - {1}:
        raise NotSoundError
    return [(numbers[at], numbers[at + 1]) for at in range(0, len(numbers), 3)]


def _covered(source: SoundSource, film: _Film) -> None:
    """Make sure that every byte of the data belongs to a sample, or is zero."""
    spans = sorted(film.samples)
    if any(not any(start <= first <= last <= end for start, end in film.data) for first, last in spans):
        raise NotSoundError
    for start, end in film.data:
        at = start
        for first, last in spans:
            if last <= start or first >= end:
                continue
            if first > at:
                source.empty(at, first)
            at = max(at, last)
        source.empty(at, end)
        if at > end:
            raise NotSoundError


def _blank(source: SoundSource, start: int, end: int) -> None:
    """Make sure that room that was left holds zeros, or a few words of a program."""
    data = source.read(start, min(end - start, 256))
    if data.strip(b"\0"):
        source.words(re.sub(rb"[\0-\x1f]+", b" ", data))
    source.empty(min(end, start + 256), end)


def _words_about(source: SoundSource, start: int, end: int) -> None:
    """Check that the texts about a sound are words: titles, places, programs; no cover."""
    if end - start <= 8 and not source.read(start, end - start).strip(b"\0"):
        return
    for name, first, last in _boxes(source, start, end):
        if name == b"meta":
            _meta(source, first, last)
        elif name in _BLANK:
            _blank(source, first, last)
        else:
            source.words(re.sub(rb"[\0-\x1f]+", b" ", source.read(first, last - first)[4:]))


def _meta(source: SoundSource, start: int, end: int) -> None:
    if source.number(start, 4) == 0:
        start += 4
    for name, first, last in _boxes(source, start, end):
        if name == b"ilst":
            _list(source, first, last)
        elif name in _BLANK:
            _blank(source, first, last)
        elif name in {b"hdlr", b"keys"} and last - first <= 1024:
            source.words(re.sub(rb"[\0-\x1f]+", b" ", source.read(first, last - first)))
        else:
            raise NotSoundError


def _list(source: SoundSource, start: int, end: int) -> None:
    for name, first, last in _boxes(source, start, end):
        if name == b"covr":
            raise NotSoundError
        for inner, low, high in _boxes(source, first, last):
            if inner not in {b"data", b"mean", b"name"}:
                raise NotSoundError
            source.words(re.sub(rb"[\0-\x1f]+", b" ", source.read(low, high - low)[8 if inner == b"data" else 4 :]))
