"""Entries and texts cut to the size of an answer, each cut said."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from evidence_kit.chats.json_form import entry_json
from evidence_kit.chats.message import Entry, Unread, UnreadReason
from evidence_kit.model import Json

LONGEST_TITLE = 200
LONGEST_DETAIL = 300
LONGEST_TEXT = 100_000
LARGEST_ENTRY = 1 << 19
_SURROGATE = re.compile("[\ud800-\udfff]")
_DEEPEST = 40
_MOST = 500


def shortened(text: str, longest: int = LONGEST_DETAIL) -> str:
    """Return a text as Unicode, cut with an ellipsis when it is longer."""
    clean = _SURROGATE.sub("\ufffd", text[: longest + 1])
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def shortened_or_none(text: str | None, longest: int = LONGEST_DETAIL) -> str | None:
    """Return `shortened` of a text that may be missing."""
    return None if text is None else shortened(text, longest)


def json_bytes(value: Json) -> int:
    """Return how long a value is as JSON."""
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def unread_code(why: UnreadReason) -> str:
    """Return the stable code of why a stretch was not understood."""
    return why.name.lower().replace("_", "-")


def bounded_json(entry: Entry, item: str) -> dict[str, Json]:
    """Return `entry_json` of an entry, small enough for an answer; `cut` names the shortened fields."""
    told = entry_json(entry, item)
    # The copy for searching says nothing new and doubles the size.
    told.pop("text_search", None)
    if isinstance(entry, Unread):
        told["why"] = unread_code(entry.why)
    shortened: list[Json] = []
    for name in ("details", "value"):
        if _depth(told.get(name)) > _DEEPEST:
            told[name] = None
            shortened.append(name)
    if json_bytes(told) <= LARGEST_ENTRY:
        return {**told, "cut": shortened} if shortened else told
    for name in ("details", "value", "text", "attachments", "reactions", "to", "words", "detail"):
        value = told.get(name)
        small = _smaller(value)
        if small != value:
            told[name] = small
            shortened.append(name)
    if json_bytes(told) > LARGEST_ENTRY:
        told = {name: told[name] for name in ("entry", "id", "time", "kind", "why", "locator") if name in told}
        shortened = ["everything"]
    if json_bytes(told) > LARGEST_ENTRY:
        told = {"entry": told["entry"], "locator": None}
    return {**told, "cut": shortened}


def _smaller(value: Json) -> Json:
    if isinstance(value, str):
        return shortened(value, LONGEST_TEXT)
    if isinstance(value, Mapping) and "escaped" in value:
        # A long text that is no Unicode: what of it can be shown stays.
        return shortened(str(value.get("text")), LONGEST_TEXT)
    if isinstance(value, list) and json_bytes(value) <= LARGEST_ENTRY // 4:
        return value[:_MOST]
    return value if json_bytes(value) <= LONGEST_DETAIL else None


def _depth(value: Json) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        inner, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(inner, dict):
            waiting += [(each, depth + 1) for each in inner.values()]
        elif isinstance(inner, (list, tuple)):
            waiting += [(each, depth + 1) for each in inner]
    return deepest
