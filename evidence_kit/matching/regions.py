"""Where photographs lie inside a screenshot: rectangles of picture among text and flat colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence_kit.matching.thresholds import THRESHOLDS
from evidence_kit.model import PixelSize

MOST_REGIONS = 4
_WORKING_WIDTH_PIXELS = 360
_CELL_PIXELS = 6
_ASPECTS = (0.2, 3.6)
_FLAT_SHARE = 0.4
# Of a bar between the pictures of a collage: how even it is, how wide, and what lies beside it.
_PLAIN_LINE, _WIDEST_BAR, _LEAST_PART = 4.0, 0.05, 0.2
_SQUARE = np.ones((5, 5), np.uint8)
_REACH = 2 * _CELL_PIXELS
# Share of a side along which the colour changes from one pixel to the next.
_SHARP, _UNSHARP, _CHANGE = 0.75, 0.35, 10


@dataclass(frozen=True, slots=True)
class PixelBox:
    """A rectangle in pixels; right and bottom lie just outside of it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Its width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Its height in pixels."""
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Its area in pixels."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class _Changes:
    """Where a pixel differs from the next below it and to its right, as 0 and 1."""

    down: NDArray[np.float32]
    across: NDArray[np.float32]

    @classmethod
    def of(cls, small: NDArray[np.uint8]) -> _Changes:
        import cv2

        down, across = cv2.absdiff(small[1:], small[:-1]), cv2.absdiff(small[:, 1:], small[:, :-1])
        largest = (cv2.max(cv2.max(each[..., 0], each[..., 1]), each[..., 2]) for each in (down, across))
        first, second = ((each > _CHANGE).astype(np.float32) for each in largest)
        return cls(first, second)


def regions_of(rgb: NDArray[np.uint8]) -> list[PixelBox]:
    """Return the rectangles that look like photographs, largest first; none where the whole is one.

    A cell of a photograph has many tones; text and drawn surfaces have few. The sides of what hangs together are
    then moved to where the pixels change at once over the whole side.
    """
    import cv2

    height, width = rgb.shape[:2]
    factor = min(1.0, _WORKING_WIDTH_PIXELS / min(width, height))
    size = PixelSize(max(1, round(width * factor)), max(1, round(height * factor)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    mask, flat = _many_tones(small)
    found = _collaged(small, mask, flat)
    changes = _Changes.of(small)
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    for place in range(1, count):
        box = _bounds(mask, stats[place])
        if box is not None and flat[box.top : box.bottom, box.left : box.right].mean() < _FLAT_SHARE:
            scaled = PixelBox(*(edge * _CELL_PIXELS for edge in (box.left, box.top, box.right, box.bottom)))
            exact = _snapped(changes, scaled, size)
            if _plausible(exact, size):
                found.append(exact)
    whole = [_enlarged(box, factor, PixelSize(width, height)) for box in found]
    return sorted(whole, key=lambda box: -box.area)[:MOST_REGIONS]


def _many_tones(small: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return 1 for each cell of a photograph, and which cells are of one colour."""
    import cv2

    values = np.asarray(cv2.max(cv2.max(small[..., 0], small[..., 1]), small[..., 2]), np.uint8)
    levels = values >> 3
    rows, columns = levels.shape[0] // _CELL_PIXELS, levels.shape[1] // _CELL_PIXELS
    cells = levels[: rows * _CELL_PIXELS, : columns * _CELL_PIXELS].reshape(rows, _CELL_PIXELS, columns, _CELL_PIXELS)
    flat = cells.transpose(0, 2, 1, 3).reshape(rows, columns, -1)
    bits = np.bitwise_or.reduce(np.uint32(1) << flat.astype(np.uint32), axis=2)
    plain = (
        cv2.resize(
            cv2.dilate(values, _SQUARE) - cv2.erode(values, _SQUARE), (columns, rows), interpolation=cv2.INTER_NEAREST
        )
        <= 2
    )
    around = bits.copy()
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            around |= np.roll(np.roll(bits, down, 0), right, 1)
    # A smooth sky uses few tones but never only one colour; drawn surfaces do.
    varied = flat.max(axis=2) > flat.min(axis=2)
    mask = ((np.bitwise_count(around) >= THRESHOLDS.region_tones) & (varied | (np.bitwise_count(bits) >= 2))).astype(
        np.uint8
    )
    kernel = np.ones((3, 3), np.uint8)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel)
    return np.asarray(cv2.morphologyEx(closed, cv2.MORPH_OPEN, kernel), np.uint8), plain


def _collaged(small: NDArray[np.uint8], mask: NDArray[np.uint8], flat: NDArray[np.bool_]) -> list[PixelBox]:
    """Return the pictures of a collage, and take them out of the mask; none where it is no collage."""
    height, width = small.shape[:2]
    parts = _parts(small, PixelBox(0, 0, width, height))
    found = []
    for part in parts if len(parts) > 1 else ():
        rows = slice(round(part.top / _CELL_PIXELS), round(part.bottom / _CELL_PIXELS))
        columns = slice(round(part.left / _CELL_PIXELS), round(part.right / _CELL_PIXELS))
        filled, plain = mask[rows, columns].mean(), flat[rows, columns].mean()
        if (
            filled >= THRESHOLDS.part_filled_share
            and plain < _FLAT_SHARE
            and _plausible(part, PixelSize(width, height))
        ):
            found.append(part)
            mask[rows, columns] = 0
    return found


def _parts(small: NDArray[np.uint8], box: PixelBox, rounds: int = 3) -> list[PixelBox]:
    """Return the parts into which thin bars of one colour cut a picture, as those of a collage do."""
    part = small[box.top : box.bottom, box.left : box.right].astype(np.float32)
    for across in (True, False) if rounds else ():
        lines = part if across else part.transpose(1, 0, 2)
        plain = lines.std(axis=1).max(axis=1) <= _PLAIN_LINE
        bars = _bars(plain)
        if not bars:
            continue
        found = []
        for start, end in zip(
            [0, *(last for _, last in bars)], [*(first for first, _ in bars), len(plain)], strict=True
        ):
            if across:
                inner = PixelBox(box.left, box.top + start, box.right, box.top + end)
            else:
                inner = PixelBox(box.left + start, box.top, box.left + end, box.bottom)
            found += _parts(small, inner, rounds - 1)
        return found
    return [box]


def _bars(plain: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return where thin runs of plain lines begin and end that have enough on both sides."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], plain, [False])).astype(np.int8)))
    least, most = len(plain) * _LEAST_PART, max(2.0, len(plain) * _WIDEST_BAR)
    found: list[tuple[int, int]] = []
    for first, last in edges.reshape(-1, 2):
        start = found[-1][1] if found else 0
        if last - first <= most and first - start >= least and len(plain) - last >= least:
            found.append((int(first), int(last)))
    return found


def _bounds(mask: NDArray[np.uint8], stats: NDArray[np.int32]) -> PixelBox | None:
    """Return the box of a part without the thin lines attached to it; None when too little of it is filled."""
    left, top, wide, tall, _ = (int(each) for each in stats)
    part = mask[top : top + tall, left : left + wide]
    columns, rows = part.mean(axis=0), part.mean(axis=1)
    inner_columns = np.flatnonzero(columns > THRESHOLDS.region_filled_share * 0.6)
    inner_rows = np.flatnonzero(rows > THRESHOLDS.region_filled_share * 0.6)
    if not len(inner_columns) or not len(inner_rows):
        return None
    box = PixelBox(
        left + int(inner_columns[0]), top + int(inner_rows[0]),
        left + int(inner_columns[-1]) + 1, top + int(inner_rows[-1]) + 1,
    )  # fmt: skip
    filled = mask[box.top : box.bottom, box.left : box.right].mean()
    return box if filled >= THRESHOLDS.region_filled_share else None


def _snapped(changes: _Changes, box: PixelBox, size: PixelSize) -> PixelBox:
    """Return the box with each side moved outwards to the first line along which the pixels change at once."""
    width, height = size
    rows = changes.down[:, box.left + box.width // 8 : box.right - box.width // 8].mean(axis=1)
    columns = changes.across[box.top + box.height // 8 : box.bottom - box.height // 8].mean(axis=0)
    return PixelBox(
        _outwards(columns[::-1], width - box.left, width, box.width, mirrored=True),
        _outwards(rows[::-1], height - box.top, height, box.height, mirrored=True),
        _outwards(columns, box.right, width, box.width),
        _outwards(rows, box.bottom, height, box.height),
    )


def _outwards(profile: NDArray[np.float64], at: int, limit: int, extent: int, *, mirrored: bool = False) -> int:
    """Return where a side belongs, looking from a little inside of it to half of its extent outside.

    Args:
        profile: Share of the side along which pixel n differs from pixel n + 1.
        at: Where the side is taken to lie.
        limit: Where the screen ends.
        extent: How far apart this side and the one opposite are.
        mirrored: The profile counts from the other end, and so does not the answer.
    """
    low = max(0, at - _REACH - 1)
    near = profile[low : at + _REACH]
    far = profile[low : at + max(_REACH, extent // 2)]
    if len(near) and near.max() >= _UNSHARP:
        found = low + int(np.argmax(near >= min(_SHARP, near.max()))) + 1
    elif limit - at <= _REACH:
        found = limit
    elif len(far) and far.max() >= _SHARP:
        found = low + int(np.argmax(far >= _SHARP)) + 1
    else:
        found = at
    return limit - found if mirrored else found


def _plausible(box: PixelBox, size: PixelSize) -> bool:
    width, height = size
    if box.height < THRESHOLDS.region_height_share * height or box.width < THRESHOLDS.region_width_share * width:
        return False
    if box.area > THRESHOLDS.region_most_share * width * height:
        return False
    return _ASPECTS[0] <= box.width / box.height <= _ASPECTS[1]


def _enlarged(box: PixelBox, factor: float, size: PixelSize) -> PixelBox:
    width, height = size
    return PixelBox(
        max(0, round(box.left / factor)), max(0, round(box.top / factor)),
        min(width, round(box.right / factor)), min(height, round(box.bottom / factor)),
    )  # fmt: skip
