"""One item as a tired person can read it: what it is, how it came here, its dates, its place, what speaks for what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

from evidence_kit.commands._screen import Screen, neutral, size

Row = tuple[str, str]
Facts = Mapping[str, Any]

_SAID = (
    "handed_by", "device", "system", "exported_by", "app", "menu", "phone_clock", "computer_clock", "clock_state",
    "present", "phone_now", "place",
)  # fmt: skip
_SCREENSHOT = ("taken_by", "taken_on", "taken_when", "still_there")
_POSTING = ("platform", "account", "profile_url", "content_url", "posted", "seen")
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


def draw(screen: Screen, about: Facts) -> None:
    """Show everything known about one item, in sections; what is not known has no line."""
    described = [each for each in about["described"].values() if isinstance(each, Mapping)]
    facts: dict[str, Any] = {}
    for each in described:
        facts |= each.get("facts") or {}
    _heading(screen, about)
    for name, rows in (
        ("content", _content(screen, facts)),
        ("came", _came(screen, about)),
        ("dates", _dates(screen, about, facts)),
        ("where", _places(facts)),
        ("made", _made(facts)),
        ("signs", _signs(screen, facts)),
        ("would", _would(screen, facts)),
        ("gaps", _gaps(screen, about, described)),
        ("exact", _exact(about, facts)),
    ):
        listed = [(label, text) for label, text in rows if text]
        if listed:
            screen.result("")
            screen.result(screen.say(f"show.{name}"))
            for label, text in listed:
                _line(screen, label, text)
    screen.result("")
    screen.result(screen.say("show.more"))


def _line(screen: Screen, label: str, text: str) -> None:
    shown = neutral(text)
    screen.result(f"  {screen.say(f'show.{label}')}: {shown}" if label else f"  {shown}")


def _heading(screen: Screen, about: Facts) -> None:
    kind = about.get("kind")
    family = str(about.get("family"))
    screen.result(f"{about['item']}  {neutral(PurePosixPath(str(about['path'])).name)}")
    rows: list[Row] = [
        ("type", f"{screen.say(f'show.family-{family}')}, {kind}"),
        ("size", screen.say("show.bytes", size=size(int(about["size"])))),
        ("path", str(about["path"])),
        ("container", str(about.get("container") or "")),
        ("also", ", ".join(about.get("also_at") or ())),
        ("sensitivity", screen.say(f"show.sensitivity-{about.get('sensitivity')}")),
        ("taken-in", _instant(str(about["taken_in"]))),
        ("excluded", str(about.get("excluded") or "")),
    ]
    for label, text in rows:
        if text:
            _line(screen, label, text)
    if about.get("name_agrees") is False:
        ending = PurePosixPath(str(about["path"])).suffix
        screen.result("  " + screen.say("show.name-lies", ending=ending, kind=str(kind)))
    if about.get("unstable"):
        screen.result("  " + screen.say("show.unstable"))


def _content(screen: Screen, facts: Facts) -> Iterator[Row]:
    width, height = facts.get("width_pixels"), facts.get("height_pixels")
    if width and height:
        yield "pixels", f"{width} × {height}"
    if int(facts.get("frames") or 1) > 1:
        yield "frames", str(facts["frames"])
    if facts.get("duration_seconds"):
        yield "duration", _duration(str(facts["duration_seconds"]))
    for stream in facts.get("streams") or ():
        yield "stream", _stream(screen, stream)
        if stream.get("peaks"):
            yield "wave", _wave(stream["peaks"])
    if facts.get("pages") is not None:
        yield "pages", str(facts["pages"])
    if facts.get("encrypted") is True:
        yield "", screen.say("show.locked")


def _stream(screen: Screen, stream: Facts) -> str:
    parts = [screen.say(f"show.stream-{stream['type']}") if screen.knows(f"show.stream-{stream['type']}") else ""]
    parts.append(str(stream.get("codec") or ""))
    if stream.get("width_pixels"):
        parts.append(f"{stream['width_pixels']} × {stream['height_pixels']}")
    if stream.get("rotation_degrees"):
        parts.append(f"{stream['rotation_degrees']}°")
    if stream.get("sample_rate_hertz"):
        parts.append(f"{stream['sample_rate_hertz']} Hz × {stream.get('channels')}")
    return ", ".join(part for part in parts if part)


def _came(screen: Screen, about: Facts) -> Iterator[Row]:
    said = about.get("provenance") or {}
    how = f"show.how-{said.get('how')}"
    yield "how", screen.say(how) if screen.knows(how) else _text(said.get("how"))
    yield from ((name.replace("_", "-"), _text(said.get(name))) for name in _SAID)
    yield from ((name.replace("_", "-"), _text((said.get("screenshot") or {}).get(name))) for name in _SCREENSHOT)
    yield from ((name.replace("_", "-"), _text((said.get("posting") or {}).get(name))) for name in _POSTING)
    zone = about.get("zone_identifier") or {}
    yield "host-url", _text(zone.get("host_url"))
    yield "referrer-url", _text(zone.get("referrer_url"))
    yield "attributes", ", ".join(str(each["name"]) for each in about.get("attributes") or ())


def _dates(screen: Screen, about: Facts, facts: Facts) -> Iterator[Row]:
    for name, said in ((facts.get("exif") or {}).get("dates") or {}).items():
        offset = said.get("offset_raw") or screen.say("show.no-zone")
        yield f"date-{name}", f"{said.get('raw')} ({offset})"
    for each in facts.get("created") or ():
        if each.get("box") == "mvhd" and each.get("created") not in {None, "0"}:
            yield "date-film", _since_1904(str(each["created"]))
    times = about.get("times") or {}
    for name in ("created_ns", "modified_ns", "changed_ns"):
        if times.get(name):
            yield f"disk-{name.removesuffix('_ns')}", _nanoseconds(str(times[name]))
    yield "zip-local", _text(times.get("local"))
    yield "zip-utc", _text(times.get("utc"))


def _places(facts: Facts) -> Iterator[Row]:
    gps = (facts.get("exif") or {}).get("gps") or {}
    if gps.get("latitude_degrees") and gps.get("longitude_degrees"):
        yield "degrees", f"{gps['latitude_degrees']}, {gps['longitude_degrees']}"
    for place in facts.get("locations") or ():
        if place.get("latitude_degrees"):
            yield "degrees", f"{place['latitude_degrees']}, {place['longitude_degrees']}"
        else:
            yield "place-raw", _text(place.get("raw"))


def _made(facts: Facts) -> Iterator[Row]:
    seen: set[str] = set()
    for tag, value in _tags(facts):
        if tag in _MAKERS or tag in _WRITERS:
            text = f"{tag.rpartition(' ')[2]} = {value}"
            if text not in seen and len(seen) < 2 * _MOST_LISTED:
                seen.add(text)
                yield "", text
    yield "colours", _text((facts.get("colours") or {}).get("name"))
    quality = (facts.get("quantisation") or {}).get("ijg_quality")
    yield "quality", "" if quality is None else str(quality)


def _tags(facts: Facts) -> Iterator[tuple[str, str]]:
    places: Sequence[Any] = (
        (facts.get("exif") or {}).get("tags"),
        (facts.get("xmp") or {}).get("properties"),
        facts.get("texts"),
        facts.get("tags"),
        *((each.get("tags")) for each in facts.get("streams") or ()),
        facts.get("info"),
        facts.get("properties"),
    )
    for listed in places:
        for each in listed or ():
            yield str(each["tag"]), str(each["value"])


def _signs(screen: Screen, facts: Facts) -> Iterator[Row]:
    for sign in facts.get("naming_signs") or ():
        app = _APPS.get(str(sign))
        yield "", screen.say("show.sign-screenshot") if app is None else screen.say("show.sign-name", app=app)
    signs = facts.get("screenshot_signs") or {}
    for name in ("size_of_a_known_screen", "says_screenshot"):
        if signs.get(name):
            yield "", screen.say(f"show.sign-{name.replace('_', '-')}")
    if signs:
        yield "", screen.say("show.sign-camera" if signs.get("camera_tags") else "show.sign-no-camera")
    for thumbnail in facts.get("thumbnails") or ():
        if "differs" in thumbnail:
            sentence = "show.thumbnail-differs" if thumbnail["differs"] else "show.thumbnail-same"
            yield "", screen.say(sentence, likeness=str(thumbnail["likeness"]))
    if (facts.get("c2pa") or {}).get("present"):
        yield "", screen.say("show.sign-c2pa")
    if int(facts.get("revisions") or 0):
        yield "", screen.say("show.sign-revisions", count=int(facts["revisions"]))


def _would(screen: Screen, facts: Facts) -> Iterator[Row]:
    if facts.get("macros"):
        yield "", screen.say("show.would-macros")
    counts = facts.get("counts") or {}
    for name in _WOULD_DO:
        if counts.get(name):
            yield "", screen.say(f"show.would-{name.replace('_', '-')}")
    for target in [*(facts.get("external") or ()), *(facts.get("links") or ())][:_MOST_LISTED]:
        yield "address", str(target)
    yield "files-inside", ", ".join(map(str, facts.get("files") or ()))


def _gaps(screen: Screen, about: Facts, described: Sequence[Facts]) -> Iterator[Row]:
    for each in described:
        if (each.get("parameters") or {}).get("pixels") is False:
            yield "", screen.say("show.no-pixels")
        for code in dict.fromkeys(str(problem.get("code")) for problem in each.get("problems") or ()):
            yield "", screen.say(f"reason.{code}") if screen.knows(f"reason.{code}") else code
    if not described:
        # Of these types something is read; a witnessed one is not to be looked into.
        looked_into = about["family"] in {"picture", "audio", "video", "document"}
        later = looked_into and str(about["item"]).startswith("E")
        yield "", screen.say("show.not-yet-described" if later else "show.not-described")


def _exact(about: Facts, facts: Facts) -> Iterator[Row]:
    yield "sha256", str(about["sha256"])
    for stream in facts.get("streams") or ():
        yield "samples", _text(stream.get("samples_sha256"))
    yield "pdq", _text(((facts.get("pdq") or {}).get("hashes") or {}).get("upright"))
    yield "line", str(about["line"])


def _text(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _instant(text: str) -> str:
    return text.partition(".")[0].replace("T", " ").removesuffix("Z") + " UTC"


def _nanoseconds(text: str) -> str:
    return _safely(lambda: datetime.fromtimestamp(int(text) // 10**9, UTC), text)


def _since_1904(text: str) -> str:
    return _safely(lambda: datetime(1904, 1, 1, tzinfo=UTC) + timedelta(seconds=int(text)), text)


def _safely(read: Callable[[], datetime], raw: str) -> str:
    """Return an instant in UTC, or the raw number where no calendar has it."""
    try:
        return read().strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return raw


def _duration(text: str) -> str:
    seconds = int(text.partition(".")[0])
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}"


def _wave(peaks: Sequence[int]) -> str:
    """Return a waveform in one line."""
    count = min(_WAVE, len(peaks))
    edges = [round(number * len(peaks) / count) for number in range(count + 1)]
    columns = (max(peaks[a:b]) for a, b in pairwise(edges))
    return "".join(_BARS[min(len(_BARS) - 1, peak * len(_BARS) // 101)] for peak in columns)
