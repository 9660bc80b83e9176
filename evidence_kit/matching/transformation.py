"""The transformation of a picture, as whole numbers and ids of words: mirrored, turned, cropped, inside, where."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_kit.matching.compare import Placement
from evidence_kit.matching.differences import differing_places
from evidence_kit.matching.features import Features, PictureView
from evidence_kit.matching.geometry import mapped_points, rectangle_corners
from evidence_kit.matching.regions import PixelBox
from evidence_kit.matching.screens import is_screen_like
from evidence_kit.matching.thresholds import THRESHOLDS


class Point(NamedTuple):
    """A point of an outline.

    Attributes:
        x: Pixels from the left.
        y: Pixels from the top.
    """

    x: int
    y: int


class Area(NamedTuple):
    """A rectangle in pixels of an original; right and bottom lie just outside of it.

    Attributes:
        left: From the left edge.
        top: From the top edge.
        right: From the left edge.
        bottom: From the top edge.
    """

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Transformation:
    """The transformation from the reference to its image in the query.

    Attributes:
        mirrored: Left and right changed places.
        turned_degrees: Clockwise, -179 to 180; after mirroring.
        aslant: It is seen at an angle, as in a photograph of a screen.
        shown_percent: How much of the reference is left, 100 where nothing is missing.
        covered_percent: How much of the query it covers.
        inside: `screenshot`, `picture`, or None where it fills the query.
        lies_in: Where only a part of the reference is meant, what that part lies in: `screenshot` or `picture`.
        place: Where in the query: `upper`, `middle`, `lower`, with `-left`, `-right` behind it where it is aside.
        outline: Corners of what is left of it in the query, clockwise, x and y in pixels of the query.
        area: What is left of it in the reference: left, top, right, bottom in pixels of the reference.
        agreed: Where the pixels agree, in the reference; None where no pixel was compared.
        differs: Places of the reference that look otherwise in the query, largest first: left, top, right, bottom in
            its pixels; None where that was not compared.
    """

    mirrored: bool
    turned_degrees: int
    aslant: bool
    shown_percent: int
    covered_percent: int
    inside: str | None
    lies_in: str | None
    place: str | None
    outline: tuple[Point, ...]
    area: Area
    agreed: Area | None
    differs: tuple[Area, ...] | None = None


def transformation_of(
    placed: Placement, query: Features, seen: PictureView, reference: Features, of: PictureView
) -> Transformation:
    """Return the transformation of a pair.

    Args:
        placed: Where the reference lies in the query.
        query: All of the query, for its size and whether it is a screen.
        seen: The view of it that was compared.
        reference: All of the reference.
        of: The view of it that was compared.
    """
    outline = mapped_points(placed.matrix, _corners(of.box))
    inner = _within(outline, seen.box)
    back = (
        mapped_points(np.asarray(np.linalg.inv(placed.matrix), np.float64), inner) if len(inner) else _corners(of.box)
    )
    area = _bounds(back, reference.width, reference.height)
    agreed = None if placed.agreed is None else _clamped(placed.agreed, reference.width, reference.height)
    open_ended = not seen.region and _share(inner, query) < THRESHOLDS.whole_percent / 100
    if agreed is not None and open_ended and _area(agreed) < 0.9 * _area(area):
        # Nothing says where the picture ends inside a larger one, but where it agrees is known.
        area = agreed
        inner = _clockwise(_within(mapped_points(placed.matrix, _corners(PixelBox(*agreed))), seen.box))
    shown = min(100, round(100 * _area(area) / max(1, of.box.area)))
    covered = min(100, round(100 * _share(inner, query)))
    fills = covered >= THRESHOLDS.whole_percent
    inside = None if fills else "screenshot" if is_screen_like(query) else "picture"
    return Transformation(
        mirrored=placed.mirrored,
        turned_degrees=_turned(placed.matrix, of.box, mirrored=placed.mirrored),
        aslant=_aslant(outline),
        shown_percent=100 if shown >= THRESHOLDS.whole_percent else shown,
        covered_percent=100 if fills else covered,
        inside=inside,
        lies_in=None if not of.region else "screenshot" if is_screen_like(reference) else "picture",
        place=None if inside is None else _place(inner, query),
        outline=tuple(Point(round(float(x)), round(float(y))) for x, y in inner),
        area=area,
        agreed=agreed,
        differs=_differs(placed, seen, reference, of),
    )


def _differs(placed: Placement, seen: PictureView, reference: Features, of: PictureView) -> tuple[Area, ...] | None:
    """Return the places of the reference that look otherwise in the query, in pixels of the upright original."""
    back = of.to_original() @ np.linalg.inv(of.to_grey())
    places = differing_places(seen.grey, of.grey, placed.onto_grey(seen, of))
    if places is None:
        return None
    whole = [mapped_points(back, np.array([each[:2], each[2:]])).ravel() for each in places]
    return tuple(_clamped([float(edge) for edge in each], reference.width, reference.height) for each in whole)


def _corners(box: PixelBox) -> NDArray[np.float64]:
    return np.asarray(rectangle_corners(box.width, box.height) + np.array((box.left, box.top)), np.float64)


def _within(outline: NDArray[np.float64], box: PixelBox) -> NDArray[np.float64]:
    """Return the part of a convex outline that lies in a box, clockwise; empty where none does."""
    import cv2

    frame = _corners(box).astype(np.float32)
    share, found = cv2.intersectConvexConvex(outline.astype(np.float32), frame)
    if share <= 0 or found is None:
        return np.zeros((0, 2))
    return _clockwise(np.asarray(found, np.float64).reshape(-1, 2))


def _clockwise(outline: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(outline) < 3:
        return outline
    middle = outline.mean(axis=0)
    order = np.argsort(np.arctan2(outline[:, 1] - middle[1], outline[:, 0] - middle[0]))
    return np.asarray(outline[order])


def _share(outline: NDArray[np.float64], query: Features) -> float:
    import cv2

    if len(outline) < 3:
        return 0.0
    return abs(float(cv2.contourArea(outline.astype(np.float32)))) / (query.width * query.height)


def _bounds(points: NDArray[np.float64], width: int, height: int) -> Area:
    low, high = points.min(axis=0), points.max(axis=0)
    return _clamped((low[0], low[1], high[0], high[1]), width, height)


def _clamped(area: Sequence[float], width: int, height: int) -> Area:
    left, top = (max(0, round(float(each))) for each in area[:2])
    return Area(left, top, min(width, round(float(area[2]))), min(height, round(float(area[3]))))


def _area(area: Area) -> int:
    return max(0, area.right - area.left) * max(0, area.bottom - area.top)


def _turned(matrix: NDArray[np.float64], box: PixelBox, *, mirrored: bool) -> int:
    """Return by how many degrees clockwise the reference was turned, after it was mirrored left to right."""
    middle = np.array([(box.left + box.right) / 2, (box.top + box.bottom) / 2])
    step = np.array([(-1.0 if mirrored else 1.0) * box.width / 4, 0.0])
    start, end = mapped_points(matrix, np.array([middle, middle + step]))
    degrees = round(math.degrees(math.atan2(end[1] - start[1], end[0] - start[0])))
    nearest = round(degrees / 90) * 90
    whole = nearest if abs(degrees - nearest) <= THRESHOLDS.upright_degrees else degrees
    return 180 if whole == -180 else whole


def _aslant(outline: NDArray[np.float64]) -> bool:
    sides = np.linalg.norm(np.roll(outline, -1, axis=0) - outline, axis=1)
    skew = max(abs(sides[0] / sides[2] - 1), abs(sides[1] / sides[3] - 1))
    return bool(skew > THRESHOLDS.aslant_share)


def _place(outline: NDArray[np.float64], query: Features) -> str:
    if len(outline) < 3:
        return "middle"
    low, high = outline.min(axis=0), outline.max(axis=0)
    across, down = ((low + high) / 2) / np.array((query.width, query.height))
    row = "upper" if down < 0.4 else "lower" if down > 0.6 else "middle"
    column = "-left" if across < 0.35 else "-right" if across > 0.65 else ""
    return row + column
