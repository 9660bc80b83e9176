"""Descriptors that stand in many unlike pictures: signs of an application, a logo, a font. They prove nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evidence_kit.matching.keypoints import DESCRIPTOR_BYTES
from evidence_kit.matching.thresholds import THRESHOLDS

MOST_GROUPS = 40
STRONGEST = 320
_BLOCK = 512


class StopList:
    """The keypoints left out before a comparison.

    Args:
        groups: Descriptors by group; pictures that are copies of each other are one group, or a picture that
            somebody sent to many would be taken for a sign of the application.
    """

    def __init__(self, groups: Sequence[NDArray[np.uint8]]) -> None:
        self._listed = _frequent(groups)
        self._squares = (self._listed**2).sum(axis=1)

    def __len__(self) -> int:
        """Return how many descriptors are listed."""
        return len(self._listed)

    def rare(self, descriptors: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Return which descriptors are not listed."""
        keep = np.ones(len(descriptors), bool)
        if not len(self._listed):
            return keep
        for start in range(0, len(descriptors), _BLOCK):
            block = descriptors[start : start + _BLOCK].astype(np.float32)
            distances = self._squares[None, :] - 2 * (block @ self._listed.T) + (block**2).sum(axis=1)[:, None]
            keep[start : start + _BLOCK] = distances.min(axis=1) >= THRESHOLDS.same_sign_square
        return keep


def _frequent(groups: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """Return descriptors that have a near one in many other groups, one of each kind."""
    none = np.zeros((0, DESCRIPTOR_BYTES), np.float32)
    step = max(1, len(groups) // MOST_GROUPS)
    sample = [each[:STRONGEST].astype(np.float32) for each in groups[::step] if len(each)]
    if len(sample) < THRESHOLDS.sign_groups:
        return none
    whole = np.concatenate(sample)
    owner = np.repeat(np.arange(len(sample)), [len(each) for each in sample])
    squares = (whole**2).sum(axis=1)
    needed = max(THRESHOLDS.sign_groups, len(sample) // 8)
    listed: list[NDArray[np.float32]] = []
    for start in range(0, len(whole), _BLOCK):
        block = whole[start : start + _BLOCK]
        near = (
            squares[None, :] - 2 * (block @ whole.T) + squares[start : start + _BLOCK, None]
            < THRESHOLDS.same_sign_square
        )
        for row, descriptor in zip(near, block, strict=True):
            if row.sum() >= needed and len(np.unique(owner[row])) >= needed:
                known = any(
                    float(((descriptor - each) ** 2).sum()) < THRESHOLDS.same_sign_square / 4 for each in listed
                )
                if not known:
                    listed.append(descriptor)
    return np.stack(listed) if listed else none
