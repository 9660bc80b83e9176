"""Description of sound and film: container, streams, tags. Nothing but the given bytes is ever opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any, BinaryIO, TypeVar

from evidence_kit.libraries import library_version
from evidence_kit.media import creation_time, credentials, edits, location, ogg, tags
from evidence_kit.media.budget import TimeBudget
from evidence_kit.media.facts import DescriptionNotes, rounded_decimal, safe_integer
from evidence_kit.media.origin_hints import naming_signs
from evidence_kit.model import Json

_T = TypeVar("_T")

OPTIONS = {
    "format_whitelist": "mov,mp3,aac,amr,ogg,wav,matroska,webm,flac,avi,caf,mpegts,mpeg,mpegvideo,flv,asf",
    "protocol_whitelist": "none",
}
"""Without these, SDP opens UDP ports, and HLS reads other files and calls out, whatever the file's name says."""

WITHOUT_EDITS = {**OPTIONS, "ignore_editlist": "1"}
"""As `OPTIONS`, and everything that is coded is shown."""

_MICROSECONDS = 1_000_000
_PLACES = 6
_MOST_STREAMS = 32
_BOXED = {"mp4", "mov", "m4a", "3gp"}
_OGG = {"ogg", "opus", "ogv"}
_PICTURES = {"mjpeg", "png", "gif", "bmp", "webp"}


def describe(payload: BinaryIO, arguments: Mapping[str, Json], notes: DescriptionNotes) -> dict[str, Json]:
    """Return the facts of one recording; an unreadable part is a problem in `notes`, and the rest still comes.

    Args:
        payload: The whole file.
        arguments: `name`, the file's own name, where naming habits are looked for; `kind`, its content type; `pixels`,
            false when no frame and no embedded picture may be decoded.
        notes: Takes the problems.

    Returns:
        `naming_signs`, `c2pa`, `created` (raw, see `created.read`), `edits` (what its edit list hides, see
        `edits.facts`), `hidden_frames` (hashes of frames that it hides), `ogg` (see `ogg.read`), `embedded` (see
        `tags.read`); and where it could be opened `container`, `duration_seconds` (what FFmpeg takes from its
        container), `length` (`seconds` and what they `rest_on`), `bit_rate` (bits a second), `tags`, `locations`,
        `streams`, each with `number`, `type`, `codec`, `duration_seconds`, `bit_rate`, `tags`; for sound
        `sample_rate_hertz`, `channels`, `layout`, and of the first one what `samples.read` gives; for film
        `width_pixels`, `height_pixels`, `rotation_degrees`, `frames_a_second`, `attached_picture`, and of the first one
        `key_frames`.
    """
    kind, pixels = str(arguments.get("kind")), arguments.get("pixels") is not False
    facts: dict[str, Json] = {
        "naming_signs": naming_signs(str(arguments.get("name", ""))),
        "c2pa": _tried(
            "c2pa-not-read", notes, lambda: credentials.read(payload, kind, notes, credentials.trust_anchors(arguments))
        ),
        "created": creation_time.read(payload) if kind in _BOXED else [],
        "embedded": tags.read(payload, kind, notes, pixels=pixels),
    }
    hidden: list[edits.HiddenParts] = []
    if kind in _BOXED:
        hidden = _tried("edits-not-read", notes, lambda: edits.hidden_parts(payload)) or []
        facts["edits"] = edits.hidden_facts(hidden)
    if kind in _OGG:
        facts["ogg"] = _tried("ogg-not-read", notes, lambda: ogg.read(payload))
    places = _tried("gps-not-read", notes, lambda: location.box_places(payload, notes)) if kind in _BOXED else []
    payload.seek(0)
    try:
        import av

        container = av.open(payload, "r", options=OPTIONS, metadata_errors="replace")
    except Exception as error:  # noqa: BLE001
        notes.problem("not-decoded", error)
        return facts
    try:
        with container:
            facts |= _opened(container, places or [], notes, pixels=pixels)
    except Exception as error:  # noqa: BLE001
        notes.problem("not-decoded", error)
    facts["length"] = _length(facts)
    film = next((each for each in hidden if each.kind == "vide"), None)
    if film is not None and pixels:
        facts["hidden_frames"] = _tried("hidden-not-decoded", notes, lambda: _hidden_frames(payload, film)) or []
    return facts


def versions() -> dict[str, Json]:
    """Return the versions of the libraries that read recordings."""
    libraries: dict[str, Json] = {}
    with suppress(ImportError):
        import av

        libraries = {name: ".".join(map(str, numbers)) for name, numbers in sorted(av.library_versions.items())}
    mutagen, c2pa = library_version("mutagen"), credentials.library_version()
    return {"av": library_version("av"), "mutagen": mutagen, "c2pa": c2pa, **libraries}


def parameters() -> dict[str, Json]:
    """Return the parameters that the facts depend on besides the bytes."""
    told: dict[str, Json] = {**OPTIONS, "samples": "s16le, interleaved, own rate"}
    with suppress(ImportError):
        from evidence_kit.media import key_frames, sound_samples

        told |= {"most_key_frames": key_frames.MOST, "most_peaks": sound_samples.PEAKS}
    return told


def _tried(code: str, notes: DescriptionNotes, read: Callable[[], _T]) -> _T | None:
    try:
        return read()
    except Exception as error:  # noqa: BLE001
        notes.problem(code, error)
        return None


def _opened(container: Any, places: list[Json], notes: DescriptionNotes, *, pixels: bool) -> dict[str, Json]:  # noqa: ANN401
    from evidence_kit.media import key_frames, sound_samples

    streams = list(container.streams)
    if len(streams) > _MOST_STREAMS:
        notes.problem("facts-cut", f"{len(streams)} streams")
    said = [*container.metadata.items(), *(pair for stream in streams for pair in stream.metadata.items())]
    facts: dict[str, Json] = {
        "container": container.format.name,
        "duration_seconds": _seconds(container.duration, Fraction(1, _MICROSECONDS)),
        "bit_rate": safe_integer(container.bit_rate),
        # What FFmpeg makes of a box is the same place again, with fewer decimals.
        "locations": [*places, *location.read([pair for pair in said if not (places and _is_of_box(pair[0]))], notes)],
        "tags": notes.entries(list(container.metadata.items())),
    }
    listed = {int(stream.index): _stream(stream, notes) for stream in streams[:_MOST_STREAMS]}
    budget = TimeBudget()
    film = next((each for each in streams if _is_film(each)), None)
    if film is not None and pixels and int(film.index) in listed:
        rotation, found = key_frames.read(container, film, budget, notes)
        listed[int(film.index)] |= {"rotation_degrees": rotation, "key_frames": found}
    sound = next((each for each in streams if each.type == "audio" and each.codec_context is not None), None)
    # A film of somebody whose pictures nobody may look at is not decoded at all.
    if sound is not None and (pixels or film is None) and int(sound.index) in listed:
        listed[int(sound.index)] |= sound_samples.read(container, sound, budget, notes)
    return facts | {"streams": list(listed.values())}


def _hidden_frames(payload: BinaryIO, film: edits.HiddenParts) -> list[Json]:
    """Return hashes of frames that the edit list hides; their `seconds` count from where the coded film begins."""
    import av

    from evidence_kit.media import key_frames

    payload.seek(0)
    with av.open(payload, "r", options=WITHOUT_EDITS, metadata_errors="replace") as container:
        frames = key_frames.hidden_frames(container, container.streams.video[0], film.hides, TimeBudget())
        return [told for told in map(key_frames.facts_of, frames) if told is not None]


def _is_of_box(tag: str) -> bool:
    return tag == "location" or tag.startswith("location-")


def _length(facts: Mapping[str, Any]) -> Json:
    """Return how long it lasts: by its samples where they were all decoded, else by its pages, else by its container.

    A container states what a program wrote into it, or an estimate from the bit rate; samples are what is heard. For a
    film the container counts, since its pictures may go on without a sound.
    """
    streams = [each for each in facts.get("streams") or () if isinstance(each, dict)]
    film = any(each.get("type") == "video" and not each.get("attached_picture") for each in streams)
    decoded = next((each["samples_seconds"] for each in streams if "samples_seconds" in each), None)
    pages = (facts.get("ogg") or {}).get("seconds")
    stated = facts.get("duration_seconds")
    for seconds, rests_on in ((None if film else decoded, "samples"), (pages, "pages"), (stated, "container")):
        if seconds is not None and Fraction(seconds) >= 0:
            return {"seconds": seconds, "rests_on": rests_on}
    return None


def _is_film(stream: Any) -> bool:  # noqa: ANN401
    return stream.type == "video" and stream.codec_context is not None and stream.codec_context.name not in _PICTURES


def _stream(stream: Any, notes: DescriptionNotes) -> dict[str, Json]:  # noqa: ANN401
    context = stream.codec_context
    codec = None if context is None else str(context.name)
    facts: dict[str, Json] = {
        "number": int(stream.index),
        "type": str(stream.type),
        "codec": codec,
        "duration_seconds": _seconds(stream.duration, stream.time_base),
        "bit_rate": None if context is None else safe_integer(context.bit_rate),
        "tags": notes.entries(list(stream.metadata.items())),
    }
    if context is None:
        notes.problem("stream-not-read", f"no decoder for stream {stream.index}")
    elif stream.type == "audio":
        facts |= {
            "sample_rate_hertz": safe_integer(context.sample_rate),
            "channels": safe_integer(context.channels),
            "layout": notes.text(str(context.layout.name)),
        }
    elif stream.type == "video":
        rate = stream.average_rate
        facts |= {
            "width_pixels": safe_integer(context.width),
            "height_pixels": safe_integer(context.height),
            "frames_a_second": None if not rate else rounded_decimal(Fraction(rate), 3),
            "attached_picture": codec in _PICTURES,
        }
    return facts


def _seconds(ticks: int | None, base: Fraction | None) -> str | None:
    return None if ticks is None or base is None else rounded_decimal(ticks * Fraction(base), _PLACES)
