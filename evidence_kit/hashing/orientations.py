"""The eight orientations of a picture, their names, and PDQ's hash in each."""

from __future__ import annotations

from dataclasses import dataclass

QUALITY_LIMIT = 50
"""Below this quality PDQ's authors discard a hash: the picture has too little detail."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """One of the eight symmetries of a rectangle, as three steps done in this order.

    Attributes:
        name: Id of its words: `mirrored-turned-90` is mirrored left to right, then turned 90 degrees
            clockwise.
        transposed: Rows and columns change places first.
        mirrored: Then left and right change places.
        flipped: Then top and bottom change places.
    """

    name: str
    transposed: bool
    mirrored: bool
    flipped: bool


UPRIGHT = Orientation("upright", transposed=False, mirrored=False, flipped=False)

ORIENTATIONS = (
    UPRIGHT,
    Orientation("turned-90", transposed=True, mirrored=True, flipped=False),
    Orientation("turned-180", transposed=False, mirrored=True, flipped=True),
    Orientation("turned-270", transposed=True, mirrored=False, flipped=True),
    Orientation("mirrored", transposed=False, mirrored=True, flipped=False),
    Orientation("mirrored-turned-90", transposed=True, mirrored=True, flipped=True),
    Orientation("mirrored-turned-180", transposed=False, mirrored=False, flipped=True),
    Orientation("mirrored-turned-270", transposed=True, mirrored=False, flipped=False),
)
