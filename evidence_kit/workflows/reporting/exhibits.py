"""Exhibits: the items of a case under the numbers by which a court names them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from evidence_kit.chats.stated_time import StatedTime
from evidence_kit.custody.manifest import Item, Manifest
from evidence_kit.reports.exhibit import Exhibit
from evidence_kit.sealing import plan
from evidence_kit.sealing.plan import Scope
from evidence_kit.workflows.reading.conversations import newest_readings
from evidence_kit.workflows.reading.coverage import CoverageError, file_conversations

_DAY = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_EXIF = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")
_NANOSECONDS = 1_000_000_000


def exhibits(manifest: Manifest, scope: Scope) -> list[Exhibit]:
    """Return the exhibits in the order of the items' ids; the caller adds which demands cite them.

    Args:
        manifest: Of the case as it is disclosed.
        scope: Which items go in, and which of them as blurred copies.
    """
    words = _words(manifest)
    spans = {item: entry.facts for item, entry in newest_readings(manifest).items()}
    ordered = sorted((manifest.items[item] for item in scope.items), key=lambda each: plan.item_number(each.id))
    return [
        _exhibit(number, item, scope, words.get(item.id), spans.get(item.id))
        for number, item in enumerate(ordered, start=1)
    ]


def _exhibit(
    number: int, item: Item, scope: Scope, said: tuple[str, str | None] | None, chat: Mapping[str, object] | None
) -> Exhibit:
    dated, assumption = _dated(item, chat)
    blurred = item.id in scope.blurred
    original = plan.data_path(item.id, item.kind, viewable=item.id in scope.viewable)
    return Exhibit(
        number=number,
        item=item.id,
        name=item.place.path.rpartition("/")[2],
        path=item.place.path,
        family=item.family,
        kind=item.kind,
        size_bytes=item.size_bytes,
        sha256=item.sha256.hex,
        dated=dated,
        assumption=assumption,
        words=None if said is None else said[0],
        said_by=None if said is None else said[1],
        place=plan.blurred_path(item.id) if blurred else original,
        blurred=blurred,
        sensitivity=item.sensitivity,
        demands=(),
        for_the_lawyer=item.for_the_lawyer,
        line=item.line,
    )


def _words(manifest: Manifest) -> dict[str, tuple[str, str | None]]:
    """Return the newest remark in people's own words, by item id."""
    found: dict[str, tuple[str, str | None]] = {}
    for item in manifest.included:
        if item.facts.get("words"):
            by = item.facts.get("said_by")
            found[item.id] = (str(item.facts["words"]), None if by is None else str(by))
    for entry in manifest.entries.get("item.marked", ()):
        if entry.facts.get("words"):
            by = entry.facts.get("said_by")
            found |= dict.fromkeys(
                map(str, entry.facts["items"]), (str(entry.facts["words"]), None if by is None else str(by))
            )
    return found


def _dated(item: Item, chat: Mapping[str, object] | None) -> tuple[StatedTime | None, str | None]:
    """Return the date of an item and its ground; the surest first, and none that no source states."""
    for found in (_messages(chat), _exif(item), _name(item), _modified(item)):
        if found is not None:
            return found
    return None, None


def _messages(chat: Mapping[str, object] | None) -> tuple[StatedTime, str] | None:
    if chat is None:
        return None
    try:
        times = [talk.last for talk in file_conversations(chat) if talk.last is not None and talk.last.value]
    except CoverageError:
        return None
    if not times:
        return None
    last = max(times, key=lambda each: each.value or "")
    return StatedTime(last.raw, last.kind, last.value, last.readings), "messages"


def _exif(item: Item) -> tuple[StatedTime, str] | None:
    described = item.described.get("picture", {}).get("facts")
    exif = described.get("exif") if isinstance(described, Mapping) else None
    taken = exif.get("taken") if isinstance(exif, Mapping) else None
    if not isinstance(taken, Mapping) or taken.get("no_such_time"):
        return None
    raw, offset = taken.get("raw"), taken.get("offset_raw")
    read = _EXIF.match(raw) if isinstance(raw, str) else None
    if read is None:
        return None
    value = f"{read[1]}-{read[2]}-{read[3]}T{read[4]}"
    if isinstance(offset, str) and not taken.get("no_such_offset"):
        return StatedTime(read[0], "offset", value + offset.strip(" \0"), ()), "exif"
    return StatedTime(read[0], "local, zone unknown", value), "exif"


def _name(item: Item) -> tuple[StatedTime, str] | None:
    """Return the day that an app wrote into the name of a file."""
    found = _DAY.search(item.place.path.rpartition("/")[2])
    if found is None:
        return None
    return StatedTime(found[0], "local, zone unknown", f"{found[1]}-{found[2]}-{found[3]}"), "file-name"


def _modified(item: Item) -> tuple[StatedTime, str] | None:
    times = item.facts.get("times")
    told = times.get("modified_ns") if isinstance(times, Mapping) else None
    if not isinstance(told, str) or not told.lstrip("-").isdecimal():
        return None
    try:
        at = datetime.fromtimestamp(int(told) // _NANOSECONDS, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return StatedTime(told, "utc", at.strftime("%Y-%m-%dT%H:%M:%SZ")), "modified"


def numbers(shown: Sequence[Exhibit]) -> dict[str, int]:
    """Return the exhibits' numbers by item id."""
    return {each.item: each.number for each in shown}
