"""Perceptual hashes of a decoded picture: PDQ in eight orientations, phash and dhash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evidence_kit.hashing.orientations import ORIENTATIONS, Orientation

WORKING_SIDE_PIXELS = 512
"""Larger sides are shrunk to this first, as the reference program does."""

_SMALLEST_SIDE_PIXELS = 5
_GRID = 64
_BLOCK = 16
_PASSES = 2
_LUMA = np.array([0.299, 0.587, 0.114])
# What binary rounding leaves of a coefficient that is zero (about 1e-11) would decide bits, and otherwise on
# each machine; coefficients of a picture reach 16,000.
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Pdq:
    """The PDQ hash of one picture.

    Attributes:
        quality: 0 to 100, how much detail there was; see `orientations.QUALITY_LIMIT`.
        hashes: Orientation name to 64 hexadecimal digits: the hash that the picture would have so oriented.
    """

    quality: int
    hashes: Mapping[str, str]


def pdq(picture: Image.Image) -> Pdq | None:
    """Return the PDQ hash in all eight orientations; None when a side is under 5 pixels.

    Args:
        picture: Decoded, turned as EXIF says, in any mode; transparent parts count as white.

    Blur, choice of 64 x 64 samples and DCT are linear, so each axis is one matrix, and reversing that matrix
    mirrors the picture. The reference instead changes signs in the one DCT block, which forgets that its samples
    do not lie in the middle of their squares: on pictures of 129 to 256 pixels that costs up to 58 of 256 bits,
    at 512 up to 34, where a match allows 31. Here an oriented hash is the hash of the oriented picture.

    Source: Davis and Rosen, "PDQ and TMK + PDQF" (2019); facebook/ThreatExchange, pdq/cpp. Checked against
    pdqhash 0.2.8 on the same pixels: tests/hashing/test_perceptual.py has the figures.
    """
    if min(picture.size) < _SMALLEST_SIDE_PIXELS:
        return None
    luma = _luma(picture)
    height, width = luma.shape
    grid = _samples_of(height) @ luma @ _samples_of(width).T
    bands = _frequencies_of(height, False) @ luma, _frequencies_of(height, True) @ luma  # noqa: FBT003
    return Pdq(_quality(grid), {way.name: _bits(_block(bands, width, way)) for way in ORIENTATIONS})


def pdq_of_rgb(rgb: NDArray[np.uint8]) -> Pdq | None:
    """Return the same of rows, columns and three channels of 8 bits."""
    return pdq(Image.fromarray(rgb))


def phash(picture: Image.Image) -> str:
    """Return the 64-bit DCT hash of `imagehash` as 16 hexadecimal digits.

    Raises:
        ImportError: imagehash, which comes with the extra `match`, is not installed.
    """
    import imagehash

    return str(imagehash.phash(flat_picture(picture)))


def dhash(picture: Image.Image) -> str:
    """Return the 64-bit difference hash of `imagehash` as 16 hexadecimal digits.

    Raises:
        ImportError: imagehash, which comes with the extra `match`, is not installed.
    """
    import imagehash

    return str(imagehash.dhash(flat_picture(picture)))


def flat_picture(picture: Image.Image) -> Image.Image:
    """Return the picture in 8-bit grey or RGB, transparent parts on white, 16-bit samples halved."""
    if picture.mode in {"L", "RGB"} and "transparency" not in picture.info:
        return picture
    if picture.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    if picture.mode in {"I", "F"}:
        return _eight_bits(picture)
    if "transparency" in picture.info or picture.mode in {"RGBA", "LA", "PA", "RGBa", "La"}:
        coloured = picture.convert("RGBA")
        paper = Image.new("RGBA", coloured.size, "white")
        paper.alpha_composite(coloured)
        return paper.convert("RGB")
    return picture.convert("RGB")


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Return wide grey samples in 8 bits: 16-bit ones halved, floating ones stretched over their own range."""
    samples = np.nan_to_num(np.asarray(picture, dtype=np.float64), posinf=0.0, neginf=0.0)
    low, high = (0.0, 65535.0) if picture.mode == "I" else (float(samples.min()), float(samples.max()))
    scaled = (samples - low) * (255.0 / (high - low)) if high > low else np.zeros_like(samples)
    return Image.fromarray(np.clip(scaled, 0, 255).astype(np.uint8))


def _luma(picture: Image.Image) -> NDArray[np.float64]:
    """Return luma from 0 to 255, rows by columns, no side above the working side."""
    width, height = (min(side, WORKING_SIDE_PIXELS) for side in picture.size)
    plain = flat_picture(picture)
    if plain.size != (width, height):
        plain = plain.resize((width, height), Image.Resampling.BOX, reducing_gap=2.0)
    samples = np.asarray(plain, dtype=np.float64)
    return samples if samples.ndim == 2 else samples @ _LUMA


def _block(bands: tuple[NDArray[np.float64], NDArray[np.float64]], width: int, way: Orientation) -> NDArray[np.float64]:
    """Return the 16 x 16 DCT block of the picture in one orientation.

    Args:
        bands: Frequencies 1 to 16 of each column, from the top down and from the bottom up.
        width: How many columns.
        way: The orientation.
    """
    upside_down, reversed_rows = (way.mirrored, way.flipped) if way.transposed else (way.flipped, way.mirrored)
    block = np.round(bands[upside_down] @ _frequencies_of(width, reversed_rows).T, _DECIMALS)
    return np.asarray(block.T if way.transposed else block)


@lru_cache(maxsize=32)
def _frequencies_of(length: int, backwards: bool) -> NDArray[np.float64]:  # noqa: FBT001
    """Return the 16 x `length` matrix that blurs one axis, samples it and takes frequencies 1 to 16."""
    forwards = _dct_rows() @ _samples_of(length)
    return np.ascontiguousarray(forwards[:, ::-1] if backwards else forwards)


@lru_cache(maxsize=32)
def _samples_of(length: int) -> NDArray[np.float64]:
    """Return the 64 x `length` matrix that blurs one axis twice and keeps the middle of each 64th."""
    if length == _GRID:
        return np.eye(_GRID)
    window = (length + 2 * _GRID - 1) // (2 * _GRID)
    ahead = (window + 2) // 2 - 1
    behind = window - 1 - ahead
    at = np.arange(length)
    offset = at[None, :] - at[:, None]
    box = ((offset >= -behind) & (offset <= ahead)).astype(np.float64)
    box /= box.sum(axis=1, keepdims=True)
    middles = ((np.arange(_GRID) + 0.5) * length / _GRID).astype(int)
    return np.asarray(np.linalg.matrix_power(box, _PASSES)[middles])


@lru_cache(maxsize=1)
def _dct_rows() -> NDArray[np.float64]:
    """Return rows 1 to 16 of the 64-point DCT-II; row 0, the mean, says nothing about the picture."""
    frequency = np.arange(1, _BLOCK + 1)[:, None]
    at = np.arange(_GRID)[None, :]
    return np.asarray(np.sqrt(2.0 / _GRID) * np.cos(np.pi / 2 / _GRID * frequency * (2 * at + 1)))


def _quality(grid: NDArray[np.float64]) -> int:
    """Return 0 to 100 from the sum of those steps between neighbours that are worth a whole percent."""
    steps = [np.trunc(np.diff(grid, axis=axis) * 100 / 255) for axis in (0, 1)]
    return min(100, int(sum(np.abs(step).sum() for step in steps)) // 90)


def _bits(block: NDArray[np.float64]) -> str:
    """Return one bit a coefficient, set above the lower median; the first coefficient is the last bit."""
    flat_block = block.ravel()
    median = np.partition(flat_block, flat_block.size // 2 - 1)[flat_block.size // 2 - 1]
    return np.packbits((flat_block > median)[::-1]).tobytes().hex()
