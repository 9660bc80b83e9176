"""The features compared of a picture: views of it (the whole, and photographs inside it), packed for a cache.

The packed form is `ekf1`, then the length of a JSON head in four bytes, the head, and the arrays one behind the
other. It comes out of a process that hostile bytes may have taken over: everything is checked when it is unpacked.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evidence_kit.hashing.orientations import ORIENTATIONS
from evidence_kit.matching.keypoints import DESCRIPTOR_BYTES, MOST_KEYPOINTS, Keypoints
from evidence_kit.matching.regions import PixelBox
from evidence_kit.model import PixelSize

VERSION = "features/3"
MOST_VIEWS = 24
_MAGIC = b"ekf1"
_LARGEST_SIDE_PIXELS = 1 << 16
_LARGEST_FRAME_PIXELS = 1600
_LARGEST_BYTES = 12 << 20
_PDQ_BYTES = 32


class UnsoundError(ValueError):
    """Packed features that are none."""


@dataclass(frozen=True, slots=True)
class PictureView:
    """One rectangle of one frame, as it is compared.

    Attributes:
        frame: Number of the frame, 0 for a still picture; of a film, milliseconds from its beginning.
        box: The rectangle, in pixels of the upright original.
        region: It is a photograph inside a larger picture, not the whole.
        size: Width and height in pixels to which the rectangle was scaled before keypoints were looked for.
        keypoints: In these pixels.
        grey: The same in grey at half of that size.
        quality: PDQ quality, 0 to 100; None where it is too small.
        pdq: PDQ in the order of `ORIENTATIONS`, 32 bytes each; none where there is no quality.
        fine: The grey picture in its full size, of papers only, whose entries are small; None of all others.
    """

    frame: int
    box: PixelBox
    region: bool
    size: PixelSize
    keypoints: Keypoints
    grey: NDArray[np.uint8]
    quality: int | None
    pdq: tuple[bytes, ...]
    fine: NDArray[np.uint8] | None = None

    def to_original(self) -> NDArray[np.float64]:
        """Return the 3 x 3 matrix from the pixels of the keypoints to those of the upright original."""
        across, down = self.box.width / self.size.width, self.box.height / self.size.height
        return np.array([(across, 0, self.box.left), (0, down, self.box.top), (0, 0, 1)], np.float64)

    def to_grey(self) -> NDArray[np.float64]:
        """Return the 3 x 3 matrix from the pixels of the keypoints to those of `grey`."""
        return np.diag((self.grey.shape[1] / self.size.width, self.grey.shape[0] / self.size.height, 1.0))


@dataclass(frozen=True, slots=True)
class Features:
    """All views of one picture or film.

    Attributes:
        width: Of the upright original, in pixels.
        height: The same.
        views: The whole of each frame first, then what lies inside it.
    """

    width: int
    height: int
    views: tuple[PictureView, ...]


def pack_features(features: Features) -> bytes:
    """Return the features as bytes."""
    arrays = bytearray()
    views = []
    for view in features.views:
        points, box = view.keypoints, view.box
        views.append(
            {
                "frame": view.frame,
                "box": [box.left, box.top, box.right, box.bottom],
                "region": view.region,
                "size": list(view.size),
                "keypoints": len(points),
                "grey": [int(view.grey.shape[0]), int(view.grey.shape[1])],
                "quality": view.quality,
                "pdq": "".join(one.hex() for one in view.pdq),
                "fine": view.fine is not None,
            }
        )
        arrays += points.points.astype("<f4").tobytes()
        arrays += points.scales.astype("<f4").tobytes()
        arrays += points.descriptors.tobytes()
        arrays += view.grey.tobytes()
        if view.fine is not None:
            arrays += view.fine.tobytes()
    head = json.dumps({"width": features.width, "height": features.height, "views": views}).encode()
    return _MAGIC + struct.pack(">I", len(head)) + head + bytes(arrays)


def unpack_features(data: bytes) -> Features:
    """Return the features that these bytes are.

    Raises:
        UnsoundError: They are none, whoever made them.
    """
    try:
        return _unpacked(data)
    except UnsoundError:
        raise
    except (ValueError, KeyError, TypeError, struct.error, RecursionError) as error:
        raise UnsoundError(f"{type(error).__name__}") from error


def _unpacked(data: bytes) -> Features:
    if data[:4] != _MAGIC or len(data) > _LARGEST_BYTES:
        raise UnsoundError("no features")
    (size,) = struct.unpack(">I", data[4:8])
    head = json.loads(data[8 : 8 + size])
    width, height = _whole(head["width"], _LARGEST_SIDE_PIXELS), _whole(head["height"], _LARGEST_SIDE_PIXELS)
    reader = _Arrays(data, 8 + size)
    listed: Sequence[Mapping[str, Any]] = head["views"]
    if len(listed) > MOST_VIEWS:
        raise UnsoundError("too many views")
    views = tuple(_view(each, reader, width, height) for each in listed)
    if reader.at != len(data):
        raise UnsoundError("bytes behind the end")
    return Features(width, height, views)


def _view(head: Mapping[str, Any], reader: _Arrays, width: int, height: int) -> PictureView:
    left, top, right, bottom = (_whole(each, _LARGEST_SIDE_PIXELS, least=0) for each in head["box"])
    if not (left < right <= width and top < bottom <= height):
        raise UnsoundError("a box outside")
    count = _whole(head["keypoints"], MOST_KEYPOINTS, least=0)
    wide, tall = (_whole(each, _LARGEST_FRAME_PIXELS) for each in head["size"])
    rows, columns = (_whole(each, _LARGEST_FRAME_PIXELS) for each in head["grey"])
    points = reader.floats(count * 2).reshape(count, 2)
    scales = reader.floats(count)
    descriptors = reader.octets(count * DESCRIPTOR_BYTES).reshape(count, DESCRIPTOR_BYTES)
    grey = reader.octets(rows * columns).reshape(rows, columns)
    fine = reader.octets(tall * wide).reshape(tall, wide) if _yes_or_no(head["fine"]) else None
    if count and (points.min() < -1 or points[:, 0].max() > wide + 1 or points[:, 1].max() > tall + 1):
        raise UnsoundError("a keypoint outside")
    quality = head["quality"]
    pdq = bytes.fromhex(head["pdq"])
    hashes = tuple(pdq[at : at + _PDQ_BYTES] for at in range(0, len(pdq), _PDQ_BYTES))
    if quality is not None:
        quality = _whole(quality, 100, least=0)
    if len(pdq) != (0 if quality is None else _PDQ_BYTES * len(ORIENTATIONS)):
        raise UnsoundError("hashes of another number")
    return PictureView(
        _whole(head["frame"], 1 << 32, least=0),
        PixelBox(left, top, right, bottom), _yes_or_no(head["region"]), PixelSize(wide, tall),
        Keypoints(points, scales, descriptors), grey, quality, hashes, fine,
    )  # fmt: skip


class _Arrays:
    """Takes arrays off a buffer, one behind the other."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self.at = at

    def octets(self, count: int) -> NDArray[np.uint8]:
        return np.frombuffer(self._take(count), np.uint8)

    def floats(self, count: int) -> NDArray[np.float32]:
        found = np.frombuffer(self._take(4 * count), "<f4").astype(np.float32)
        if not np.isfinite(found).all():
            raise UnsoundError("not a number")
        return found

    def _take(self, size: int) -> bytes:
        piece = self._data[self.at : self.at + size]
        if len(piece) != size:
            raise UnsoundError("cut off")
        self.at += size
        return piece


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise UnsoundError("neither yes nor no")
    return value


def _whole(value: object, most: int, *, least: int = 1) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise UnsoundError("a number out of range")
    return value
