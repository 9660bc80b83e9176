"""Name of a picture's colour profile: phones and editors sign there without knowing."""

from __future__ import annotations

from PIL import Image

from evidence_kit.media.facts import DescriptionNotes, blob_facts
from evidence_kit.model import Json

_MOST_TAGS = 100
_LONGEST = 400


def read(picture: Image.Image, notes: DescriptionNotes) -> dict[str, Json] | None:
    """Return `size_bytes`, `sha256` and `name` of the ICC profile, None without one.

    Source: ICC.1:2022, 7.2 to 10.
    """
    profile = picture.info.get("icc_profile")
    if not isinstance(profile, bytes) or not profile:
        return None
    return {**blob_facts(profile), "name": notes.text(_name(profile))}


def _name(profile: bytes) -> str | None:
    count = int.from_bytes(profile[128:132])
    for number in range(min(count, _MOST_TAGS)):
        entry = profile[132 + 12 * number : 144 + 12 * number]
        if entry[:4] == b"desc":
            start, size = int.from_bytes(entry[4:8]), int.from_bytes(entry[8:12])
            return _text(profile[start : start + min(size, 4 * _LONGEST)])
    return None


def _text(element: bytes) -> str | None:
    if element[:4] == b"desc":
        length = int.from_bytes(element[8:12])
        return element[12 : 12 + min(length, _LONGEST)].split(b"\0")[0].decode("latin-1")
    if element[:4] == b"mluc" and int.from_bytes(element[8:12]):
        length, start = int.from_bytes(element[20:24]), int.from_bytes(element[24:28])
        return element[start : start + min(length, 2 * _LONGEST)].decode("utf-16-be", "replace")
    return None
