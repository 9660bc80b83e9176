"""From pixels to features: the whole picture, and each photograph that lies inside it, at a size of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evidence_kit.matching.features import Features, PictureView
from evidence_kit.matching.keypoints import keypoints_of
from evidence_kit.matching.regions import PixelBox, regions_of
from evidence_kit.matching.screen_signs import is_paper
from evidence_kit.matching.thresholds import THRESHOLDS
from evidence_kit.model import PixelSize

_LEAST_SIDE_PIXELS = 400


def features_of(rgb: NDArray[np.uint8], size: PixelSize, frame: int = 0, *, inside: bool = True) -> Features:
    """Return the features of one picture.

    Args:
        rgb: Its pixels, upright.
        size: Width and height of the upright original, which may be larger.
        frame: Number of the frame.
        inside: Look for photographs inside it too.
    """
    width, height = size
    views = [_view(rgb, PixelBox(0, 0, width, height), frame, region=False)]
    for box in regions_of(rgb) if inside else ():
        factor = width / rgb.shape[1], height / rgb.shape[0]
        part = rgb[box.top : box.bottom, box.left : box.right]
        original = PixelBox(
            round(box.left * factor[0]), round(box.top * factor[1]),
            min(width, round(box.right * factor[0])), min(height, round(box.bottom * factor[1])),
        )  # fmt: skip
        views.append(_view(part, original, frame, region=True))
    return Features(width, height, tuple(views))


def _view(part: NDArray[np.uint8], box: PixelBox, frame: int, *, region: bool) -> PictureView:
    import cv2

    from evidence_kit.hashing.perceptual import pdq_of_rgb as pdq

    tall = max(part.shape[:2]) > THRESHOLDS.tall_ratio * min(part.shape[:2])
    limit = THRESHOLDS.tall_side_pixels if tall and not region else THRESHOLDS.side_pixels
    grey = cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2GRAY)
    longest = max(grey.shape)
    # Small pictures are enlarged: the finest scale that is looked at is two pixels wide.
    factor = min(limit / longest, max(1.0, _LEAST_SIDE_PIXELS / longest))
    if factor != 1:
        wide, tall_ = max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor))
        how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        grey = cv2.resize(grey, (wide, tall_), interpolation=how)
    most = THRESHOLDS.region_keypoints if region else THRESHOLDS.tall_keypoints if tall else THRESHOLDS.whole_keypoints
    found = keypoints_of(np.asarray(grey, np.uint8), most)
    wide, high = grey.shape[1], grey.shape[0]
    half = cv2.resize(grey, (max(1, wide // 2), max(1, high // 2)), interpolation=cv2.INTER_AREA)
    hashed = pdq(np.ascontiguousarray(part))
    quality = None if hashed is None else hashed.quality
    hashes = () if hashed is None else tuple(bytes.fromhex(one) for one in hashed.hashes.values())
    small = np.asarray(half, np.uint8)
    fine = np.asarray(grey, np.uint8) if not region and is_paper(small) else None
    return PictureView(frame, box, region, PixelSize(wide, high), found, small, quality, hashes, fine)
