"""What is found in sound and film: container, streams, tags. Nothing but the given bytes is ever opened."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, BinaryIO

import av

from evidence_kit.media.facts import Notes, decimal, integer
from evidence_kit.media.signs import naming_signs
from evidence_kit.model import Json

OPTIONS = {
    "format_whitelist": "mov,mp3,aac,amr,ogg,wav,matroska,webm,flac,avi",
    "protocol_whitelist": "none",
}
"""Without these, SDP opens UDP ports, and HLS reads other files and calls out, whatever the file's name says."""

_MICROSECONDS = 1_000_000
_PLACES = 6
_MOST_STREAMS = 32
_PICTURES = {"mjpeg", "png", "gif", "bmp", "webp"}


def describe(payload: BinaryIO, arguments: Mapping[str, Json], notes: Notes) -> dict[str, Json]:
    """Return the facts of one recording; what cannot be read is a problem in `notes`, and the rest still comes.

    Args:
        payload: The whole file.
        arguments: `name`, the file's own name, where naming habits are looked for.
        notes: Takes the problems.

    Returns:
        `naming_signs`; and where it could be opened `container`, `duration_seconds`, `bit_rate` (bits a second),
        `tags`, `streams`, each with `number`, `type`, `codec`, `duration_seconds`, `bit_rate`, `tags`, and for sound
        `sample_rate_hertz`, `channels`, `layout`, for film `width_pixels`, `height_pixels`, `rotation_degrees`,
        `attached_picture`.
    """
    facts: dict[str, Json] = {"naming_signs": naming_signs(str(arguments.get("name", "")))}
    payload.seek(0)
    try:
        container = av.open(payload, "r", options=OPTIONS, metadata_errors="replace")
    except Exception as error:  # noqa: BLE001
        notes.problem("not-decoded", error)
        return facts
    try:
        with container:
            facts |= {
                "container": container.format.name,
                "duration_seconds": _seconds(container.duration, Fraction(1, _MICROSECONDS)),
                "bit_rate": integer(container.bit_rate),
                "tags": notes.entries(list(container.metadata.items())),
            }
            streams = list(container.streams)
            if len(streams) > _MOST_STREAMS:
                notes.problem("facts-cut", f"{len(streams)} streams")
            facts["streams"] = [_stream(container, stream, notes) for stream in streams[:_MOST_STREAMS]]
    except Exception as error:  # noqa: BLE001
        notes.problem("not-decoded", error)
    return facts


def versions() -> dict[str, Json]:
    """Return the versions of what reads recordings."""
    libraries: dict[str, Json] = {
        name: ".".join(map(str, numbers)) for name, numbers in sorted(av.library_versions.items())
    }
    return {"av": av.__version__, **libraries}


def parameters() -> dict[str, Json]:
    """Return the whitelists the reading was bound to."""
    return dict(OPTIONS)


def _stream(container: Any, stream: Any, notes: Notes) -> dict[str, Json]:  # noqa: ANN401
    context = stream.codec_context
    codec = None if context is None else str(context.name)
    facts: dict[str, Json] = {
        "number": int(stream.index),
        "type": str(stream.type),
        "codec": codec,
        "duration_seconds": _seconds(stream.duration, stream.time_base),
        "bit_rate": None if context is None else integer(context.bit_rate),
        "tags": notes.entries(list(stream.metadata.items())),
    }
    if context is None:
        notes.problem("stream-not-read", f"no decoder for stream {stream.index}")
    elif stream.type == "audio":
        facts |= {
            "sample_rate_hertz": integer(context.sample_rate),
            "channels": integer(context.channels),
            "layout": notes.text(str(context.layout.name)),
        }
    elif stream.type == "video":
        facts |= {
            "width_pixels": integer(context.width),
            "height_pixels": integer(context.height),
            "rotation_degrees": _rotation(container, stream, notes),
            "attached_picture": codec in _PICTURES,
        }
    return facts


def _rotation(container: Any, stream: Any, notes: Notes) -> int | None:  # noqa: ANN401
    """Return by how many degrees counter-clockwise a player turns the film, read with its first frame."""
    try:
        stream.thread_type = "NONE"
        container.seek(0)
        for frame in container.decode(stream):
            return int(frame.rotation)
    except Exception as error:  # noqa: BLE001
        notes.problem("frame-not-decoded", error)
        return None
    notes.problem("frame-not-decoded", "no frame")
    return None


def _seconds(ticks: int | None, base: Fraction | None) -> str | None:
    return None if ticks is None or base is None else decimal(ticks * Fraction(base), _PLACES)
