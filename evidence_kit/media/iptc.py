"""Records of a picture's IPTC block, under the names that its standard gives."""

from __future__ import annotations

from PIL import Image, IptcImagePlugin

from evidence_kit.media.facts import DescriptionNotes
from evidence_kit.model import Json

# Source: IPTC-NAA Information Interchange Model 4.2, record 2.
_NAMES = {
    (2, 5): "title", (2, 10): "urgency", (2, 15): "category", (2, 25): "keywords", (2, 40): "instructions",
    (2, 55): "created-date", (2, 60): "created-time", (2, 62): "digitised-date", (2, 63): "digitised-time",
    (2, 65): "program", (2, 70): "program-version", (2, 80): "creator", (2, 85): "creator-title", (2, 90): "city",
    (2, 92): "sublocation", (2, 95): "region", (2, 101): "country", (2, 103): "reference", (2, 105): "headline",
    (2, 110): "credit", (2, 115): "source", (2, 116): "copyright", (2, 120): "caption", (2, 122): "caption-writer",
}  # fmt: skip
_CHARACTERS = (1, 90)
_UTF8 = b"\x1b%G"
_MOST = 200


def read(picture: Image.Image, notes: DescriptionNotes) -> dict[str, Json] | None:
    """Return `records` and their `encoding` (`utf-8` if declared, else `… assumed`); None where there is no block."""
    found = IptcImagePlugin.getiptcinfo(picture)  # type: ignore[arg-type]
    if not found:
        return None
    declared = found.get(_CHARACTERS) == _UTF8
    pairs = [
        (_NAMES.get(key, f"{key[0]}:{key[1]}"), one)
        for key, value in found.items()
        if key != _CHARACTERS and 0 < key[0] < 10
        for one in (value if isinstance(value, list) else [value])
    ]
    encoding = "utf-8" if declared else "utf-8 assumed"
    try:
        texts = [(name, value.decode("utf-8")) for name, value in pairs]
    except UnicodeDecodeError:
        encoding = "latin-1 assumed"
        texts = [(name, value.decode("latin-1")) for name, value in pairs]
    return {"encoding": encoding, "records": notes.entries(texts[:_MOST])}
