"""Sound as a hash: of its decoded samples, and of its packets without the container they lie in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import BinaryIO

import av

from evidence_kit.media.audio import OPTIONS
from evidence_kit.model import Json

_MOST_SECONDS = 6 * 3600


def hashes(payload: BinaryIO, arguments: Mapping[str, Json]) -> dict[str, Json]:  # noqa: ARG001 - a worker's signature
    """Return `samples` and `packets`, SHA-256 of the first sound stream, or `reason`: why there is none.

    The same voice note in another container has the same packets; its decoded samples are the same too unless the
    containers cut the first ones differently.
    """
    try:
        return {"packets": _packets(payload), "samples": _samples(payload)}
    except Exception as error:  # noqa: BLE001
        return {"reason": "no-sound" if isinstance(error, IndexError) else "not-decoded"}


def _packets(payload: BinaryIO) -> str:
    payload.seek(0)
    digest = hashlib.sha256()
    with av.open(payload, "r", options=OPTIONS, metadata_errors="replace") as container:
        for packet in container.demux(container.streams.audio[0]):
            digest.update(bytes(packet))
    return digest.hexdigest()


def _samples(payload: BinaryIO) -> str:
    payload.seek(0)
    digest = hashlib.sha256()
    with av.open(payload, "r", options=OPTIONS, metadata_errors="replace") as container:
        stream = container.streams.audio[0]
        stream.thread_type = "NONE"
        first = True
        for frame in container.decode(stream):
            if first:
                digest.update(f"{frame.format.name} {frame.layout.name} {frame.sample_rate}\n".encode())
                first = False
            if frame.time is not None and frame.time > _MOST_SECONDS:
                raise ValueError("too long")
            # By channel, so that a decoder's choice of planes or interleaving does not matter within one version.
            digest.update(frame.to_ndarray().tobytes())
    if first:
        raise ValueError("no frame")
    return digest.hexdigest()
