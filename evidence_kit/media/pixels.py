"""The pixels of a picture as arrays, upright, for those who compare them; or why there are none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, ImageSequence

from evidence_kit.hashing.perceptual import flat_picture
from evidence_kit.libraries import LIBRARY_MISSING
from evidence_kit.media.picture import ANIMATED, MAX_PIXELS, formats, limited_pixels

LONGEST_SIDE_PIXELS = 1600
MOST_FRAMES = 8
# A photograph is compared at 800 pixels; a JPEG is decoded at half, a quarter or an eighth as long as that is no less.
# Only a screen, tall or wide, holds smaller pictures that need more.
_PHOTO_SIDE_PIXELS = 800
_SCREEN_ASPECT = 1.6
_SMALLEST_SIDE_PIXELS = 16
_MOST_SLENDER = 40


class UndecodedError(Exception):
    """There are no pixels to compare; `reason` is an id of words.

    Attributes:
        reason: `too-many-pixels`, `not-decoded`, `truncated`, `too-small`, `too-slender` or `library-missing`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def undecoded(error: BaseException) -> UndecodedError:
    """Return the error for a decoder's failure; a library that could not be loaded says nothing about the picture."""
    return UndecodedError(LIBRARY_MISSING if isinstance(error, ImportError) else "not-decoded")


@dataclass(frozen=True, slots=True)
class Pixels:
    """One picture, or one frame of an animated one, turned as EXIF says, transparent parts on white.

    Attributes:
        frame: Its number, from 0.
        width: Of the upright original, in pixels.
        height: The same.
        rgb: Rows, columns and three channels of 8 bits; the longer side at most `LONGEST_SIDE_PIXELS`.
    """

    frame: int
    width: int
    height: int
    rgb: NDArray[np.uint8]


def frames_of(payload: BinaryIO, longest_side: int = LONGEST_SIDE_PIXELS) -> Iterator[Pixels]:
    """Yield the picture, and of an animated one up to eight frames spread over the whole.

    Raises:
        UndecodedError: Nothing, or nothing useful, could be decoded.
    """
    with limited_pixels():
        try:
            payload.seek(0)
            with Image.open(payload, formats=formats()) as picture:
                yield from _frames(picture, longest_side)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise UndecodedError("too-many-pixels") from None
        except UndecodedError:
            raise
        except OSError as error:
            raise UndecodedError("truncated" if "truncated" in str(error) else "not-decoded") from error
        except Exception as error:
            raise undecoded(error) from error


def page_of(payload: BinaryIO, frame: int, longest_side: int = LONGEST_SIDE_PIXELS) -> Pixels:
    """Return one of several pictures of a file, by its number as Pillow counts.

    Args:
        payload: The file; its position moves.
        frame: Number of the picture, from 0.
        longest_side: The longer side of the result in pixels, at most.

    Raises:
        UndecodedError: It cannot be decoded.
    """
    with limited_pixels():
        try:
            payload.seek(0)
            with Image.open(payload, formats=formats()) as picture:
                picture.seek(frame)
                return next(_single(picture, longest_side))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise UndecodedError("too-many-pixels") from None
        except UndecodedError:
            raise
        except Exception as error:
            raise undecoded(error) from error


def _single(picture: Image.Image, longest_side: int) -> Iterator[Pixels]:
    width, height = picture.size
    if min(width, height) < _SMALLEST_SIDE_PIXELS:
        raise UndecodedError("too-small")
    if max(width, height) > _MOST_SLENDER * min(width, height):
        raise UndecodedError("too-slender")
    if picture.width * picture.height > MAX_PIXELS:
        raise UndecodedError("too-many-pixels")
    picture.draft("RGB", _drafted(width, height, longest_side))
    yield _upright(picture, (width, height), 0, longest_side)


def _frames(picture: Image.Image, longest_side: int) -> Iterator[Pixels]:
    width, height = picture.size
    count = int(getattr(picture, "n_frames", 1)) if picture.format in ANIMATED else 1
    if count <= 1:
        yield from _single(picture, longest_side)
        return
    if min(width, height) < _SMALLEST_SIDE_PIXELS:
        raise UndecodedError("too-small")
    wanted = {round(place * (count - 1) / (min(count, MOST_FRAMES) - 1)) for place in range(min(count, MOST_FRAMES))}
    for number, frame in enumerate(ImageSequence.Iterator(picture)):
        if number in wanted:
            yield _upright(frame, (width, height), number, longest_side)


def _drafted(width: int, height: int, longest_side: int) -> tuple[int, int]:
    """Return the size below which a JPEG is not to be decoded."""
    photo = max(width, height) <= _SCREEN_ASPECT * min(width, height)
    factor = min(1.0, (min(longest_side, _PHOTO_SIDE_PIXELS) if photo else longest_side) / max(width, height))
    return max(1, int(width * factor)), max(1, int(height * factor))


def _upright(picture: Image.Image, size: tuple[int, int], frame: int, longest_side: int) -> Pixels:
    turned = picture.getexif().get(0x0112, 1) in {5, 6, 7, 8}
    picture.load()
    small = picture
    factor = max(1, max(picture.size) // longest_side)
    if factor > 1 and picture.mode in {"L", "RGB", "RGBA", "CMYK", "LA", "YCbCr"}:
        small = picture.reduce(factor)
        small.info.update({key: picture.info[key] for key in ("exif",) if key in picture.info})
    upright = flat_picture(ImageOps.exif_transpose(small)).convert("RGB")
    if max(upright.size) > longest_side:
        upright.thumbnail((longest_side, longest_side), Image.Resampling.BOX, reducing_gap=2.0)
    width, height = size[::-1] if turned else size
    return Pixels(frame, width, height, np.asarray(upright))
