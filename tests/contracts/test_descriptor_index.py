"""What every index of descriptors must do."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from evidence_kit.matching.index import DescriptorIndex, ExactDescriptors, InvertedDescriptors
from evidence_kit.matching.keypoints import Keypoints

DICE = np.random.default_rng(4)
INDEXES = [ExactDescriptors, InvertedDescriptors]
Make = Callable[[Sequence[NDArray[np.uint8]]], DescriptorIndex]


def pictures(count: int, each: int = 120) -> list[NDArray[np.uint8]]:
    return [DICE.integers(0, 160, (each, 128), dtype=np.uint8) for _ in range(count)]


def changed(descriptors: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.clip(descriptors.astype(int) + DICE.integers(-5, 6, descriptors.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("index", INDEXES)
def test_the_picture_with_the_same_keypoints_comes_first_with_its_pairs(index: Make) -> None:
    references = pictures(12)
    [first, *_] = index(references).votes(changed(references[7][:40]), most=3)
    assert first.reference == 7
    assert sum(first.pairs.reference == first.pairs.query) >= 36


@pytest.mark.parametrize("index", INDEXES)
def test_copies_among_the_references_do_not_silence_each_other(index: Make) -> None:
    references = pictures(6)
    references += [changed(references[2]) for _ in range(7)]
    votes = index(references).votes(changed(references[2]), most=8)
    assert {vote.reference for vote in votes[:4]} <= {2, *range(6, 13)}


@pytest.mark.parametrize("index", INDEXES)
def test_no_descriptor_has_no_vote(index: Make) -> None:
    assert index(pictures(3)).votes(np.zeros((0, 128), np.uint8), most=5) == []


def test_an_empty_index_finds_nothing() -> None:
    assert ExactDescriptors([]).votes(pictures(1)[0], most=5) == []


@pytest.mark.parametrize("index", INDEXES)
def test_a_mirrored_picture_is_found_by_the_same_search_and_told_as_mirrored(index: Make) -> None:
    references = pictures(12)
    points = np.zeros((120, 2), np.float32)
    mirrored = Keypoints(points, points[:, 0], references[5]).mirrored(100).descriptors
    [first, *_] = index(references).votes(mirrored, most=3)
    assert (first.reference, first.mirrored) == (5, True)
    [upright, *_] = index(references).votes(references[5], most=3)
    assert (upright.reference, upright.mirrored) == (5, False)
