"""Two pictures beside each other, the matching area outlined in both; blurred unless sharp was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evidence_kit.media.pixels import Pixels
from evidence_kit.model import Json

_PANEL_PIXELS = 900
_GAP_PIXELS = 90
_PAPER = (250, 248, 244)
_OUTLINE, _RIM = (0, 214, 120), (20, 20, 20)
# A blurred picture keeps so many patches along its longer side: enough to tell a face from a landscape, no more.
_BLUR_PATCHES = 26
_QUALITY = 85
_DIFFERS = (200, 30, 30)


def draw_pair(left: Pixels, right: Pixels, facts: Mapping[str, Json]) -> bytes:
    """Return the drawing as JPEG.

    Args:
        left: The picture of the case.
        right: The other one.
        facts: `area` (left, top, right, bottom in pixels of the left original), `outline` (points in pixels of
            the right original), `differs` (places as `area`, outlined in red; may be absent), `sharp`: do not blur.

    Raises:
        ValueError: The library made no JPEG of it.
    """
    import cv2

    sharp = facts.get("sharp") is True
    first, second = _panel(left, sharp=sharp), _panel(right, sharp=sharp)
    height = max(first.shape[0], second.shape[0])
    width = first.shape[1] + _GAP_PIXELS + second.shape[1]
    page = np.full((height, width, 3), _PAPER, np.uint8)
    tops = (height - first.shape[0]) // 2, (height - second.shape[0]) // 2
    page[tops[0] : tops[0] + first.shape[0], : first.shape[1]] = first
    page[tops[1] : tops[1] + second.shape[0], first.shape[1] + _GAP_PIXELS :] = second
    area = _numbers(facts["area"])
    x0, y0, x1, y1 = (float(each) for each in area)
    box = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]) * _factor(left, first) + (0, tops[0])
    other = np.array(_points(facts["outline"]), np.float64).reshape(-1, 2) * _factor(right, second)
    other += (first.shape[1] + _GAP_PIXELS, tops[1])
    for outline in (box, other):
        if len(outline) >= 3:
            points = np.round(outline).astype(np.int32).reshape(-1, 1, 2)
            cv2.polylines(page, [points], True, _RIM, 9, cv2.LINE_AA)  # noqa: FBT003
            cv2.polylines(page, [points], True, _OUTLINE, 5, cv2.LINE_AA)  # noqa: FBT003
    for place in _places(facts.get("differs")):
        left_edge, top, right_edge, bottom = (round(each * _factor(left, first)) for each in place)
        cv2.rectangle(page, (left_edge, top + tops[0]), (right_edge, bottom + tops[0]), _DIFFERS, 4, cv2.LINE_AA)
    if len(other) >= 3:
        _arrow(page, box, other)
    done, data = cv2.imencode(".jpg", page[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise ValueError("not drawn")
    return bytes(data)


def _panel(picture: Pixels, *, sharp: bool) -> NDArray[np.uint8]:
    import cv2

    rgb = picture.rgb
    factor = _PANEL_PIXELS / max(rgb.shape[:2])
    size = max(1, round(rgb.shape[1] * factor)), max(1, round(rgb.shape[0] * factor))
    if not sharp:
        small = _BLUR_PATCHES / max(rgb.shape[:2])
        patches = max(1, round(rgb.shape[1] * small)), max(1, round(rgb.shape[0] * small))
        few = cv2.resize(rgb, patches, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.resize(few, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, size, interpolation=how), np.uint8)


def _factor(picture: Pixels, panel: NDArray[np.uint8]) -> float:
    return float(panel.shape[1] / picture.width)


def _arrow(page: NDArray[np.uint8], box: NDArray[np.float64], other: NDArray[np.float64]) -> None:
    import cv2

    start = np.array((box[:, 0].max(), box[:, 1].mean()))
    end = np.array((other[:, 0].min(), other[:, 1].mean()))
    first, last = (tuple(int(each) for each in np.round(point)) for point in (start, end))
    for ink, thick in ((_RIM, 9), (_OUTLINE, 5)):
        cv2.arrowedLine(page, first, last, ink, thick, cv2.LINE_AA, tipLength=0.12)


def _numbers(value: Json) -> Sequence[Any]:
    if not isinstance(value, (list, tuple)) or len(value) != 4:
        raise TypeError("an area has four sides")
    return value


def _places(value: Json) -> list[Sequence[Any]]:
    return [_numbers(each) for each in value] if isinstance(value, (list, tuple)) else []


def _points(value: Json) -> Sequence[Any]:
    if not isinstance(value, (list, tuple)):
        raise TypeError("an outline has points")
    return value
