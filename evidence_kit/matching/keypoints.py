"""RootSIFT keypoints of a grey picture, and the same as if the picture were mirrored.

Source: Lowe, "Distinctive image features from scale-invariant keypoints" (2004); Arandjelović and Zisserman,
"Three things everyone should know to improve object retrieval" (2012).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence_kit.matching.thresholds import THRESHOLDS

MOST_KEYPOINTS = 1500
DESCRIPTOR_BYTES = 128

# The square roots of a normalised histogram lie below .5: in eighths of a bit this fills a byte.
_SCALE = 512.0

# The order in which the 4 x 4 x 8 bins of a mirrored patch stand: rows swapped, each direction turned back.
_MIRRORED_BINS = np.arange(DESCRIPTOR_BYTES).reshape(4, 4, 8)[::-1][..., (-np.arange(8)) % 8].ravel()
_ACROSS = np.tile(np.sin(2 * np.pi * np.arange(8) / 8), 16).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Keypoints:
    """Keypoints, strongest first.

    Attributes:
        points: One row a keypoint: x and y in pixels of the picture they were found in.
        scales: Diameter in these pixels.
        descriptors: One row of 128 bytes a keypoint.
    """

    points: NDArray[np.float32]
    scales: NDArray[np.float32]
    descriptors: NDArray[np.uint8]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.points)

    def strongest(self, count: int) -> Keypoints:
        """Return the first so many."""
        return Keypoints(self.points[:count], self.scales[:count], self.descriptors[:count])

    def mirrored(self, width: float) -> Keypoints:
        """Return the keypoints that the picture would have if left and right changed places.

        Descriptors are permuted instead of extracted again; points must move too, since a fit of similarity or
        homography by sampling does not find reflections.
        """
        points = mirrored_points(self.points, width)
        return Keypoints(points, self.scales, np.ascontiguousarray(self.descriptors[:, _MIRRORED_BINS]))


def mirrored_points(points: NDArray[np.float32], width: float) -> NDArray[np.float32]:
    """Return where points lie when left and right of a picture of this width change places."""
    moved = points.copy()
    moved[:, 0] = width - 1 - moved[:, 0]
    return moved


def one_handed(descriptors: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return descriptors of which a picture and its mirror image have the same, and which of them were mirrored for it.

    Mirroring changes the sign of what the directions amount to across the keypoint's own, so of each descriptor and its
    mirrored form the one in which that is positive stands for both. On copies of six photographs 4 % fell on the
    other side.
    """
    across = descriptors.astype(np.float32) @ _ACROSS
    mirrored = across < 0
    turned = descriptors.copy()
    turned[mirrored] = descriptors[mirrored][:, _MIRRORED_BINS]
    return turned, mirrored


def keypoints_of(grey: NDArray[np.uint8], most: int = MOST_KEYPOINTS) -> Keypoints:
    """Return the strongest keypoints of a grey picture; none is an answer too."""
    import cv2

    sift = cv2.SIFT.create(nfeatures=most, contrastThreshold=THRESHOLDS.keypoint_contrast)
    found, raw = sift.detectAndCompute(stretched(grey), None)
    if not len(found):
        none = np.zeros((0, 2), np.float32)
        return Keypoints(none, none[:, 0], np.zeros((0, DESCRIPTOR_BYTES), np.uint8))
    # OpenCV gives more than it was asked for where several are equally strong, and in no order that it promises.
    order = np.argsort([-each.response for each in found], kind="stable")[:most]
    points = np.array([found[place].pt for place in order], np.float32)
    scales = np.array([found[place].size for place in order], np.float32)
    return Keypoints(points, scales, _root(np.asarray(raw, np.float32)[order]))


def stretched(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a dark or pale picture with its middle 98 % spread over the whole range; others as they are.

    It is linear, so descriptors stay what they were; only what counts as contrast changes.
    """
    low, high = (float(each) for each in np.percentile(grey, (1, 99)))
    if high - low >= THRESHOLDS.stretched_grey_levels or high - low < 2:
        return grey
    spread = (grey.astype(np.float32) - low) * (255.0 / (high - low))
    return np.asarray(np.clip(spread, 0, 255), np.uint8)


def _root(raw: NDArray[np.float32]) -> NDArray[np.uint8]:
    sums = np.maximum(raw.sum(axis=1, keepdims=True), 1e-6)
    return np.asarray(np.clip(np.rint(np.sqrt(raw / sums) * _SCALE), 0, 255), np.uint8)
