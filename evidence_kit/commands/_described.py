"""Descriptions as lines of the screen; the facts came out of a worker and may have any shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from evidence_kit.commands._screen import Screen
from evidence_kit.media.xmp import coordinate

Row = tuple[str, str]
Facts = Mapping[str, Any]

_MAKERS = (
    "Image Make", "Image Model", "EXIF LensModel", "Image Software", "Image Artist", "xmp:CreatorTool",
    "photoshop:Credit", "Iptc4xmpExt:DigitalSourceType", "encoder", "ENCODER", "com.android.version",
    "com.apple.quicktime.make", "com.apple.quicktime.model", "com.apple.quicktime.software", "Software", "parameters",
)  # fmt: skip
_WRITERS = (
    "Title", "Author", "Creator", "Producer", "CreationDate", "ModDate", "title", "creator", "lastModifiedBy",
    "created", "modified", "Application", "AppVersion", "Company", "author", "last_saved_by", "create_time",
    "last_saved_time", "creating_application", "company", "generator", "initial-creator", "creation-date", "date",
)  # fmt: skip
# Where somebody may have written words into a picture or a recording.
_WORDS = (
    "EXIF UserComment", "Image ImageDescription", "Image XPTitle", "Image XPComment", "Image XPSubject",
    "Image XPKeywords", "Image XPAuthor", "Image Tag 0x5741", "dc:description[1]", "dc:title[1]", "caption", "headline",
    "comment", "Comment", "Description", "GPS GPSProcessingMethod", "GPS GPSAreaInformation",
)  # fmt: skip
_STICKER = "Image Tag 0x5741"
_WOULD_DO = ("javascript", "launch_actions", "automatic_actions", "submit_actions", "remote_actions", "embedded_files")
_APPS = {
    "whatsapp-android": "WhatsApp (Android)",
    "whatsapp-desktop": "WhatsApp (Desktop)",
    "whatsapp-ios-export": "WhatsApp (iPhone)",
    "telegram": "Telegram",
    "signal": "Signal",
}
_BARS = "▁▂▃▄▅▆▇█"
_WAVE = 60
_MOST_LISTED = 12
_LONGEST_WORDS = 500
# Two lengths of one recording that differ by less are one length, rounded by different programs.
_SAME_LENGTH_SECONDS = 0.5


def facts_by_name(value: object) -> Facts:
    """Return a value where it holds facts by name, else nothing."""
    return value if isinstance(value, Mapping) else {}


def facts_in_list(value: object) -> list[Facts]:
    """Return those members of a list that hold facts by name."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, (list, tuple)) else []


def whole_number(value: object) -> int | None:
    """Return a whole number, None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def value_text(value: object) -> str:
    """Return a value as text, a list with commas; None is empty."""
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def content_lines(screen: Screen, facts: Facts) -> Iterator[Row]:
    """Yield size, length and contents of a file."""
    width, height = facts.get("width_pixels"), facts.get("height_pixels")
    if width and height:
        yield "pixels", f"{width} × {height}"
    yield from _turned(screen, facts_by_name(facts.get("orientation")))
    if (whole_number(facts.get("frames")) or 1) > 1:
        yield "frames", value_text(facts["frames"])
    yield from _lengths(screen, facts)
    for stream in facts_in_list(facts.get("streams")):
        yield "stream", _stream(screen, stream)
        if _peaks(stream):
            yield "wave", _wave(_peaks(stream))
    if facts.get("pages") is not None:
        yield "pages", value_text(facts["pages"])
    yield from _inner(screen, facts_in_list(facts.get("inner_pictures")))
    if facts.get("encrypted") is True:
        yield "", screen.sentence("show.locked")


def _inner(screen: Screen, listed: list[Facts]) -> Iterator[Row]:
    """Yield the further pictures of a file, each with its number, and why one is not compared."""
    for each in listed[:_MOST_LISTED]:
        role, reason = f"show.inner-{each.get('role')}", value_text(each.get("not_compared"))
        parts = [
            f"#{value_text(each.get('number'))}",
            screen.sentence(role) if screen.knows(role) else value_text(each.get("role")),
        ]
        if each.get("width_pixels"):
            parts.append(f"{each['width_pixels']} × {each.get('height_pixels')}")
        if reason:
            said = screen.reason(reason)
            parts.append(screen.sentence("show.inner-not-compared", reason=said))
        yield "inner", ", ".join(part for part in parts if part)
    if len(listed) > _MOST_LISTED:
        yield "", screen.sentence("show.inner-more", count=len(listed) - _MOST_LISTED)


def _turned(screen: Screen, told: Facts) -> Iterator[Row]:
    shown = {"width": value_text(told.get("shown_width_pixels")), "height": value_text(told.get("shown_height_pixels"))}
    if told.get("rests_on") in {"boxes", "exif"}:
        yield "", screen.sentence(f"show.turned-{told['rests_on']}", **shown)
    if told.get("rests_on") in {"boxes", "nothing"} and whole_number(told.get("exif")) not in {None, 1}:
        yield "", screen.sentence("show.turned-not", exif=value_text(told["exif"]))


def _lengths(screen: Screen, facts: Facts) -> Iterator[Row]:
    length = facts_by_name(facts.get("length"))
    seconds, stated = length.get("seconds"), facts.get("duration_seconds")
    if seconds is None:
        yield "duration", "" if stated is None else _duration(value_text(stated))
        return
    yield "duration", _duration(value_text(seconds))
    if stated is not None and abs(_number(seconds) - _number(stated)) >= _SAME_LENGTH_SECONDS:
        yield (
            "",
            screen.sentence(f"show.length-{value_text(length.get('rests_on'))}", stated=_duration(value_text(stated))),
        )
    ogg = facts_by_name(facts.get("ogg"))
    if (whole_number(ogg.get("streams")) or 0) > 1:
        yield "", screen.sentence("show.chained", count=whole_number(ogg["streams"]) or 0)
    if whole_number(ogg.get("missing_pages")):
        yield "", screen.sentence("show.missing-pages", count=whole_number(ogg["missing_pages"]) or 0)
    for each in facts_in_list(facts.get("edits")):
        kind = "film" if each.get("kind") == "vide" else "sound"
        for place in ("before", "behind", "between"):
            if _number(each.get(f"{place}_seconds")) > 0:
                yield "", screen.sentence(f"show.hidden-{kind}-{place}", seconds=value_text(each[f"{place}_seconds"]))


def _stream(screen: Screen, stream: Facts) -> str:
    kind = f"show.stream-{stream.get('type')}"
    parts = [screen.sentence(kind) if screen.knows(kind) else "", value_text(stream.get("codec"))]
    if stream.get("width_pixels"):
        parts.append(f"{stream['width_pixels']} × {stream.get('height_pixels')}")
    if stream.get("rotation_degrees"):
        parts.append(f"{stream['rotation_degrees']}°")
    if stream.get("sample_rate_hertz"):
        parts.append(f"{stream['sample_rate_hertz']} Hz × {stream.get('channels')}")
    return ", ".join(part for part in parts if part)


def date_lines(screen: Screen, facts: Facts) -> Iterator[Row]:
    """Yield the dates that a file states, with their zone or its lack."""
    for name, found in facts_by_name(facts_by_name(facts.get("exif")).get("dates")).items():
        said = facts_by_name(found)
        remarks = [value_text(said.get("offset_raw")) or screen.sentence("show.no-zone")]
        remarks += [screen.sentence(f"show.{each.replace('_', '-')}") for each in _MARKS if said.get(each)]
        yield f"date-{name}", f"{said.get('raw')} ({'; '.join(remarks)})"
    for each in facts_in_list(facts.get("created")):
        if each.get("box") == "mvhd" and each.get("created") not in {None, "0"}:
            yield "date-film", _since_1904(value_text(each["created"]))
    yield "place-time", value_text(facts_by_name(facts_by_name(facts.get("exif")).get("gps")).get("time_utc"))


_MARKS = ("no_such_time", "no_such_offset")


def place_lines(screen: Screen, facts: Facts) -> Iterator[Row]:
    """Yield the places that a file states; one whose hemisphere is not stated is no place."""
    gps = facts_by_name(facts_by_name(facts.get("exif")).get("gps"))
    angles = [_angle(screen, gps, axis, open_) for axis, open_ in _AXES]
    if all(angles):
        stated = gps.get("latitude_degrees") is not None and gps.get("longitude_degrees") is not None
        yield "degrees" if stated else "degrees-unsigned", ", ".join(angles)
    if gps.get("altitude_metres") is not None:
        yield "altitude", value_text(gps["altitude_metres"])
    else:
        yield "altitude-unsigned", value_text(gps.get("altitude_raw"))
    if gps.get("void") is True:
        yield "", screen.sentence("show.place-void")
    yield "degrees", _xmp_place(facts)
    for place in facts_in_list(facts.get("locations")):
        if place.get("latitude_degrees"):
            named = f" ({place['name']})" if place.get("name") else ""
            yield "degrees", f"{place['latitude_degrees']}, {place.get('longitude_degrees')}{named}"
        else:
            yield "place-raw", value_text(place.get("raw"))
        if place.get("role") == "fictional":
            yield "", screen.sentence("show.place-fictional")


def _xmp_place(facts: Facts) -> str:
    """Return the place that an XMP packet states, empty where it states none; EXIF may state another."""
    angles: dict[str, str] = {}
    for each in facts_in_list(facts_by_name(facts.get("xmp")).get("properties")):
        name = value_text(each.get("tag")).rpartition("/")[2]
        found = coordinate(value_text(each.get("value"))) if name in _XMP_PLACE else None
        if found is not None and name.lower().endswith(found[0]):
            angles.setdefault(*found)
    return f"{angles['latitude']}, {angles['longitude']} (XMP)" if len(angles) == len(_XMP_PLACE) else ""


_XMP_PLACE = frozenset({"exif:GPSLatitude", "exif:GPSLongitude"})
_AXES = (("latitude", "north-or-south"), ("longitude", "east-or-west"))


def _angle(screen: Screen, gps: Facts, axis: str, not_stated: str) -> str:
    if gps.get(f"{axis}_degrees") is not None:
        return value_text(gps[f"{axis}_degrees"])
    unsigned = gps.get(f"{axis}_unsigned_degrees")
    return "" if unsigned is None else screen.sentence(f"show.{not_stated}", degrees=value_text(unsigned))


def maker_lines(facts: Facts) -> Iterator[Row]:
    """Yield the programs and people that a file names as its makers."""
    seen: set[str] = set()
    for tag, value in _tags(facts):
        if tag in _MAKERS or tag in _WRITERS:
            shown = f"{tag.rpartition(' ')[2]} = {value}"
            if shown not in seen and len(seen) < 2 * _MOST_LISTED:
                seen.add(shown)
                yield "", shown
    yield "colours", value_text(facts_by_name(facts.get("colours")).get("name"))
    yield "quality", value_text(facts_by_name(facts.get("quantisation")).get("ijg_quality"))


def text_lines(facts: Facts) -> Iterator[Row]:
    """Yield the texts that a file holds beside its pictures or sounds, each once."""
    seen: set[str] = set()
    for tag, value in _tags(facts):
        if tag in _WORDS and value.strip() and value not in seen and len(seen) < _MOST_LISTED:
            seen.add(value)
            shown = _sticker(value) if tag == _STICKER else value
            cut = shown if len(shown) <= _LONGEST_WORDS else shown[:_LONGEST_WORDS] + "…"
            yield "sticker" if tag == _STICKER else "", cut if tag == _STICKER else f"{tag.rpartition(' ')[2]} = {cut}"


def _sticker(written: str) -> str:
    """Return the text that WhatsApp writes into a sticker, its letters unescaped; raw where it is no JSON."""
    try:
        told = json.loads(written)
    except (ValueError, RecursionError):
        return written
    return (
        ", ".join(f"{name}: {value_text(value)}" for name, value in told.items()) if isinstance(told, dict) else written
    )


def _tags(facts: Facts) -> Iterator[tuple[str, str]]:
    for listed in (
        facts_by_name(facts.get("exif")).get("tags"),
        facts_by_name(facts.get("xmp")).get("properties"),
        facts_by_name(facts.get("iptc")).get("records"),
        facts.get("texts"),
        facts.get("tags"),
        *(each.get("tags") for each in facts_in_list(facts.get("streams"))),
        facts_by_name(facts.get("embedded")).get("tags"),
        facts.get("info"),
        facts.get("properties"),
    ):
        for each in facts_in_list(listed):
            yield value_text(each.get("tag")), value_text(each.get("value"))


def hint_lines(screen: Screen, facts: Facts) -> Iterator[Row]:
    """Yield hints of how a file came about, none of them a proof."""
    for sign in _listed(facts.get("naming_signs")):
        app = _APPS.get(sign)
        yield "", screen.sentence("show.sign-screenshot") if app is None else screen.sentence("show.sign-name", app=app)
    found = facts_by_name(facts.get("screenshot_signs"))
    for name in ("size_of_a_known_screen", "says_screenshot"):
        if found.get(name):
            yield "", screen.sentence(f"show.sign-{name.replace('_', '-')}")
    if found:
        yield "", screen.sentence("show.sign-camera" if found.get("camera_tags") else "show.sign-no-camera")
    for thumbnail in facts_in_list(facts.get("thumbnails")):
        if "differs" in thumbnail:
            sentence = "show.thumbnail-differs" if thumbnail["differs"] else "show.thumbnail-same"
            yield "", screen.sentence(sentence, likeness=value_text(thumbnail.get("likeness")))
    yield from _credentials(screen, facts_by_name(facts.get("c2pa")))
    if whole_number(facts.get("revisions")):
        yield "", screen.sentence("show.sign-revisions", count=whole_number(facts["revisions"]) or 0)


def _credentials(screen: Screen, told: Facts) -> Iterator[Row]:
    """Yield the statements of content credentials; a signer without a voucher may have used any name."""
    if not told.get("present"):
        if told and told.get("present") is None:
            yield "", screen.sentence("show.c2pa-not-looked-for")
        return
    check = facts_by_name(told.get("check"))
    changed = check.get("state") == "invalid" and any(
        "mismatch" in value_text(code) for code in _listed(check.get("failures"))
    )
    state = "show.c2pa-changed" if changed else f"show.c2pa-{check.get('state')}"
    if not check or not screen.knows(state):
        yield "", screen.sentence("show.sign-c2pa")
        return
    signer = facts_by_name(check.get("signer"))
    named = ", ".join(part for part in (value_text(signer.get("name")), value_text(signer.get("issuer"))) if part)
    yield "", screen.sentence(state, signer=named or "?")
    yield "c2pa-program", value_text(check.get("program"))
    if check.get("by_model"):
        yield "", screen.sentence("show.c2pa-by-model")
    for action in facts_in_list(check.get("actions"))[:_MOST_LISTED]:
        parts = (value_text(action.get(name)).rpartition("/")[2] for name in ("action", "source_type", "when"))
        yield "c2pa-action", ", ".join(part for part in parts if part)
    yield "c2pa-failures", value_text(check.get("failures"))


def action_lines(screen: Screen, facts: Facts) -> Iterator[Row]:
    """Yield the actions that a document could take when it is opened."""
    if facts.get("macros"):
        yield "", screen.sentence("show.would-macros")
    counts = facts_by_name(facts.get("counts"))
    for name in _WOULD_DO:
        if counts.get(name):
            yield "", screen.sentence(f"show.would-{name.replace('_', '-')}")
    addresses = [*_listed(facts.get("external")), *_listed(facts.get("links"))]
    for target in addresses[:_MOST_LISTED]:
        yield "address", target
    yield "files-inside", ", ".join(_listed(facts.get("files")))


def doubt_lines(screen: Screen, facts: Facts) -> Iterator[Row]:
    """Yield the facts that are not certain, where readers of one file disagree."""
    for each in facts_in_list(facts_by_name(facts.get("exif")).get("disagreements")):
        why = f"show.why-{each.get('why')}"
        for reader in ("exifread", "pillow"):
            if each.get(reader) is not None and screen.knows(why):
                other = value_text(each[reader])[:_SHORT]
                yield (
                    "",
                    screen.sentence(
                        "show.readers-differ",
                        tag=value_text(each.get("tag")),
                        reader=reader,
                        other=other,
                        why=screen.sentence(why),
                    ),
                )


_SHORT = 60


def _listed(value: object) -> list[str]:
    return [value_text(each) for each in value] if isinstance(value, (list, tuple)) else []


def is_moment(written: str) -> bool:
    """Say whether there is such a day and time in the calendar."""
    try:
        datetime.fromisoformat(written)
    except ValueError:
        return False
    return True


def nanoseconds(written: str) -> str:
    """Return nanoseconds since 1970 as an instant in UTC, or as they stand where no calendar has it."""
    # `fromtimestamp` refuses what lies before 1970 on Windows.
    return _safely(lambda: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(written) // 10**9), written)


def _since_1904(written: str) -> str:
    return _safely(lambda: datetime(1904, 1, 1, tzinfo=UTC) + timedelta(seconds=int(written)), written)


def _safely(read: Callable[[], datetime], raw: str) -> str:
    try:
        return read().strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return raw


def _number(value: object) -> float:
    try:
        return float(value_text(value) or 0)
    except ValueError:
        return 0.0


def _duration(written: str) -> str:
    if not written.partition(".")[0].isdecimal():
        return written
    seconds = int(written.partition(".")[0][:12])
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}"


def _peaks(stream: Facts) -> list[int]:
    listed = stream.get("peaks")
    return [each for each in listed if whole_number(each) is not None] if isinstance(listed, (list, tuple)) else []


def _wave(peaks: list[int]) -> str:
    """Return a waveform in one line."""
    count = min(_WAVE, len(peaks))
    edges = [round(number * len(peaks) / count) for number in range(count + 1)]
    columns = (max(0, *peaks[a:b]) for a, b in pairwise(edges))
    return "".join(_BARS[min(len(_BARS) - 1, peak * len(_BARS) // 101)] for peak in columns)
